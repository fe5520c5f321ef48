"""The learning-rate schedule as pure functions of the epoch and batch index.

Within a cycle of nb batches, batch i trains at `lr * (1 + cos(pi * i / nb)) / 2` and the next
cycle starts again from the full rate (SGDR: Loshchilov & Hutter 2017, as fast.ai 0.7 did it). All
bands scale together, so one number per batch, `scale`, says it all.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from core.recipe.bands import stage_ranges
from core.recipe.schema import Recipe


@dataclass(frozen=True)
class PlannedEpoch:
    """One epoch of the plan. `number` counts from 1 over the whole run; stage and cycle from 1,
    cycle within its stage; `position` is the epoch's place in its cycle, from 0."""

    number: int
    stage: int
    cycle: int
    position: int
    cycle_epochs: int

    @property
    def begins_stage(self) -> bool:
        return self.cycle == 1 and self.position == 0

    @property
    def ends_cycle(self) -> bool:
        return self.position == self.cycle_epochs - 1


def planned_epochs(recipe: Recipe) -> tuple[PlannedEpoch, ...]:
    """Every epoch of the recipe, in order."""

    def plan() -> Iterator[PlannedEpoch]:
        number = 0
        for stage_number, stage in enumerate(recipe.stages, start=1):
            for cycle, length in enumerate(stage.cycle_lengths(), start=1):
                for position in range(length):
                    number += 1
                    yield PlannedEpoch(number, stage_number, cycle, position, length)

    return tuple(plan())


def last_epoch(recipe: Recipe, stage: int) -> int:
    """The number of a stage's last epoch (stages from 1)."""
    return sum(sum(each.cycle_lengths()) for each in recipe.stages[:stage])


def history_to_final_weights(recipe: Recipe, history: pd.DataFrame) -> pd.DataFrame:
    """A finished run's history up to the epoch whose weights it ended with: the last one or, when
    the last stage keeps its best, the one with the stage's lowest validation loss."""
    if recipe.stages[-1].keep == "last":
        return history
    of_stage = history[history["stage"] == len(recipe.stages)]
    best = of_stage["val_loss"].idxmin()  # the first one of equals, as in core.train.loop
    return history[history["epoch"] <= history.loc[best, "epoch"]]


def batches_per_epoch(views: int, batch_size: int) -> int:
    """Batches of an epoch that shows so many views. A last batch of one joins the batch before it,
    because batch norm cannot train on a single value."""
    full, rest = divmod(views, batch_size)
    return max(1, full + (rest > 1))


def cosine(i: int, nb: int) -> float:
    """Scale of batch i (from 0) in a cycle of nb batches: 1 at the start, towards 0 at the end."""
    return (1 + math.cos(math.pi * i / nb)) / 2


def warmup_batches(nb: int) -> int:
    """fast.ai 0.7: the first ceil(nb / 20) batches of a stage's first cycle run at lr / 100."""
    return math.ceil(nb / 20)


def lr_scale(recipe: Recipe, epoch: PlannedEpoch, batch: int, batches: int) -> float:
    """What every band's rate is multiplied by in batch `batch` (from 0) of `batches` an epoch."""
    stage = recipe.stages[epoch.stage - 1]
    if not stage.by_gradients:
        return 0.0
    i = epoch.position * batches + batch
    nb = epoch.cycle_epochs * batches
    if stage.warmup == "fastai" and epoch.cycle == 1 and i < warmup_batches(nb):
        return 0.01
    return 1.0 if stage.cycles is None else cosine(i, nb)


def rate_curve(recipe: Recipe, batches: int) -> pd.DataFrame:
    """The planned rates: a row per batch and band with columns epoch (fractional, from 0), stage,
    cycle, band (`34-39`), lr."""
    rows = []
    for epoch in planned_epochs(recipe):
        stage = recipe.stages[epoch.stage - 1]
        ranges = stage_ranges(recipe, stage)
        for batch in range(batches):
            factor = lr_scale(recipe, epoch, batch, batches)
            at = epoch.number - 1 + batch / batches
            rows += [
                (at, epoch.stage, epoch.cycle, band.label, band.lr * factor) for band in ranges
            ]
    return pd.DataFrame(rows, columns=["epoch", "stage", "cycle", "band", "lr"])
