"""Deleted data sets: kept for a month in a folder `.trash` of the data folder, whence they come
back. Only data sets that were imported can be deleted; the others came some other way, and go so.

In the trash a folder is called `<name>~<when>`; no data set's name holds a `~`.
"""

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.base import demo_mode
from core.base.errors import NOT_MOVED, DataError, naming_os_errors
from core.base.language import N_
from core.data.importer import REPORT_FILE
from core.store.index import RunRow
from core.store.status import Clock
from core.store.trash import RETENTION, TRASH

_TIME = "%Y%m%d-%H%M%S"


@dataclass(frozen=True)
class DeletedDataset:
    """A data set in the trash: its folder's name there, its own name, and since when (UTC)."""

    id: str
    name: str
    deleted_at: datetime


def deletable(root: Path) -> bool:
    """Whether a data set was imported, and so may be deleted; in the demo none may."""
    return not demo_mode.is_enabled() and (Path(root) / REPORT_FILE).is_file()


def delete_dataset(root: Path, rows: list[RunRow], clock: Clock) -> str:
    """Moves an imported data set to the trash; what has been there for long goes for good. Returns
    its id there.

    rows: the runs there are. Raises DataError, one line: it was not imported, a run waits or trains
    on it, or it cannot be moved."""
    root = Path(root)
    if not deletable(root):
        raise DataError(N_("{root}: was not imported, so it cannot be deleted here", root=root))
    busy = [row for row in rows if row.data_path == str(root.resolve()) and not row.status.ended]
    if busy:
        told = N_("{name}: in use by run {run}; stop that run first, or wait")
        raise DataError(told.format(name=root.name, run=busy[0].id))
    trash = root.parent / TRASH
    for old in deleted_datasets(root.parent):
        if clock() - old.deleted_at > RETENTION:
            shutil.rmtree(trash / old.id, ignore_errors=True)
    place = trash / f"{root.name}~{clock().astimezone(UTC):{_TIME}}"
    with naming_os_errors(root, DataError, NOT_MOVED):
        trash.mkdir(exist_ok=True)
        root.rename(place)
    return place.name


def restore_dataset(parent: Path, name_or_id: str) -> Path:
    """Brings a data set back from the trash, by its name or its id there; its folder. Raises
    DataError when it is not there, or another one has its name by now; DemoError in the demo."""
    demo_mode.check_allowed("delete_data")
    known = [each for each in deleted_datasets(parent) if name_or_id in (each.id, each.name)]
    if not known:
        told = N_("{deleted}: no deleted data set of that name in {folder}")
        raise DataError(told.format(deleted=name_or_id, folder=Path(parent) / TRASH))
    kept, place = Path(parent) / TRASH / known[0].id, Path(parent) / known[0].name
    if place.exists():
        raise DataError(N_("{place}: already exists; remove it first", place=place))
    with naming_os_errors(kept, DataError, NOT_MOVED):
        kept.rename(place)
    return place


def deleted_datasets(parent: Path) -> list[DeletedDataset]:
    """What is in the trash, newest first."""
    found = []
    for folder in (Path(parent) / TRASH).glob("*~*"):
        name, _, when = folder.name.rpartition("~")
        if folder.is_dir() and re.fullmatch(r"\d{8}-\d{6}", when):
            found.append(
                DeletedDataset(folder.name, name, datetime.strptime(when + "+0000", _TIME + "%z"))
            )
    return sorted(found, key=lambda each: each.deleted_at, reverse=True)
