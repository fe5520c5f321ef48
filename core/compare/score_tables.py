"""Scores of items (core.compare.selection) as the pages show them, dots and tables, beside what
controls score: classifiers on a backbone that never saw these photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import pandas as pd

from core.base import formatting
from core.base.language import N_, _
from core.compare.tables import SCORE_TITLES, lift_words
from core.store.fields import hardest
from core.store.groups import Group

Controls = Mapping[str, Mapping[str, Any] | None]  # controls.json by run id
CONTROLS = {
    "frozen": N_("frozen backbone + logistic regression"),
    "untrained": N_("untrained weights + logistic regression"),
}
_SHORT = {"frozen": N_("frozen backbone"), "untrained": N_("untrained weights")}  # as columns
_CONSTANT = N_("constant answer")
_ACCURACY = ("validation", "accuracy")
DOTS = ("run", "label", "title", "value", "low", "high", "constant", *CONTROLS, "words", "members")


def sets_of(items: Sequence[Group]) -> list[str]:
    """Test sets that the items' summaries hold, in their order."""
    rows = [row for item in items for row in item.finished()]
    return list(dict.fromkeys(name for row in rows for name in (row.summary or {}).get("sets", {})))


def hard_set(items: Sequence[Group]) -> str:
    """The test set that headlines tell (core.store.fields.hardest)."""
    return hardest(
        {
            name: any(score_of(item, "sets", name, "scores", "primary") for item in items)
            for name in sets_of(items)
        }
    )


def hard_score(item: Group) -> tuple[str, str, tuple[str, str]]:
    """What a headline tells of an item: its hardest set, the sharpest score there (objects, or
    photos where none is boxed), and `share_words` of it."""
    hard = hard_set([item])
    for key in ("object", "primary"):
        words = share_words(item, "sets", hard, "scores", key)
        if words[0] != "-":
            break
    return hard, key, words


def validation_dots(items: Sequence[Group], controls: Controls) -> pd.DataFrame:
    """The validation accuracies, for core.plots.scores.score_dots."""
    return _dots(items, controls, [("accuracy", _ACCURACY)])


def set_dots(items: Sequence[Group], controls: Controls, set_name: str) -> pd.DataFrame:
    """The scores of one test set, for score_dots."""
    places = [(title, ("sets", set_name, "scores", key)) for key, title in SCORE_TITLES.items()]
    return _dots(items, controls, places)


def lift_dots(items: Sequence[Group], controls: Controls) -> pd.DataFrame:
    """The lift on each test set, for score_dots: no interval is known of a run's, and 1 is what
    evidence strewn evenly gets."""
    lines = []
    for name in sets_of(items):
        keys = ("sets", name, "localisation", "lift")
        for item in items:
            spread = item.mean_and_spread(*keys)
            if spread is not None:
                line = _line(item, name, controls, keys)
                words = lift_words(item, name)
                lines.append(line | {"constant": 1.0, "words": words})
    return pd.DataFrame(lines, columns=DOTS)


def score_of(item: Group, *keys: str) -> Mapping[str, Any] | None:
    """A score of the item's first run that has it; None when no run has."""
    for row in item.finished():
        found: Any = row.summary
        for key in keys:
            found = (found or {}).get(key)
        if found is not None:
            score: Mapping[str, Any] = found
            return score
    return None


def share_words(item: Group, *keys: str) -> tuple[str, str]:
    """A score in two texts: `75 %` and `56 of 75`, or, for several runs, `68 %` and `65-71 % in
    3 runs`. A dash and nothing when it is not known."""
    score, spread = score_of(item, *keys), item.mean_and_spread(*keys, "value")
    if score is None or spread is None:
        return "-", ""
    if spread.n > 1:
        if formatting.percent(spread.low) == formatting.percent(spread.high):
            return formatting.percent(spread.mean), _("in each of {n} runs", n=spread.n)
        low, high = f"{100 * spread.low:.0f}", f"{100 * spread.high:.0f}"
        ends = _("{low}-{high} % in {n} runs", low=low, high=high, n=spread.n)
        return formatting.percent(spread.mean), ends
    correct = score.get("correct")
    if correct is None:
        return formatting.percent(spread.mean), ""
    count = _("{count} of {total}", count=correct, total=score["total"])
    return formatting.percent(spread.mean), count


def _dots(
    items: Sequence[Group], controls: Controls, places: Sequence[tuple[str, tuple[str, ...]]]
) -> pd.DataFrame:
    """places: title and where the score stands in a summary."""
    lines = [
        _line(item, title, controls, (*keys, "value")) | _ends(item, keys)
        for title, keys in places
        for item in items
        if score_of(item, *keys) is not None
    ]
    return pd.DataFrame(lines, columns=DOTS)


