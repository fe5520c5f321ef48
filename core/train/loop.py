"""The training loop: plain PyTorch on one screen. It tells a listener what happens and knows of
no file and no user interface."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import nll_loss

from core.errors import RunError
from core.evaluate.predict import PhotoSet, predict
from core.model.bands import first_trained, parameter_groups, stage_ranges
from core.model.network import Network
from core.recipe import Recipe
from core.train.schedule import PlannedEpoch, batches_per_epoch, planned_epochs, scale
from core.train.seeds import derived_seed


class Diverged(RunError):
    """The loss stopped being a finite number."""


class Inputs(Protocol):
    """What the loop trains on (core.train.inputs). `start` is the layer that batches enter."""

    start: int

    def __len__(self) -> int: ...

    def order(self, epoch: int) -> list[int]: ...

    def batch(self, photos: Sequence[int], epoch: int) -> tuple[Tensor, Tensor]: ...


@dataclass(frozen=True)
class BatchRow:
    """A trained batch: `step` counts from 1 over the run, `lr` is the last band's rate."""

    step: int
    epoch: int
    loss: float
    lr: float


@dataclass(frozen=True)
class EpochRow:
    """A finished epoch: mean training loss over its photos (with augmentation and dropout), loss
    and accuracy on the validation photos (plain), and each band's rate in its last batch."""

    planned: PlannedEpoch
    train_loss: float
    val_loss: float
    val_accuracy: float
    rates: dict[str, float]


class Listener(Protocol):
    """Who wants to know. Raising from `on_batch` or `on_epoch` stops the training."""

    def on_batch(self, row: BatchRow) -> None: ...

    def on_epoch(self, row: EpochRow, optimizer: torch.optim.Optimizer) -> None: ...


def fit(
    network: Network,
    recipe: Recipe,
    inputs: Inputs,
    validation: PhotoSet,
    listener: Listener,
    done: int = 0,
    optimizer: torch.optim.Optimizer | None = None,
) -> None:
    """Trains the network as the recipe plans. Raises Diverged when a loss is not finite.

    To resume, pass how many epochs are `done` and the optimizer as it was after them (its stage's).
    Every generator is derived from the epoch, so nothing else is needed for the same bits.
    """
    batches = batches_per_epoch(len(inputs), recipe.batch_size)
    step = done * batches
    for epoch in planned_epochs(recipe)[done:]:
        stage = recipe.stages[epoch.stage - 1]
        begins = epoch.position == 0 and epoch.cycle == 1
        if optimizer is None or begins:  # each stage makes a new optimizer
            optimizer = sgd(network, recipe, epoch.stage)
        ranges = stage_ranges(recipe, stage, network.head_start, len(network.layers))
        torch.manual_seed(derived_seed(recipe.seed, "dropout", epoch.number))
        network.set_training(ranges, recipe.frozen_bn, head_only=stage.train == "head")
        # Batch norms that go on moving in frozen layers run without gradients all the same.
        frozen = min(first_trained(ranges), network.head_start)
        total = 0.0
        for batch, photos in enumerate(split_batches(inputs.order(epoch.number), batches, recipe)):
            factor = scale(recipe, epoch, batch, batches)
            for group in optimizer.param_groups:
                group["lr"] = group["base_lr"] * factor
            x, targets = inputs.batch(photos, epoch.number)
            log_probs = network(x, inputs.start, frozen).log_probs
            loss = -(log_probs * targets.to(log_probs.device)).sum(1).mean()
            value = loss.item()
            if not math.isfinite(value):
                raise Diverged(
                    f"training diverged: the loss is {value:g} in epoch {epoch.number}, "
                    f"batch {batch + 1}; try lower learning rates"
                )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            step += 1
            total += value * len(photos)
            listener.on_batch(BatchRow(step, epoch.number, value, optimizer.param_groups[-1]["lr"]))
        val_loss, val_accuracy = validate(network, validation, recipe, inputs.start)
        rates = {band.label: band.lr * factor for band in ranges}
        listener.on_epoch(
            EpochRow(epoch, total / len(inputs), val_loss, val_accuracy, rates), optimizer
        )


def sgd(network: Network, recipe: Recipe, stage_number: int) -> torch.optim.SGD:
    """The stage's optimizer over its bands; weights of frozen bands are switched off."""
    stage = recipe.stages[stage_number - 1]
    chosen = stage.optimizer or recipe.optimizer
    ranges = stage_ranges(recipe, stage, network.head_start, len(network.layers))
    groups = parameter_groups(network.layers, ranges)
    if not groups:
        raise RunError(f"stages.{stage_number - 1}: every band is frozen, so nothing would train")
    return torch.optim.SGD(groups, lr=0, momentum=chosen.momentum, weight_decay=chosen.weight_decay)


def split_batches(order: list[int], batches: int, recipe: Recipe) -> list[list[int]]:
    """The epoch's photos in batches; a last single photo joins the batch before it."""
    size = recipe.batch_size
    cut = [order[i * size : (i + 1) * size] for i in range(batches)]
    cut[-1] += order[batches * size :]
    return cut


def validate(
    network: Network, validation: PhotoSet, recipe: Recipe, start: int
) -> tuple[float, float]:
    """Loss and accuracy on the validation photos, in inference mode."""
    found = predict(network, validation, recipe.backbone, start)
    truth = torch.tensor([network.classes.index(name) for name in validation.primary])
    loss: Tensor = nll_loss(torch.from_numpy(found.log_probs), truth)
    if not math.isfinite(loss.item()):
        raise Diverged(
            "training diverged: the validation loss is not a finite number; "
            "try lower learning rates"
        )
    return loss.item(), float((found.log_probs.argmax(1) == truth.numpy()).mean())
