"""A session's log, `capture.jsonl` beside the photos: one event a line, only ever appended to, each
flushed to disk. A line that a kill has torn is passed over."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.base.errors import DataError, os_error_line
from core.data.dataset_names import CAPTURE_LOG
from core.store.status import Clock

Event = dict[str, Any]


def read_events(folder: Path) -> list[Event]:
    """The events of a set's session in their order; none where there is no log. Raises DataError
    where it cannot be read."""
    try:
        data = (folder / CAPTURE_LOG).read_bytes()
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


def append_event(folder: Path, clock: Clock, kind: str, **facts: Any) -> None:
    """Only inside the data set's lock. Raises OSError."""
    event = {"event": kind, "at": clock().isoformat(timespec="milliseconds"), **facts}
    with (folder / CAPTURE_LOG).open("a+b") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
        torn = file.read(1) not in (b"", b"\n")  # the line before
        line = json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n"
        file.write(b"\n" * torn + line.encode())
        file.flush()
        os.fsync(file.fileno())
