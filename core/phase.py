"""What a run is doing now, in words for the person who waits."""

from __future__ import annotations

from core.recipe import Recipe
from core.store.run import Status
from core.train.schedule import planned_epochs

_STEPS = {
    "measuring this machine": "Measuring how fast this machine is, once",
    "preparing the photos": "Reading the photos, and what the frozen layers see of them",
    "looking at what it learned": "Every epoch is done: answering the test photos, then the "
    "diagnosis",
}


def phase(status: Status, recipe: Recipe) -> str:
    """`Training the layers' bands, cycle 1 of 2: epoch 6 of 32 is done`."""
    if status.state == "queued":
        return "Waiting for its turn"
    if status.phase in _STEPS:
        return _STEPS[status.phase]
    plan = planned_epochs(recipe)
    if status.epoch >= len(plan):
        return "Every epoch is done"
    now = plan[status.epoch]
    stage = recipe.stages[now.stage - 1]
    what = "the new head" if stage.train == "head" else "the layers' bands"
    cycles = len(stage.cycle_lengths())
    cycle = f", cycle {now.cycle} of {cycles}" if cycles > 1 else ""
    done = f"epoch {status.epoch} of {status.epochs} is done" if status.epoch else "the first epoch"
    return f"Training {what}{cycle}: {done}"
