"""The simulation's table and picture: `./scriptorium bench standing`."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from experts.picture import lines
from experts.simulation import POLICIES, Figures, Policy, Run, Scene, average, bad_share_by_day

SCENES = {
    "Places arrive, 80 % load": Scene(load=0.8),
    "Places arrive, 95 % load": Scene(load=0.95),
    "All places open from the start": Scene(load=None),
}
COLUMNS = {
    "rejected": "rejected work",
    "bad_among_accepted": "bad experts' share of accepted",
    "bad_caught": "bad experts moved",
    "items_to_catch": "items until then (median)",
    "good_moved": "good experts moved",
    "good_delayed": "good experts ever delayed",
    "places_lost": "places lost",
}


def main(
    say: Callable[[str], object], seed: int = 1, *, runs: int = 5, picture: Path | None = None
) -> dict[str, dict[str, dict[str, float | None]]]:
    """Says a Markdown table per scene, the mean over seeds `seed` … `seed + runs - 1`; returns the same figures.
    Needs no database."""
    seeds = range(seed, seed + runs)
    found: dict[str, dict[str, dict[str, float | None]]] = {}
    for name, scene in SCENES.items():
        table = {policy.name: _figures(scene, policy, seeds) for policy in POLICIES}
        found[name] = table
        say(f"\n{name}; {scene.deadline_days} days; seeds {seeds[0]}–{seeds[-1]}\n")
        for line in _markdown(table):
            say(line)
    if picture:
        picture.write_text(draw(seed))
    return found


def _figures(scene: Scene, policy: Policy, seeds: Sequence[int]) -> dict[str, float | None]:
    return average([Figures.of(Run(scene, policy, seed).run()) for seed in seeds])


def _markdown(table: Mapping[str, Mapping[str, float | None]]) -> list[str]:
    head = ["policy", *COLUMNS.values()]
    rows = [[policy, *(_cell(name, figures[name]) for name in COLUMNS)] for policy, figures in table.items()]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.1f}" if name == "items_to_catch" else f"{value * 100:.1f} %"


def draw(seed: int) -> str:
    """Bad experts' share of what is accepted, day by day, at 80 % load."""
    series = {one.name: bad_share_by_day(Run(Scene(), one, seed).run()) for one in POLICIES[:3]}
    return lines(series, title="Bad experts' share of the items accepted on a day", across="day of the project")
