"""Why a run stopped before its end, in one sentence, and what helps."""

from __future__ import annotations

from dataclasses import dataclass

from core.base.language import mark, retell, say, sentences
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
    error = status.error or mark("It stopped, and nothing says why.")
    on, told = _goes_on(status), retell(error)
    if error == run.lost_words(status):
        return Ending(
            say(
                "Its process ended in epoch {epoch} of {epochs}: it was killed, ran out of memory, "
                "or the machine was switched off.",
                epoch=status.epoch + 1,
                epochs=status.epochs,
            ),
            sentences(
                on,
                say(
                    "If it happens again, memory may be short: train with smaller "
                    "photos, or close other programs."
                ),
            ),
        )
    if error.startswith(DIVERGED):
        return Ending(
            say("The {error}.", error=told),
            say(
                "A resumed run would end the same way, to the last bit. Run it again with lower "
                "learning rates; the search for a learning rate on Train suggests some."
            ),
            resume_helps=False,
        )
    if DISK_FULL in error:
        return Ending(
            say("{sentence}.", sentence=told),
            sentences(say("Free some space (the page Worker shows where)."), on),
        )
    if "memory" in error.lower():
        advice = say("Close other programs, or run it again with smaller photos.")
        return Ending(told, sentences(advice, on))
    return Ending(told, sentences(say("Mend what this line names."), on))


def _cancelled(status: Status) -> Ending:
    if not status.epoch:
        happened = say("It was cancelled before it began.")
        if status.started:
            happened = say("It was cancelled before its first epoch was done.")
        return Ending(happened, say("Resume puts it back into the queue."))
    return Ending(
        say(
            "It was cancelled after epoch {epoch} of {epochs}.",
            epoch=status.epoch,
            epochs=status.epochs,
        ),
        _goes_on(status),
    )


def _goes_on(status: Status) -> str:
    if not status.epoch:
        return say("Resume begins it again.")
    return say(
        "Resume goes on after epoch {epoch}: nothing that was finished is lost.", epoch=status.epoch
    )
