"""The network: a flat list of layers, run from any index on, that hands out its class maps; and the
weights that a training changes, as safetensors: no pickle, so no file can carry code.

Tensors are named `layers.<index>.<name>`, by the flat list. Frozen layers are not copied: the
file's one metadata key `base` names the weights they came with.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from core.base.errors import RunError
from core.base.language import N_
from core.model.backbones import build_backbone
from core.model.heads import HeadOutput, forward_head, head_layers
from core.recipe.bands import BandRange, first_trained_layer, stage_ranges
from core.recipe.layer_table import layer_table
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
    return network.to(memory_format=torch.channels_last).to(device)


def trainable_tensors(network: Network, recipe: Recipe) -> dict[str, Tensor]:
    """The tensors that training can change, by name: all from the first trained layer on, and
    every one where frozen batch norms move or the backbone began at random."""
    first = min(first_trained_layer(stage_ranges(recipe, stage)) for stage in recipe.stages)
    if recipe.frozen_bn == "train" or network.base_weights_hash == "none":
        first = 0
    return {
        name: tensor.detach().cpu().contiguous()
        for name, tensor in network.state_dict().items()
        if int(name.split(".")[1]) >= first
    }


def clone_trainable_tensors(network: Network, recipe: Recipe) -> dict[str, Tensor]:
    """The same as they are now, whatever training does next."""
    return {name: tensor.clone() for name, tensor in trainable_tensors(network, recipe).items()}


def serialize_weights(network: Network, recipe: Recipe) -> bytes:
    """The content of weights.safetensors."""
    return save(trainable_tensors(network, recipe), {"base": network.base_weights_hash})


def load_tensors(network: Network, recipe: Recipe, weights: dict[str, Tensor]) -> None:
    """Puts such tensors into the network. Raises ValueError when they are not the recipe's."""
    if weights.keys() != trainable_tensors(network, recipe).keys():
        raise ValueError(N_("its tensors do not match the recipe"))
    network.load_state_dict(weights, strict=False)


def load_weights(run: Path, network: Network, recipe: Recipe) -> None:
    """Puts a finished run's weights into a network built as at the run's start. Raises RunError,
    naming the file, when they are missing, damaged or of another network."""
    path = run / "weights.safetensors"
    try:
        load_tensors(network, recipe, load_file(path))
    except FileNotFoundError:
        raise RunError(N_("{path}: missing; only finished runs have it", path=path)) from None
    except (OSError, SafetensorError, ValueError, RuntimeError) as error:
        raise RunError(
            N_("{path}: damaged or for another network ({error})").format(path=path, error=error)
        ) from None
