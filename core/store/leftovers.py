"""What a process that was killed has left half-written in a folder of runs or of data sets."""

import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.base import files
from core.base.files import TEMP_SUFFIX
from core.store.status import Clock

MIN_AGE = timedelta(minutes=1)  # whoever makes such a thing has locked it by then
IMPORT_STAGE, IMPORT_LOCK = ".import", ".import.lock"  # of runs that arrive: one at a time
# The folder; what is in it, as runs, caches and data sets; what is inside those, as checkpoints,
# searches and deleted runs.
_RUNS = tuple(f"{place}.*{TEMP_SUFFIX}" for place in ("", "*/", "*/*/"))
_DATASETS = (".import-*", ".upload-*", "*/.adding-*")


def delete_unfinished_files(runs_dir: Path, clock: Clock) -> list[Path]:
    """Deletes hidden files and folders of a folder of runs that somebody began to write, and that
    nobody will finish, for no living process holds them; which ones."""
    found = _delete(runs_dir, _RUNS, clock)
    stage = Path(runs_dir) / IMPORT_STAGE
    with suppress(OSError):
        if stage.is_dir():
            with files.hold_lock(Path(runs_dir) / IMPORT_LOCK) as mine:
                if mine:
                    shutil.rmtree(stage)
                    found.append(stage)
    return found


def delete_unfinished_imports(datasets: Path, clock: Clock) -> list[Path]:
    """Likewise of a folder of data sets: what was uploaded, imported or added."""
    return _delete(datasets, _DATASETS, clock)


def _delete(folder: Path, patterns: tuple[str, ...], clock: Clock) -> list[Path]:
    found = []
    for path in (path for pattern in patterns for path in Path(folder).glob(pattern)):
        with suppress(OSError):  # finished at this moment, or it cannot be deleted
            age = clock() - datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if age >= MIN_AGE and files.delete_unowned(path):
                found.append(path)
    return found
