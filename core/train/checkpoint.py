"""Weights and checkpoints as safetensors: no pickle, so no file can carry code.

Tensors are named `layers.<index>.<name>`, by the flat list. Frozen layers are not copied: the
file's one metadata key `base` names the weights they came with.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from core import files
from core.model.bands import first_trained, stage_ranges
from core.model.network import Network
from core.recipe import Recipe
from core.train.loop import EpochRow

CHECKPOINT = "checkpoint"


def changed_tensors(network: Network, recipe: Recipe) -> dict[str, Tensor]:
    """The tensors that training can change, by name: all from the first trained layer on, and
    every one where frozen batch norms move or the backbone began at random."""
    first = min(
        first_trained(stage_ranges(recipe, stage, network.head_start, len(network.layers)))
        for stage in recipe.stages
    )
    if recipe.frozen_bn == "train" or network.base_weights == "none":
        first = 0
    return {
        name: tensor.detach().contiguous()
        for name, tensor in network.state_dict().items()
        if int(name.split(".")[1]) >= first
    }


def weights_bytes(network: Network, recipe: Recipe) -> bytes:
    """The content of weights.safetensors."""
    return save(changed_tensors(network, recipe), {"base": network.base_weights})


def optimizer_tensors(network: Network, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's state by `<weight's name>/<state's name>`."""
    names = {id(weight): name for name, weight in network.named_parameters()}
    return {
        f"{names[id(weight)]}/{key}": value.detach().contiguous()
        for weight, state in optimizer.state.items()
        for key, value in state.items()
        if isinstance(value, Tensor)
    }


def save_checkpoint(
    run: Path, network: Network, recipe: Recipe, optimizer: torch.optim.Optimizer, row: EpochRow
) -> None:
    """Replaces the run's checkpoint by the state after an epoch.

    Written to a folder beside it that is then renamed, so a kill leaves the old or the new one.
    Generators need no place in it: core.train.seeds derives them from the epoch.
    """
    beside, place, old = (run / name for name in (".checkpoint.new", CHECKPOINT, ".checkpoint.old"))
    for leftover in (beside, old):
        shutil.rmtree(leftover, ignore_errors=True)
    beside.mkdir()
    files.write_bytes(beside / "weights.safetensors", weights_bytes(network, recipe))
    files.write_bytes(beside / "optimizer.safetensors", save(optimizer_tensors(network, optimizer)))
    files.write_json(
        beside / "state.json", {"epoch": row.planned.number, "stage": row.planned.stage}
    )
    if place.exists():
        place.rename(old)
    beside.rename(place)
    shutil.rmtree(old, ignore_errors=True)
