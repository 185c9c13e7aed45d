"""The form of an application as its page shows it: what was typed, which fields are full, which steps are done."""

from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict

from accounts.models import SpokenLanguage
from annotation.models import Application
from annotation.onboarding import applying
from annotation.onboarding.applying import STEPS, Filled, Missing
from annotation.onboarding.quotas import FieldPlaces, places_of
from catalog.models import Domain, Language

LEVELS = SpokenLanguage.Level.choices


@dataclass(frozen=True)
class LanguageRow:
    language: Language
    level: str
    # Of the call, or somebody's own; the others stand folded away.
    is_wanted: bool


@dataclass(frozen=True)
class FieldBox:
    place: FieldPlaces
    ticked: bool


@dataclass(frozen=True)
class EvidenceBox:
    domain: Domain
    text: str
    link: str
    wanted: bool
    # The fields that need it, for the script that shows and hides.
    quota_ids: str


@dataclass(frozen=True)
class StepShown:
    key: str
    label: str
    missing: list[Missing]

    @property
    def is_done(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class ApplicationPage:
    filled: Filled
    places: list[FieldPlaces]
    all_languages: list[Language]

    @cached_property
    def ticked(self) -> set[int]:
        return set(self.filled.get("fields", []))

    @cached_property
    def languages(self) -> list[LanguageRow]:
        levels = self.filled.get("levels", {})
        wanted = {one.quota.language_id for one in self.places} | set(levels)
        return [LanguageRow(one, levels.get(one.pk, ""), one.pk in wanted) for one in self.all_languages]

    @property
    def wanted_languages(self) -> list[LanguageRow]:
        return [row for row in self.languages if row.is_wanted]

    @property
    def other_languages(self) -> list[LanguageRow]:
        return [row for row in self.languages if not row.is_wanted]

    @property
    def levels(self) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in LEVELS]

    @cached_property
    def fields(self) -> list[FieldBox]:
        return [FieldBox(one, one.quota.pk in self.ticked) for one in self.places]

    @property
    def any_full(self) -> bool:
        return any(one.is_full for one in self.places)

    @property
    def waiting(self) -> bool:
        return bool(self.filled.get("waiting"))

    @cached_property
    def evidence(self) -> list[EvidenceBox]:
        texts, links = self.filled.get("evidence", {}), self.filled.get("links", {})
        by_domain: dict[str, list[FieldPlaces]] = {}
        for one in self.places:
            by_domain.setdefault(one.quota.domain_id, []).append(one)
        return [
            EvidenceBox(
                there[0].quota.domain, texts.get(slug, ""), links.get(slug, ""),
                wanted=any(one.quota.pk in self.ticked for one in there),
                quota_ids=" ".join(str(one.quota.pk) for one in there),
            )
            for slug, there in sorted(by_domain.items(), key=lambda pair: pair[1][0].quota.domain.name)
        ]  # fmt: skip

    @cached_property
    def missing(self) -> list[Missing]:
        return applying.missing(self.filled, [one.quota for one in self.places if one.quota.pk in self.ticked])

    @property
    def steps(self) -> list[StepShown]:
        """The last step is the sending itself: nothing of it is kept half done."""
        by_step = {key: [one for one in self.missing if one.step == key] for key, _ in STEPS}
        if not self.ticked:
            by_step["evidence"] = [Missing("evidence", "Tick a field first.")]
        return [StepShown(key, label, by_step[key]) for key, label in STEPS if key != "terms"]

    def read(self, posted: QueryDict) -> Filled:
        codes = [one.pk for one in self.all_languages]
        return applying.read_filled(posted, languages=codes, call_quotas=[one.quota for one in self.places])


def form_of(application: Application) -> ApplicationPage:
    """Three queries: the fields with their places, and the languages."""
    return ApplicationPage(application.filled, places_of(application.call), list(Language.objects.order_by("name")))
