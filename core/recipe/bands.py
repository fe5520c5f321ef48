"""Layer bands: consecutive layers with one learning rate, and where the frozen prefix ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.base.errors import RecipeError
from core.base.language import N_
from core.recipe.layer_table import head_start, network_layers

if TYPE_CHECKING:  # torch stays out of the dashboard
    from torch import nn

    from core.recipe.schema import Band, Recipe, Stage


@dataclass(frozen=True)
class BandRange:
    """Layers `first` to `last` (both included) train at `lr`; 0 is frozen."""

    first: int
    last: int
    lr: float

    @property
    def label(self) -> str:
        """`34-39`, the band's name in history.csv (`lr_34-39`) and on screen."""
        return f"{self.first}-{self.last}" if self.last > self.first else str(self.first)

    @property
    def frozen(self) -> bool:
        return self.lr == 0


def band_ranges(bands: Sequence[Band], layer_count: int) -> tuple[BandRange, ...]:
    """The bands with their last layers, over a flat list of `layer_count` layers."""
    ends = [band.first - 1 for band in bands[1:]] + [layer_count - 1]
    return tuple(BandRange(band.first, end, band.lr) for band, end in zip(bands, ends, strict=True))


def recipe_ranges(recipe: Recipe) -> tuple[BandRange, ...]:
    """The recipe's bands over all of its network's layers."""
    return band_ranges(recipe.bands, len(network_layers(recipe)))


def stage_ranges(recipe: Recipe, stage: Stage) -> tuple[BandRange, ...]:
    """What trains in a stage: the recipe's bands, or the frozen backbone and the head.

    A head-only stage uses the rate of the last band unless it names its own; a stage of bands
    that names a rate uses it for every band that is not frozen. A probe's head has no rate: 1
    stands for it here. Averaging weights moves what the bands train."""
    bands = recipe_ranges(recipe)
    if stage.train in ("head", "probe"):
        head = head_start(recipe.backbone, recipe.map_stride)
        lr = bands[-1].lr if stage.lr is None else stage.lr
        if stage.train == "probe":
            lr = 1.0
        return (BandRange(0, head - 1, 0), BandRange(head, bands[-1].last, lr))
    if stage.lr is None:
        return bands
    return tuple(BandRange(band.first, band.last, 0 if band.frozen else stage.lr) for band in bands)


def first_trained_layer(ranges: Sequence[BandRange]) -> int:
    """Index of the first layer that trains; everything before it is the frozen prefix."""
    return next((band.first for band in ranges if not band.frozen), ranges[-1].last + 1)


def last_trained_band_index(recipe: Recipe) -> int | None:
    """Place of the last of the recipe's bands that has weights and trains; None when none does."""
    layers = network_layers(recipe)
    trained = [
        place
        for place, band in enumerate(recipe_ranges(recipe))
        if not band.frozen and any(layer.params for layer in layers[band.first : band.last + 1])
    ]
    return trained[-1] if trained else None


def last_trained_band_label(recipe: Recipe) -> str:
    """The layers of that band, `18-26`; "" when none trains."""
    place = last_trained_band_index(recipe)
    return "" if place is None else recipe_ranges(recipe)[place].label


def check_stages(recipe: Recipe) -> None:
    """Raises RecipeError, naming the stage, when one has nothing to train: its bands are frozen or
    hold no weights."""
    layers = network_layers(recipe)
    for number, stage in enumerate(recipe.stages):
        ranges = stage_ranges(recipe, stage)
        trained = [layers[band.first : band.last + 1] for band in ranges if not band.frozen]
        if not any(layer.params for band in trained for layer in band):
            told = N_(
                "stages.{number}: nothing would train; set an lr above 0 for the stage or "
                "for a band with weights"
            )
            raise RecipeError(told.format(number=number))


def scaled_bands(recipe: Recipe, lr: float) -> tuple[tuple[int, float], ...]:
    """First layer and rate of each band, such that the last one that trains gets `lr` and the
    others keep their proportion to it, to three digits."""
    last = last_trained_band_index(recipe)
    if last is None:
        return tuple((band.first, band.lr) for band in recipe.bands)
    factor = lr / recipe.bands[last].lr
    return tuple((band.first, float(f"{band.lr * factor:.2e}")) for band in recipe.bands)


def frozen_prefix_length(recipe: Recipe) -> int:
    """How many layers no stage trains and no batch norm moves in. `frozen_bn: train` leaves none:
    its statistics move with every batch, so features cannot be computed ahead."""
    if recipe.frozen_bn == "train":
        return 0
    firsts = (first_trained_layer(stage_ranges(recipe, stage)) for stage in recipe.stages)
    return min(*firsts, head_start(recipe.backbone, recipe.map_stride))


def parameter_groups(
    layers: nn.ModuleList,
    ranges: Sequence[BandRange],
    head: int = 0,
    layer_decay: float | None = None,
) -> list[dict[str, Any]]:
    """Optimizer groups, one per band that trains; every other weight is switched off.

    Each group carries `base_lr`, the band's full rate, and `label`. With layer-wise rate decay
    (Clark et al. 2020, ELECTRA; Bao et al. 2022, BEiT) each layer is a group of its own: its band's
    rate times `layer_decay` to the power of its distance from the head, counted in layers with
    weights."""
    if layer_decay is not None:
        weighted = [i for i in range(head) if any(True for _ in layers[i].parameters())]
        distance = {index: len(weighted) - place for place, index in enumerate(weighted)}
        of_layers = [
            BandRange(index, index, band.lr * layer_decay ** distance.get(index, 0))
            for band in ranges
            for index in range(band.first, band.last + 1)
        ]
        return parameter_groups(layers, of_layers)
    groups = []
    for band in ranges:
        weights = [
            weight
            for layer in list(layers)[band.first : band.last + 1]
            for weight in layer.parameters()
        ]
        for weight in weights:
            weight.requires_grad_(not band.frozen)
        if weights and not band.frozen:
            groups.append(
                {"params": weights, "lr": band.lr, "base_lr": band.lr, "label": band.label}
            )
    return groups


def trained_layers(recipe: Recipe) -> set[int]:
    """Indices of the layers that any stage trains."""
    return {
        index
        for stage in recipe.stages
        for band in stage_ranges(recipe, stage)
        if not band.frozen
        for index in range(band.first, band.last + 1)
    }
