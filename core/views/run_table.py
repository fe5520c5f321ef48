"""The table of Runs as plain data for the browser (pages/widgets/runs/run_table_js/): a line per
run, or per group with its runs under it. Each cell is what is written there and what it is sorted
by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import fmean
from typing import Any

from core.base import formatting, palette
from core.base.language import N_, _, ngettext, translate
from core.compare import tables
from core.compare.selection import run_items
from core.store.fields import OWN, STANDARD, fact, recipe_columns
from core.store.groups import Group, groups_of
from core.store.index import RunRow
from core.store.status import status_text, time_left, time_taken

REPEATS = "repeats"
NO_GROUPS = "none"
_OFFERED = ("tag", "note", "from", "lr", "epochs")  # further columns that are no recipe keys
Line = dict[str, Any]
Dot = dict[str, str]  # of core.base.palette.swatch


def choices_of(rows: Sequence[RunRow]) -> tuple[list[str], list[str]]:
    """The columns that can be shown of these runs: the standard ones, the recipe keys that differ,
    every score of every test set. And what they can be grouped by: not at all, as repeats, or by
    the value of a key."""
    differ = recipe_columns(rows)
    known = {key for row in rows for key in row.facts}
    scores = [key for key in known if fact(key).kind == "share" or key.endswith(".lift")]
    columns = dict.fromkeys((*STANDARD, *_OFFERED, *differ, *sorted(scores)))
    return list(columns), [
        NO_GROUPS,
        REPEATS,
        "verdict",
        "state",
        "data",
        "tag",
        "from",
        "lr",
        *differ,
    ]


def grouped(rows: Sequence[RunRow], by: str) -> list[Group]:
    """The runs by a key's value, the group with the newest run first; a run with several tags is
    in several groups. rows: newest first."""
    if by == REPEATS:
        return groups_of(rows)
    together: dict[str, list[RunRow]] = {}
    for row in rows:
        value = row.facts.get(by)
        values = value if isinstance(value, tuple) and value else (value,)
        for each in values:
            together.setdefault(_words(by, each) or N_("none"), []).append(row)
    return [
        Group(f"{by}={value}", _told(by, value), tuple(found)) for value, found in together.items()
    ]


def table(
    rows: Sequence[RunRow],
    all_rows: Sequence[RunRow],
    columns: Sequence[str],
    by: str,
    now: datetime,
) -> dict[str, Any]:
    """Columns and lines. rows: those to show, newest first; all_rows: every run, which give the
    names. A group of one run is shown as that run."""
    titles = {item.id: item.title for item in run_items(rows, all_rows)}

    def line(row: RunRow) -> Line:
        return _run_line(row, titles[row.id], columns, dots[row.id], now)

    lines, groups = [], [] if by == NO_GROUPS else grouped(rows, by)
    repeats = groups if by == REPEATS else []
    # In Compare's order: groups, then runs, the oldest first.
    ids = [*(group.id for group in reversed(repeats)), *(row.id for row in reversed(rows))]
    dots = palette.swatches({id_: palette.run_colour(id_) for id_ in ids})
    if by == NO_GROUPS:
        lines = [line(row) for row in rows]
    else:
        for group in groups:
            if by == REPEATS and len(group.members) == 1:
                lines.append(line(group.members[0]))
            else:
                found = _group_line(group, columns, dots.get(group.id))
                count = len(group.members)
                badge = "" if by == REPEATS else ngettext("1 run", "{count} runs", count)
                runs = [line(row) for row in group.members]
                lines.append(found | {"badge": badge, "runs": runs})
    heads = [
        {
            "key": key,
            "title": translate(fact(key).title),
            "words": translate(fact(key).words),
            "number": _is_number(key, rows),
        }
        for key in columns
    ]
    return {"columns": heads, "lines": lines}


def _run_line(row: RunRow, title: str, columns: Sequence[str], dot: Dot, now: datetime) -> Line:
    return {
        "id": row.id,
        "title": title,
        "dot": dot,
        "starred": row.starred,
        "example": row.example,
        "tags": list(row.tags),
        "note": row.note,
        "from": translate(row.came_from),
        "state": "problem" if row.problem else row.status.state,
        "cells": [_cell(row, key, now) for key in columns],
    }


def _cell(row: RunRow, key: str, now: datetime) -> Any:
    """[text, what it is sorted by]; None where there is nothing. Moments are written by the
    browser, which knows the reader's time zone: [None, seconds since 1970]."""
    value = row.facts.get(key)
    if key == "state":
        return [_state(row, now), _STATE_ORDER.index(str(value)), _progress(row)]
    if key == "took" and row.status.state == "running":
        value = time_taken(row.status, now)
    if fact(key).kind == "moment":
        moment = formatting.moment(value)
        return [None, moment.timestamp()] if moment else None
    words = _told(key, _words(key, value))
    if not words:
        return None
    if key == "verdict":
        return [words, words.lower(), value]
    return [words, value if isinstance(value, int | float) else words.lower()]


