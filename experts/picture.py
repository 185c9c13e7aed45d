"""A line chart as SVG for the documents: a few lines of markup instead of a plotting library."""

from collections.abc import Mapping, Sequence
from html import escape
from math import floor, log10

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 60, 150, 40, 45
COLORS = ("#868e96", "#c92a2a", "#3b5bdb", "#2b8a3e", "#b35900")
MOST_TICKS = 6

Points = Sequence[tuple[float, float]]


def lines(series: Mapping[str, Points], *, title: str, across: str, percent: bool = True) -> str:
    """One line per series, named at its end; the vertical axis starts at zero."""
    right = max(x for points in series.values() for x, _ in points)
    top = max(y for points in series.values() for _, y in points) * 1.1
    body = [*_axes(right, top, across, percent), _text(LEFT, 22, title, size=15)]
    ends = _apart({name: _y(points[-1][1], top) for name, points in series.items()})
    for color, (name, points) in zip(COLORS, series.items(), strict=False):
        path = " ".join(f"{_x(x, right):.1f},{_y(y, top):.1f}" for x, y in points)
        body.append(f'<polyline fill="none" stroke="{color}" stroke-width="2" points="{path}"/>')
        body.append(_text(WIDTH - RIGHT + 8, ends[name] + 4, name, color=color))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
    return "\n".join([f'{head} aria-label="{escape(title)}" font-family="sans-serif">', _ground(), *body, "</svg>", ""])


def _ground() -> str:
    return f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'


def _x(value: float, right: float) -> float:
    return LEFT + value / right * (WIDTH - LEFT - RIGHT)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _apart(places: Mapping[str, float], least: float = 15) -> dict[str, float]:
    """Names at the ends of lines that meet are moved apart, upwards from the axis."""
    moved: dict[str, float] = {}
    highest = float(HEIGHT - BOTTOM)
    for name in sorted(places, key=lambda one: -places[one]):
        moved[name] = min(places[name], highest)
        highest = moved[name] - least
    return moved


def _axes(right: float, top: float, across: str, percent: bool) -> list[str]:
    drawn = []
    for height in _ticks(top):
        label = f"{height * 100:g} %" if percent else f"{height:g}"
        y = _y(height, top)
        drawn.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dee2e6"/>')
        drawn.append(_text(LEFT - 8, y + 4, label, anchor="end"))
    for place in _ticks(right):
        drawn.append(_text(_x(place, right), HEIGHT - BOTTOM + 18, f"{place:g}", anchor="middle"))
    drawn.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, across, anchor="middle"))
    return drawn


def _ticks(end: float) -> list[float]:
    """Round numbers from zero to the end: steps of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** floor(log10(end / MOST_TICKS))
    step = next(power * factor for factor in (1, 2, 5, 10) if end / (power * factor) <= MOST_TICKS)
    return [round(step * number, 12) for number in range(int(end / step) + 1)]


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, color: str = "#343a40") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" fill="{color}">{escape(text)}</text>'
