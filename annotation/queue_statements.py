"""The queue's SQL: one statement per stage (queues.py asks it)."""

from annotation.workflow import Stage

_ELIGIBLE = """
    SELECT cell.id AS cell_id, qualification.fit, coalesce(needs.need, 0.5::float8) AS need,
           CASE WHEN cell.id = %(run_cell)s THEN %(run_bonus)s::float8 ELSE 1 END AS run, false AS guest
    FROM annotation_cell cell
    JOIN experts_qualification qualification
      ON qualification.user_id = %(person)s AND qualification.language_id = cell.language_id
     AND qualification.domain_id = cell.domain_id AND cell.skill = ANY (qualification.skills)
    LEFT JOIN unnest(%(need_cells)s::bigint[], %(needs)s::float8[]) AS needs (cell_id, need) ON needs.cell_id = cell.id
    WHERE cell.project_id = %(project)s
"""

# What a person qualified in a domain is called by a context's `sent_to`.
_CALLED = "CASE WHEN domain.general THEN 'general' ELSE domain.slug END"

# Writing only, and only where passages were sent elsewhere: also the cells where one waits for people of another domain
# of theirs. Which cells may be half a minute old; the probe of each says whether one still waits.
_MAY_WRITE = f"""{_ELIGIBLE}
    UNION ALL
    SELECT cell.id, qualification.fit, coalesce(needs.need, 0.5::float8),
           CASE WHEN cell.id = %(run_cell)s THEN %(run_bonus)s::float8 ELSE 1 END, true
    FROM unnest(%(sent_cells)s::bigint[], %(sent_to)s::text[]) AS sent (cell_id, name)
    JOIN annotation_cell cell ON cell.id = sent.cell_id AND cell.project_id = %(project)s
    JOIN experts_qualification qualification
      ON qualification.language_id = cell.language_id AND cell.skill = ANY (qualification.skills)
    JOIN catalog_domain domain ON domain.slug = qualification.domain_id AND sent.name = {_CALLED}
    CROSS JOIN LATERAL (SELECT FROM annotation_context WHERE cell_id = cell.id AND NOT taken AND sent_to = sent.name
                        ORDER BY id LIMIT 1) passage
    LEFT JOIN unnest(%(need_cells)s::bigint[], %(needs)s::float8[]) AS needs (cell_id, need) ON needs.cell_id = cell.id
    WHERE qualification.user_id = %(person)s
      AND NOT EXISTS (SELECT FROM experts_qualification own
                      WHERE own.user_id = %(person)s AND own.language_id = cell.language_id
                        AND own.domain_id = cell.domain_id AND cell.skill = ANY (own.skills))
"""  # noqa: S608  (all parts are constants of this module)

_SCORED = """
    SELECT row_id, cell_id, fit, need, run, own, guest,
           1 + least(extract(epoch FROM %(now)s - since)::float8 / 86400, 1) AS age
    FROM ({found}) found
"""

_PICK = """
    WITH eligible AS MATERIALIZED ({eligible}), scored AS MATERIALIZED ({scored}),
    picked AS (
        SELECT target.id, scored.* FROM {table} target JOIN scored ON scored.row_id = target.id
        WHERE {still_open}
        ORDER BY scored.own DESC, {order}fit * need * age * run DESC, age DESC, target.id
        LIMIT 1 FOR UPDATE OF target SKIP LOCKED
    ){beside}
    UPDATE {table} target SET {mark} FROM picked WHERE target.id = picked.id{unless}
    RETURNING picked.id, picked.cell_id, picked.fit, picked.need, picked.age, picked.run, picked.own, picked.guest,
              {context}
"""

_OLDEST = """(SELECT id FROM annotation_context WHERE cell_id = (SELECT cell_id FROM picked) AND NOT taken {sent_to}
                 ORDER BY sent_to, id LIMIT 1 FOR UPDATE SKIP LOCKED)"""

# With a place comes the passage that has waited in its cell for longest; those sent elsewhere come last.
_WAITING_CONTEXT = f""",
    passage AS (
        UPDATE annotation_context SET taken = true WHERE id = {_OLDEST.format(sent_to="")} RETURNING id
    )
"""  # noqa: S608  (all parts are constants of this module)

