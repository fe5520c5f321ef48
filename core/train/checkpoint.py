"""Checkpoints: everything that a bit-identical resume needs, after every epoch.

A folder of safetensors and a small JSON file: no pickle, so no file can carry code.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save

from core import files
from core.errors import RunError
from core.model.network import Network
from core.recipe import Recipe
from core.train.loop import Best, Progress
from core.train.optimizer import make_optimizer, optimizer_tensors, restore
from core.train.weights import put_in, weights_bytes

CHECKPOINT = "checkpoint"


def save_checkpoint(
    run: Path, network: Network, recipe: Recipe, progress: Progress, stage: int
) -> None:
    """Replaces the run's checkpoint by the state after an epoch of a stage (from 1).

    Written to a folder beside it that is then renamed, so a kill leaves the old or the new one.
    Generators need no place in it: core.train.seeds derives them from the epoch.
    """
    beside, place, old = (run / name for name in (".checkpoint.new", CHECKPOINT, ".checkpoint.old"))
    for leftover in (beside, old):
        shutil.rmtree(leftover, ignore_errors=True)
    beside.mkdir()
    files.write_bytes(beside / "weights.safetensors", weights_bytes(network, recipe))
    assert progress.optimizer is not None  # an epoch was trained with it
    momenta = optimizer_tensors(network, progress.optimizer)
    files.write_bytes(beside / "optimizer.safetensors", save(momenta))
    state: dict[str, Any] = {"epoch": progress.done, "stage": stage}
    if progress.best is not None:
        files.write_bytes(beside / "best.safetensors", save(progress.best.weights))
        state["best"] = {"epoch": progress.best.epoch, "val_loss": progress.best.val_loss}
    files.write_json(beside / "state.json", state)
    if place.exists():
        place.rename(old)
    beside.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def checkpoint_place(run: Path) -> Path | None:
    """The folder of the newest whole checkpoint; None without one. A kill between the two renames
    of `save_checkpoint` leaves it under another name."""
    for name in (CHECKPOINT, ".checkpoint.new", ".checkpoint.old"):
        if (run / name / "state.json").is_file():
            return run / name
    return None


def load_checkpoint(run: Path, network: Network, recipe: Recipe) -> Progress:
    """Puts a run's checkpoint into a network built as at the run's start, and returns how far the
    training is: at its beginning without a checkpoint.

    Raises RunError, naming the file, when it is damaged or of other weights.
    """
    place = checkpoint_place(run)
    if place is None:
        return Progress()
    try:
        state = json.loads((place / "state.json").read_text("utf-8"))
        put_in(network, recipe, load_file(place / "weights.safetensors"))
        optimizer = make_optimizer(network, recipe, int(state["stage"]))
        restore(network, optimizer, load_file(place / "optimizer.safetensors"))
        best = None
        if "best" in state:
            weights = load_file(place / "best.safetensors")
            best = Best(int(state["best"]["epoch"]), float(state["best"]["val_loss"]), weights)
        return Progress(int(state["epoch"]), optimizer, best)
    except (OSError, SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise RunError(f"{place}: the checkpoint is damaged ({error})") from None
