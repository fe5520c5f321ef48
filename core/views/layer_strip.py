"""The backbone and head as a strip of layers: what pages/widgets/train/layer_strip.js draws."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.base import formatting, palette
from core.base.language import _, translate
from core.recipe.bands import trained_layers
from core.recipe.layer_table import Layer, network_layers
from core.recipe.schema import Recipe

_LOWEST = 0.12  # share of the strip's height of a layer without weights
_DROPOUTS = {
    "dropout_features": "features",
    "dropout_class_map": "class_map",
    "dropout_logits": "logits",
}


def strip_layers(recipe: Mapping[str, Any], classes: int) -> tuple[Layer, ...]:
    """The flat list of a recipe in plain data, whose bands need not be right yet."""
    parts = ("backbone", "map_stride", "image_size", "head")
    return network_layers(Recipe.model_validate({part: recipe[part] for part in parts}), classes)


def strip_data(layers: Sequence[Layer], recipe: Mapping[str, Any]) -> dict[str, Any]:
    """`layers` with heights (0 to 1, by the logarithm of their weights) and the dropout that acts
    there, and `bands` with colours, for a recipe in plain data.

    A band whose rate cannot be read has the rate `?`; of two that start at one layer the later one
    holds it."""
    most = max(layer.params for layer in layers) or 1
    dropout = recipe["head"].get("dropout") or {}
    by_first = sorted({int(band["from"]): band["lr"] for band in recipe["bands"]}.items())
    bands = [(first, lr) for first, lr in by_first if first < len(layers)]
    ends = [first - 1 for first, __ in bands[1:]] + [len(layers) - 1]
    return {
        "layers": [
            {
                "name": layer.name,
                "kind": layer.kind,
                "shape": layer.shape.replace("x", " × "),
                "params": layer.params,
                "weights": translate(formatting.count_text(layer.params)),
                "height": _height(layer.params, most),
                "head": layer.in_head,
                "dropout": dropout.get(_DROPOUTS.get(layer.name, "")),
            }
            for layer in layers
        ],
        "bands": [
            {"first": first, "last": last, **_rate(lr)}
            for (first, lr), last in zip(bands, ends, strict=True)
        ],
        "scale": [
            {"rate": formatting.lr_text(10.0**power), "colour": palette.lr_colour(10.0**power)}
            for power in range(-6, 0)
        ],
    }


def trained_text(recipe: Recipe, layers: Sequence[Layer]) -> str:
    """`1.3 million of 3.4 million weights train (38%) · LP-FT`: of all stages together, and how
    it is called to train them so."""
    learning = trained_layers(recipe)
    total = sum(layer.params for layer in layers)
    trained = sum(layer.params for layer in layers if layer.index in learning)
    words = _(
        "{trained} of {total} weights trained ({share})",
        trained=translate(formatting.count_text(trained)),
        total=translate(formatting.count_text(total)),
        share=formatting.percent(trained / total),
    )
    return " · ".join([words, *_method_names(recipe)])


def _method_names(recipe: Recipe) -> list[str]:
    names, kinds = [], [stage.train for stage in recipe.stages]
    if "wise_ft" in kinds:
        names.append(_("WiSE-FT"))
    elif "probe" in kinds:
        names.append(_("LP-FT") if len(set(kinds)) > 1 else _("linear probe"))
    if recipe.layer_decay is not None:
        names.append(_("layer-wise learning rate decay {factor:g}", factor=recipe.layer_decay))
    return names


def _height(params: int, most: int) -> float:
    if not params:
        return _LOWEST
    return round(0.3 + 0.7 * math.log1p(params) / math.log1p(most), 3)


def _rate(lr: Any) -> dict[str, Any]:
    if not isinstance(lr, int | float) or not 0 <= lr < math.inf:
        return {"rate": "?", "colour": palette.GREY, "frozen": False}
    return {
        "rate": formatting.lr_text(float(lr)),
        "colour": palette.lr_colour(lr),
        "frozen": lr == 0,
    }