# Where passages were sent elsewhere: first those sent to a field of the person's, then those for the people of the
# cell, then the rest. A guest gets only what was sent to people like them.
_ROUTED_CONTEXT = f""",
    called AS (
        SELECT {_CALLED} AS name FROM picked JOIN annotation_cell cell ON cell.id = picked.cell_id
        JOIN experts_qualification own
          ON own.user_id = %(person)s AND own.language_id = cell.language_id AND cell.skill = ANY (own.skills)
        JOIN catalog_domain domain ON domain.slug = own.domain_id
        WHERE picked.guest OR NOT domain.general
    ),
    passage AS (
        UPDATE annotation_context SET taken = true
        WHERE id = coalesce(
            {_OLDEST.format(sent_to="AND sent_to = ANY (ARRAY(SELECT name FROM called))")},
            CASE WHEN NOT (SELECT guest FROM picked) THEN coalesce(
                {_OLDEST.format(sent_to="AND sent_to = ''")},
                {_OLDEST.format(sent_to="")}) END)
        RETURNING id
    )
"""  # noqa: S608  (all parts are constants of this module)
_NO_GUEST_WITHOUT_PASSAGE = " AND (NOT picked.guest OR EXISTS (SELECT FROM passage))"
_PASSAGE = """(SELECT id FROM passage),
              (SELECT scope FROM annotation_route WHERE context_id = (SELECT id FROM passage))"""

# The same choice without taking it.
_PEEK = """
    WITH eligible AS MATERIALIZED ({eligible}), scored AS MATERIALIZED ({scored})
    SELECT row_id, cell_id, fit, need, age, run, own, guest, NULL, NULL FROM scored
    ORDER BY own DESC, fit * need * age * run DESC, age DESC, row_id LIMIT 1
"""

_FREE_PLACES = """
    SELECT place.id AS row_id, eligible.*, place.ready_at AS since, false AS own
    FROM eligible CROSS JOIN LATERAL (
        SELECT id, ready_at FROM annotation_place
        WHERE cell_id = eligible.cell_id AND NOT taken AND ready_at <= %(visible_from)s
        ORDER BY ready_at, id LIMIT %(depth)s
    ) place
"""

# A reviewer may judge what they neither wrote, edited nor judged in this round. What a copy was handed out in place of
# (reviewers/controls.py) waits for others for a while; what they met a copy of they never see again.
_NOT_MINE = """
    item.author_id IS DISTINCT FROM %(person)s AND NOT item.is_control
    AND NOT EXISTS (SELECT FROM annotation_look look
                    WHERE look.displaced_id = item.id AND look.person_id = %(person)s AND look.moves_on_at > %(now)s)
    AND NOT EXISTS (SELECT FROM annotation_look look
                    WHERE look.source_id = item.id AND look.person_id = %(person)s)
    AND NOT EXISTS (SELECT FROM annotation_review review
                    WHERE review.item_id = item.id AND review.round = item.round AND review.reviewer_id = %(person)s)
    AND NOT EXISTS (SELECT FROM annotation_approval approval
                    WHERE approval.item_id = item.id AND approval.round = item.round
                      AND approval.person_id = %(person)s)
"""

# What is one's own to judge again, the oldest of every cell, and what authors of lowered weight have handed in: they
# learn soonest where they stand (DESIGN §6), however long a cell's queue is.
_IN_REVIEW = f"""
    SELECT item.id AS row_id, eligible.*, item.state_since AS since, false AS own
    FROM eligible CROSS JOIN LATERAL (
        SELECT id, state_since FROM annotation_item item
        WHERE cell_id = eligible.cell_id AND state = 'in_review' AND NOT leased
          AND (reserved_for_id IS NULL OR reserved_until < %(now)s) AND {_NOT_MINE}
        ORDER BY state_since, id LIMIT %(depth)s
    ) item
    UNION ALL
    SELECT item.id, eligible.*, item.state_since, true
    FROM annotation_item item JOIN eligible ON eligible.cell_id = item.cell_id
    WHERE item.reserved_for_id = %(person)s AND item.state = 'in_review' AND NOT item.leased AND {_NOT_MINE}
    UNION
    SELECT item.id, eligible.*, item.state_since, false
    FROM unnest(%(first_authors)s::bigint[]) author CROSS JOIN LATERAL (
        SELECT id, cell_id, state_since FROM annotation_item item
        WHERE author_id = author AND state = 'in_review' AND NOT leased
          AND (reserved_for_id IS NULL OR reserved_until < %(now)s) AND {_NOT_MINE}
        ORDER BY state_since LIMIT %(depth)s
    ) item JOIN eligible ON eligible.cell_id = item.cell_id
"""  # noqa: S608  (both parts are constants of this module)

_IN_EDITING = """
    SELECT item.id AS row_id, eligible.*, item.state_since AS since, false AS own
    FROM annotation_item item JOIN eligible ON eligible.cell_id = item.cell_id
    WHERE item.project_id = %(project)s AND item.state = 'in_editing' AND NOT item.leased
      AND NOT item.is_control
      AND item.author_id IS DISTINCT FROM %(person)s
"""

