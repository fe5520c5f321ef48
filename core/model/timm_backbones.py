"""timm's models as flat lists of layers (core.recipe.layer_table says which layers).

A model whose blocks form a chain gives its blocks; what it computes before the first of them
(patches, position embeddings, prefix tokens) is one layer, the stem. Any other model is one layer.
Tokens and channels-last features become (photos, channels, rows, columns) in a last layer, so a
class-map head on them gives exact class activation maps: of a vision transformer, one logit per
patch, whose mean is the class's logit.
"""

import math
import sys
from typing import Any

from torch import Tensor, nn

from core.base.errors import InputError
from core.base.language import N_
from core.recipe.layer_table import GRID, STEM, WHOLE, TimmModel


class Grid(nn.Module):
    """Tokens (photos, tokens, channels) without the `prefix` first ones (class token, registers),
    or channels-last features, as (photos, channels, rows, columns)."""

    def __init__(self, prefix: int) -> None:
        super().__init__()
        self.prefix = prefix

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 3:
            patches = x[:, self.prefix :]
            side = math.isqrt(patches.shape[1])
            return patches.transpose(1, 2).reshape(len(x), x.shape[2], side, side)
        return x.permute(0, 3, 1, 2)


class Features(nn.Module):
    """A whole model's features."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.model.forward_features(x)  # type: ignore[operator]
        return features


class Stem(Features):
    """What a model computes before the first block of its chain, whose input it gives. The blocks
    are layers of their own and no longer in `model`."""

    def __init__(self, model: nn.Module, chain: list[str]) -> None:
        super().__init__(model)
        for name in chain:
            parent, _, child = name.rpartition(".")
            setattr(model.get_submodule(parent), child, nn.Identity())
        parent, _, child = chain[0].rpartition(".")
        setattr(model.get_submodule(parent), child, _Stop())

    def forward(self, x: Tensor) -> Tensor:
        try:
            super().forward(x)
        except _ReachedError as reached:
            return reached.x
        raise AssertionError("the first block was not reached")


class _ReachedError(Exception):
    def __init__(self, x: Tensor) -> None:
        super().__init__()
        self.x = x


class _Stop(nn.Module):
    """Ends a forward pass with its input."""

    def forward(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        raise _ReachedError(x)


def build_timm(model: TimmModel, image_size: int) -> nn.Module:
    """timm's network without its classifier. Raises InputError where it cannot be built for photos
    of `image_size` pixels."""
    import timm

    size: dict[str, Any] = {"img_size": image_size} if model.fixed_size else {}
    try:
        network: nn.Module = timm.create_model(model.name, pretrained=False, num_classes=0, **size)
    except Exception as error:
        reason = str(error).strip().splitlines()[0][:120] if str(error).strip() else repr(error)
        told = N_("image_size: timm/{name} cannot be built for {size} px ({reason})")
        raise InputError(told.format(name=model.name, size=image_size, reason=reason)) from None
    return network


def flat_list(network: nn.Module, names: list[str]) -> list[nn.Module]:
    """The layers of these names. Where there is a stem, `network` becomes part of it and loses the
    blocks: load its tensors before."""
    chain = [name for name in names if name not in (STEM, GRID, WHOLE)]
    layers: dict[str, nn.Module] = {name: network.get_submodule(name) for name in chain}
    layers[GRID] = Grid(getattr(network, "num_prefix_tokens", 0))
    if STEM in names:
        layers[STEM] = Stem(network, chain)
    if WHOLE in names:
        layers[WHOLE] = Features(network)
    return [layers[name] for name in names]


def native_state(network: nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A file's tensors under today's names and at the network's size (position embeddings are
    resampled), as timm does when it loads pretrained weights."""
    convert = getattr(sys.modules[type(network).__module__], "checkpoint_filter_fn", None)
    if convert is None:
        return state
    converted: dict[str, Tensor] = convert(state, network)
    return converted
