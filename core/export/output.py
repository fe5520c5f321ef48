"""What exports share: packages that the rest of the product does not need, and a new folder that is
there whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from core.base.errors import InputError


@contextmanager
def new_folder(parent: Path, name: str) -> Iterator[Path]:
    """Yields a hidden folder to fill, which becomes `parent/name` at the end and vanishes when the
    filling fails. Raises InputError when that is there already or cannot be written."""
    place, hidden = parent / name, parent / f".{name}.part"
    if place.exists():
        raise InputError(f"{place}: already exists; delete it or choose another folder")
    try:
        shutil.rmtree(hidden, ignore_errors=True)
        hidden.mkdir(parents=True)
        yield hidden
        hidden.rename(place)
    except OSError as error:
        raise InputError(f"{place}: cannot be written ({error.strerror or error})") from None
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


INSTALL = ".venv/bin/pip install -r requirements-export.txt"


def require_packages(option: str, packages: tuple[str, ...]) -> None:
    """Raises InputError, saying how to install them, where packages are missing."""
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise InputError(f"{option}: {' and '.join(missing)} {verb} not installed: {INSTALL}")
