"""The folder of features that runs share (core.pipeline.feature_cache fills it): its size, and how
it is emptied. Free of torch."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.base.errors import RunError, not_deleted
from core.store.visitors import house_of

CACHE_FOLDER = ".features"
MAX_BYTES = 4_000_000_000


def cache_size(runs_dir: Path) -> int:
    """Bytes that the features of a runs folder take on disk."""
    total = 0
    for path in (house_of(runs_dir) / CACHE_FOLDER).glob("*"):
        with suppress(OSError):  # it has just been replaced
            total += path.stat().st_size
    return total


def empty_cache(runs_dir: Path) -> int:
    """Deletes every entry; a run that needs one computes it again. The bytes that were freed.

    Raises RunError when a file cannot be deleted. Nothing may train meanwhile: whoever calls this
    asks core.jobs.local.under_way first."""
    freed = cache_size(runs_dir)
    for path in (house_of(runs_dir) / CACHE_FOLDER).glob("*"):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise RunError(not_deleted(path, error)) from None
    return freed


@dataclass(frozen=True)
class Known:
    """Shares of the features that are on disk already: of the plain photos' and of the pool's."""

    photos: float = 0.0
    views: float = 0.0


NOTHING, EVERYTHING = Known(), Known(1.0, 1.0)
