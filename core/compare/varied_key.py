"""Items (core.compare.selection) whose recipes differ in one number, as those of a batch may, and
their scores in the order of that number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.base.language import N_, translate
from core.compare.score_tables import (
    Controls,
    dots_of_test_set,
    headline_set,
    lift_dots,
    validation_dots,
)
from core.compare.tables import SCORE_TITLES
from core.recipe.layer_table import layer_table
from core.store.groups import Group

MIN_ITEMS = 3  # two points make no curve
FIRST_TRAINED = N_("first trained layer")


@dataclass(frozen=True)
class VariedKey:
    """What differs: a recipe's key, or FIRST_TRAINED. values: by the items' ids, each another."""

    key: str
    values: dict[str, float]

    @property
    def title(self) -> str:
        """A recipe's key stays as it is."""
        return translate(self.key) if self.key == FIRST_TRAINED else self.key

    @property
    def logarithmic(self) -> bool:
        """Whether the values span so much that only a logarithmic axis shows them apart."""
        low, high = min(self.values.values()), max(self.values.values())
        return low > 0 and high / low >= 30


@dataclass(frozen=True)
class VariedScores:
    """For a chart: rows as core.compare.score_tables makes them, with a column `x`, in its order.
    shown: of the set's scores the one that is drawn (objects cut out, where any are boxed). lift is
    empty where no boxes are known."""

    set_name: str
    test: pd.DataFrame
    validation: pd.DataFrame
    lift: pd.DataFrame


def find_varied_key(items: Sequence[Group]) -> VariedKey | None:
    """The one number in which the items' recipes differ; None when it is not one, when they are of
    different photos, or when fewer than three items or two of the same number are among them."""
    recipes = {item.id: item.members[0].recipe for item in items}
    if len(recipes) < MIN_ITEMS or len({row.photos for item in items for row in item.members}) != 1:
        return None
    leaves = {id_: _flatten_recipe(recipe) for id_, recipe in recipes.items()}
    keys = dict.fromkeys(key for flat in leaves.values() for key in flat)
    differing = [key for key in keys if len({repr(flat.get(key)) for flat in leaves.values()}) > 1]
    if differing and all(key.startswith("bands.") for key in differing):
        first = _first_trained_layers(recipes)
        if first is not None:
            return _with_distinct_values(FIRST_TRAINED, first)
    if len(differing) != 1:
        return None
    return _with_distinct_values(
        differing[0], {id_: flat.get(differing[0]) for id_, flat in leaves.items()}
    )


def varied_scores(
    items: Sequence[Group], varied: VariedKey, controls: Controls
) -> VariedScores | None:
    """The items' scores on the hardest set; None when it has none."""
    name = headline_set(items)
    dots = dots_of_test_set(items, controls, name)
    for score in ("object", "primary"):
        shown = dots[dots["title"] == SCORE_TITLES[score]]
        if len(shown):
            break
    else:
        return None
    lifts = lift_dots(items, controls)
    return VariedScores(
        name,
        _ordered(shown, varied),
        _ordered(validation_dots(items, controls), varied),
        _ordered(lifts[lifts["title"] == name], varied),
    )


def _ordered(rows: pd.DataFrame, varied: VariedKey) -> pd.DataFrame:
    return rows.assign(x=rows["run"].map(varied.values)).sort_values("x", ignore_index=True)


def _with_distinct_values(key: str, values: Mapping[str, Any]) -> VariedKey | None:
    numbers = {
        id_: float(value)
        for id_, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    if len(set(numbers.values())) < len(values):
        return None
    return VariedKey(key, numbers)


def _flatten_recipe(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Every single value of a recipe by its dotted key; without the name and without what repeats
    differ in, seed and fold."""
    found: dict[str, Any] = {}

    def walk(node: Any, key: str) -> None:
        if isinstance(node, Mapping):
            for name, child in node.items():
                walk(child, f"{key}.{name}" if key else str(name))
        elif isinstance(node, list | tuple):
            for place, child in enumerate(node):
                walk(child, f"{key}.{place}")
        else:
            found[key] = node

    walk(recipe, "")
    return {key: v for key, v in found.items() if key not in ("name", "seed", "split.fold")}


def _first_trained_layers(recipes: Mapping[str, Mapping[str, Any]]) -> dict[str, int] | None:
    """Where training begins in each; None when layers that train in two of them do so at different
    rates, for then something else differs too."""
    rates = {id_: _layer_rates(recipe) for id_, recipe in recipes.items()}
    first = {
        id_: next((layer for layer, lr in enumerate(found) if lr > 0), len(found))
        for id_, found in rates.items()
    }
    most = rates[min(first, key=lambda id_: first[id_])]
    if any(found[first[id_] :] != most[first[id_] :] for id_, found in rates.items()):
        return None
    return first


def _layer_rates(recipe: Mapping[str, Any]) -> list[float]:
    """The learning rate of each layer of the flat list."""
    firsts = [(band["from"], float(band["lr"])) for band in recipe["bands"]]
    ends = [*(first for first, _ in firsts[1:]), 0]
    ends[-1] = len(layer_table(recipe["backbone"], recipe["map_stride"]))
    return [lr for (first, lr), end in zip(firsts, ends, strict=True) for _ in range(first, end)]
