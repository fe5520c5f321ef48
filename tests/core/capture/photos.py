"""Photos as phones send them."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import ExifTags, Image

TAKEN = "2026:02:03 10:11:12"


def phone_photo(seed: int = 0, size: tuple[int, int] = (320, 240), kind: str = "JPEG") -> bytes:
    """A photo of coloured blocks, another one for each seed, with a location and a comment."""
    random = np.random.default_rng(seed)
    blocks = random.integers(60, 256, (6, 8, 3)).astype(np.uint8)
    image = Image.fromarray(blocks).resize(size, Image.Resampling.NEAREST)
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SecretMaker"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = TAKEN
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (48.0, 12.0, 30.0),
            ExifTags.GPS.GPSAreaInformation: b"SecretPlace",
        }
    )
    buffer = BytesIO()
    options = {"comment": b"SecretComment", "quality": 92} if kind == "JPEG" else {}
    image.save(buffer, kind, exif=exif, xmp=b"<x>SecretXmp</x>", **options)
    return buffer.getvalue()
