"""A session's log, `capture.jsonl` beside the photos (core.base.event_log)."""

from pathlib import Path
from typing import Any

from core.base import event_log
from core.base.event_log import Event as Event
from core.data.dataset_names import CAPTURE_LOG
from core.store.status import Clock


def read_events(folder: Path) -> list[Event]:
    """The events of a set's session. Raises DataError where the log cannot be read."""
    return event_log.read_events(folder / CAPTURE_LOG)


def append_event(folder: Path, clock: Clock, kind: str, **facts: Any) -> None:
    """Only inside the data set's lock. Raises OSError."""
    event_log.append_event(folder / CAPTURE_LOG, clock, kind, **facts)
