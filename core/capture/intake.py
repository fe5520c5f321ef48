"""A photo as a phone sends it, made into one that a data set keeps: upright, at most 1,600 pixels,
JPEG, without any metadata but the time it was taken. A location is never kept."""

import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from core.base.errors import DataError
from core.base.language import N_
from core.data.archive import printable
from core.data.dataset_names import CONTROL_CHARS
from core.data.photo_copies import CAPTURED_LONGEST_SIDE as LONGEST_SIDE
from core.data.photo_copies import QUALITY
from core.data.photos import is_photo, jpeg_bytes, open_photo, time_taken, unreadable_reason

MAX_BYTES = 50_000_000  # of an upload
MAX_DARKNESS = 30.0  # mean brightness, 0..255, below which a photo counts as very dark
# Variance of the Laplacian below which a photo counts as blurred: of 110 photos and drawings the
# least was 39, and at most 6 after a blur of 0.8% of the longer side.
MIN_SHARPNESS = 15.0
_SHORTEST_DECODED = 900  # pixels, of a photo of 16:9 that is LONGEST_SIDE long
_SHARPNESS_SIDE = 512  # pixels of the longer side for that


@dataclass(frozen=True)
class PreparedPhoto:
    """jpeg: what is kept. image: the same, decoded. defects: `dark`, `blurred`."""

    jpeg: bytes
    image: Image.Image
    defects: tuple[str, ...]


def prepare_photo(data: bytes, name: str = "") -> PreparedPhoto:
    """Raises DataError, one line with the file's name: too large, an HEIC photo, a video, or no
    photo at all."""
    shown = printable(name) or N_("the photo")
    if len(data) > MAX_BYTES:
        raise DataError(too_large_text(shown))
    if not is_photo(data[:64], name) and (problem := unreadable_reason(data[:64], name)):
        raise DataError(f"{shown}: {problem}")
    with tempfile.TemporaryDirectory(prefix="overfit-lens-") as folder:
        path = Path(folder) / "photo"
        path.write_bytes(data)
        try:
            image = open_photo(path, at_least=_SHORTEST_DECODED)
        except DataError as error:
            raise DataError(f"{shown}: {str(error).removeprefix(f'{path}: ')}") from None
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    image.info = {}  # comments and notes, which Pillow would write again
    jpeg = jpeg_bytes(image, QUALITY, time_taken(BytesIO(data)))
    return PreparedPhoto(jpeg, image, _defects(image))


def too_large_text(name: str) -> str:
    """Why a photo of that name is not taken."""
    return N_(
        "{name}: larger than {size:.0f} MB; save a smaller copy", name=name, size=MAX_BYTES / 1e6
    )


def clean_text(text: str, length: int) -> str:
    """What a stranger has typed, without signs that are not seen, and no longer than that."""
    return CONTROL_CHARS.sub("", text).strip()[:length]


def _defects(image: Image.Image) -> tuple[str, ...]:
    grey = image.convert("L")
    grey.thumbnail((_SHARPNESS_SIDE, _SHARPNESS_SIDE), Image.Resampling.BOX)
    pixels = np.asarray(grey, dtype=np.float64)
    if pixels.mean() < MAX_DARKNESS:
        return ("dark",)  # and so without contrast: its blur cannot be told
    inner = pixels[1:-1, 1:-1]
    around = pixels[:-2, 1:-1] + pixels[2:, 1:-1] + pixels[1:-1, :-2] + pixels[1:-1, 2:]
    blurred = inner.size and (around - 4 * inner).var() < MIN_SHARPNESS
    return ("blurred",) if blurred else ()
