"""The network: a flat list of layers, run from any index on, that hands out its class maps."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from core.model.backbones import build_backbone
from core.model.heads import HeadOutput, forward_head, head_layers
from core.recipe.bands import BandRange, first_trained_layer
from core.recipe.layer_table import BACKBONES, layer_table
from core.recipe.schema import Recipe


class Network(nn.Module):
    """Backbone and head as one flat list, counted as in the article."""

    def __init__(
        self,
        layers: Sequence[nn.Module],
        head_start: int,
        classes: Sequence[str],
        base_weights_hash: str,
        low_precision: bool = False,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.head_start = head_start
        self.classes = tuple(classes)
        self.base_weights_hash = base_weights_hash  # `none` or the hash of the backbone's weights
        self.low_precision = low_precision  # multiply in bfloat16; weights stay float32

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    @property
    def head(self) -> list[nn.Module]:
        """The head's layers."""
        return list(self.layers)[self.head_start :]

    def forward(self, x: Tensor, start: int = 0, frozen: int = 0) -> HeadOutput:
        """x: the input of layer `start`; of layer 0: normalised photos (photos, 3, side, side).
        Layers before `frozen` keep no gradients, which saves their memory and the time of the
        backward pass."""
        x = x.to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.low_precision):
            with torch.no_grad():
                for layer in self.layers[start:frozen]:
                    x = layer(x)
            for layer in self.layers[max(start, frozen) : self.head_start]:
                x = layer(x)
            return forward_head(self.head, x)

    def set_train_mode(self, ranges: Sequence[BandRange], frozen_bn: str, head_only: bool) -> None:
        """Training mode for what trains. Frozen layers run in inference mode, except that
        `frozen_bn: train` lets their batch norms go on updating statistics, as fast.ai 0.7 did
        after `unfreeze` (and not in a head-only stage)."""
        self.train()
        if frozen_bn == "train" and not head_only:
            return
        for layer in self.layers[: first_trained_layer(ranges)]:
            layer.eval()
        for band in ranges:
            if band.frozen:
                for layer in self.layers[band.first : band.last + 1]:
                    layer.eval()


def build_network(
    recipe: Recipe, classes: Sequence[str], device: str = "cpu", low_precision: bool = False
) -> Network:
    """The recipe's network; its random weights come from torch's current seed.

    Raises InputError when the weights are missing or of another network."""
    layers, base = build_backbone(
        recipe.backbone, recipe.map_stride, recipe.weights, recipe.image_size
    )
    channels = layer_table(recipe.backbone, recipe.map_stride)[len(layers) - 1].channels
    head = head_layers(recipe.head, channels, len(classes))
    network = Network([*layers, *head], len(layers), classes, base, low_precision)
    if BACKBONES[recipe.backbone].channels_last:
        network.to(memory_format=torch.channels_last)
    return network.to(device)
