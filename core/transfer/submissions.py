"""What a class hands in: many zip files of runs at once, and a table of who sent what."""

import secrets
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from core.base import files, formatting
from core.base.errors import InputError, RunError, os_error_line
from core.base.language import _, translate
from core.data.archive import is_junk, printable
from core.store.index import RunRow
from core.store.status import Clock
from core.store.test_sets import comparison_set_of
from core.store.visitors import refuse_visitor
from core.transfer.manifest import MANIFEST
from core.transfer.unpack import ImportRequest, ImportResult, import_runs

MAX_FILES = 2000  # files that are handed in at once


def find_import_requests(paths: Sequence[Path]) -> list[ImportRequest]:
    """What is handed in: zip files, folders that one was unpacked to, and folders of those, also a
    folder per person, as course sites pack them.

    Raises InputError where one is not there, or a folder is empty."""
    found: list[ImportRequest] = []
    for place in paths:
        if not place.exists():
            raise InputError(f"{place}: no such file or folder")
        if place.is_dir() and not (place / MANIFEST).is_file():
            inside = [
                parcel for part in _list_folder(place) for parcel in _requests_in(part, place)
            ]
            if not inside:
                raise InputError(f"{place}: holds no zip file")
            found += inside
        else:
            found.append(ImportRequest(place, place.name))
    if len(found) > MAX_FILES:
        raise InputError(f"{len(found)} files; at most {MAX_FILES} at once")
    return found


def _list_folder(folder: Path) -> list[Path]:
    """What lies in a folder, sorted, without the litter of operating systems."""
    try:
        return sorted(path for path in folder.iterdir() if not is_junk((path.name,)))
    except OSError as error:
        raise InputError(os_error_line(error)) from None


def _requests_in(part: Path, place: Path) -> list[ImportRequest]:
    """A file, whatever it is, was handed in; of a folder its zip files were, or else the folder."""
    if part.is_dir() and not (part / MANIFEST).is_file():
        zips = sorted(path for path in part.rglob("*.zip") if path.is_file())
        zips = [path for path in zips if not is_junk(path.relative_to(part).parts)]
        if zips:
            return [ImportRequest(path, path.relative_to(place).as_posix()) for path in zips]
    return [ImportRequest(part, part.name)]


def import_uploads(
    uploads: Sequence[tuple[str, BinaryIO]],
    runs_dir: Path,
    datasets: Path,
    clock: Clock,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[ImportResult]:
    """Takes runs out of zip files that a browser has sent: name and content of each. Raises
    RunError where the folder of runs cannot be written, DemoError for a visitor of the demo."""
    refuse_visitor(runs_dir, "import")
    stage = Path(runs_dir) / f".upload-{secrets.token_hex(4)}{files.TEMP_SUFFIX}"
    try:
        with files.staging(stage) as place:
            parcels = []
            for number, (name, opened) in enumerate(uploads):
                path = place / f"{number}.zip"
                with path.open("wb") as file:
                    shutil.copyfileobj(opened, file)
                parcels.append(ImportRequest(path, printable(name)))
            return import_runs(parcels, runs_dir, datasets, clock, on_progress)
    except OSError as error:
        raise RunError(os_error_line(error)) from None


def import_table(entries: Sequence[ImportResult]) -> pd.DataFrame:
    """A line per run, and per zip file that was refused whole, in words."""
    columns = [
        _("file"),
        _("from"),
        _("run"),
        _("data set"),
        _("verdict"),
        _("score"),
        _("result"),
    ]
    return pd.DataFrame([_table_row(entry) for entry in entries], columns=columns)


def import_summary(entries: Sequence[ImportResult]) -> str:
    """`3 runs taken, 1 was here already, 2 refused`."""
    counts = {
        outcome: sum(entry.outcome == outcome for entry in entries)
        for outcome in ("taken", "here", "refused")
    }
    return _("{taken} imported, {here} already here, {refused} rejected", **counts)


def _table_row(entry: ImportResult) -> tuple[str, ...]:
    row = entry.row
    what = translate(entry.reason) or _("imported")
    if entry.outcome == "refused":
        what = _("rejected: {reason}", reason=what)
    if row is None:
        return entry.file, entry.sender, entry.run, "", "", "", what
    data = _("{name} (not here)", name=row.data)
    if entry.photos_found:
        data = _("{name} (here)", name=row.data)
    verdict = str(row.field_values.get("verdict") or row.status.state)
    name = _("{name}, seed {seed}", name=row.name, seed=row.recipe["seed"])
    sender = translate(row.came_from) or entry.sender
    return entry.file, sender, name, data, translate(verdict), headline_score_text(row), what


def headline_score_text(row: RunRow) -> str:
    """The score that headlines tell: the most prominent object, on the hardest set; else the
    validation accuracy."""
    summary, hard = row.summary or {}, comparison_set_of([row.summary]) or ""
    found = ((summary.get("sets", {}).get(hard) or {}).get("scores") or {}).get("primary")
    if found:
        return f"{formatting.score_text(found)}, {hard}"
    found = (summary.get("validation") or {}).get("accuracy")
    return f"{formatting.score_text(found)}, {_('validation')}" if found else ""
