"""What a run is doing: the status in its folder, in numbers and in a few words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from core.base.formatting import parse_timestamp
from core.base.language import _, translate

State = Literal["queued", "running", "paused", "done", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock that a program passes in; tests pass their own."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Status:
    """What a run is doing. Times are ISO 8601 in UTC; `eta_seconds` counts from `heartbeat`;
    `phase` is a word for the person who waits; `error` is one line. A run that was resumed
    `started` its last stretch then; `earlier` are the seconds of those before. `place`: of a run on
    a cluster, the node; empty for this machine."""

    state: State
    epoch: int = 0
    epochs: int = 0
    phase: str = ""
    eta_seconds: float | None = None
    pid: int | None = None
    created: str = ""
    started: str | None = None
    heartbeat: str | None = None
    finished: str | None = None
    error: str | None = None
    earlier: float = 0.0
    place: str = ""

    @property
    def ended(self) -> bool:
        return self.state in ENDED


def time_left(status: Status, now: datetime) -> float | None:
    """Seconds until the run is expected to end; None when nobody knows or it is overdue."""
    beat = parse_timestamp(status.heartbeat)
    if status.ended or status.eta_seconds is None or beat is None:
        return None
    left = status.eta_seconds - (now - beat).total_seconds()
    return left if left > 0 else None


def time_taken(status: Status, now: datetime) -> float | None:
    """Seconds of work until the end, or until now, without those between a stop and a resumption;
    None before the start."""
    start, end = parse_timestamp(status.started), parse_timestamp(status.finished)
    if start is None:
        return None
    if status.state == "queued":  # it was stopped, and is to go on
        return status.earlier
    return status.earlier + ((end if status.ended and end else now) - start).total_seconds()


def worked_seconds(status: Status) -> float:
    """Seconds of work until the last heartbeat, without those between a stop and a resumption."""
    start, beat = parse_timestamp(status.started), parse_timestamp(status.heartbeat)
    return status.earlier + ((beat - start).total_seconds() if start and beat else 0.0)


def status_text(status: Status) -> str:
    """What a run is doing, in a few words: `training, epoch 12 of 32`."""
    if status.state == "queued":
        return _("waiting")
    if status.state == "running":
        phase = translate(status.phase) if status.phase else _("starting")
        if not status.epoch:
            return phase
        return _(
            "{phase}, epoch {epoch} of {epochs}",
            phase=phase,
            epoch=status.epoch,
            epochs=status.epochs,
        )
    if status.state == "cancelled" and not status.started:
        return _("cancelled before it started")
    if status.ended and status.state != "done" and status.epochs:
        return _(
            "{state} after epoch {epoch} of {epochs}",
            state=translate(status.state),
            epoch=status.epoch,
            epochs=status.epochs,
        )
    return translate(status.state)
