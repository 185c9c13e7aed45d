"""For whom waiting contexts and prompts are: read by the engine in the ml worker, overruled by people, put to use by
the queue (`Context.sent_to`, queues.py).

`read_contexts` and `read_items` are called with a few dozen ids at a time; `bring_up_to_date` makes good whatever was
missed. Both raise EngineUnavailable, and what is missing then waits for the next catching up (config.settings).
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from annotation import checking
from annotation.models import Cell, Context, Item, ProjectRouter, Route, RoutingDecision, Scope
from annotation.workflow import PLACELESS
from catalog.models import Domain
from core.refusal import Refusal, Refused
from qa.checks import routing
from qa.engines.embeddings import label_of
from qa.registry import embedders
from qa.routing.router import LONGEST, FittedRouter, Router
from qa.routing.router import Route as Reading

# Embedded together. In the ml worker somebody typing waits for no more than these: a quarter of a second.
AT_ONCE = 8
GENERALISTS = "general"
SCOPE_OF = {"general": Scope.GENERAL, "domain": Scope.SPECIALIZED, "unsure": Scope.UNSURE}


@dataclass(frozen=True)
class Text:
    """What is read: a waiting context, or an item's prompt with its context."""

    owner: Context | Item
    cell: Cell
    words: str

    @property
    def digest(self) -> str:
        return sha256(self.words.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def key(self) -> dict[str, int]:
        return {"context_id" if isinstance(self.owner, Context) else "item_id": self.owner.pk}


def sent_to(scope: str, guess: str, *, is_general_cell: bool) -> str:
    """Whom a text goes to when that is not the people of its cell: generalists, or those of the field it is of."""
    if is_general_cell:
        return guess if scope == Scope.SPECIALIZED else ""
    return GENERALISTS if scope == Scope.GENERAL else ""


# --- reading


def read_contexts(ids: Collection[int]) -> int:
    """Reads those that wait and have no reading by this engine; gives how many. Raises EngineUnavailable."""
    waiting = Context.objects.filter(pk__in=ids, cell__isnull=False).select_related("cell__domain").order_by("pk")
    return _read([Text(one, one.cell, one.text) for one in waiting if one.cell])


def read_items(ids: Collection[int]) -> int:
    """Reads prompts, with their contexts, that have changed or have no reading yet. Raises EngineUnavailable."""
    items = Item.objects.filter(pk__in=ids, current__isnull=False, is_control=False)
    found = items.select_related("cell__domain", "context", "current").order_by("pk")
    return _read([Text(one, one.cell, words_of(one)) for one in found])


def _read_items_anew(ids: Collection[int]) -> int:
    """With the check beside them: what it said by another router is not shown any more."""
    read = read_items(ids)
    items = Item.objects.filter(pk__in=ids).select_related("cell", "project", "context", "current").order_by("pk")
    checking.check_again(items, routing.NAME)
    return read


def words_of(item: Item) -> str:
    """Prompt and context: the completion says nothing about who should write it."""
    assert item.current is not None
    return f"{item.current.prompt}\n{item.context.text if item.context else ''}".strip()


def _read(texts: Sequence[Text]) -> int:
    by_project: dict[int, list[Text]] = defaultdict(list)
    for text in texts:
        by_project[text.owner.project_id].append(text)
    return sum(_read_of(project_id, some) for project_id, some in by_project.items())


def _read_of(project_id: int, texts: Sequence[Text]) -> int:
    own = own_router(project_id)
    names = {language: engine_name(language, own) for language in {text.cell.language_id for text in texts}}
    known = {_owner(route): route for route in _routes_of(texts)}
    new = [text for text in texts if not _is_read(known.get(_key(text)), text, names)]
    readings = read_texts([(one.words, one.cell.language_id, one.cell.domain_id) for one in new], own)
    unchanged = [known[_key(text)].pk for text in texts if text not in new]
    with transaction.atomic():
        Route.objects.filter(pk__in=unchanged).update(read_at=timezone.now())
        _keep(project_id, list(zip(new, readings, strict=True)), names)
    return len(new)


def _is_read(route: Route | None, text: Text, names: Mapping[str, str]) -> bool:
    return route is not None and route.text_hash == text.digest and route.engine == names[text.cell.language_id]


def read_texts(texts: Sequence[tuple[str, str, str]], own: ProjectRouter | None) -> list[Reading]:
    """(text, language, domain) each. Their vectors are made together first and remembered. Raises EngineUnavailable."""
    router = Router(embedders().first)
    by_language: dict[str, list[str]] = defaultdict(list)
    for words, language, _ in texts:
        by_language[language].append(words[:LONGEST])
    fitted = {language: fitted_for(language, own) for language in by_language}
    for language, words_of_language in by_language.items():
        if router.embedder.knows(language):
            router.embedder.embed(words_of_language)
    return [router.route(words, language, domain, fitted[language]) for words, language, domain in texts]


def own_router(project_id: int) -> ProjectRouter | None:
    return ProjectRouter.objects.filter(project_id=project_id).first()


def fitted_for(language: str, own: ProjectRouter | None) -> FittedRouter | None:
    """The project's own for this language; a fit over another model's vectors says nothing any more."""
    return Router(embedders().first).fitted(own.fits.get(language), language) if own else None


def engine_name(language: str, own: ProjectRouter | None) -> str:
    """Of what reads a text in this language, with its version: what another one read is read anew."""
    if own and fitted_for(language, own):
        return f"{label_of(embedders().of(language))}, fitted by job {own.fitted_by_job}"
    return f"{label_of(embedders().first)}, descriptors" if embedders().first.knows(language) else "vocabulary 1"


def _routes_of(texts: Sequence[Text]) -> QuerySet[Route]:
    contexts = [text.owner.pk for text in texts if isinstance(text.owner, Context)]
    items = [text.owner.pk for text in texts if isinstance(text.owner, Item)]
    return Route.objects.filter(context__in=contexts) if contexts else Route.objects.filter(item__in=items)


def _owner(route: Route) -> tuple[int | None, int | None]:
    return route.context_id, route.item_id


def _key(text: Text) -> tuple[int | None, int | None]:
    return text.key.get("context_id"), text.key.get("item_id")


def _keep(project_id: int, read: Sequence[tuple[Text, Reading]], names: Mapping[str, str]) -> None:
    """A person's word on the very same text stands; on another text it is history."""
    texts = [text for text, _ in read]
    known = {_owner(route): route for route in _routes_of(texts).select_for_update()}
    slugs = set(Domain.objects.filter(general=False).values_list("pk", flat=True)) if read else set()
    routes = [
        _updated(known.get(_key(text)) or Route(project_id=project_id, **text.key), text, reading, names, slugs)
        for text, reading in read
    ]
    Route.objects.bulk_create([route for route in routes if route.pk is None], ignore_conflicts=True)
    Route.objects.bulk_update([route for route in routes if route.pk], READ_FIELDS)
    _send([(text, route) for text, route in zip(texts, routes, strict=True)])


READ_FIELDS = (
    "cell", "text_hash", "scope", "read_as", "score", "domain", "basis", "engine", "read_at",
    "decided_by", "decided_at",
)  # fmt: skip


def _updated(route: Route, text: Text, reading: Reading, names: Mapping[str, str], slugs: Collection[str]) -> Route:
    if route.decided_by_id is None or route.text_hash != text.digest:
        route.scope, route.decided_by, route.decided_at = SCOPE_OF[reading.scope], None, None
    guess = reading.domains[0][0] if reading.domains else ""
    route.cell, route.text_hash, route.read_as = text.cell, text.digest, SCOPE_OF[reading.scope]
    route.score, route.domain, route.basis = reading.score, guess if guess in slugs else "", reading.basis
    route.engine, route.read_at = names[text.cell.language_id], timezone.now()
    return route


def _send(routed: Sequence[tuple[Text, Route]]) -> None:
    """Tells the queue; only what changes is written."""
    changed = []
    for text, route in routed:
        to = sent_to(route.scope, route.domain, is_general_cell=text.cell.domain.general)
        if isinstance(text.owner, Context) and text.owner.sent_to != to:
            text.owner.sent_to = to
            changed.append(text.owner)
    Context.objects.bulk_update(changed, ["sent_to"])


# --- overruling


@transaction.atomic
def overrule(route: Route, scope: str, *, by: User, note: str = "") -> RoutingDecision:
    """A person's word: it holds at once, and is kept as a training row."""
    if scope not in (Scope.GENERAL, Scope.SPECIALIZED):
        raise Refused(Refusal("Nothing was decided.", "Say general or specialized."), status=409)
    locked = _locked(route.pk)
    decision = _decided(locked, scope, by=by, note=note)
    _stand(locked, decision)
    return decision


@transaction.atomic
def take_back(decision: RoutingDecision, *, by: User) -> RoutingDecision:
    """Restores what stood before: an earlier decision on the same text, else the engine's reading."""
    route = _locked(decision.route_id)
    standing = standing_decision(route)
    if standing is None or standing.pk != decision.pk:
        raise Refused(Refusal("That decision does not stand any more.", "Look at the list again."), status=409)
    earlier = _standing(route).exclude(pk=decision.pk).first()
    undoing = _decided(route, earlier.scope if earlier else route.read_as, by=by, undoes=decision)
    _stand(route, earlier)
    return undoing


def _locked(route_id: int) -> Route:
    routes = Route.objects.select_for_update(of=("self",)).select_related("cell__domain", "context", "item__current")
    return routes.get(pk=route_id)


def standing_decision(route: Route) -> RoutingDecision | None:
    """The last one on the text as it now is that nobody took back."""
    return _standing(route).first()


def _standing(route: Route) -> QuerySet[RoutingDecision]:
    return RoutingDecision.objects.filter(route=route, text_hash=route.text_hash, undoes=None, undone_by=None)


def _decided(
    route: Route, scope: str, *, by: User, note: str = "", undoes: RoutingDecision | None = None
) -> RoutingDecision:
    return RoutingDecision.objects.create(
        project_id=route.cell.project_id,
        route=route,
        revision=route.item.current if route.item else None,
        language=route.cell.language_id,
        text_hash=route.text_hash,
        scope=scope,
        before=route.scope,
        read_as=route.read_as,
        score=route.score,
        engine=route.engine,
        by=by,
        at=timezone.now(),
        note=" ".join(note.split())[:200],
        undoes=undoes,
    )


def _stand(route: Route, decision: RoutingDecision | None) -> None:
    route.scope = decision.scope if decision else route.read_as
    route.decided_by, route.decided_at = (decision.by, decision.at) if decision else (None, None)
    route.save(update_fields=["scope", "decided_by", "decided_at"])
    if route.context:
        _send([(Text(route.context, route.cell, ""), route)])


# --- what was missed

_UNREAD_CONTEXTS = """
    SELECT context.id FROM annotation_context context
    JOIN annotation_cell cell ON cell.id = context.cell_id
    LEFT JOIN annotation_route route ON route.context_id = context.id
    WHERE cell.project_id = %(project)s AND NOT context.taken
      AND (route.id IS NULL OR route.engine <> %(engines)s::jsonb ->> cell.language_id)
    ORDER BY context.id
"""
_UNREAD_ITEMS = """
    SELECT item.id FROM annotation_item item
    JOIN annotation_cell cell ON cell.id = item.cell_id
    JOIN annotation_revision revision ON revision.id = item.current_id
    LEFT JOIN annotation_route route ON route.item_id = item.id
    WHERE item.project_id = %(project)s AND NOT item.is_control AND NOT item.state = ANY(%(without)s)
      AND (route.id IS NULL OR route.read_at < revision.created_at
           OR route.engine <> %(engines)s::jsonb ->> cell.language_id)
    ORDER BY item.id
"""


def unread_contexts(project_id: int) -> list[int]:
    return _missing(_UNREAD_CONTEXTS, project_id)


def unread_items(project_id: int) -> list[int]:
    return _missing(_UNREAD_ITEMS, project_id)


def _missing(statement: str, project_id: int) -> list[int]:
    own = own_router(project_id)
    languages = Cell.objects.filter(project_id=project_id).values_list("language_id", flat=True).distinct()
    values: dict[str, str | int | list[str]] = {
        "project": project_id,
        "without": [str(state) for state in sorted(PLACELESS)],
        "engines": json.dumps({language: engine_name(language, own) for language in languages}),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def bring_up_to_date(
    project_id: int,
    report: Callable[[int], object] = lambda _done: None,
    most: int | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Reads what is missing or was read by another engine, `most` of each kind; gives how many. `report` hears the
    number read so far after each piece, and `may_go_on` is asked before the next one. Raises EngineUnavailable."""
    done = 0
    for number, (read, piece) in enumerate(_pieces(project_id, most)):
        if number and not may_go_on():
            break
        done += read(piece)
        report(done)
    return done


def _pieces(project_id: int, most: int | None) -> Iterator[tuple[Callable[[Collection[int]], int], list[int]]]:
    for read, unread in ((read_contexts, unread_contexts), (_read_items_anew, unread_items)):
        missing = unread(project_id)[:most]
        for start in range(0, len(missing), AT_ONCE):
            yield read, missing[start : start + AT_ONCE]
