"""The same recipe several times over, with other seeds or with each fold in turn validating; and a
recipe that trains on where another one ends."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.recipe.bands import trained_layers
from core.recipe.files import recipe_dict, recipe_from_dict
from core.recipe.schema import CsvSplit, GroupSplit, Recipe


def repeat_over_seeds(recipe: Recipe, seeds: Sequence[int]) -> list[Recipe]:
    """The recipe with each of the seeds. Raises RecipeError when a seed is out of range."""
    return [recipe_from_dict({**recipe_dict(recipe), "seed": seed}) for seed in seeds]


def repeat_over_folds(recipe: Recipe, folds: int) -> list[Recipe]:
    """The recipe with each of so many folds validating. The recipe's split gives the seed that
    shares the photos out, or the column of train.csv that says each photo's fold.

    Raises RecipeError when `folds` is out of range."""
    plain = recipe_dict(recipe)
    split = {"method": "kfold", "folds": folds, "seed": plain["split"].get("seed", 42)}
    if isinstance(recipe.split, CsvSplit) and recipe.split.fold is not None:
        split = plain["split"]
    if isinstance(recipe.split, GroupSplit):
        split = {**plain["split"], "folds": folds}
    return [
        recipe_from_dict({**plain, "split": {**split, "fold": fold}})
        for fold in range(max(folds, 1))  # so that 0 folds are refused rather than no runs
    ]


def next_seeds(recipe: Recipe, count: int) -> list[int]:
    """The recipe's own seed and those that follow it."""
    return [(recipe.seed + step) % 2**32 for step in range(count)]


def with_stage(recipe: Recipe, stage: Mapping[str, Any]) -> Recipe:
    """The recipe with a further stage, and a name that tells its epochs: `quick, 9 more epochs`.
    Raises RecipeError."""
    plain = recipe_dict(recipe)
    longer = recipe_from_dict({**plain, "stages": [*plain["stages"], dict(stage)]})
    more = longer.planned_epochs() - recipe.planned_epochs()
    return recipe_from_dict(
        {**recipe_dict(longer), "name": f"{recipe.name[:60]}, {more} more epochs"}
    )


def can_share_epochs(recipe: Recipe, longer: Recipe) -> bool:
    """Whether the epochs of a recipe are those of one with a further stage, to the last bit: both
    train from the same layer on, below which features are computed once and no weight is kept."""

    return min(trained_layers(recipe)) == min(trained_layers(longer))
