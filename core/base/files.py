"""Where the project is; and files written so that a reader, or a crash, never sees half of one."""

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

PROJECT_ROOT = Path(__file__).resolve().parents[2]
LOCK_TRIES = 10  # a glance at a lock by another process may hold it for an instant
TEMP_SUFFIX = ".tmp"  # how a hidden file ends that is being written, or that a kill has left


def runs_root() -> Path:
    """The folder of runs that all who come here share: OVERFIT_LENS_RUNS, or `runs/`."""
    return Path(os.environ.get("OVERFIT_LENS_RUNS") or PROJECT_ROOT / "runs")


def write_text(path: Path, text: str) -> None:
    """Replaces a text file at once."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Replaces a file at once: written beside it, flushed to disk, then renamed over it.

    Raises OSError naming the file; it is then as it was."""
    # Two threads of a process may write the same file at once: each has its own beside it.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}{TEMP_SUFFIX}")
    try:
        with beside.open("wb") as file:
            with suppress(OSError):  # a disk without locks, where nothing is swept
                _try_lock(file)  # nobody takes it for what a kill has left
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise _named(error, path) from error
    finally:
        beside.unlink(missing_ok=True)


def overwrite(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Writes over a file in place and flushes it to disk; data may come in pieces. A crash leaves
    half of it: only for files that nobody reads before something else says that they are whole.
    Raises OSError naming it."""
    try:
        with path.open("r+b" if path.exists() else "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _named(error, path) from error


def _named(error: OSError, path: Path) -> OSError:
    """The error with its file: of a full disk Python does not say which one had no room."""
    return OSError(error.errno, error.strerror, str(path))


def quick_fingerprint(path: Path | str) -> str:
    """Changes whenever the file is replaced or grows; `-` while there is none."""
    try:
        stat = os.stat(path)  # noqa: PTH116 (a plain path is quicker, for thousands of files)
    except OSError:
        return "-"
    return f"{stat.st_mtime_ns}.{stat.st_size}.{stat.st_ino}"


def write_json(path: Path, data: Any) -> None:
    """Replaces a JSON file at once; keys in the order given, NaN refused."""
    write_text(path, json.dumps(data, indent=1, allow_nan=False) + "\n")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds an exclusive lock on a file, which is made if need be; other processes wait. Where it
    cannot be written, the work is done without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w")
    except OSError:
        yield
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def hold_lock(path: Path) -> Iterator[bool]:
    """Holds the lock of one owner on a file, which is made if need be and then names this process;
    yields False when another process has it. The system drops it when its process dies, however it
    dies: no clock has a say, nor does a process id that was given again. Raises OSError."""
    with path.open("a+") as file:
        mine, tries = _try_lock(file), 1
        while not mine and tries < LOCK_TRIES:
            time.sleep(0.1)
            mine, tries = _try_lock(file), tries + 1
        if mine:
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        yield mine


def is_locked(path: Path) -> bool:
    """Whether a process holds that lock; False where there is no such file."""
    try:
        with path.open("r+" if os.access(path, os.W_OK) else "r") as file:
            return not _try_lock(file, fcntl.LOCK_SH)  # of two who look none is taken for it
    except FileNotFoundError:
        return False


def lock_holder(path: Path) -> int | None:
    """The process that holds that lock; None when none does, or it has this instant begun."""
    try:
        return int(path.read_text("utf-8")) if is_locked(path) else None
    except (OSError, ValueError):
        return None


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A new hidden folder to fill and then rename; what is left of it goes. It is locked while its
    process lives, so that nobody takes it for what a kill has left. Raises OSError."""
    folder.mkdir(parents=True)
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            with suppress(OSError):
                _try_lock(descriptor, fcntl.LOCK_SH)
            yield folder
        finally:
            os.close(descriptor)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def delete_unowned(path: Path) -> bool:
    """Deletes a file or folder whose writer is dead (`write_bytes`, `staging`); whether it did.
    Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if not _try_lock(descriptor):
            return False
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        return True
    finally:
        os.close(descriptor)


def _try_lock(file: IO[Any] | int, operation: int = fcntl.LOCK_EX) -> bool:
    """Takes the lock if it is free; whether it was."""
    try:
        fcntl.flock(file, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
