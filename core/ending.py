"""Why a run stopped before its end, in one sentence, and what helps."""

from __future__ import annotations

from dataclasses import dataclass

from core.store.run import Run, Status


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
    error = status.error or "It stopped, and nothing says why."
    on = _goes_on(status)
    if error == run.lost_words(status):
        return Ending(
            f"Its process ended in epoch {status.epoch + 1} of {status.epochs}: it was killed, ran "
            "out of memory, or the machine was switched off.",
            f"{on} If it happens again, memory may be short: train with smaller photos, or close "
            "other programs.",
        )
    if error.startswith("training diverged"):
        return Ending(
            f"The t{error[1:]}.",
            "A resumed run would end the same way, to the last bit. Run it again with lower "
            "learning rates; the search for a learning rate on Train suggests some.",
            resume_helps=False,
        )
    if "free some space" in error:
        return Ending(f"{error}.", f"Free some space (the page Worker shows where). {on}")
    if "memory" in error.lower():
        return Ending(error, f"Close other programs, or run it again with smaller photos. {on}")
    return Ending(error, f"Mend what this line names. {on}")


def _cancelled(status: Status) -> Ending:
    if not status.epoch:
        when = "before its first epoch was done" if status.started else "before it began"
        return Ending(f"It was cancelled {when}.", "Resume puts it back into the queue.")
    return Ending(
        f"It was cancelled after epoch {status.epoch} of {status.epochs}.", _goes_on(status)
    )


def _goes_on(status: Status) -> str:
    if not status.epoch:
        return "Resume begins it again."
    return f"Resume goes on after epoch {status.epoch}: nothing that was finished is lost."
