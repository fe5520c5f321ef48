"""Copies of photos as a data set keeps them: JPEG, upright, of a sane size."""

import re
import warnings
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from core.base.errors import DataError
from core.base.language import N_
from core.data.photos import FORMATS, jpeg_bytes, open_scaled_photo, photo_size, time_taken

LONGEST_SIDE = 1024  # pixels; enough for a 448 px view of a quarter of the photo
CAPTURED_LONGEST_SIDE = 1600  # of photos that a capture session has taken (core.capture)
QUALITY = 90
_ORIENTATION = 0x0112  # EXIF


_MARKER = re.compile(rb"\xff+[^\x00\x01\xff\xd0-\xd8]")  # what follows has a length
_FREE_PIXELS, _PIXELS_A_BYTE = 1_000_000_000, 100  # that are decoded for one import
_MAX_WORK = 1_600_000_000  # pixels that a JPEG's scans go over; usual ones have ten scans or one


class DecodingBudget:
    """Pixels that an import may decode: some for nothing, more for each byte that was sent. A photo
    has ten pixels a byte, hardly ever a hundred."""

    def __init__(self) -> None:
        self._left = _FREE_PIXELS

    def spend(self, data: bytes) -> None:
        """Raises DataError, without its name, for a file that no time is left for. What is no photo
        costs nothing; whoever decodes it says so."""
        try:
            width, height = photo_size(BytesIO(data))
        except DataError:
            return
        work = width * height * _scans(data)
        if work > self._left + _PIXELS_A_BYTE * len(data):
            told = N_("earlier photos used up the pixel limit for one import")
            raise DataError(told)
        self._left += _PIXELS_A_BYTE * len(data) - work


def _scans(data: bytes) -> int:
    """How often a decoder goes over the picture: a JPEG's scans, up to its end."""
    scans, found = 0, _MARKER.search(data, 2) if data.startswith(b"\xff\xd8") else None
    while found and found[0][-1] != 0xD9:
        scans += found[0][-1] == 0xDA
        length = int.from_bytes(data[found.end() : found.end() + 2])
        found = _MARKER.search(data, found.end() + length)
    return max(1, scans)


class PhotoCopy(NamedTuple):
    """A photo as JPEG; in words what was changed; what else is to be said of it."""

    jpeg: bytes
    changes: tuple[str, ...]
    remark: str


def copy_photo(path: Path, longest: int = LONGEST_SIDE) -> PhotoCopy:
    """A photo as JPEG, upright, in RGB, at most `longest` pixels wide and high. A JPEG that is so
    already keeps its very bytes.

    Raises DataError: why it is no photo, without its name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd metadata of a picture that can be read
            return _copied(path, longest)
    except DataError as error:
        raise DataError(str(error).removeprefix(f"{path}: ")) from None
    except Exception as error:  # a stranger's file may break its reader in any way
        reason = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
        raise DataError(N_("not a readable photo ({reason})", reason=reason)) from None


def _copied(path: Path, longest: int) -> PhotoCopy:
    try:
        with Image.open(path, formats=FORMATS) as image:
            kind, mode, size = str(image.format), image.mode, image.size
            turned = image.getexif().get(_ORIENTATION, 1) != 1
    except UnidentifiedImageError:
        raise DataError(N_("not a photo, despite its name")) from None
    if kind == "JPEG" and size[0] * size[1] * _scans(path.read_bytes()) > _MAX_WORK:
        raise DataError(N_("a JPEG with too many scans; save it again"))
    copy, scaled = open_scaled_photo(path, longest)  # reads all of it, its size checked first
    changes = []
    if kind != "JPEG":
        changes.append(N_("{kind} to JPEG").format(kind=kind))
    if mode not in ("RGB", "L"):
        changes.append(N_("{kind} to RGB").format(kind=mode))
    if scaled:
        changes.append(scaled)
    if turned:
        changes.append(N_("rotated according to EXIF"))
    if max(size) > longest:
        copy.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        before, after = f"{size[0]}x{size[1]}", f"{copy.width}x{copy.height}"
        changes.append(N_("{before} to {after} pixels").format(before=before, after=after))
    if min(copy.size) < 2:
        raise DataError(N_("{width}x{height} pixels is not a photo", width=size[0], height=size[1]))
    data = jpeg_bytes(copy, QUALITY, time_taken(path)) if changes else path.read_bytes()
    plain = int(np.ptp(np.asarray(copy.reduce(4)), axis=(0, 1)).max()) < 3
    return PhotoCopy(data, tuple(changes), N_("has only one colour") if plain else "")
