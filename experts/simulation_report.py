"""The simulation's table and picture: `./scriptorium bench standing`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from experts.picture import lines
from experts.rules import DEFAULT
from experts.simulation import POLICIES, Figures, Policy, Run, Scene, average, bad_share_by_day, by_the_rule

SCENES = {
    "Places arrive, 60 % load": Scene(load=0.6),
    "Places arrive, 80 % load": Scene(load=0.8),
    "Places arrive, 95 % load": Scene(load=0.95),
    "All places open from the start": Scene(load=None),
}
# Near capacity a pause costs throughput, and the rule as it is does not. With a first choice of so many hours (a number
# on the page *Standing rule*) the rule takes as long as the pause, and the two can be compared.
AS_SLOW_AS_THE_PAUSE = {"Places arrive, 95 % load": 20, "All places open from the start": 240}
COLUMNS = {
    "rejected": "rejected work",
    "bad_among_accepted": "bad experts' share of accepted",
    "bad_caught": "bad experts caught",
    "items_to_catch": "items until then (median)",
    "items_of_bad": "items of a bad expert",
    "good_moved": "good experts moved",
    "good_last": "good experts ever last",
    "least_served": "work of the least served good",
    "good_without": "good experts three days without a place",
    "places_lost": "places lost",
    "days": "days for 99 %",
}
PLAIN = ("items_to_catch", "items_of_bad", "days")
PAGE = Path("docs/standing.md")
PICTURE = Path("docs/pictures/standing.svg")
BEGIN, END = "<!-- simulated -->", "<!-- /simulated -->"

Table = dict[str, dict[str, float | None]]


def main(
    say: Callable[[str], object], seed: int = 1, *, runs: int = 10, folder: Path | None = None
) -> dict[str, Table]:
    """Says a Markdown table, the mean over seeds `seed` … `seed + runs - 1`, and returns its figures. With `folder`
    (the project's) also puts it and the picture into the documents. Needs no database."""
    seeds = range(seed, seed + runs)
    found = {name: _table(name, seeds) for name in SCENES}
    lines_of_table = list(_markdown(found))
    for line in lines_of_table:
        say(line)
    if folder and (folder / PAGE).exists():
        _write(folder, lines_of_table, seeds)
    return found


def policies(scene: str) -> list[Policy]:
    """Every policy, and the rule at the pause's throughput where that is another."""
    hours = AS_SLOW_AS_THE_PAUSE.get(scene)
    if hours is None:
        return [*POLICIES]
    slower = Policy(f"the rule, first choice {hours} h", by_the_rule, replace(DEFAULT, first_hours=hours))
    return [*POLICIES, slower]


def _table(scene: str, seeds: Sequence[int]) -> Table:
    return {policy.name: _figures(SCENES[scene], policy, seeds) for policy in policies(scene)}


def _write(folder: Path, table: Sequence[str], seeds: Sequence[int]) -> None:
    page = folder / PAGE
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    text = "\n".join([f"Means of seeds {seeds[0]}–{seeds[-1]}.", "", *table])
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    (folder / PICTURE).write_text(draw(seeds[0]), encoding="utf-8")


def _figures(scene: Scene, policy: Policy, seeds: Sequence[int]) -> dict[str, float | None]:
    return average([Figures.of(Run(scene, policy, seed).run()) for seed in seeds])


def _markdown(found: Mapping[str, Table]) -> Iterator[str]:
    yield _row("scene", "policy", *COLUMNS.values())
    yield _row(*["---"] * (len(COLUMNS) + 2))
    for scene, table in found.items():
        for number, (policy, figures) in enumerate(table.items()):
            yield _row("" if number else scene, policy, *(_cell(name, figures[name]) for name in COLUMNS))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name in PLAIN:
        return f"{value:.1f}"
    return f"{value * 100:.2f} %" if name == "rejected" else f"{value * 100:.1f} %"


def draw(seed: int) -> str:
    """Bad experts' share of what is accepted, day by day, at 80 % load."""
    series = {one.name: bad_share_by_day(Run(Scene(), one, seed).run()) for one in POLICIES}
    return lines(series, title="Bad experts' share of the items accepted on a day", across="day of the project")