# A dispute is settled by someone who was neither author nor reviewer, nor gave the item up; an appeal by nobody who
# opened it for the author or settled the item before.
_DISPUTED = """
    SELECT item.id AS row_id, eligible.*, item.state_since AS since, false AS own
    FROM annotation_item item JOIN eligible ON eligible.cell_id = item.cell_id
    WHERE item.project_id = %(project)s AND item.state = 'disputed' AND NOT item.leased
      AND NOT item.is_control
      AND item.author_id IS DISTINCT FROM %(person)s
      AND NOT EXISTS (SELECT FROM annotation_review review
                      WHERE review.item_id = item.id AND review.reviewer_id = %(person)s)
      AND NOT EXISTS (SELECT FROM annotation_itemevent event
                      WHERE event.item_id = item.id AND event.action = 'give_up' AND event.by_id = %(person)s)
      AND NOT (item.appealed AND (
          EXISTS (SELECT FROM annotation_itemevent event WHERE event.item_id = item.id
                  AND event.action = 'appeal_for_author' AND event.by_id = %(person)s)
          OR EXISTS (SELECT FROM annotation_adjudication settled
                     WHERE settled.item_id = item.id AND settled.by_id = %(person)s)))
"""
_LOWERED_FIRST = "(target.author_id = ANY (%(first_authors)s::bigint[])) IS TRUE DESC, "
_OVERDUE_FIRST = """(SELECT appeal.due_at < %(now)s FROM annotation_appeal appeal
                     WHERE appeal.item_id = target.id AND appeal.ending = '') IS TRUE DESC, """


def _statement(
    found: str, *, table: str, still_open: str, mark: str, order: str = "", eligible: str = _ELIGIBLE,
    beside: str = "", unless: str = "", context: str = "NULL, NULL",
) -> str:  # fmt: skip
    return _PICK.format(
        eligible=eligible,
        scored=_SCORED.format(found=found),
        table=table,
        still_open=still_open,
        mark=mark,
        order=order,
        beside=beside,
        unless=unless,
        context=context,
    )


def _of_items(found: str, state: str, order: str = "") -> str:
    still_open = f"target.state = '{state}' AND NOT target.leased"
    return _statement(found, table="annotation_item", still_open=still_open, mark="leased = true", order=order)


STATEMENTS: dict[Stage, str] = {
    Stage.WRITING: _statement(
        _FREE_PLACES,
        table="annotation_place",
        still_open="NOT target.taken",
        mark="taken = true",
        beside=_WAITING_CONTEXT,
        context=_PASSAGE,
    ),
    Stage.REVIEW: _of_items(_IN_REVIEW, "in_review", _LOWERED_FIRST),
    Stage.EDITING: _of_items(_IN_EDITING, "in_editing", "target.attention DESC, "),
    Stage.ADJUDICATION: _of_items(_DISPUTED, "disputed", _OVERDUE_FIRST),
}

ROUTED_WRITING = _statement(
    _FREE_PLACES,
    table="annotation_place",
    still_open="NOT target.taken",
    mark="taken = true",
    eligible=_MAY_WRITE,
    beside=_ROUTED_CONTEXT,
    unless=_NO_GUEST_WITHOUT_PASSAGE,
    context=_PASSAGE,
)

NEXT_PLACE = _PEEK.format(eligible=_ELIGIBLE, scored=_SCORED.format(found=_FREE_PLACES))
ROUTED_NEXT_PLACE = _PEEK.format(eligible=_MAY_WRITE, scored=_SCORED.format(found=_FREE_PLACES))

HISTORY = """
    WITH latest AS (
        SELECT latest.id, item.cell_id, item.project_id, latest.ended_at, latest.outcome
        FROM (SELECT id, item_id, ended_at, outcome FROM annotation_assignment
              WHERE person_id = %(person)s AND stage = %(stage)s ORDER BY id DESC LIMIT %(run_length)s) latest
        JOIN annotation_item item ON item.id = latest.item_id
    )
    SELECT coalesce(standing.weight, 1), coalesce(standing.deference, 0),
           coalesce(standing.override = 'paused' AND standing.override_until > %(now)s, false),
           (SELECT max(ended_at) FROM latest WHERE outcome = 'done' AND project_id = %(project)s),
           ARRAY(SELECT ARRAY[cell_id, project_id] FROM latest ORDER BY id DESC)
    FROM (SELECT) one LEFT JOIN experts_standing standing
      ON standing.user_id = %(person)s AND standing.project_id = %(project)s
"""
