"""Photos as arrays: decoded once, turned as EXIF says, resized to the working size.

Free of torch, so that the dashboard can use it too.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.errors import DataError

Crop = Literal["squash", "centre"]
Pixels = NDArray[np.uint8]

MAX_PIXELS = 80_000_000  # a decoded photo of this size takes 240 MB
# Our limit is checked from the header, before anything is decoded; Pillow's own only warns.
Image.MAX_IMAGE_PIXELS = None


def open_photo(path: Path, at_least: int | None = None) -> Image.Image:
    """A photo in RGB, upright. With `at_least`, a JPEG may be decoded at a half, quarter or eighth
    of its size, with the shorter side still at least that many pixels.

    Raises DataError naming the file when it is no photo, damaged, or has over 80 million pixels.
    """
    try:
        with Image.open(path) as image:
            if image.width * image.height > MAX_PIXELS:
                raise DataError(
                    f"{path}: {image.width}x{image.height} pixels; the limit is 80 million"
                )
            if min(image.size) < 2:
                raise DataError(f"{path}: {image.width}x{image.height} pixels is no photo")
            if at_least is not None:
                ratio = at_least / min(image.size)
                image.draft("RGB", (round(image.width * ratio), round(image.height * ratio)))
            upright = ImageOps.exif_transpose(image)
            if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
                return _from_16_bit(upright)
            if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
                # Transparent parts become white paper, not whatever colour hides beneath.
                rgba = upright.convert("RGBA")
                page = Image.new("RGBA", rgba.size, "white")
                return Image.alpha_composite(page, rgba).convert("RGB")
            return upright.convert("RGB")
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"{path}: no such photo") from None
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{path}: not a photo we can read ({reason[:100]})") from None


def _from_16_bit(image: Image.Image) -> Image.Image:
    values = np.asarray(image, dtype=np.float64)
    top = 65535.0 if image.mode.startswith("I") else max(float(values.max()), 1e-9)
    grey = np.clip(np.nan_to_num(values) / top * 255 + 0.5, 0, 255).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")


def photo_size(path: Path) -> tuple[int, int]:
    """Width and height of a photo as it is shown (turned as EXIF says), from its header alone.

    Raises DataError naming the file."""
    try:
        with Image.open(path) as image:
            width, height = image.size
            on_its_side = image.getexif().get(0x0112, 1) >= 5  # EXIF orientations 5 to 8
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(f"{path}: not a photo we can read ({error})") from None
    return (height, width) if on_its_side else (width, height)


def view_photo(image: Image.Image, size: int, crop: Crop) -> Image.Image:
    """What the network sees of a photo: `squash` resizes the whole photo to a square, `centre`
    takes the largest square in the middle."""
    if crop == "centre":
        box = centre_square(image.width, image.height)
        return image.resize((size, size), Image.Resampling.BILINEAR, box=box)
    return image.resize((size, size), Image.Resampling.BILINEAR)


def centre_square(width: int, height: int) -> tuple[float, float, float, float]:
    """Corners x0, y0, x1, y1 of the largest centred square, in pixels."""
    side = min(width, height)
    x0, y0 = (width - side) / 2, (height - side) / 2
    return x0, y0, x0 + side, y0 + side


def read_view(path: Path, size: int, crop: Crop) -> Pixels:
    """A photo as the network sees it: (size, size, 3)."""
    return np.asarray(view_photo(open_photo(path, at_least=size), size, crop))


def read_working(path: Path, short_side: int, crop: Crop) -> Pixels:
    """A training photo at its working size, from which augmented views are cut: squashed to a
    square of `short_side`, or with that shorter side at its own aspect ratio. (height, width, 3)"""
    image = open_photo(path, at_least=short_side)
    if crop == "squash":
        size = (short_side, short_side)
    else:
        ratio = short_side / min(image.size)
        size = (round(image.width * ratio), round(image.height * ratio))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR))


def jpeg_bytes(image: Image.Image, quality: int = 82) -> bytes:
    """The image as JPEG."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
