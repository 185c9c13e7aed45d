"""Contrast of every pair of colors that meet, in every theme (WCAG 2.2, 1.4.3 and 1.4.11), and the size budget."""

import re

import pytest
from django.conf import settings

CSS = (settings.BASE_DIR / "static" / "css" / "scriptorium.css").read_text()
PAIR = re.compile(r"--([a-z-]+):\s*(?:light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)|(#[0-9a-f]{6}))\s*;")
GROUNDS = ("ground", "panel", "rail", "raised", "hover")


def tokens(block: str) -> dict[str, tuple[str, str]]:
    return {name: (light or both, dark or both) for name, light, dark, both in PAIR.findall(block)}


def block_after(selector: str) -> str:
    start = CSS.index(selector)
    return CSS[start : CSS.index("}", start)]


NORMAL = tokens(block_after(":root {"))
MORE = NORMAL | tokens(block_after(':root[data-contrast="more"] {'))
THEMES = [("normal", NORMAL, 0), ("normal", NORMAL, 1), ("more", MORE, 0), ("more", MORE, 1)]
THEME_NAMES = ["light", "dark", "light, more contrast", "dark, more contrast"]
TEXT = [(ink, ground) for ink in ("text", "muted", "accent", "good", "warn", "bad", "note") for ground in GROUNDS]
TEXT += [(tone, f"{tone}-soft") for tone in ("good", "warn", "bad", "note", "accent")]
TEXT += [("text", f"{tone}-soft") for tone in ("good", "warn", "bad", "note", "accent")]
TEXT += [("on-fill", f"{fill}-fill") for fill in ("accent", "good", "bad")] + [("text", "mark")]
SHAPES = [("line-strong", "panel"), ("focus", "panel"), ("focus", "ground"), ("accent", "panel")]


def luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(two)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def too_weak(colors: dict[str, tuple[str, str]], scheme: int, pairs: list[tuple[str, str]], least: float) -> list[str]:
    measured = [(a, b, contrast(colors[a][scheme], colors[b][scheme])) for a, b in pairs]
    return [f"{a} on {b}: {ratio:.2f}" for a, b, ratio in measured if ratio < least]


@pytest.mark.parametrize(("name", "colors", "scheme"), THEMES, ids=THEME_NAMES)
def test_every_text_can_be_read(name: str, colors: dict[str, tuple[str, str]], scheme: int) -> None:
    assert too_weak(colors, scheme, TEXT, 4.5) == []


@pytest.mark.parametrize(("name", "colors", "scheme"), THEMES, ids=THEME_NAMES)
def test_every_border_that_means_something_can_be_seen(
    name: str, colors: dict[str, tuple[str, str]], scheme: int
) -> None:
    assert too_weak(colors, scheme, SHAPES, 3) == []


def mixed(front: str, back: str, share: float) -> str:
    parts = [round(int(front[at : at + 2], 16) * share + int(back[at : at + 2], 16) * (1 - share)) for at in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_the_number_in_the_fullest_heat_cell_can_be_read(scheme: int) -> None:
    fullest = mixed(NORMAL["heat"][scheme], NORMAL["panel"][scheme], 0.56)
    assert contrast(NORMAL["text"][scheme], fullest) >= 4.5


def test_both_ways_to_more_contrast_are_the_same() -> None:
    by_system = tokens(block_after(':root:not([data-contrast="normal"]) {'))
    assert by_system == tokens(block_after(':root[data-contrast="more"] {'))


def test_the_stylesheet_stays_small() -> None:
    assert len(CSS.encode()) < 40_000
