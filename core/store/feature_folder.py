"""The folder of features that runs share (core.pipeline.feature_cache fills it): its size, and how
it is emptied. Free of torch."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.base.errors import NOT_DELETED, naming_os_errors
from core.store.visitors import shared_root_of

CACHE_FOLDER = ".features"
MAX_BYTES = 4_000_000_000


def feature_cache_bytes(runs_dir: Path) -> int:
    """Bytes that the features of a runs folder take on disk."""
    total = 0
    for path in (shared_root_of(runs_dir) / CACHE_FOLDER).glob("*"):
        with suppress(OSError):  # it has just been replaced
            total += path.stat().st_size
    return total


def clear_feature_cache(runs_dir: Path) -> int:
    """Deletes every entry; a run that needs one computes it again. The bytes that were freed.

    Raises RunError when a file cannot be deleted. Nothing may train meanwhile: whoever calls this
    asks core.jobs.local.running_work_id first."""
    freed = feature_cache_bytes(runs_dir)
    for path in (shared_root_of(runs_dir) / CACHE_FOLDER).glob("*"):
        with naming_os_errors(path, line=NOT_DELETED):
            path.unlink(missing_ok=True)
    return freed


@dataclass(frozen=True)
class CachedShare:
    """Shares of the features that are on disk already: of the plain photos' and of the pool's."""

    photos: float = 0.0
    views: float = 0.0


NONE_CACHED, ALL_CACHED = CachedShare(), CachedShare(1.0, 1.0)
