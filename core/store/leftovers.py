"""What a process that was killed has left half-written in a runs folder."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.base.files import TEMP_SUFFIX
from core.store.status import Clock

MIN_AGE = timedelta(hours=1)  # nobody takes that long to write a file
# The runs folder; runs and caches; what is inside those, as checkpoints, searches and deleted runs.
_PLACES = ("", "*/", "*/*/")


def delete_unfinished_files(runs_dir: Path, clock: Clock) -> list[Path]:
    """Deletes hidden files and folders that somebody began to write over an hour ago, and that
    nobody will ever finish; which ones."""
    found = []
    for place in _PLACES:
        for path in Path(runs_dir).glob(f"{place}.*{TEMP_SUFFIX}"):
            with suppress(OSError):  # finished at this moment, or it cannot be deleted
                if clock() - datetime.fromtimestamp(path.stat().st_mtime, UTC) < MIN_AGE:
                    continue
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
                found.append(path)
    return found
