"""Scores of items (core.compare.selection) as the pages show them, dots and tables, beside what
controls score: classifiers on a backbone that never saw these photos."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import pandas as pd

from core.base import formatting
from core.base.language import N_, _, translate
from core.compare.tables import SCORE_TITLES, lift_text
from core.store.groups import Group
from core.store.test_sets import comparison_set_of

Controls = Mapping[str, Mapping[str, Any] | None]  # controls.json by run id
CONTROL_TITLES = {
    "frozen": N_("frozen backbone + logistic regression"),
    "untrained": N_("untrained weights + logistic regression"),
}
_CONTROL_COLUMNS = {"frozen": N_("frozen backbone"), "untrained": N_("untrained weights")}
_CONSTANT = N_("constant answer")
_ACCURACY, _SHIFTED = ("validation", "accuracy"), ("shifted", "total", "accuracy")
DOT_COLUMNS = (
    *("run", "label", "title", "value", "low", "high", "constant"),
    *(*CONTROL_TITLES, "words", "members"),
)
MAX_DRAWN_SETS = 12  # side by side


def names_of_test_sets(items: Sequence[Group]) -> list[str]:
    """Test sets that the items' summaries hold, in their order."""
    rows = [row for item in items for row in item.evaluated_members()]
    return list(dict.fromkeys(name for row in rows for name in (row.summary or {}).get("sets", {})))


def drawn_test_sets(items: Sequence[Group]) -> list[str]:
    """Those that figures show: of very many the headlines' one and the first others. The rest is
    in tables."""
    names = names_of_test_sets(items)
    if len(names) <= MAX_DRAWN_SETS:
        return names
    kept = {headline_set(items), *names[: MAX_DRAWN_SETS - 1]}
    return [name for name in names if name in kept]


def headline_set(items: Sequence[Group]) -> str:
    """The test set that headlines tell (core.store.test_sets); empty where none is labelled."""
    rows = (row for item in items for row in item.evaluated_members())
    return comparison_set_of(row.summary for row in rows) or ""


def headline_score(item: Group) -> tuple[str, str, tuple[str, str]]:
    """What a headline tells of an item: its hardest set, the sharpest score there (objects, or
    photos where none is boxed), and `share_texts` of it."""
    hard = headline_set([item])
    for key in ("object", "primary"):
        words = share_texts(item, "sets", hard, "scores", key)
        if words[0] != "-":
            break
    return hard, key, words


def validation_dots(items: Sequence[Group], controls: Controls) -> pd.DataFrame:
    """The validation accuracies, for core.plots.scores.score_dots."""
    return _dots(items, controls, [("accuracy", _ACCURACY), (N_("shifted views"), _SHIFTED)])


def dots_of_test_set(items: Sequence[Group], controls: Controls, set_name: str) -> pd.DataFrame:
    """The scores of one test set, for score_dots."""
    places = [(title, ("sets", set_name, "scores", key)) for key, title in SCORE_TITLES.items()]
    return _dots(items, controls, places)


def lift_dots(items: Sequence[Group], controls: Controls) -> pd.DataFrame:
    """The lift on each test set, for score_dots: no interval is known of a run's, and 1 is what
    evidence strewn evenly gets."""
    lines = []
    for name in drawn_test_sets(items):
        keys = ("sets", name, "localisation", "lift")
        for item in items:
            spread = item.summary_stats(*keys)
            if spread is not None:
                line = _dot_row(item, name, controls, keys)
                words = lift_text(item, name)
                lines.append(line | {"constant": 1.0, "words": words})
    return pd.DataFrame(lines, columns=DOT_COLUMNS)


def first_score(item: Group, *keys: str) -> Mapping[str, Any] | None:
    """A score of the item's first run that has it; None when no run has."""
    for row in item.evaluated_members():
        found: Any = row.summary
        for key in keys:
            found = (found or {}).get(key)
        if found is not None:
            score: Mapping[str, Any] = found
            return score
    return None


def share_texts(item: Group, *keys: str) -> tuple[str, str]:
    """A score in two texts: `75%` and `56 of 75`, or, for several runs, `68%` and `65-71% in
    3 runs`. A dash and nothing when it is not known."""
    score, spread = first_score(item, *keys), item.summary_stats(*keys, "value")
    if score is None or spread is None:
        return "-", ""
    if spread.n > 1:
        low, high = f"{100 * spread.low:.0f}", f"{100 * spread.high:.0f}"
        small = _("{low}-{high}% in {n} runs", low=low, high=high, n=spread.n)
        if low == high:
            small = _("in each of {n} runs", n=spread.n)
    elif (correct := score.get("correct")) is None:
        small = ""
    else:
        small = _("{count} of {total}", count=correct, total=score["total"])
    return formatting.percent(spread.mean), small


def _dots(
    items: Sequence[Group], controls: Controls, key_paths: Sequence[tuple[str, tuple[str, ...]]]
) -> pd.DataFrame:
    """key_paths: title and where the score stands in a summary."""
    lines = [
        _dot_row(item, title, controls, (*keys, "value")) | _constant_and_interval(item, keys)
        for title, keys in key_paths
        for item in items
        if first_score(item, *keys) is not None
    ]
    return pd.DataFrame(lines, columns=DOT_COLUMNS)


