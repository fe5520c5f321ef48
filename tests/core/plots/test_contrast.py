"""What can be read: contrasts (WCAG 2.2) of the colours in use, on light and on dark pages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from core.base.palette import DARK_MODE_COLOURS, GREY, RUN_COLOURS
from core.plots.comparison import FAINTEST, STRONGEST
from tests.core.plots.test_figures import COLOUR_VISION, lab

ROOT = Path(__file__).resolve().parents[3]
THEMES = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["theme"]
WIDGETS = ROOT / "pages/widgets"
READABLE = 4.5
FADED = 0.6  # of the text's colour, in some of Streamlit's icons and keys
# Of captions: Streamlit's own texts in colour, which stand there as ticks and crosses.
MARKED = {"light": ("#0c5a44", "#9e303b"), "dark": ("#7ed5b0", "#f2919a")}
PAIR = re.compile(r"light-dark\((#\w+), (#\w+)\)")


def rgb(colour: str) -> tuple[float, ...]:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    return tuple(int(digits[i : i + 2], 16) for i in (0, 2, 4))


def blend(colour: str, page: str, share: float) -> tuple[float, ...]:
    """A colour laid over another, as browsers mix them."""
    return tuple(share * a + (1 - share) * b for a, b in zip(rgb(colour), rgb(page), strict=True))


def luminance(colour: tuple[float, ...]) -> float:
    parts = [c / 255 / 12.92 if c <= 10.3 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(params=["light", "dark"])
def theme(request) -> dict[str, str]:
    return THEMES[request.param] | {"name": request.param}


def theme_colour(theme: dict[str, str], pair: str) -> str:
    """The theme's part of `light-dark(…)`."""
    found = PAIR.search(pair)
    assert found is not None, pair
    return found[1 if theme["name"] == "light" else 2]


def run_colours(theme: dict[str, str]) -> list[str]:
    """The colours of runs, and the grey of what needs no training."""
    colours = [*RUN_COLOURS, GREY]
    return (
        colours if theme["name"] == "light" else [DARK_MODE_COLOURS[colour] for colour in colours]
    )


def test_known_contrasts():
    assert contrast(rgb("#000"), rgb("#fff")) == pytest.approx(21)
    assert contrast(rgb("#777777"), rgb("#ffffff")) == pytest.approx(4.48, abs=0.01)


def test_texts_and_marks_can_be_read(theme):
    for page in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
        for colour in (theme["textColor"], theme["primaryColor"], *run_colours(theme)):
            assert contrast(rgb(colour), rgb(page)) >= READABLE, (colour, page)
    page = theme["backgroundColor"]
    assert contrast(blend(theme["textColor"], page, FADED), rgb(page)) >= READABLE


def test_captions_and_the_marks_in_them_can_be_read(theme):
    sheet = (WIDGETS / "shared/theme.css").read_text("utf-8")
    faded = re.search(r"stCaptionContainer\"\] \{ opacity: ([.\d]+)", sheet)
    assert faded is not None
    for colour in (theme["textColor"], *MARKED[theme["name"]]):
        for page in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
            shown = blend(colour, page, float(faded[1]))
            assert contrast(shown, rgb(page)) >= READABLE, (colour, page)


def test_words_on_the_primary_colour_can_be_read(theme):
    words = theme_colour(theme, (WIDGETS / "shared/theme.css").read_text("utf-8"))
    assert contrast(rgb(words), rgb(theme["primaryColor"])) >= READABLE
    for file, rule in rules():
        if re.search(r"background(-color)?: var\(--st-primary", rule):
            found = re.search(r"(?<![-\w])color: ([^;]+)", rule)
            assert found is None or theme_colour(theme, found[1]) == words, (file, rule)


def test_a_confusions_numbers_can_be_read_on_every_cell(theme):
    page, text = theme["backgroundColor"], rgb(theme["textColor"])
    for colour in run_colours(theme):
        for strength in np.linspace(FAINTEST, STRONGEST, 20):
            assert contrast(text, blend(colour, page, strength)) >= READABLE, (colour, strength)


def test_colours_for_light_and_dark_in_style_sheets_can_be_read(theme):
    found = [(file, rule) for file, rule in rules() if "light-dark" in rule]
    assert len(found) > 4
    for file, rule in found:
        on_primary = "--st-primary" in rule or "background: var(--mark)" in rule
        if not on_primary and not file.endswith("theme.css"):
            colour = rgb(theme_colour(theme, rule))
            assert contrast(colour, rgb(theme["backgroundColor"])) >= READABLE, (file, rule)


def test_words_on_a_colour_of_their_own_can_be_read():
    for file, rule in rules():
        words = re.search(r"(?<![-\w])color: (#\w+)", rule)
        behind = re.search(r"background: (#\w+)", rule)
        if words and behind:
            assert contrast(rgb(words[1]), rgb(behind[1])) >= READABLE, (file, rule)
    large = (WIDGETS / "cams/cam_grid_js/grid.css").read_text("utf-8")
    for colour in re.findall(r"\.mark\.\w+ \{ background: (#\w+)", large):
        assert contrast(rgb("#fff"), rgb(colour)) >= READABLE, colour


def test_a_report_can_be_read(theme):
    sheet = (ROOT / "core/report/report.css").read_text("utf-8")
    light, _, dark = sheet.partition("@media")
    names = dict(re.findall(r"--(\w+): (#\w+)", light))
    if theme["name"] == "dark":
        names |= dict(re.findall(r"--(\w+): (#\w+)", dark))
    for name in ("ink", "soft", "mark", "good", "bad"):
        assert contrast(rgb(names[name]), rgb(names["paper"])) >= READABLE, name
    for colour in run_colours(theme):
        assert contrast(rgb(names["letter"]), rgb(colour)) >= READABLE, colour
        assert contrast(rgb(colour), rgb(names["paper"])) >= READABLE, colour


NEAREST = 13.0  # those that these replaced (Okabe & Ito's and three of Tol's) came as near as 8


@pytest.mark.parametrize("eyes", COLOUR_VISION)
def test_runs_look_different_to_all_eyes(theme, eyes):
    found = [lab(colour, eyes) for colour in run_colours(theme)[:-1]]
    nearest = min(float(np.linalg.norm(a - b)) for a, b in combinations(found, 2))
    assert nearest >= NEAREST


def rules() -> Iterator[tuple[str, str]]:
    for path in sorted(WIDGETS.rglob("*.css")):
        for rule in re.findall(r"[^{}]*\{[^{}]*\}", path.read_text("utf-8")):
            yield path.name, rule
