"""Tables that the pages show, made from the runs' rows (core.store.index)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler

from core import text
from core.store.index import RunRow

SCORE_TITLES = {
    "primary": "most prominent book",
    "object": "objects cut out",
    "ranking": "presence ranking",
    "present": "any book present",
}
SCORE_WORDS = {
    "accuracy": "Share of the validation photos that are classified right. They come from the "
    "same shoot as the training photos.",
    "primary": "The answer is the most prominent book of the photo.",
    "object": "Each labelled object, cut out and classified alone: the sharpest of the scores.",
    "ranking": "Do the photos that show a book come first when all are ordered by its "
    "probability? (mean average precision)",
    "present": "The answer is any book that can be seen. Nearly empty as evidence: where photos "
    "show several books, guessing does well too. Look at the grey mark.",
}
LIFT_WORDS = (
    "Evidence inside the objects' boxes, compared with evidence strewn evenly: "
    "1 is no better than chance, 2 is twice as much in the boxes."
)


def labels_of(rows: Sequence[RunRow]) -> dict[str, str]:
    """Short names of all runs, given newest first as the index does; a run of a k-fold split is
    named with its fold."""
    return text.run_labels(
        [(row.id, _name_and_fold(row), row.recipe["seed"]) for row in reversed(rows)]
    )


def _name_and_fold(row: RunRow) -> str:
    split = row.recipe["split"]
    return f"{row.name}, fold {split['fold']}" if split["method"] == "kfold" else row.name


def scored_sets(rows: Sequence[RunRow]) -> list[str]:
    """Test sets that the runs' summaries hold, in their order."""
    names = [name for row in rows for name in (row.summary or {}).get("sets", {})]
    return list(dict.fromkeys(names))


def score(row: RunRow, set_name: str, name: str) -> dict[str, Any] | None:
    """One score of a run's summary; None when it is not there."""
    found = ((row.summary or {}).get("sets", {}).get(set_name) or {}).get("scores") or {}
    value: dict[str, Any] | None = found.get(name)
    return value


def localisation(row: RunRow, set_name: str) -> dict[str, Any] | None:
    """Where a run's evidence lies in a set; None when that is not known."""
    found: dict[str, Any] | None = (
        (row.summary or {}).get("sets", {}).get(set_name) or {}
    ).get("localisation")  # fmt: skip
    return found


def runs_table(
    rows: Sequence[RunRow], colours: Mapping[str, str], now: datetime, hard_set: str
) -> Styler:
    """All runs: colour dot, name, state, progress and the numbers of the summary."""
    labels = labels_of(rows)
    table = []
    for row in rows:
        status, summary = row.status, row.summary or {}
        validation = summary.get("validation") or {}
        place = localisation(row, hard_set) or {}
        started = text.moment(status.started) or text.moment(status.created)
        table.append(
            {
                "dot": "⬤",
                "run": labels[row.id],
                "state": "cannot be read" if row.problem else text.state(status),
                "progress": status.epoch / status.epochs if status.epochs else None,
                "left": text.duration(text.time_left(status, now)),
                "val_accuracy": (validation.get("accuracy") or {}).get("value"),
                "val_loss": validation.get("loss"),
                "easy": (score(row, "test", "primary") or {}).get("value"),
                "hard": (score(row, hard_set, "primary") or {}).get("value"),
                "object": (score(row, hard_set, "object") or {}).get("value"),
                "lift": place.get("lift"),
                "took": text.duration(text.time_taken(status, now)),
                "started": started,
                "seed": None if row.problem else row.recipe["seed"],
                "data": row.data,
            }
        )
    frame = pd.DataFrame(table)
    frame["started"] = pd.to_datetime(frame["started"], utc=True)
    for name in ("progress", "val_accuracy", "val_loss", "easy", "hard", "object", "lift"):
        frame[name] = frame[name].astype("float64")
    for name in ("progress", "val_accuracy", "easy", "hard", "object"):
        frame[name] *= 100
    marks = [f"color: {colours[row.id]}" for row in rows]
    return frame.style.apply(lambda _: marks, subset=["dot"])


def validation_dots(rows: Sequence[RunRow], labels: Mapping[str, str]) -> pd.DataFrame:
    """The validation accuracies, for core.charts.score_dots."""
    found = [
        (row, (row.summary or {}).get("validation", {}).get("accuracy"), "accuracy") for row in rows
    ]
    return _dots(found, labels)


