"""The training loop: plain PyTorch on one screen. It tells a listener what happens and knows of
no file and no user interface."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import nll_loss

from core.base.errors import RunError
from core.base.language import N_
from core.base.random_streams import derived_seed
from core.evaluate.controls import LinearHead
from core.model.heads import CLASS_MAP_OFFSET
from core.model.network import Network, clone_trainable_tensors, load_tensors
from core.pipeline.inputs import TrainingInputs
from core.pipeline.predict import PhotoSet, backbone_features, predict
from core.recipe.bands import first_trained_layer, stage_ranges
from core.recipe.schema import Recipe, Stage
from core.train.optimizer import make_optimizer
from core.train.schedule import (
    PlannedEpoch,
    batches_per_epoch,
    last_epoch,
    lr_scale,
    planned_epochs,
)


class DivergedError(RunError):
    """The loss stopped being a finite number."""


@dataclass(frozen=True)
class BatchRow:
    """A trained batch: `step` counts from 1 over the run, `lr` is that of the last trained band."""

    step: int
    epoch: int
    loss: float
    lr: float


@dataclass(frozen=True)
class EpochRow:
    """A finished epoch: mean training loss over its views (with augmentation and dropout), loss
    and accuracy on the validation photos (plain), and each band's rate in its last batch."""

    planned: PlannedEpoch
    train_loss: float
    val_loss: float
    val_accuracy: float
    rates: dict[str, float]


@dataclass(frozen=True, eq=False)
class BestEpoch:
    """A stage's epoch with the lowest validation loss so far, and the weights it ended with."""

    epoch: int
    val_loss: float
    weights: dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class TrainState:
    """How far a training is: so many epochs `done`, and what its stage goes on with: the optimizer
    as it is, the best epoch where the stage keeps that (`keep: best`), and the weights after the
    first stage where they are averaged later (WiSE-FT).

    Every generator is derived from the epoch, so nothing else is needed for the same bits."""

    epochs_done: int = 0
    optimizer: torch.optim.Optimizer | None = None
    best: BestEpoch | None = None
    first: dict[str, Tensor] | None = None


class Listener(Protocol):
    """Who wants to know. Raising from `on_batch` or `on_epoch` stops the training."""

    def on_batch(self, row: BatchRow) -> None: ...

    def on_epoch(self, row: EpochRow, train_state: TrainState) -> None: ...


def fit(
    network: Network,
    recipe: Recipe,
    inputs: TrainingInputs,
    validation: PhotoSet,
    listener: Listener,
    train_state: TrainState | None = None,
    plain_photos: Callable[[], PhotoSet] | None = None,
) -> None:
    """Trains the network as the recipe plans. Raises Diverged when a loss is not finite.

    plain_photos: the training photos as they are, for a linear probe. To resume, pass the progress
    that the listener was told after the last finished epoch."""
    train_state = train_state or TrainState()
    optimizer, best, first = train_state.optimizer, train_state.best, train_state.first
    averages = any(stage.train == "wise_ft" for stage in recipe.stages)
    batches = batches_per_epoch(len(inputs), recipe.batch_size)
    step = train_state.epochs_done * batches
    for epoch in planned_epochs(recipe)[train_state.epochs_done :]:
        stage = recipe.stages[epoch.stage - 1]
        ranges = stage_ranges(recipe, stage)
        if not stage.by_gradients:
            optimizer = best = None
            loss_now = _step_without_gradients(
                network, recipe, stage, first, plain_photos, inputs.start_layer
            )
            step += batches
            listener.on_batch(BatchRow(step, epoch.number, loss_now, 0.0))
            if averages and epoch.stage == 1:
                first = clone_trainable_tensors(network, recipe)
            val_loss, val_accuracy = validate(network, validation, recipe, inputs.start_layer)
            rates = {band.label: 0.0 for band in ranges}
            listener.on_epoch(
                EpochRow(epoch, loss_now, val_loss, val_accuracy, rates),
                TrainState(epoch.number, None, None, first),
            )
            continue
        if optimizer is None or epoch.begins_stage:
            optimizer, best = make_optimizer(network, recipe, epoch.stage), None
        torch.manual_seed(derived_seed(recipe.seed, "dropout", epoch.number))
        network.set_train_mode(ranges, recipe.frozen_bn, head_only=stage.train == "head")
        # Batch norms that go on moving in frozen layers run without gradients all the same.
        frozen = min(first_trained_layer(ranges), network.head_start)
        total = 0.0
        for batch, places in enumerate(split_batches(inputs.order(epoch.number), batches, recipe)):
            factor = lr_scale(recipe, epoch, batch, batches)
            for group in optimizer.param_groups:
                group["lr"] = group["base_lr"] * factor
            x, targets = inputs.batch(places, epoch.number)
            log_probs = network(x, inputs.start_layer, frozen).log_probs
            loss = -(log_probs * targets.to(log_probs.device)).sum(1).mean()
            value = loss.item()
            if not math.isfinite(value):
                told = N_(
                    "training diverged: the loss is {value:g} in epoch {epoch}, batch {batch}; "
                    "try lower learning rates"
                )
                raise DivergedError(told.format(value=value, epoch=epoch.number, batch=batch + 1))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            step += 1
            total += value * len(places)
            listener.on_batch(BatchRow(step, epoch.number, value, optimizer.param_groups[-1]["lr"]))
        val_loss, val_accuracy = validate(network, validation, recipe, inputs.start_layer)
        if stage.keep == "best":
            if best is None or val_loss < best.val_loss:
                best = BestEpoch(epoch.number, val_loss, clone_trainable_tensors(network, recipe))
            if epoch.number == last_epoch(recipe, epoch.stage):
                load_tensors(network, recipe, best.weights)
                best = None
        if averages and epoch.number == last_epoch(recipe, 1):
            first = clone_trainable_tensors(network, recipe)
        rates = {band.label: band.lr * factor for band in ranges}
        listener.on_epoch(
            EpochRow(epoch, total / len(inputs), val_loss, val_accuracy, rates),
            TrainState(epoch.number, optimizer, best, first),
        )


