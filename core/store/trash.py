"""Deleted runs: kept for a month in a folder `.trash` of the runs folder, whence they come back.

A file `deleted.txt` in the run folder says when it was put there.
"""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from core.base import demo_mode, files
from core.base.errors import NOT_DELETED, NOT_MOVED, RunError, naming_os_errors, not_written_text
from core.base.language import N_, ngettext
from core.data.challenge_photos import CHALLENGE_FOLDER
from core.store.examples import refuse_example
from core.store.provenance import delete_provenance
from core.store.rescoring import RESCORING_FOLDER
from core.store.run import Run, find_runs, open_run
from core.store.status import Clock
from core.store.visitors import is_visitor_dir

TRASH = ".trash"
RETENTION = timedelta(days=30)
_NOTE = "deleted.txt"
_ERASING_SUFFIX = ".going"  # what is being deleted for good; a kill leaves it for the next time


def retention_text(runs_dir: Path) -> str:
    """How long deleted runs are kept: a visitor's not longer than others of theirs."""
    return (
        demo_mode.retention_text()
        if is_visitor_dir(runs_dir)
        else ngettext("{count} day", "{count} days", RETENTION.days)
    )


def deletable_runs(runs_dir: Path, run_ids: Sequence[str]) -> list[Run]:
    """The runs of these ids. Raises RunError where one is unknown or an example, or waits or
    trains."""
    for run_id in run_ids:
        refuse_example(run_id)
    found = [open_run(runs_dir, run_id) for run_id in dict.fromkeys(run_ids)]
    for run in found:
        _refuse_busy(run)
    return found


def delete_runs(runs_dir: Path, run_ids: Sequence[str], clock: Clock) -> None:
    """Moves runs to the trash: all or, where one cannot be moved, none. Raises RunError."""
    moved: list[Run] = []
    try:
        for run in deletable_runs(runs_dir, run_ids):
            _delete(run, Path(runs_dir) / TRASH, clock)
            moved.append(run)
    except RunError:
        for run in moved:
            with suppress(RunError):
                restore_run(runs_dir, run.id)
        raise


def _delete(run: Run, trash: Path, clock: Clock) -> None:
    with run.state_lock():
        _refuse_busy(run)  # nobody can begin it now
        try:
            trash.mkdir(exist_ok=True)
            files.write_text(run.path / _NOTE, clock().isoformat(timespec="seconds") + "\n")
            # It may have been deleted before, and imported again since.
            _rename_for_erasing(trash / run.id)
            run.path.rename(trash / run.id)
        except OSError as error:
            with suppress(OSError):
                _erasing_path(trash / run.id).rename(trash / run.id)
            raise RunError(not_written_text(run.path, error, NOT_MOVED)) from None
    shutil.rmtree(_erasing_path(trash / run.id), ignore_errors=True)


def _erasing_path(deleted: Path) -> Path:
    """The name under which a run is deleted for good: half of it must not seem to be one that comes
    back."""
    return deleted.with_name(f".{deleted.name}{_ERASING_SUFFIX}")


def _rename_for_erasing(deleted: Path) -> None:
    """Gives a run in the trash that name, where it is there. Raises OSError."""
    with suppress(FileNotFoundError):  # it was brought back, or erased by another
        shutil.rmtree(_erasing_path(deleted), ignore_errors=True)
        deleted.rename(_erasing_path(deleted))


def restore_run(runs_dir: Path, run_id: str) -> Run:
    """Brings a run back from the trash. Raises RunError when it is not there."""
    refuse_example(run_id)
    deleted = open_run(Path(runs_dir) / TRASH, run_id)
    run = Run(Path(runs_dir) / run_id)
    if run.path.exists():
        raise RunError(N_("{path}: already exists", path=run.path))
    with naming_os_errors(deleted.path, line=NOT_MOVED):
        deleted.path.rename(run.path)
        (run.path / _NOTE).unlink(missing_ok=True)
    return run


def deleted_runs(runs_dir: Path) -> list[Run]:
    """What is in the trash, newest run first."""
    return find_runs(Path(runs_dir) / TRASH)


def empty_trash(runs_dir: Path) -> list[str]:
    """Deletes everything in the trash for good; the ids of the runs. Raises RunError."""
    return _erase(runs_dir, deleted_runs(runs_dir))


def delete_expired_runs(runs_dir: Path, clock: Clock) -> list[str]:
    """Deletes for good what has been in the trash for longer than `RETENTION`; the ids of the
    runs."""
    old = [run for run in deleted_runs(runs_dir) if clock() - _deleted_at(run, clock()) > RETENTION]
    return _erase(runs_dir, old)


def _erase(runs_dir: Path, runs: Sequence[Run]) -> list[str]:
    trash = Path(runs_dir) / TRASH
    try:
        for run in runs:
            _rename_for_erasing(run.path)
            for asked in (RESCORING_FOLDER, CHALLENGE_FOLDER):
                shutil.rmtree(Path(runs_dir) / asked / run.id, ignore_errors=True)
            if not (Path(runs_dir) / run.id).exists():  # it may have been imported again meanwhile
                delete_provenance(runs_dir, run.id)
        for going in trash.glob(f".*{_ERASING_SUFFIX}"):
            with suppress(FileNotFoundError):  # another erases it, too
                shutil.rmtree(going)
    except OSError as error:
        raise RunError(not_written_text(error.filename, error, NOT_DELETED)) from None
    return [run.id for run in runs]


def _deleted_at(run: Run, now: datetime) -> datetime:
    """When it was put there; now where that cannot be read, so that nothing is lost by accident."""
    try:
        return datetime.fromisoformat((run.path / _NOTE).read_text("utf-8").strip())
    except (OSError, ValueError):
        return now


def _refuse_busy(run: Run) -> None:
    """Damaged runs may go."""
    try:
        state = run.status().state
    except RunError:
        return
    if state in ("running", "queued"):
        words = N_("{run}: is queued; cancel it first: python -m core cancel {run}")
        if state == "running":
            words = N_("{run}: is training; cancel it first: python -m core cancel {run}")
        raise RunError(words.format(run=run.id))
