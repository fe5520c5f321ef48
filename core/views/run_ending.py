"""What a run is doing now, or why it stopped before its end and what helps, in words."""

from dataclasses import dataclass

from core.base.language import N_, _, join_sentences, translate
from core.recipe.schema import Recipe
from core.store.run import DISK_FULL, DIVERGED, Run
from core.store.status import Status
from core.train.schedule import planned_epochs


@dataclass(frozen=True)
class StopReason:
    """What happened, and what to do. Where `resume_helps` is false, going on ends the same way."""

    cause: str
    advice: str
    resume_helps: bool = True


def find_stop_reason(run: Run, status: Status) -> StopReason | None:
    """How a run ended that is not done; None for one that is done or still to come."""
    if status.state == "cancelled":
        return _cancelled_reason(status)
    if status.state != "failed":
        return None
    error = status.error or N_("It stopped, and nothing says why.")
    on, told = _resume_text(status), translate(error)
    if error == run.lost_process_text(status):
        return StopReason(
            _(
                "Its process ended in epoch {epoch} of {epochs}: it was killed, ran out of memory, "
                "or the machine was switched off.",
                epoch=status.epoch + 1,
                epochs=status.epochs,
            ),
            join_sentences(
                on,
                _(
                    "If it happens again, memory may be short: train with smaller "
                    "photos, or close other programs."
                ),
            ),
        )
    if error.startswith(DIVERGED):
        return StopReason(
            _("The {error}.", error=told),
            _(
                "A resumed run would end the same way, to the last bit. Run it again with lower "
                "learning rates; the search for a learning rate on Train suggests some."
            ),
            resume_helps=False,
        )
    if DISK_FULL in error:
        return StopReason(
            _("{sentence}.", sentence=told),
            join_sentences(_("Free some space (the page Worker shows where)."), on),
        )
    if "memory" in error.lower():
        advice = _("Close other programs, or run it again with smaller photos.")
        return StopReason(told, join_sentences(advice, on))
    return StopReason(told, join_sentences(_("Mend what this line names."), on))


def _cancelled_reason(status: Status) -> StopReason:
    if not status.epoch:
        happened = _("It was cancelled before it began.")
        if status.started:
            happened = _("It was cancelled before its first epoch was done.")
        return StopReason(happened, _("Resume puts it back into the queue."))
    happened = _("It was cancelled after epoch {epoch} of {epochs}.")
    happened = happened.format(epoch=status.epoch, epochs=status.epochs)
    return StopReason(happened, _resume_text(status))


def _resume_text(status: Status) -> str:
    if not status.epoch:
        return _("Resume begins it again.")
    return _(
        "Resume goes on after epoch {epoch}: nothing that was finished is lost.", epoch=status.epoch
    )


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
