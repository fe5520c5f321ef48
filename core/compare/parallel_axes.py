"""Recipes and results of many items (core.compare.selection) as the axes of a parallel-coordinates
figure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from core.base.language import N_
from core.compare.score_tables import drawn_test_sets, headline_set
from core.compare.tables import verdict_text
from core.recipe.difference import recipe_difference
from core.store.groups import Group

VALIDATION_TITLE, LIFT_TITLE = N_("validation"), N_("lift")
VERDICT_TITLE = N_("verdict")


@dataclass(frozen=True)
class Dimension:
    """An axis; what it says is English. places: where each item crosses it; words: the same in
    words; ticks: places and their words; result: whether it is a result, not part of the recipe;
    logarithmic: whether places are powers of ten."""

    title: str
    positions: tuple[float, ...]
    texts: tuple[str, ...]
    ticks: tuple[tuple[float, str], ...]
    is_result: bool
    logarithmic: bool = False


@dataclass(frozen=True)
class ParallelAxes:
    """items: those that have results, in the order of the places. table: the same as numbers and
    words, a row per item. left_out: how many have none."""

    items: tuple[Group, ...]
    recipe_dimensions: tuple[Dimension, ...]
    distinct_keys: tuple[str, ...]  # keys of which no two part the items alike
    result_dimensions: tuple[Dimension, ...]
    table: pd.DataFrame
    excluded_count: int


def build_parallel_axes(items: Sequence[Group]) -> ParallelAxes:
    """The recipe keys that differ among the items with a verdict, and their results: validation,
    each test set's score (objects cut out on the hardest), lift, verdict. An item without one of
    the results' numbers is left out. Keys that span a factor of 30 are on a logarithmic scale."""
    sets, hard = drawn_test_sets(items), headline_set(items)
    numbers: dict[str, dict[str, float]] = {}
    for item in items:
        found = {VALIDATION_TITLE: _mean(item, "validation", "accuracy", "value")}
        for name in sets:
            score = "object" if name == hard else "primary"
            value = _mean(item, "sets", name, "scores", score, "value")
            found[N_("{set}, objects").format(set=name) if name == hard else name] = value
        found[LIFT_TITLE] = _mean(item, "sets", hard, "localisation", "lift")
        numbers[item.id] = {title: value for title, value in found.items() if value is not None}
    # Sets that none of them has labels for are no axis; who lacks an axis is no line.
    titles = [title for title in _titles(numbers) if any(title in n for n in numbers.values())]
    kept = [
        item
        for item in items
        if item.verdict_counts() and all(t in numbers[item.id] for t in titles)
    ]
    results = [
        _score_dimension(title, [numbers[item.id][title] for item in kept])
        for title in (titles if kept else [])
    ]
    verdicts = [verdict_text(item) for item in kept]
    if kept:
        majorities = [_majority(item) for item in kept]
        dimension = _categorical_dimension(VERDICT_TITLE, majorities, is_result=True)
        results.append(replace(dimension, texts=tuple(verdicts)))
    keys = _differing_columns(kept)
    recipe = [_recipe_dimension(key, values) for key, values in keys.items()]
    scores = {title: [numbers[item.id][title] for item in kept] for title in titles}
    columns = {"run": [item.title for item in kept], **keys, **scores, VERDICT_TITLE: verdicts}
    table, left_out = pd.DataFrame(columns), len(items) - len(kept)
    distinct = _distinct_keys(recipe)
    return ParallelAxes(tuple(kept), tuple(recipe), distinct, tuple(results), table, left_out)


def _distinct_keys(recipe: Sequence[Dimension]) -> tuple[str, ...]:
    """Of keys that were varied together the first: the others say the same again."""
    found: dict[tuple[int, ...], str] = {}
    for dimension in recipe:
        number = {place: n for n, place in enumerate(dict.fromkeys(dimension.positions))}
        found.setdefault(tuple(number[place] for place in dimension.positions), dimension.title)
    return tuple(found.values())


def _titles(numbers: dict[str, dict[str, float]]) -> list[str]:
    titles = list(dict.fromkeys(title for found in numbers.values() for title in found))
    return sorted(titles, key=lambda title: title == LIFT_TITLE)


def _mean(item: Group, *keys: str) -> float | None:
    spread = item.summary_stats(*keys)
    return spread.mean if spread else None


def _majority(item: Group) -> str:
    found = item.verdict_counts()
    return (found.majority if found else None) or N_("no majority")


def _differing_columns(items: Sequence[Group]) -> dict[str, list[str]]:
    """The keys in which the recipes differ, and each item's text; the seed where only it does."""
    frame = recipe_difference({item.id: item.members[0].recipe for item in items})
    found = {str(key): values.tolist() for key, values in frame.set_index("key").T.items()}
    without_seed = {key: values for key, values in found.items() if key != "seed"}
    return without_seed or found


def _recipe_dimension(title: str, texts: Sequence[str]) -> Dimension:
    """Numbers on their own axis, those that span decades by their logarithm; else words."""
    try:
        values = [float(text) for text in texts]
    except ValueError:
        return _categorical_dimension(title, texts)
    logarithmic = min(values) > 0 and max(values) / min(values) >= 30
    places = [math.log10(value) if logarithmic else value for value in values]
    ticks = tuple(sorted(dict(zip(places, texts, strict=True)).items()))
    return Dimension(title, tuple(places), tuple(texts), ticks, False, logarithmic)


def _score_dimension(title: str, values: Sequence[float]) -> Dimension:
    """Scores on an axis that begins at 0 and ends at 1 at least, so that axes compare."""
    top = max(1.0, math.ceil(max(values) * 2) / 2)
    rough, exact = ("{:.1f}", "{:.2f}") if title == LIFT_TITLE else ("{:.0%}", "{:.0%}")
    words = tuple(exact.format(value) for value in values)
    ticks = tuple((top * step / 4, rough.format(top * step / 4)) for step in range(5))
    return Dimension(title, tuple(values), words, ticks, True)


def _categorical_dimension(title: str, values: Sequence[str], is_result: bool = False) -> Dimension:
    """Words as equally spaced places."""
    different = {value: float(place) for place, value in enumerate(sorted(set(values)))}
    places = tuple(different[value] for value in values)
    ticks = tuple((place, value) for value, place in different.items())
    return Dimension(title, places, tuple(values), ticks, is_result)