_STATE_ORDER = (
    N_("running"),
    N_("queued"),
    N_("paused"),
    N_("done"),
    N_("failed"),
    N_("cancelled"),
    N_("cannot be read"),
)


def _state(row: RunRow, now: datetime) -> str:
    if row.problem:
        return _("cannot be read")
    words, left = (
        status_text(row.status),
        formatting.duration(time_left(row.status, now)),
    )
    return _("{state}, {time} left", state=words, time=left) if left else words


def _progress(row: RunRow) -> float | None:
    """Share of the epochs that are done, while it matters."""
    status = row.status
    if status.ended or not status.epochs:
        return None
    return min(1.0, status.epoch / status.epochs)


def _words(key: str, value: Any) -> str:
    """A value as it is read; empty where there is none. A recipe's key that is off says so."""
    if value is None:
        return "" if key in OWN or fact(key).kind != "words" else N_("off")
    if isinstance(value, tuple):
        return ", ".join(value)
    match fact(key).kind:
        case "share":
            return formatting.percent(value)
        case "seconds":
            return formatting.duration(value)
        case "number" if key == "lr":
            return formatting.rate(value)
        case "number" if key == "loss":
            return f"{value:.3f}"
        case "number" if key.rsplit(".", 1)[-1] == "lift":
            return f"{value:.2f}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _told(key: str, words: str) -> str:
    """What `_words` gave, for the reader; names, tags and a recipe's values stay as they are."""
    spoken = key in ("verdict", "state", "from") or words in ("off", "none")
    return translate(words) if spoken else words


def _group_line(group: Group, columns: Sequence[str], dot: Dot | None) -> Line:
    return {
        "id": group.id,
        "title": group.title,
        "dot": dot,
        "state": "",
        "cells": [_group_cell(group, key) for key in columns],
    }


def _group_cell(group: Group, key: str) -> Any:
    """The mean with the lowest and the highest run; of words, the one they share or how many."""
    if key == "state":
        return [words := tables.states(group), words]
    if key == "verdict":
        found = group.verdict()
        return [found.words(), found.words(), found.majority] if found else None
    if fact(key).kind == "moment":
        moments = [formatting.moment(row.facts.get(key)) for row in group.members]
        known = [moment.timestamp() for moment in moments if moment]
        return [None, max(known)] if known else None
    if key in ("seed", "tag", "note"):
        return None
    if numbers := group.fact_numbers(key):
        mean = fmean(numbers)
        return [_spread_words(key, mean, min(numbers), max(numbers), len(numbers)), mean]
    values = dict.fromkeys(_words(key, row.facts.get(key)) for row in group.members)
    words = _told(key, next(iter(values)))
    if len(values) > 1:
        words = _("{count} kinds", count=len(values))
    return [words, words.lower()] if words else None


def _spread_words(key: str, mean: float, low: float, high: float, runs: int) -> str:
    if fact(key).kind == "share":
        return formatting.spread_of(mean, low, high, runs)
    ends = _words(key, low), _words(key, high)
    return _words(key, mean) + (f" ({ends[0]}-{ends[1]})" if ends[0] != ends[1] else "")


def _is_number(key: str, rows: Sequence[RunRow]) -> bool:
    """Whether the column stands at the right, as numbers do."""
    if fact(key).kind != "words":
        return fact(key).kind != "moment"
    found = [row.facts.get(key) for row in rows]
    return any(isinstance(value, int | float) for value in found)
