"""The languages and domains that every installation starts with; managers may add more."""

from catalog.models import Domain, Language

LANGUAGES = [
    ("en", "English"), ("de", "German"), ("fr", "French"), ("es", "Spanish"), ("it", "Italian"),
    ("pt", "Portuguese"), ("nl", "Dutch"), ("sv", "Swedish"), ("fi", "Finnish"), ("da", "Danish"),
    ("nb", "Norwegian"), ("pl", "Polish"), ("cs", "Czech"), ("uk", "Ukrainian"), ("ru", "Russian"),
    ("tr", "Turkish"), ("ar", "Arabic"), ("he", "Hebrew"), ("fa", "Persian"), ("ur", "Urdu"),
    ("hi", "Hindi"), ("zh", "Chinese"), ("ja", "Japanese"), ("ko", "Korean"), ("vi", "Vietnamese"),
    ("id", "Indonesian"),
]  # fmt: skip
RIGHT_TO_LEFT = {"ar", "he", "fa", "ur"}
DOMAINS = [
    ("general", "General"), ("finance", "Finance"), ("medicine", "Medicine"), ("law", "Law"),
    ("automotive", "Automotive"), ("civil-engineering", "Civil engineering"), ("philosophy", "Philosophy"),
    ("compliance", "Compliance"), ("education", "Education"), ("ethics", "Ethics"), ("history", "History"),
    ("linguistics", "Linguistics"), ("logistics", "Logistics"), ("manufacturing", "Manufacturing"),
    ("marketing", "Marketing"), ("physics", "Physics"), ("psychology", "Psychology"),
    ("software", "Software"), ("sustainability", "Sustainability"), ("telecommunications", "Telecommunications"),
]  # fmt: skip


def load_vocabulary() -> None:
    """Adds what is missing; leaves what people have changed."""
    Language.objects.bulk_create(
        [Language(code=code, name=name, right_to_left=code in RIGHT_TO_LEFT) for code, name in LANGUAGES],
        ignore_conflicts=True,
    )
    Domain.objects.bulk_create(
        [Domain(slug=slug, name=name, general=slug == "general") for slug, name in DOMAINS], ignore_conflicts=True
    )
