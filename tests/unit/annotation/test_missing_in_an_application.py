from django.http import QueryDict

from annotation.models import CallQuota
from annotation.onboarding.applying import missing, read_filled
from catalog.models import Domain, Language

GERMAN, LAW = Language(code="de", name="German"), Domain(slug="law", name="Law")
QUOTA = CallQuota(pk=7, language=GERMAN, domain=LAW, places=3)
GOOD = {"levels": {"de": "native"}, "evidence": {"law": "x" * 40}, "fields": [7]}


def steps(filled: dict, *quotas: CallQuota) -> list[str]:  # type: ignore[type-arg]
    return [one.step for one in missing(filled, quotas)]


def test_an_empty_form_says_what_to_do_first() -> None:
    assert steps({}) == ["languages", "fields"]


def test_a_whole_form_lacks_nothing() -> None:
    assert missing(GOOD, [QUOTA]) == []


def test_each_lack_is_told_in_its_step() -> None:
    assert steps({**GOOD, "levels": {"en": "C1"}}, QUOTA) == ["languages"]
    assert steps({**GOOD, "evidence": {"law": "  " + "x" * 39}}, QUOTA) == ["evidence"]
    for link in ("javascript:alert(1)", "data:text/html,x", "example", "ftp://example.org"):
        assert steps({**GOOD, "links": {"law": link}}, QUOTA) == ["evidence"], link
    assert steps({**GOOD, "links": {"law": "https://example.org/cv"}}, QUOTA) == []


def test_what_the_form_did_not_offer_is_left_out_and_text_is_bounded() -> None:
    posted = QueryDict(mutable=True)
    posted.update({"level-de": "fluent!", "level-xx": "native", "evidence-law": "y" * 5000, "evidence-tax": "z"})
    posted.setlist("field", ["7", "8", "7; drop", ""])
    filled = read_filled(posted, languages=["de"], call_quotas=[QUOTA])
    assert filled == {
        "levels": {}, "fields": [7], "evidence": {"law": "y" * 2000}, "links": {}, "waiting": False,
    }  # fmt: skip
