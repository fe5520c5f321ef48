"""The optimizers: made for a stage, and their state as tensors with names."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from core.base.errors import RunError
from core.base.language import N_
from core.model.network import Network
from core.recipe.bands import parameter_groups, stage_ranges
from core.recipe.schema import Recipe

SECOND_BETA = 0.999  # of Adam: how slowly the mean square of the gradients follows (its paper's)
# The same of RMSprop: Keras's default, since the article's recipe with it is a Keras one.
RMSPROP_ALPHA = 0.9


def make_optimizer(network: Network, recipe: Recipe, stage_number: int) -> torch.optim.Optimizer:
    """A stage's new optimizer over its bands; weights of frozen bands are switched off.

    Rates are 0 until the loop sets them for each batch. Raises RunError when nothing would train.
    """
    stage = recipe.stages[stage_number - 1]
    chosen = stage.optimizer or recipe.optimizer
    ranges = stage_ranges(recipe, stage)
    groups = parameter_groups(network.layers, ranges, network.head_start, recipe.layer_decay)
    if not groups:
        told = N_("stages.{stage}: all bands are frozen, so nothing would train")
        raise RunError(told.format(stage=stage_number - 1))
    momentum, betas = {"momentum": chosen.momentum}, {"betas": (chosen.momentum, SECOND_BETA)}
    kinds: dict[str, tuple[type[torch.optim.Optimizer], dict[str, Any]]] = {
        "sgd": (torch.optim.SGD, momentum),
        "adam": (torch.optim.Adam, betas),
        "adamw": (torch.optim.AdamW, betas),
        "rmsprop": (torch.optim.RMSprop, momentum | {"alpha": RMSPROP_ALPHA}),
    }
    kind, own = kinds[chosen.name]
    return kind(groups, lr=0, weight_decay=chosen.weight_decay, **own)  # type: ignore[call-arg]


def optimizer_tensors(network: Network, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's state by `<weight's name>/<state's name>`."""
    names = {id(weight): name for name, weight in network.named_parameters()}
    return {
        f"{names[id(weight)]}/{key}": value.detach().cpu().contiguous()
        for weight, state in optimizer.state.items()
        for key, value in state.items()
        if isinstance(value, Tensor)
    }


def restore(
    network: Network, optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]
) -> None:
    """Puts such a state into a new optimizer. Raises KeyError for a weight that is not there."""
    weights = dict(network.named_parameters())
    for key, value in tensors.items():
        name, field = key.split("/")
        weight = weights[name]
        # Same memory layout as the weight, so that the same machine code adds them. A count of
        # steps (a single number) stays on the CPU, where the optimizer made it.
        state = torch.empty_like(weight).copy_(value) if value.ndim else value.clone()
        optimizer.state[weight][field] = state
