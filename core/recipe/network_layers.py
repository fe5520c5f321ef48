"""The flat list of a recipe's network, without torch: the backbone's layers, then its head's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.recipe.layer_table import Layer, head_start, layer_table

if TYPE_CHECKING:
    from core.recipe.schema import Recipe


def network_layers(recipe: Recipe, classes: int = 6) -> tuple[Layer, ...]:
    """Every layer of the recipe's network for `classes` classes, at its image size."""
    table = layer_table(recipe.backbone, recipe.map_stride, classes, recipe.image_size)
    if recipe.head.kind == "class_map":
        return table
    start, width = head_start(recipe.backbone, recipe.map_stride), recipe.head.width
    backbone = table[:start]
    channels = backbone[-1].channels
    head = (
        ("pool", "AdaptiveAvgPool2d", channels, 1, 0),
        ("flatten", "Flatten", channels, 0, 0),
        ("hidden", "Linear", width, 0, (channels + 1) * width),
        ("relu", "ReLU", width, 0, 0),
        ("logits", "Linear", classes, 0, (width + 1) * classes),
        ("log_softmax", "LogSoftmax", classes, 0, 0),
    )
    return backbone + tuple(
        Layer(start + place, name, kind, units, side, params, in_head=True)
        for place, (name, kind, units, side, params) in enumerate(head)
    )
