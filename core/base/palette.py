"""Colours and marks: of runs, of learning rates, on light pages and on dark ones."""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

# On light pages and on dark ones, where no colour can be read that can be on the others. Searched
# for so that they lie far apart for people who do not tell red from green, or blue from yellow, too
# (tests/core/plots/test_contrast.py).
RUN_COLOURS = (
    "#004fca",
    "#622c00",
    "#204c39",
    "#c0097b",
    "#0d7798",
    "#d71309",
    "#497400",
    "#6e2a9c",
)
GREY = "#666b78"
_ON_DARK = (
    "#46b5f2",
    "#d48a17",
    "#25d38a",
    "#e96bb1",
    "#9ed3fe",
    "#e9645b",
    "#c5d53c",
    "#c35eff",
    "#8a90a0",
)
_FROZEN = "#b4b9c6"
DARK_MODE_COLOURS = dict(zip((*RUN_COLOURS, GREY), _ON_DARK, strict=True))


class Marker(NamedTuple):
    """What parts items of one colour. symbol: of points, as Plotly names it; shape: the same as a
    clip-path; dash: of lines, lengths in pixels."""

    symbol: str
    shape: str
    dash: str


MARKERS = (
    Marker("circle", "circle(50%)", ""),
    Marker("square", "inset(7%)", "9px,4px"),
    Marker("triangle-up", "polygon(50% 0,100% 100%,0 100%)", "9px,3px,2px,3px"),
    Marker("diamond", "polygon(50% 0,100% 50%,50% 100%,0 50%)", "16px,4px"),
    Marker("triangle-down", "polygon(0 0,100% 0,50% 100%)", "16px,3px,2px,3px"),
    Marker(
        "cross",
        "polygon(33% 0,67% 0,67% 33%,100% 33%,100% 67%,67% 67%,67% 100%,33% 100%,"
        "33% 67%,0 67%,0 33%,33% 33%)",
        "9px,3px,2px,3px,2px,3px",
    ),
    Marker("hourglass", "polygon(0 0,100% 0,50% 50%,100% 100%,0 100%,50% 50%)", "4px,4px"),
    Marker("bowtie", "polygon(0 0,50% 50%,100% 0,100% 100%,50% 50%,0 100%)", "16px,3px,6px,3px"),
)


# Blue to yellow, a colour per power of ten, each lighter than the one before, so that people who do
# not tell red from green can rank the rates too (a test holds the steps apart for them).
_LR_SCALE = ("#2b49c2", "#8a5fd0", "#bf4fa8", "#e0566a", "#f08a3c", "#f2bd2e")
_LR_MIN_EXPONENT, _LR_MAX_EXPONENT = -6.0, -1.0  # exponents of ten that the scale spans


def run_colour(id_: str) -> str:
    """The colour of a run or group: by its id alone, so that it never changes. Where two that are
    compared have the same one, `marks` part them."""
    return RUN_COLOURS[hashlib.sha256(id_.encode()).digest()[-1] % len(RUN_COLOURS)]


def css_colour(colour: str) -> str:
    """One of our colours as CSS, for light and dark pages."""
    return f"light-dark({colour}, {DARK_MODE_COLOURS[colour]})"


def assign_markers(colours: Mapping[str, str]) -> dict[str, Marker]:
    """How those of one colour are parted, each later one by the next of MARKERS; where there are
    more than colours, what shares a colour is meant to."""
    seen, few = Counter[str](), len(colours) <= len(MARKERS)
    found = {}
    for key, colour in colours.items():
        found[key] = MARKERS[seen[colour] if few else 0]
        seen[colour] += 1
    return found


def swatches(colours: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The dot of each item, by its id."""
    parted = assign_markers(colours)
    return {id_: swatch(colour, parted[id_]) for id_, colour in colours.items()}


def swatch(colour: str, marker: Marker) -> dict[str, str]:
    """The dot of an item, as style for scripts."""
    return {"backgroundColor": css_colour(colour), "clipPath": marker.shape}


def lr_colour(lr: float) -> str:
    """The colour of a learning rate: grey when frozen, else by its logarithm."""
    if lr <= 0:
        return _FROZEN
    place = (math.log10(lr) - _LR_MIN_EXPONENT) / (_LR_MAX_EXPONENT - _LR_MIN_EXPONENT)
    place = min(max(place, 0.0), 1.0) * (len(_LR_SCALE) - 1)
    low = min(int(place), len(_LR_SCALE) - 2)
    mixed = (
        round(a + (b - a) * (place - low))
        for a, b in zip(_rgb(_LR_SCALE[low]), _rgb(_LR_SCALE[low + 1]), strict=True)
    )
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def dot_html(colour: str, size: int = 18, marker: Marker = MARKERS[0]) -> str:
    """HTML of a disc (or another mark's shape) of one of our colours, `size` pixels wide."""
    return (
        f'<div aria-hidden="true" style="width:{size}px;height:{size}px;clip-path:{marker.shape};'
        f'background-color:{css_colour(colour)}"></div>'
    )
