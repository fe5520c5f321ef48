"""Weights and checkpoints as safetensors: no pickle, so no file can carry code.

Tensors are named `layers.<index>.<name>`, by the flat list. Frozen layers are not copied: the
file's one metadata key `base` names the weights they came with.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from core import files
from core.errors import RunError
from core.model.bands import first_trained, stage_ranges
from core.model.network import Network
from core.recipe import Recipe
from core.train.loop import EpochRow, sgd

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
        name: tensor.detach().cpu().contiguous()
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
        f"{names[id(weight)]}/{key}": value.detach().cpu().contiguous()
        for weight, state in optimizer.state.items()
        for key, value in state.items()
        if isinstance(value, Tensor)
    }


def save_checkpoint(
    run: Path, network: Network, recipe: Recipe, optimizer: torch.optim.Optimizer, row: EpochRow
) -> None:
    """Replaces the run's checkpoint by the state after an epoch.

    Written to a folder beside it that is then renamed, so a kill leaves the old or the new one. The
    one before is kept as that folder: its files are written over, which takes half the time of new
    ones. Generators need no place in it: core.train.seeds derives them from the epoch.
    """
    settle_checkpoint(run)
    beside, place, old = (run / name for name in (".checkpoint.new", CHECKPOINT, ".checkpoint.old"))
    if old.exists():
        shutil.rmtree(beside, ignore_errors=True)
        old.rename(beside)
    beside.mkdir(exist_ok=True)
    (beside / "state.json").unlink(missing_ok=True)  # without it the folder is no checkpoint
    files.overwrite(beside / "weights.safetensors", weights_bytes(network, recipe))
    files.overwrite(beside / "optimizer.safetensors", save(optimizer_tensors(network, optimizer)))
    files.write_json(
        beside / "state.json", {"epoch": row.planned.number, "stage": row.planned.stage}
    )
    if place.exists():
        place.rename(old)
    beside.rename(place)


def settle_checkpoint(run: Path, drop_spare: bool = False) -> None:
    """Puts the newest whole checkpoint in its place, if a kill has left it under another name.
    drop_spare: removes what the next one would have been written over."""
    newest = checkpoint_place(run)
    if newest is not None and newest.name != CHECKPOINT:
        newest.rename(run / CHECKPOINT)
    if drop_spare:
        for name in (".checkpoint.new", ".checkpoint.old"):
            shutil.rmtree(run / name, ignore_errors=True)


def checkpoint_place(run: Path) -> Path | None:
    """The folder of the newest whole checkpoint; None without one. A kill between the two renames
    of `save_checkpoint` leaves it under another name."""
    for name in (CHECKPOINT, ".checkpoint.new", ".checkpoint.old"):
        if (run / name / "state.json").is_file():
            return run / name
    return None


def load_weights(run: Path, network: Network, recipe: Recipe) -> None:
    """Puts a finished run's weights into a network built as at the run's start. Raises RunError,
    naming the file, when they are missing, damaged or of another network."""
    path = run / "weights.safetensors"
    try:
        _put_in(network, recipe, load_file(path))
    except FileNotFoundError:
        raise RunError(f"{path}: missing; only a finished run has it") from None
    except (OSError, SafetensorError, ValueError, RuntimeError) as error:
        raise RunError(f"{path}: damaged or of another network ({error})") from None


def _put_in(network: Network, recipe: Recipe, weights: dict[str, Tensor]) -> None:
    if weights.keys() != changed_tensors(network, recipe).keys():
        raise ValueError("its tensors are not those of the recipe")
    network.load_state_dict(weights, strict=False)


def load_checkpoint(
    run: Path, network: Network, recipe: Recipe
) -> tuple[int, torch.optim.Optimizer | None]:
    """Puts a run's checkpoint into a network built as at the run's start.

    Returns the epochs it covers and the optimizer as it was; (0, None) without a checkpoint.
    Raises RunError, naming the file, when it is damaged or of other weights.
    """
    place = checkpoint_place(run)
    if place is None:
        return 0, None
    try:
        state = json.loads((place / "state.json").read_text("utf-8"))
        momenta = load_file(place / "optimizer.safetensors")
        _put_in(network, recipe, load_file(place / "weights.safetensors"))
        optimizer = sgd(network, recipe, int(state["stage"]))
        named = dict(network.named_parameters())
        for key, value in momenta.items():
            name, field = key.split("/")
            # Same memory layout as the weight, so that the same machine code adds them.
            optimizer.state[named[name]][field] = torch.empty_like(named[name]).copy_(value)
        return int(state["epoch"]), optimizer
    except (OSError, SafetensorError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise RunError(
            f"{place}: the checkpoint is damaged ({error}); delete it to begin the run again"
        ) from None