def _step_without_gradients(
    network: Network,
    recipe: Recipe,
    stage: Stage,
    first: dict[str, Tensor] | None,
    plain_photos: Callable[[], PhotoSet] | None,
    start_layer: int,
) -> float:
    """Fits a probe or averages weights; the mean loss on the plain training photos."""
    assert plain_photos is not None, "a probe needs the plain training photos"
    photos = plain_photos()
    if stage.train == "probe":
        return fit_probe(network, photos, recipe, start_layer)
    assert first is not None  # kept at the end of the first stage
    alpha = 0.5 if stage.alpha is None else stage.alpha
    end = clone_trainable_tensors(network, recipe)
    load_tensors(network, recipe, interpolate_weights(first, end, alpha))
    return validate(network, photos, recipe, start_layer)[0]


def split_batches(order: list[int], batches: int, recipe: Recipe) -> list[list[int]]:
    """The epoch's views in batches; a last single one joins the batch before it."""
    size = recipe.batch_size
    cut = [order[i * size : (i + 1) * size] for i in range(batches)]
    cut[-1] += order[batches * size :]
    return cut


def validate(
    network: Network, validation: PhotoSet, recipe: Recipe, start_layer: int
) -> tuple[float, float]:
    """Loss and accuracy on the validation photos, in inference mode."""
    found = predict(network, validation, recipe.backbone, start_layer)
    truth = torch.tensor([network.classes.index(name) for name in validation.primary])
    loss: Tensor = nll_loss(torch.from_numpy(found.log_probs), truth)
    if not math.isfinite(loss.item()):
        raise DivergedError(
            N_(
                "training diverged: the validation loss is not a finite number; "
                "try lower learning rates"
            )
        )
    return loss.item(), float((found.log_probs.argmax(1) == truth.numpy()).mean())


# --- steps without gradients ----------------------------------------------------------------------
# A linear probe, followed by fine-tuning, is LP-FT (Kumar et al. 2022, arXiv 2202.10054). WiSE-FT
# (Wortsman et al. 2022, arXiv 2109.01903) averages the weights after the first and the last stage.


@torch.no_grad()
def fit_probe(network: Network, photos: PhotoSet, recipe: Recipe, start_layer: int) -> float:
    """Fits the class-map head to the plain training photos, in place; their mean loss.

    Multinomial logistic regression on the backbone's averaged features, as the control `frozen`
    (core.evaluate.controls). Its weights become the middle of the 3x3 kernel, the rest
    of which is 0: a map's mean is then its logit, as it is of the regression itself. Raises
    RunError where a class has no training photo."""
    labels = np.array([network.classes.index(name) for name in photos.primary])
    for number, name in enumerate(network.classes):
        if number not in labels:
            raise RunError(
                N_("no training photo of {label}, so nothing can be fitted to it").format(
                    label=name
                )
            )
    # From the pixels on in float32, so that its bits do not depend on which layers a run freezes.
    low_precision, network.low_precision = network.low_precision, False
    whole = replace(photos, features=None)
    features = backbone_features(network, whole, recipe.backbone)
    network.low_precision = low_precision
    weights, bias = LinearHead(features.numpy(), labels).linear()
    conv = network.head[CLASS_MAP_OFFSET]
    assert isinstance(conv, nn.Conv2d) and conv.bias is not None
    conv.weight.zero_()
    conv.weight[:, :, 1, 1] = torch.from_numpy(weights).to(conv.weight)
    conv.bias.copy_(torch.from_numpy(bias))
    found = predict(network, photos, recipe.backbone, start_layer)
    return float(nll_loss(torch.from_numpy(found.log_probs), torch.from_numpy(labels)))


def interpolate_weights(
    start: dict[str, Tensor], end: dict[str, Tensor], alpha: float
) -> dict[str, Tensor]:
    """start + alpha * (end - start), to the bit `start` at 0 and `end` at 1; of whole numbers (the
    batch norms' counters) the nearer one."""
    return {
        name: torch.lerp(tensor, end[name], alpha)
        if tensor.is_floating_point()
        else (tensor if alpha < 0.5 else end[name])
        for name, tensor in start.items()
    }