def set_dots(rows: Sequence[RunRow], labels: Mapping[str, str], set_name: str) -> pd.DataFrame:
    """The scores of one test set, and where the pointing game ended, for score_dots."""
    found = [(row, score(row, set_name, name), name) for name in SCORE_TITLES for row in rows]
    return _dots(found, labels)


def _dots(
    found: Sequence[tuple[RunRow, Mapping[str, Any] | None, str]], labels: Mapping[str, str]
) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "run": row.id,
                "label": labels[row.id],
                "title": SCORE_TITLES.get(name, name),
                "value": value["value"],
                "low": value["low"],
                "high": value["high"],
                "constant": value["constant"],
                "words": text.share_of(value),
            }
            for row, value, name in found
            if value is not None
        ],
        columns=["run", "label", "title", "value", "low", "high", "constant", "words"],
    )


def numbers_table(rows: Sequence[RunRow], labels: Mapping[str, str]) -> pd.DataFrame:
    """Every number of the runs' summaries: a row per set and score, a column per run, each with
    its 95 % interval, and the constant answer's score."""
    lines: list[dict[str, str]] = []

    def line(where: str, what: str, values: Sequence[Mapping[str, Any] | None]) -> None:
        known = [value for value in values if value is not None]
        if known:
            line = {"photos": where, "score": what}
            line |= {labels[r.id]: _with_interval(v) for r, v in zip(rows, values, strict=True)}
            lines.append(line | {"constant answer": text.percent(known[0]["constant"])})

    summaries = [row.summary or {} for row in rows]
    line("validation", "accuracy", [s.get("validation", {}).get("accuracy") for s in summaries])
    losses = [s.get("validation", {}).get("loss") for s in summaries]
    lines.append({"photos": "validation", "score": "loss"} | _texts(rows, labels, losses, ".4f"))
    for name in scored_sets(rows):
        for key, title in SCORE_TITLES.items():
            line(name, title, [score(row, name, key) for row in rows])
        places = [localisation(row, name) for row in rows]
        if any(places):
            for key, title in (("lift", "lift"), ("share", "evidence in the box")):
                values = [place[key] if place else None for place in places]
                form = ".2f" if key == "lift" else ".0%"
                constant = "1.00" if key == "lift" else _mean_area(places)
                cells = _texts(rows, labels, values, form) | {"constant answer": constant}
                lines.append({"photos": name, "score": title} | cells)
            line(name, "pointing game", [place and place["pointing"] for place in places])
    columns = ["photos", "score", *(labels[row.id] for row in rows), "constant answer"]
    return pd.DataFrame(lines, columns=columns).fillna("")


def _mean_area(places: Sequence[Mapping[str, Any] | None]) -> str:
    areas = [place["area"] for place in places if place]
    return text.percent(sum(areas) / len(areas))


def _texts(
    rows: Sequence[RunRow], labels: Mapping[str, str], values: Sequence[float | None], form: str
) -> dict[str, str]:
    return {
        labels[row.id]: "" if value is None else format(value, form).replace("%", " %")
        for row, value in zip(rows, values, strict=True)
    }


def _with_interval(value: Mapping[str, Any] | None) -> str:
    if value is None:
        return ""
    return f"{text.share_of(value)}, {100 * value['low']:.0f} to {100 * value['high']:.0f} %"


# --- time -----------------------------------------------------------------------------------------


_PART_WORDS = {
    "measuring": "measuring, once",
    "photos": "start and photos",
    "features": "frozen layers' features",
    "train": "epochs",
    "class maps": "class maps",
    "checkpoint": "checkpoints",
    "evaluate": "evaluation",
}


def time_parts(timing: pd.DataFrame, estimated: Mapping[str, float]) -> pd.DataFrame:
    """What a run took beside what it was expected to take, part by part, then in all: columns
    part, took, estimated (seconds; missing where nothing was estimated). timing: of timing.csv."""
    took = timing.groupby("phase")["seconds"].sum() if len(timing) else pd.Series(dtype=float)
    names = list(dict.fromkeys([*took.index, *estimated]))
    names.sort(key=lambda name: list(_PART_WORDS).index(name) if name in _PART_WORDS else 99)
    rows = [
        {
            "part": _PART_WORDS.get(name, name),
            "took": float(took.get(name, 0.0)),
            "estimated": estimated.get(name),
        }
        for name in names
    ]
    total = {"part": "in all", "took": float(took.sum()), "estimated": sum(estimated.values())}
    return pd.DataFrame([*rows, total], columns=["part", "took", "estimated"])
