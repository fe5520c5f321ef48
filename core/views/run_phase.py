"""What a run is doing now, in words for the person who waits."""

from __future__ import annotations

from core.base.language import mark, retell, say
from core.recipe.schema import Recipe
from core.store.status import Status
from core.train.schedule import planned_epochs

_STEPS = {
    mark("measuring this machine"): mark("Measuring how fast this machine is, once"),
    mark("preparing the photos"): mark(
        "Reading the photos, and what the frozen layers see of them"
    ),
    mark("looking at what it learned"): mark(
        "Every epoch is done: answering the test photos, then the diagnosis"
    ),
    mark("diagnosing"): mark("Every epoch is done: diagnosing what the answers rest on"),
}


def phase(status: Status, recipe: Recipe) -> str:
    """`Training the layers' bands, cycle 1 of 2: epoch 6 of 32 is done`."""
    if status.state == "queued":
        return say("Waiting for its turn")
    if status.phase in _STEPS:
        return retell(_STEPS[status.phase])
    plan = planned_epochs(recipe)
    if status.epoch >= len(plan):
        return say("Every epoch is done")
    now = plan[status.epoch]
    stage = recipe.stages[now.stage - 1]
    what = say("the new head") if stage.train == "head" else say("the layers' bands")
    cycles = len(stage.cycle_lengths())
    if cycles > 1:
        what = say("{part}, cycle {cycle} of {cycles}", part=what, cycle=now.cycle, cycles=cycles)
    done = say("the first epoch")
    if status.epoch:
        done = say("epoch {epoch} of {epochs} is done", epoch=status.epoch, epochs=status.epochs)
    return say("Training {part}: {done}", part=what, done=done)
