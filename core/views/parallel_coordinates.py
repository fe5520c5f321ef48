"""The parallel-coordinates figure: what pages/widgets/compare/parallel_coordinates.js draws, a line
per item across recipe keys and results."""

import re
from collections.abc import Sequence
from typing import Any
from unicodedata import east_asian_width

from core.base import palette
from core.base.language import _, translate
from core.compare.colours import BY_ITEM, MAX_COLOURS, ColourScheme
from core.compare.parallel_axes import Dimension, ParallelAxes

_MIN_TICK_GAP = 0.055  # of an axis' height, at least, between two of its ticks
_TICK, _LAST_TICK = 16, 24  # characters of a tick; beside the last axis is more room
_ROW, _ROWS = 15, 3  # characters of a row of a title, and rows
_WIDEST, _WIDE, _THIN = 4.0, 2.2, 1.5  # pixels of lines: few, that all show, and of many


def parallel_lines(
    parallel_axes: ParallelAxes, keys: Sequence[str], colour_scheme: ColourScheme
) -> dict[str, Any]:
    """A line per item, in the colour that it has everywhere, across those recipe keys and all
    results, as plain data.

    axes: key (unlike any other axis'), name (its title in one piece), title (the same in rows),
    ticks (shares of its height, 0 at the foot, with their words, none crowding another), result
    (whether it is one). lines: name, colour, dash, width, at (shares of the axes' heights), values
    (the same in words). words: what the figure shows, for who cannot see it. legend: what its
    colours tell, with the dash of each line that has a colour of its own. texts: what is said of
    it in the browser, with `{…}` for what only the browser knows."""
    recipe = {dimension.title: dimension for dimension in parallel_axes.recipe_dimensions}
    dimensions = [*(recipe[key] for key in keys), *parallel_axes.result_dimensions]
    short = _short_titles([_translate_result(one, one.title) for one in dimensions])
    at = [[_normalise(one, place) for place in one.positions] for one in dimensions]
    lines: list[dict[str, Any]] = [
        {
            "name": item.title,
            "colour": palette.css_colour(colour_scheme.colours[item.id]),
            "dash": colour_scheme.marker(item.id).dash,
            "width": _line_width(number, len(parallel_axes.items)),
            "at": [places[number] for places in at],
            "values": [_translate_result(one, one.texts[number]) for one in dimensions],
        }
        for number, item in enumerate(parallel_axes.items)
    ]
    legend = [(words, palette.css_colour(c), mark.dash) for words, c, mark in colour_scheme.legend]
    if not legend and colour_scheme.name == BY_ITEM:
        legend = [(line["name"], line["colour"], line["dash"]) for line in lines]
    texts = {
        "hint": _(
            "Hover over a line to see its run. Drag along an axis to keep only the lines "
            "that cross there; click to undo. Keys: Tab moves to the lines or an axis, ↑ ↓ "
            "step through, Esc resets everything."
        ),
        "kept": _("{kept} of {all} lines are in range."),
        "more": _("and {count} more"),
        "all": _("all lines"),
        "picture": _("Download PNG"),
    }
    return {
        "axes": [
            _axis(dimension, title, last=number == len(dimensions))
            for number, (dimension, title) in enumerate(zip(dimensions, short, strict=True), 1)
        ],
        "lines": lines,
        "words": _(
            "Parallel coordinates of {n} runs or groups; axes: {axes}",
            n=len(lines),
            axes="; ".join(short),
        ),
        "legend": legend,
        "texts": texts,
    }


def _translate_result(dimension: Dimension, text: str) -> str:
    """A recipe's keys and values stay as they are."""
    return translate(text) if dimension.is_result else text


def _line_width(number: int, lines: int) -> float:
    """Of few lines earlier ones are wider beneath later ones, so that equal lines all show."""
    if lines > MAX_COLOURS:
        return _THIN
    return round(_WIDE + (_WIDEST - _WIDE) * (lines - 1 - number) / max(lines - 1, 1), 2)


# --- axes -----------------------------------------------------------------------------------


def _normalise(dimension: Dimension, place: float) -> float:
    """Where a place is on its axis: 0 at the foot, 1 at the top; a single place in the middle."""
    places = [*dimension.positions, *(place for place, __ in dimension.ticks)]
    low, high = min(places), max(places)
    return round((place - low) / (high - low), 4) if high > low else 0.5


def _axis(dimension: Dimension, short: str, last: bool) -> dict[str, Any]:
    ticks = [
        (_normalise(dimension, place), _translate_result(dimension, words))
        for place, words in dimension.ticks
    ]
    most = _LAST_TICK if last else _TICK
    title = f"{short} (log)" if dimension.logarithmic else short
    return {
        "key": f"{'result' if dimension.is_result else 'recipe'} {dimension.title}",
        "name": title,
        "title": _wrap_title(title),
        "ticks": [(share, _truncate(words, most)) for share, words in _drop_crowded(ticks)],
        "result": dimension.is_result,
    }


def _drop_crowded(ticks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Those that do not crowd each other: first and last, and of the others as many as fit."""
    *others, top = ticks
    kept: list[tuple[float, str]] = []
    for share, words in others:
        below = kept[-1][0] if kept else -1.0
        if min(share - below, top[0] - share) >= _MIN_TICK_GAP:
            kept.append((share, words))
    return [*kept, top]


def _short_titles(titles: Sequence[str]) -> list[str]:
    """The end of each dotted key, as much of it as tells it from the others: `zoom`, but
    `dropout.features`, as the last word of three says little by itself."""
    found = []
    for title in titles:
        parts = title.split(".")
        ends = (".".join(parts[-length:]) for length in range(1 + (len(parts) > 2), len(parts) + 1))
        others = [other for other in titles if other != title]
        found.append(next((e for e in ends if not any(o.endswith(e) for o in others)), title))
    return found


# --- words that fit -------------------------------------------------------------------------


def _text_width(text: str) -> int:
    """Characters across, of which a Japanese one is two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _truncate(text: str, max_chars: int) -> str:
    if _text_width(text) <= max_chars:
        return text
    while _text_width(text) >= max_chars:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _wrap_title(title: str) -> list[str]:
    """A title broken where its words end."""
    rows = [""]
    for piece in re.findall(r"[^ ._,/-]*[ ._,/-]*", title):
        if rows[-1] and _text_width(rows[-1] + piece.rstrip()) > _ROW:
            rows.append("")
        rows[-1] += piece
    kept = [*rows[: _ROWS - 1], "".join(rows[_ROWS - 1 :])]
    return [_truncate(row.strip(), _ROW) for row in kept if row]
