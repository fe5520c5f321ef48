"""What a run is doing now, in words for the person who waits."""

from core.base.language import N_, _, translate
from core.recipe.schema import Recipe
from core.store.status import Status
from core.train.schedule import planned_epochs

_PHASE_TEXTS = {
    N_("preparing the photos"): N_("Reading the photos, and what the frozen layers see of them"),
    N_("looking at what it learned"): N_(
        "Every epoch is done: answering the test photos, then the diagnosis"
    ),
    N_("diagnosing"): N_("Every epoch is done: diagnosing what the answers rest on"),
}


def phase_text(status: Status, recipe: Recipe) -> str:
    """`Training the layers' bands, cycle 1 of 2: epoch 6 of 32 is done`."""
    if status.state == "queued":
        return _("Waiting for its turn")
    if status.phase in _PHASE_TEXTS:
        return translate(_PHASE_TEXTS[status.phase])
    plan = planned_epochs(recipe)
    if status.epoch >= len(plan):
        return _("Every epoch is done")
    now = plan[status.epoch]
    stage = recipe.stages[now.stage - 1]
    what = _("the new head") if stage.train == "head" else _("the layers' bands")
    if not stage.by_gradients:
        probe = stage.train == "probe"
        return _("Fitting the linear probe") if probe else _("Averaging weights (WiSE-FT)")
    cycles = len(stage.cycle_lengths())
    if cycles > 1:
        what = _("{part}, cycle {cycle} of {cycles}", part=what, cycle=now.cycle, cycles=cycles)
    done = _("the first epoch")
    if status.epoch:
        done = _("epoch {epoch} of {epochs} is done", epoch=status.epoch, epochs=status.epochs)
    return _("Training {part}: {done}", part=what, done=done)
