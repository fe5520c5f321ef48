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
    error = status.error or N_("It stopped, but no reason was recorded.")
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
                    "If it happens again, memory may be low: train with smaller photos, or "
                    "close other programs."
                ),
            ),
        )
    if error.startswith(DIVERGED):
        return StopReason(
            _("The {error}.", error=told),
            _(
                "Resuming would end exactly the same way. Run it again with lower learning "
                "rates; the learning-rate finder on the Train page suggests some."
            ),
            resume_helps=False,
        )
    if DISK_FULL in error:
        return StopReason(
            _("{sentence}.", sentence=told),
            join_sentences(_("Free up disk space (the Workers page shows where)."), on),
        )
    if "memory" in error.lower():
        advice = _("Close other programs, or run it again with smaller photos.")
        return StopReason(told, join_sentences(advice, on))
    return StopReason(told, join_sentences(_("Fix the problem above."), on))


def _cancelled_reason(status: Status) -> StopReason:
    if not status.epoch:
        happened = _("It was cancelled before it started.")
        if status.started:
            happened = _("It was cancelled before its first epoch finished.")
        return StopReason(happened, _("Resume returns it to the queue."))
    happened = _("It was cancelled after epoch {epoch} of {epochs}.")
    happened = happened.format(epoch=status.epoch, epochs=status.epochs)
    return StopReason(happened, _resume_text(status))


def _resume_text(status: Status) -> str:
    if not status.epoch:
        return _("Resume starts it from the beginning.")
    return _("Resume continues after epoch {epoch}; no finished work is lost.", epoch=status.epoch)


_PHASE_TEXTS = {
    N_("preparing photos"): N_("Reading photos and computing the features of frozen layers"),
    N_("evaluating"): N_("All epochs done: predicting the test photos, then diagnosing"),
    N_("diagnosing"): N_("All epochs done: diagnosing what the predictions rely on"),
}


def phase_text(status: Status, recipe: Recipe) -> str:
    """`Training the layers' bands, cycle 1 of 2: epoch 6 of 32 is done`."""
    if status.state == "queued":
        return _("Waiting in the queue")
    if status.phase in _PHASE_TEXTS:
        return translate(_PHASE_TEXTS[status.phase])
    plan = planned_epochs(recipe)
    if status.epoch >= len(plan):
        return _("All epochs done")
    now = plan[status.epoch]
    stage = recipe.stages[now.stage - 1]
    what = _("the new head") if stage.train == "head" else _("the layer bands")
    if not stage.by_gradients:
        probe = stage.train == "probe"
        return _("Fitting the linear probe") if probe else _("Averaging weights (WiSE-FT)")
    cycles = len(stage.cycle_lengths())
    if cycles > 1:
        what = _("{part}, cycle {cycle} of {cycles}", part=what, cycle=now.cycle, cycles=cycles)
    done = _("first epoch")
    if status.epoch:
        done = _("epoch {epoch} of {epochs} done", epoch=status.epoch, epochs=status.epochs)
    return _("Training {part}: {done}", part=what, done=done)
