"""A log of events, a line of JSON each: only ever appended to, each flushed to disk. A line that a
kill has torn is passed over."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from core.base.errors import DataError, os_error_line

Event = dict[str, Any]


def read_events(path: Path) -> list[Event]:
    """The events in their order; none where there is no log. Raises DataError where it cannot be
    read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DataError(os_error_line(error)) from None
    events = []
    for line in data.splitlines():
        with suppress(ValueError):  # torn, or no UTF-8
            event = json.loads(line)
            if isinstance(event, dict) and isinstance(event.get("event"), str):
                events.append(event)
    return events


def append_event(path: Path, clock: Callable[[], datetime], kind: str, **facts: Any) -> None:
    """Only one process at a time. Raises OSError."""
    event = {"event": kind, "at": clock().isoformat(timespec="milliseconds"), **facts}
    with path.open("a+b") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
        torn = file.read(1) not in (b"", b"\n")  # the line before
        line = json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n"
        file.write(b"\n" * torn + line.encode())
        file.flush()
        os.fsync(file.fileno())
