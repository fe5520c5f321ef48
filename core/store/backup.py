"""A folder of runs in one zip file, taken while dashboards and workers use it.

Unpacked anywhere, it is a folder of runs. A run that was under way is then found lost, and resumes.
"""

import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from core.base import files
from core.base.errors import InputError
from core.store.run import STATE_LOCK, Run

# What is computed anew, is only of this machine, or is secret.
_LEFT_OUT = frozenset(
    (".features", ".controls", ".thumbnails", ".leaks", ".import", ".home", ".tmp", ".capture")
)
CHECKPOINT = "checkpoint"  # as core.train.checkpoint has it
_TRIES = 10
_ZIP: dict[str, Any] = {"compression": ZIP_DEFLATED, "compresslevel": 1, "strict_timestamps": False}


def back_up(runs_dir: Path, target: Path) -> int:
    """Writes the zip file, all of it or nothing; how many runs it has. Raises InputError where it
    is there already or cannot be written, or something cannot be read."""
    root, target = Path(runs_dir).resolve(), Path(target).resolve()
    if target.exists():
        raise InputError(f"{target}: already exists")
    count = 0
    try:
        stage = target.with_name(f".{target.name}.{secrets.token_hex(4)}{files.TEMP_SUFFIX}")
        with files.staging(stage), ZipFile(stage / "zip", "w", **_ZIP) as zip_:
            for folder, is_run in _folders(root):
                if is_run:
                    count += 1
                    _write_run(zip_, root, Run(folder), stage)
                    continue
                for path in sorted(folder.iterdir()):
                    if path.is_file() and not path.is_symlink():
                        _write_file(zip_, root, path, stage)
            zip_.close()
            (stage / "zip").rename(target)
    except (OSError, sqlite3.Error) as error:
        raise InputError(f"{target}: no backup was made ({error})") from None
    return count


def _folders(folder: Path) -> Iterator[tuple[Path, bool]]:
    """The folder and those in it, from above; which of them are runs, searches and the like, whose
    own folders belong to them."""
    is_run = (folder / "status.json").is_file()
    yield folder, is_run
    for path in sorted(folder.iterdir()) if not is_run else ():
        kept = path.name not in _LEFT_OUT and not path.name.endswith(files.TEMP_SUFFIX)
        if kept and path.is_dir() and not path.is_symlink():
            yield from _folders(path)


def _write_run(zip_: ZipFile, root: Path, run: Run, stage: Path) -> None:
    """Its files as one moment has them, as far as that matters: what it says of itself and its
    checkpoint come first, so that the tables reach as far; nobody replaces results meanwhile."""
    with files.locked(run.path.parent / STATE_LOCK):
        if not run.path.is_dir():
            return  # deleted meanwhile; it is in the trash
        _write_file(zip_, root, run.path / "status.json", stage)
        copy = _copy_checkpoint(run.path / CHECKPOINT, stage / CHECKPOINT)
        for path in sorted(copy.iterdir()) if copy else ():
            name = run.path.relative_to(root) / CHECKPOINT / path.name
            zip_.write(path, name.as_posix())
        for folder, inner, names in os.walk(run.path):  # folders that vanish are passed over
            inner[:] = [name for name in inner if not name.lstrip(".").startswith(CHECKPOINT)]
            for path in (Path(folder) / name for name in sorted(names)):
                if path.is_file() and not path.is_symlink() and path != run.path / "status.json":
                    _write_file(zip_, root, path, stage)


def _copy_checkpoint(folder: Path, copy: Path) -> Path | None:
    """A copy of a checkpoint that was not replaced meanwhile; None where there is none, or an epoch
    ends more often than it can be copied: the run then begins again."""
    for _ in range(_TRIES):
        before = files.quick_fingerprint(folder / "state.json")
        shutil.rmtree(copy, ignore_errors=True)
        try:
            shutil.copytree(folder, copy)
        except (OSError, shutil.Error):
            continue
        if before == files.quick_fingerprint(folder / "state.json"):
            return copy if before != "-" else None
    return None


def _write_file(zip_: ZipFile, root: Path, path: Path, stage: Path) -> None:
    """One file; a database as SQLite copies it, while others write to it."""
    if path.name.endswith(("-wal", "-shm", "-journal", files.TEMP_SUFFIX)):
        return
    source = path
    if path.suffix == ".sqlite":
        source = stage / "database"
        source.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(path, timeout=30)) as db,
            closing(sqlite3.connect(source)) as to,
        ):
            db.backup(to)
    with suppress(FileNotFoundError):  # gone meanwhile
        zip_.write(source, path.relative_to(root).as_posix())
