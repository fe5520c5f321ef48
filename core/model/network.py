"""The network: a flat list of layers, run from any index on, that hands out its class maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.model.backbones import backbone_layers
from core.model.bands import BandRange, first_trained
from core.model.heads import class_map_head
from core.model.layers import BACKBONES
from core.recipe import DenseHead, Recipe

CLASS_MAP_OFFSET = 1  # the class-map convolution's place in the head


class Output(NamedTuple):
    """log_probs: (photos, classes). maps: raw class maps (photos, classes, rows, columns)."""

    log_probs: Tensor
    maps: Tensor


class Network(nn.Module):
    """Backbone and head as one flat list, counted as in the article."""

    def __init__(
        self,
        layers: Sequence[nn.Module],
        head_start: int,
        classes: Sequence[str],
        base_weights: str,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.head_start = head_start
        self.classes = tuple(classes)
        self.base_weights = base_weights  # `none` or the hash of the backbone's weights

    def forward(self, x: Tensor, frozen: int = 0) -> Output:
        """x: normalised photos (photos, 3, side, side). The first `frozen` layers keep no
        gradients, which saves their memory and the time of the backward pass."""
        with torch.no_grad():
            for layer in self.layers[:frozen]:
                x = layer(x)
        maps = x
        for index in range(frozen, len(self.layers)):
            x = self.layers[index](x)
            if index == self.head_start + CLASS_MAP_OFFSET:
                maps = x
        return Output(x, maps)

    def set_training(self, ranges: Sequence[BandRange], frozen_bn: str, head_only: bool) -> None:
        """Training mode for what trains. Frozen layers run in inference mode, except that
        `frozen_bn: train` lets their batch norms go on updating statistics, as fast.ai 0.7 did
        after `unfreeze` (and not in a head-only stage)."""
        self.train()
        if frozen_bn == "train" and not head_only:
            return
        for layer in self.layers[: first_trained(ranges)]:
            layer.eval()
        for band in ranges:
            if band.frozen:
                for layer in self.layers[band.first : band.last + 1]:
                    layer.eval()


def build_network(recipe: Recipe, classes: Sequence[str]) -> Network:
    """The recipe's network; its random weights come from torch's current seed.

    Raises InputError when the weights are missing or of another network.
    """
    if isinstance(recipe.head, DenseHead):
        raise NotImplementedError("the dense head is refused when a recipe is read")
    layers, base = backbone_layers(recipe.backbone, recipe.map_stride, recipe.weights)
    channels = _channels(layers)
    head = class_map_head(recipe.head, channels, len(classes))
    network = Network([*layers, *head], len(layers), classes, base)
    if BACKBONES[recipe.backbone].channels_last:
        network.to(memory_format=torch.channels_last)
    return network


def _channels(layers: Sequence[nn.Module]) -> int:
    for layer in reversed(layers):
        for module in reversed(list(layer.modules())):
            if isinstance(module, nn.BatchNorm2d):
                return int(module.num_features)
            if isinstance(module, nn.Conv2d):
                return int(module.out_channels)
    raise ValueError("a backbone without a convolution")
