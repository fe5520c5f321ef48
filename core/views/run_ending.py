"""Why a run stopped before its end, in one sentence, and what helps."""

from __future__ import annotations

from dataclasses import dataclass

from core.base.language import N_, _, sentences, translate
from core.store.run import DISK_FULL, DIVERGED, Run
from core.store.status import Status


@dataclass(frozen=True)
class Ending:
    """What happened, and what to do. Where `resume_helps` is false, going on ends the same way."""

    happened: str
    advice: str
    resume_helps: bool = True


def ending(run: Run, status: Status) -> Ending | None:
    """How a run ended that is not done; None for one that is done or still to come."""
    if status.state == "cancelled":
        return _cancelled(status)
    if status.state != "failed":
        return None
    error = status.error or N_("It stopped, and nothing says why.")
    on, told = _goes_on(status), translate(error)
    if error == run.lost_words(status):
        return Ending(
            _(
                "Its process ended in epoch {epoch} of {epochs}: it was killed, ran out of memory, "
                "or the machine was switched off.",
                epoch=status.epoch + 1,
                epochs=status.epochs,
            ),
            sentences(
                on,
                _(
                    "If it happens again, memory may be short: train with smaller "
                    "photos, or close other programs."
                ),
            ),
        )
    if error.startswith(DIVERGED):
        return Ending(
            _("The {error}.", error=told),
            _(
                "A resumed run would end the same way, to the last bit. Run it again with lower "
                "learning rates; the search for a learning rate on Train suggests some."
            ),
            resume_helps=False,
        )
    if DISK_FULL in error:
        return Ending(
            _("{sentence}.", sentence=told),
            sentences(_("Free some space (the page Worker shows where)."), on),
        )
    if "memory" in error.lower():
        advice = _("Close other programs, or run it again with smaller photos.")
        return Ending(told, sentences(advice, on))
    return Ending(told, sentences(_("Mend what this line names."), on))


def _cancelled(status: Status) -> Ending:
    if not status.epoch:
        happened = _("It was cancelled before it began.")
        if status.started:
            happened = _("It was cancelled before its first epoch was done.")
        return Ending(happened, _("Resume puts it back into the queue."))
    return Ending(
        _(
            "It was cancelled after epoch {epoch} of {epochs}.",
            epoch=status.epoch,
            epochs=status.epochs,
        ),
        _goes_on(status),
    )


def _goes_on(status: Status) -> str:
    if not status.epoch:
        return _("Resume begins it again.")
    return _(
        "Resume goes on after epoch {epoch}: nothing that was finished is lost.", epoch=status.epoch
    )
