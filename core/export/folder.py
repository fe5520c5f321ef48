"""A new folder that is there whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.base.errors import InputError


@contextmanager
def new_folder(parent: Path, name: str) -> Iterator[Path]:
    """Yields a hidden folder to fill, which becomes `parent/name` at the end and vanishes when the
    filling fails. Raises InputError when that is there already or cannot be written."""
    place, hidden = parent / name, parent / f".{name}.part"
    if place.exists():
        raise InputError(f"{place}: is there already; delete it or choose another folder")
    try:
        shutil.rmtree(hidden, ignore_errors=True)
        hidden.mkdir(parents=True)
        yield hidden
        hidden.rename(place)
    except OSError as error:
        raise InputError(f"{place}: cannot be written ({error.strerror or error})") from None
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
