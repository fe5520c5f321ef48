"""Where the project is; and files written so that a reader, or a crash, never sees half of one."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROJECT_ROOT = Path(__file__).resolve().parents[2]
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


def quick_fingerprint(path: Path) -> str:
    """Changes whenever the file is replaced or grows; `-` while there is none."""
    try:
        stat = path.stat()
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
