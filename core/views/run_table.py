"""The table of Runs as plain data for the browser (pages/widgets/runs/run_table_js/): a line per
run, or per group with its runs under it. Each cell is what is written there and what it is sorted
by."""

from collections.abc import Sequence
from datetime import datetime
from statistics import fmean
from typing import Any

from core.base import formatting, palette
from core.base.language import N_, _, ngettext, translate
from core.compare import tables
from core.compare.tables import labels_by_id
from core.store.fields import DEFAULT_COLUMNS, differing_recipe_keys, field_info, field_text
from core.store.groups import Group, find_groups
from core.store.index import RunRow
from core.store.status import status_text, time_left, time_taken

REPEATS = "repeats"
NO_GROUPS = "none"
# Further columns that are no recipe keys.
_EXTRA_COLUMNS = (
    *("state", "difficult", "test", "loss", "data", "seed"),
    *("tag", "note", "from", "lr", "epochs"),
)
TableRow = dict[str, Any]
Dot = dict[str, str]  # of core.base.palette.swatch


def column_and_group_choices(rows: Sequence[RunRow]) -> tuple[list[str], list[str]]:
    """The columns that can be shown of these runs: the standard ones, the recipe keys that differ,
    every score of every test set. And what they can be grouped by: not at all, as repeats, or by
    the value of a key."""
    differ = differing_recipe_keys(rows)
    known = {key for row in rows for key in row.field_values}
    scores = [key for key in known if field_info(key).kind == "share" or key.endswith(".lift")]
    columns = dict.fromkeys((*DEFAULT_COLUMNS, *_EXTRA_COLUMNS, *differ, *sorted(scores)))
    groups = [NO_GROUPS, REPEATS, "verdict", "state", "data", "tag", "from", "lr", *differ]
    return list(columns), groups


def group_runs(rows: Sequence[RunRow], key: str) -> list[Group]:
    """The runs by a key's value, the group with the newest run first; a run with several tags is
    in several groups. rows: newest first."""
    if key == REPEATS:
        return find_groups(rows)
    together: dict[str, list[RunRow]] = {}
    for row in rows:
        value = row.field_values.get(key)
        values = value if isinstance(value, tuple) and value else (value,)
        for each in values:
            together.setdefault(field_text(key, each) or N_("none"), []).append(row)
    return [
        Group(f"{key}={value}", _translate_cell(key, value), tuple(found))
        for value, found in together.items()
    ]


def build_table(
    rows: Sequence[RunRow],
    all_rows: Sequence[RunRow],
    columns: Sequence[str],
    group_by: str,
    now: datetime,
) -> dict[str, Any]:
    """Columns and lines. rows: those to show, newest first; all_rows: every run, which give the
    names. A group of one run is shown as that run."""
    titles = labels_by_id(all_rows)

    def line(row: RunRow) -> TableRow:
        return _run_row(row, titles[row.id], columns, dots[row.id], now)

    groups = [] if group_by == NO_GROUPS else group_runs(rows, group_by)
    repeats = groups if group_by == REPEATS else []
    # In Compare's order: groups, then runs, the oldest first.
    ids = [*(group.id for group in reversed(repeats)), *(row.id for row in reversed(rows))]
    dots = palette.swatches({id_: palette.run_colour(id_) for id_ in ids})
    lines = [line(row) for row in rows] if group_by == NO_GROUPS else []
    for group in groups:
        runs = [line(row) for row in group.members]
        if repeats and len(runs) == 1:
            lines += runs
            continue
        badge = "" if repeats else ngettext("1 run", "{count} runs", len(runs))
        head = {"id": group.id, "title": group.title, "dot": dots.get(group.id), "state": ""}
        cells = [_group_cell(group, key) for key in columns]
        lines.append(head | {"cells": cells, "badge": badge, "runs": runs})
    heads = [
        {
            "key": key,
            "title": translate(field_info(key).title),
            "words": translate(field_info(key).description),
            "number": _is_numeric_column(key, rows),
        }
        for key in columns
    ]
    return {"columns": heads, "lines": lines}


def _run_row(
    row: RunRow, title: str, columns: Sequence[str], swatch: Dot, now: datetime
) -> TableRow:
    return {
        "id": row.id,
        "title": title,
        "dot": swatch,
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
    value = row.field_values.get(key)
    if key == "state":
        return [_state(row, now), _STATE_ORDER.index(str(value)), _progress(row)]
    if key == "took" and row.status.state == "running":
        value = time_taken(row.status, now)
    if field_info(key).kind == "moment":
        moment = formatting.parse_timestamp(value)
        return [None, moment.timestamp()] if moment else None
    words = _translate_cell(key, field_text(key, value))
    if key == "verdict" and (row.problem or row.status.state != "done"):
        words = _state(row, now)  # what there is to say before a verdict
        return [words, f"~{words.lower()}", None, _progress(row)]
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
    words, left = status_text(row.status), formatting.duration(time_left(row.status, now))
    return _("{state}, {time} left", state=words, time=left) if left else words


def _progress(row: RunRow) -> float | None:
    """Share of the epochs that are done, while it matters."""
    status = row.status
    if status.ended or not status.epochs:
        return None
    return min(1.0, status.epoch / status.epochs)


def _translate_cell(key: str, text: str) -> str:
    """What `field_text` gave, for the reader; names, tags and a recipe's values stay as they
    are."""
    spoken = key in ("verdict", "state", "from") or text in ("off", "none")
    return translate(text) if spoken else text


def _group_cell(group: Group, key: str) -> Any:
    """The mean with the lowest and the highest run; of words, the one they share or how many."""
    if key == "state":
        return [words := tables.state_text(group), words]
    if key == "verdict":
        found = group.verdict_counts()
        return [found.text(), found.text(), found.majority] if found else None
    if field_info(key).kind == "moment":
        moments = [formatting.parse_timestamp(row.field_values.get(key)) for row in group.members]
        known = [moment.timestamp() for moment in moments if moment]
        return [None, max(known)] if known else None
    if key in ("seed", "tag", "note"):
        return None
    if numbers := group.field_numbers(key):
        mean = fmean(numbers)
        return [_spread_text(key, mean, min(numbers), max(numbers), len(numbers)), mean]
    values = dict.fromkeys(field_text(key, row.field_values.get(key)) for row in group.members)
    words = _translate_cell(key, next(iter(values)))
    if len(values) > 1:
        words = _("{count} values", count=len(values))
    return [words, words.lower()] if words else None


def _spread_text(key: str, mean: float, low: float, high: float, runs: int) -> str:
    if field_info(key).kind == "share":
        return formatting.mean_range_text(mean, low, high, runs)
    ends = field_text(key, low), field_text(key, high)
    return field_text(key, mean) + (f" ({ends[0]}-{ends[1]})" if ends[0] != ends[1] else "")


def _is_numeric_column(key: str, rows: Sequence[RunRow]) -> bool:
    """Whether the column stands at the right, as numbers do."""
    if field_info(key).kind != "words":
        return field_info(key).kind != "moment"
    found = [row.field_values.get(key) for row in rows]
    return any(isinstance(value, int | float) for value in found)
