"""Which photos joined a data set later, and how they come in all at once.

`additions.csv` has a row per photo with the number of its addition; photos that are not in it were
there from the start. An addition is written into a folder of its own, which becomes `.adding` when
it is whole; then its files move to their places, and whoever reads the data set first finishes that
where it was interrupted.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from core.base import files
from core.base.errors import DataError
from core.base.language import N_
from core.data.csv_files import line_location, read_rows

ADDITIONS_FILE = "additions.csv"
COLUMNS = ("addition", "split", "file")
PENDING_FOLDER = ".adding"
_T = TypeVar("_T")


def read_additions(root: Path) -> dict[str, dict[str, int]]:
    """The number (from 1) of the addition that brought each later photo, by split and file. Raises
    DataError, naming the line."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for line, row in read_rows(root / ADDITIONS_FILE, COLUMNS, optional=True):
        if not (row["addition"].isascii() and row["addition"].isdecimal()):
            where = line_location(root / ADDITIONS_FILE, line)
            raise DataError(N_("{where}: addition must be a whole number").format(where=where))
        found[row["split"]][row["file"]] = int(row["addition"])
    return found


def finish_addition(root: Path) -> str:
    """Moves the files of a whole addition to their places, its tables last. Returns what changes
    with every addition. Raises OSError."""
    pending = root / PENDING_FOLDER
    if pending.is_dir():
        with files.locked(root / ".adding.lock"):
            found = [path for path in pending.rglob("*") if path.is_file()]
            found.sort(key=lambda path: (path.parent == pending, path.name == ADDITIONS_FILE))
            for path in found:
                place = root / path.relative_to(pending)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, place)
            shutil.rmtree(pending, ignore_errors=True)
    return files.quick_fingerprint(root / ADDITIONS_FILE)


def read_between_additions(root: Path, read: Callable[[Path], _T]) -> _T:
    """What `read` finds in the folder of a data set while neither photos nor labels join it. Raises
    OSError, and what `read` raises then."""

    def state() -> tuple[str, str]:
        return finish_addition(root), files.quick_fingerprint(root / "labels.csv")

    while True:
        before = state()
        try:
            found = read(root)
        except DataError:
            if state() == before:
                raise
        else:
            if state() == before:
                return found
