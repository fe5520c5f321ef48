"""What exports need that the rest of the product does not."""

from importlib.util import find_spec

from core.base.errors import InputError

INSTALL = ".venv/bin/pip install -r requirements-export.txt"


def require_packages(option: str, packages: tuple[str, ...]) -> None:
    """Raises InputError, saying how to install them, where packages are missing."""
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise InputError(f"{option}: {' and '.join(missing)} {verb} not installed: {INSTALL}")
