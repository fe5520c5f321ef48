"""Small copies of photos for pages: made once, kept by the photo's content. Free of torch."""

import base64
import hashlib
from contextlib import suppress
from pathlib import Path

from core.base import files
from core.base.errors import DataError
from core.data.photos import jpeg_bytes, open_photo, photo_size

CACHE_FOLDER = ".thumbnails"
VERSION = 1  # raise it when the copies are made in another way


def read_thumbnail(path: Path, runs_dir: Path, side: int) -> bytes:
    """A photo as JPEG, upright, at most `side` pixels wide and high; from the folder of runs
    `runs_dir` where it is there already, else put there. Raises DataError when it cannot be
    read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None
    name = hashlib.sha256(content).hexdigest()
    kept = Path(runs_dir) / CACHE_FOLDER / f"{name}-{side}-v{VERSION}.jpg"
    with suppress(OSError):
        return kept.read_bytes()
    image = open_photo(path, at_least=side)
    image.thumbnail((side, side))
    made = jpeg_bytes(image)
    with suppress(OSError):  # a full disk or a read-only folder: done without
        kept.parent.mkdir(parents=True, exist_ok=True)
        files.write_bytes(kept, made)
    return made


def thumbnail_base64(path: Path, runs_dir: Path, side: int) -> tuple[str, float]:
    """The small copy in base64, and the photo's width by its height. Raises DataError likewise."""
    width, height = photo_size(path)
    return base64.b64encode(read_thumbnail(path, runs_dir, side)).decode(), width / height