def _dot_row(item: Group, title: str, controls: Controls, keys: tuple[str, ...]) -> dict[str, Any]:
    """One dot: the mean, and from the lowest to the highest run."""
    numbers = item.summary_values(*keys)
    line: dict[str, Any] = {
        "run": item.id,
        "label": item.title,
        "title": title,
        "value": fmean(numbers),
        "low": min(numbers),
        "high": max(numbers),
        "members": numbers,
    }
    return line | {name: control_score(item, controls, name, *keys) for name in CONTROL_TITLES}


def _constant_and_interval(item: Group, keys: tuple[str, ...]) -> dict[str, Any]:
    """The constant answer's score and the words; for a run alone also its 95% interval."""
    spread, score = item.summary_stats(*keys, "value"), first_score(item, *keys)
    assert spread is not None
    assert score is not None
    constants = fmean(item.summary_values(*keys, "constant"))
    if spread.n > 1:
        words = formatting.mean_range_text(spread.mean, spread.low, spread.high, spread.n)
        words = _("{share}, {n} runs", share=words, n=spread.n)
        return {"constant": constants, "words": words}
    ends = {"low": score["low"], "high": score["high"]}
    return ends | {"constant": constants, "words": formatting.score_text(score)}


def control_score(item: Group, controls: Controls, name: str, *keys: str) -> float | None:
    """What a control scores on an item's photos, mean over its runs; None when that is not known.
    Repeats on other folds have other training photos, and so other controls."""
    found = []
    for row in item.evaluated_members():
        value: Any = (controls.get(row.id) or {}).get(name)
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(value, int | float):
            found.append(float(value))
    return fmean(found) if found else None


# --- all numbers ----------------------------------------------------------------------------------


def numbers_table(items: Sequence[Group], controls: Controls) -> pd.DataFrame:
    """Every number of the items' summaries: a row per set and score, a column per item, then the
    constant answer and the controls that are known. A run's score has its 95% interval; several
    runs are told by their mean, the lowest and the highest."""
    lines: list[dict[str, str]] = []

    def line(where: str, what: str, keys: tuple[str, ...]) -> None:
        cells = {item.title: _score_cell(item, keys) for item in items}
        constants = [n for item in items for n in item.summary_values(*keys, "constant")]
        if any(cells.values()):
            known = {_CONSTANT: formatting.percent(fmean(constants))}
            add(where, what, cells | known, (*keys, "value"), ".0%")

    def add(where: str, what: str, cells: dict[str, str], keys: tuple[str, ...], form: str) -> None:
        for name, short in _CONTROL_COLUMNS.items():
            found = [control_score(item, controls, name, *keys) for item in items]
            cells |= {short: _range_text([value for value in found if value is not None], form)}
        lines.append({"photos": where, "score": what} | cells)

    def plain(where: str, what: str, keys: tuple[str, ...], form: str, constant: str) -> None:
        cells = {item.title: _number_cell(item, keys, form) for item in items}
        if any(cells.values()):
            add(where, what, cells | {_CONSTANT: constant}, keys, form)

    line("validation", N_("accuracy"), _ACCURACY)
    plain("validation", N_("loss"), ("validation", "loss"), ".4f", "")
    for name in names_of_test_sets(items):
        for key, title in SCORE_TITLES.items():
            line(name, title, ("sets", name, "scores", key))
        place = ("sets", name, "localisation")
        areas = [n for item in items for n in item.summary_values(*place, "area")]
        plain(name, N_("lift"), (*place, "lift"), ".2f", "1.00")
        area = formatting.percent(fmean(areas)) if areas else ""
        plain(name, N_("evidence in the box"), (*place, "share"), ".0%", area)
        line(name, N_("pointing game"), (*place, "pointing"))
    columns = ["photos", "score", *(item.title for item in items), _CONSTANT]
    columns += [
        short for short in _CONTROL_COLUMNS.values() if any(line.get(short) for line in lines)
    ]
    return pd.DataFrame(lines, columns=columns).fillna("")


def translated_numbers(
    table: pd.DataFrame, items: Sequence[Group]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """A `numbers_table` with its scores in the reader's words, and those of its columns."""
    titles = {item.title for item in items}
    names = {name: translate(str(name)) for name in table.columns if name not in titles}
    return table.assign(score=table["score"].map(translate)), names


def _score_cell(item: Group, keys: tuple[str, ...]) -> str:
    score, spread = first_score(item, *keys), item.summary_stats(*keys, "value")
    if score is None or spread is None:
        return ""
    if spread.n > 1:
        return formatting.mean_range_text(spread.mean, spread.low, spread.high, spread.n)
    low, high = f"{100 * score['low']:.0f}", f"{100 * score['high']:.0f}"
    return _("{share}, {low} to {high}%", share=formatting.score_text(score), low=low, high=high)


def _number_cell(item: Group, keys: tuple[str, ...], number_format: str) -> str:
    spread = item.summary_stats(*keys)
    if spread is None:
        return ""
    if spread.n < 2:
        return format(spread.mean, number_format)
    low, high = (format(end, number_format).removesuffix("%") for end in (spread.low, spread.high))
    return f"{format(spread.mean, number_format)} ({low}-{high})"


def _range_text(values: Sequence[float], number_format: str) -> str:
    """One text where all items have the same control, else from the lowest to the highest."""
    texts = list(dict.fromkeys(format(value, number_format) for value in sorted(values)))
    return texts[0] if len(texts) == 1 else " to ".join((texts[0], texts[-1])) if texts else ""
