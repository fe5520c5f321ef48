"""Checkpoints: everything that a bit-identical resume needs, after every epoch.

A folder of safetensors and a small JSON file: no pickle, so no file can carry code.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from core.base import files
from core.base.errors import RunError
from core.base.language import N_
from core.model.network import Network, load_tensors, serialize_weights
from core.recipe.schema import Recipe
from core.train.loop import BestEpoch, TrainState
from core.train.optimizer import make_optimizer, optimizer_tensors, restore

CHECKPOINT = "checkpoint"


def save_checkpoint(
    run: Path, network: Network, recipe: Recipe, train_state: TrainState, stage: int
) -> None:
    """Replaces the run's checkpoint by the state after an epoch of a stage (from 1).

    Written to a folder beside it that is then renamed, so a kill leaves the old or the new one. The
    one before is kept as that folder: its files are written over, which takes half the time of new
    ones. Generators need no place in it: core.base.random_streams derives them from the epoch."""
    repair_checkpoint(run)
    beside, place, old = (run / name for name in (".checkpoint.new", CHECKPOINT, ".checkpoint.old"))
    if old.exists():
        shutil.rmtree(beside, ignore_errors=True)
        old.rename(beside)
    beside.mkdir(exist_ok=True)
    (beside / "state.json").unlink(missing_ok=True)  # without it the folder is no checkpoint
    files.overwrite(beside / "weights.safetensors", serialize_weights(network, recipe))
    optimizer = train_state.optimizer  # none after a step without gradients
    momenta = {} if optimizer is None else optimizer_tensors(network, optimizer)
    files.overwrite(beside / "optimizer.safetensors", save(momenta))
    state: dict[str, Any] = {"epoch": train_state.epochs_done, "stage": stage}
    best = train_state.best
    if best is not None:
        state["best"] = {"epoch": best.epoch, "val_loss": best.val_loss}
    kept = {"best": best.weights if best else None, "first": train_state.first}
    for name, weights in kept.items():
        path = beside / f"{name}.safetensors"
        if weights is None:
            path.unlink(missing_ok=True)
        else:
            files.overwrite(path, save(weights))
    files.write_json(beside / "state.json", state)
    if place.exists():
        place.rename(old)
    beside.rename(place)


def repair_checkpoint(run: Path, delete_spare: bool = False) -> None:
    """Puts the newest whole checkpoint in its place, if a kill has left it under another name.
    delete_spare: removes what the next one would have been written over."""
    newest = checkpoint_folder(run)
    if newest is not None and newest.name != CHECKPOINT:
        newest.rename(run / CHECKPOINT)
    if delete_spare:
        for name in (".checkpoint.new", ".checkpoint.old"):
            shutil.rmtree(run / name, ignore_errors=True)


def checkpoint_folder(run: Path) -> Path | None:
    """The folder of the newest whole checkpoint; None without one. A kill between the two renames
    of `save_checkpoint` leaves it under another name."""
    for name in (CHECKPOINT, ".checkpoint.new", ".checkpoint.old"):
        if (run / name / "state.json").is_file():
            return run / name
    return None


def load_checkpoint(run: Path, network: Network, recipe: Recipe) -> TrainState:
    """Puts a run's checkpoint into a network built as at the run's start, and returns how far the
    training is: at its beginning without a checkpoint.

    Raises RunError, naming the file, when it is damaged or of other weights."""
    place = checkpoint_folder(run)
    if place is None:
        return TrainState()
    try:
        state = json.loads((place / "state.json").read_text("utf-8"))
        load_tensors(network, recipe, load_file(place / "weights.safetensors"))
        optimizer, first = None, None
        if recipe.stages[int(state["stage"]) - 1].by_gradients:
            optimizer = make_optimizer(network, recipe, int(state["stage"]))
            restore(network, optimizer, load_file(place / "optimizer.safetensors"))
        if (place / "first.safetensors").is_file():
            first = _own_tensors(place / "first.safetensors")
        best = None
        if "best" in state:
            weights = _own_tensors(place / "best.safetensors")
            best = BestEpoch(int(state["best"]["epoch"]), float(state["best"]["val_loss"]), weights)
        return TrainState(int(state["epoch"]), optimizer, best, first)
    except (OSError, SafetensorError, ValueError, LookupError, TypeError, RuntimeError) as error:
        told = N_("{place}: the checkpoint is damaged ({error}); delete it to restart the run")
        raise RunError(told.format(place=place, error=error)) from None


def _own_tensors(path: Path) -> dict[str, Tensor]:
    """Copies: the file, which may be mapped into memory, is written over later on."""
    return {name: tensor.clone() for name, tensor in load_file(path).items()}