def _line(item: Group, title: str, controls: Controls, keys: tuple[str, ...]) -> dict[str, Any]:
    """One dot: the mean, and from the lowest to the highest run."""
    numbers = item.numbers(*keys)
    line: dict[str, Any] = {
        "run": item.id,
        "label": item.title,
        "title": title,
        "value": fmean(numbers),
        "low": min(numbers),
        "high": max(numbers),
        "members": numbers,
    }
    return line | {name: control_number(item, controls, name, *keys) for name in CONTROLS}


def _ends(item: Group, keys: tuple[str, ...]) -> dict[str, Any]:
    """The constant answer's score and the words; for a run alone also its 95 % interval."""
    spread, score = item.mean_and_spread(*keys, "value"), score_of(item, *keys)
    assert spread is not None
    assert score is not None
    constants = fmean(item.numbers(*keys, "constant"))
    if spread.n > 1:
        words = formatting.spread_of(spread.mean, spread.low, spread.high, spread.n)
        words = _("{share}, {n} runs", share=words, n=spread.n)
        return {"constant": constants, "words": words}
    ends = {"low": score["low"], "high": score["high"]}
    return ends | {"constant": constants, "words": formatting.share_of(score)}


def control_number(item: Group, controls: Controls, name: str, *keys: str) -> float | None:
    """What a control scores on an item's photos, mean over its runs; None when that is not known.
    Repeats on other folds have other training photos, and so other controls."""
    found = []
    for row in item.finished():
        value: Any = (controls.get(row.id) or {}).get(name)
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(value, int | float):
            found.append(float(value))
    return fmean(found) if found else None


# --- all numbers ----------------------------------------------------------------------------------


def numbers_table(items: Sequence[Group], controls: Controls) -> pd.DataFrame:
    """Every number of the items' summaries: a row per set and score, a column per item, then the
    constant answer and the controls that are known. A run's score has its 95 % interval; several
    runs are told by their mean, the lowest and the highest."""
    lines: list[dict[str, str]] = []

    def line(where: str, what: str, keys: tuple[str, ...]) -> None:
        cells = {item.title: _score_cell(item, keys) for item in items}
        constants = [n for item in items for n in item.numbers(*keys, "constant")]
        if any(cells.values()):
            known = {_CONSTANT: formatting.percent(fmean(constants))}
            add(where, what, cells | known, (*keys, "value"), ".0%")

    def add(where: str, what: str, cells: dict[str, str], keys: tuple[str, ...], form: str) -> None:
        for name, short in _SHORT.items():
            found = [control_number(item, controls, name, *keys) for item in items]
            cells |= {short: _several([value for value in found if value is not None], form)}
        lines.append({"photos": where, "score": what} | cells)

    def plain(where: str, what: str, keys: tuple[str, ...], form: str, constant: str) -> None:
        cells = {item.title: _number_cell(item, keys, form) for item in items}
        if any(cells.values()):
            add(where, what, cells | {_CONSTANT: constant}, keys, form)

    line("validation", N_("accuracy"), _ACCURACY)
    plain("validation", N_("loss"), ("validation", "loss"), ".4f", "")
    for name in sets_of(items):
        for key, title in SCORE_TITLES.items():
            line(name, title, ("sets", name, "scores", key))
        place = ("sets", name, "localisation")
        areas = [n for item in items for n in item.numbers(*place, "area")]
        plain(name, N_("lift"), (*place, "lift"), ".2f", "1.00")
        area = formatting.percent(fmean(areas)) if areas else ""
        plain(name, N_("evidence in the box"), (*place, "share"), ".0%", area)
        line(name, N_("pointing game"), (*place, "pointing"))
    columns = ["photos", "score", *(item.title for item in items), _CONSTANT]
    columns += [short for short in _SHORT.values() if any(line.get(short) for line in lines)]
    return pd.DataFrame(lines, columns=columns).fillna("")


def _score_cell(item: Group, keys: tuple[str, ...]) -> str:
    score, spread = score_of(item, *keys), item.mean_and_spread(*keys, "value")
    if score is None or spread is None:
        return ""
    if spread.n > 1:
        return formatting.spread_of(spread.mean, spread.low, spread.high, spread.n)
    low, high = f"{100 * score['low']:.0f}", f"{100 * score['high']:.0f}"
    return _("{share}, {low} to {high} %", share=formatting.share_of(score), low=low, high=high)


def _number_cell(item: Group, keys: tuple[str, ...], form: str) -> str:
    spread = item.mean_and_spread(*keys)
    if spread is None:
        return ""
    if spread.n < 2:
        return _formed(spread.mean, form)
    low, high = (_formed(end, form).removesuffix(" %") for end in (spread.low, spread.high))
    return f"{_formed(spread.mean, form)} ({low}-{high})"


def _several(values: Sequence[float], form: str) -> str:
    """One text where all items have the same control, else from the lowest to the highest."""
    texts = list(dict.fromkeys(_formed(value, form) for value in sorted(values)))
    return texts[0] if len(texts) == 1 else " to ".join((texts[0], texts[-1])) if texts else ""


def _formed(value: float, form: str) -> str:
    return format(value, form).replace("%", " %")
