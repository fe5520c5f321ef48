"""A recipe that trains on where another one ends."""

from collections.abc import Mapping
from typing import Any

from core.recipe.bands import trained_layers
from core.recipe.files import recipe_dict, recipe_from_dict
from core.recipe.layer_table import head_start
from core.recipe.network_layers import network_layers
from core.recipe.schema import Recipe


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

    def first(each: Recipe) -> int:
        head = head_start(each.backbone, each.map_stride)
        return min(trained_layers(each, head, len(network_layers(each))))

    return first(recipe) == first(longer)
