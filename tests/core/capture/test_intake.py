from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageFilter

from core.base.errors import DataError
from core.capture import intake
from core.capture.intake import prepare_photo
from tests.conftest import TOY_BOOKS
from tests.core.capture.photos import TAKEN, phone_photo


def _jpeg(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_upright_small_and_tells_nothing_but_its_time(kind: str) -> None:
    data = phone_photo(size=(2400, 1200), kind=kind)
    assert b"Secret" in data
    found = prepare_photo(data)
    image = Image.open(BytesIO(found.jpeg))
    assert image.size == (800, 1600)  # on its side before, and larger
    assert b"Secret" not in found.jpeg
    exif = image.getexif()
    assert not exif.get_ifd(ExifTags.IFD.GPSInfo)
    assert set(exif) <= {ExifTags.IFD.Exif}
    assert exif.get_ifd(ExifTags.IFD.Exif) == {ExifTags.Base.DateTimeOriginal: TAKEN}
    assert not {"comment", "xmp"} & set(image.info)


def test_a_time_that_is_none_is_not_kept() -> None:
    image, exif = Image.new("RGB", (64, 64), "white"), Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "at home, 5 Acacia Avenue"
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    assert b"Acacia" not in prepare_photo(buffer.getvalue()).jpeg


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "video"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0", "video"),
        (b"\x1aE\xdf\xa3\0\0", "video"),
        (b"dear diary, this is no photo", "not a readable photo"),
        (b"", "not a readable photo"),
        (phone_photo()[:900], "not a readable photo"),
    ],
)
def test_what_is_no_photo_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words) as told:
        prepare_photo(data, "mine\n.jpg")
    assert str(told.value).startswith("mine?.jpg: ") and "\n" not in str(told.value)
    assert "tmp" not in str(told.value)


def test_a_file_that_is_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_BYTES", 1_000_000)
    with pytest.raises(DataError, match="larger than 1 MB"):
        prepare_photo(b"\xff" * 1_000_001)


def test_dark_and_blurred_photos_are_told_and_others_are_not() -> None:
    photo = Image.open(TOY_BOOKS / "test_difficult" / "img_0002.jpg").convert("RGB")
    assert prepare_photo(_jpeg(photo)).defects == ()
    blurred = photo.filter(ImageFilter.GaussianBlur(max(photo.size) * 0.01))
    assert prepare_photo(_jpeg(blurred)).defects == ("blurred",)
    dark = Image.fromarray((np.asarray(photo) * 0.1).astype(np.uint8))
    assert prepare_photo(_jpeg(dark)).defects == ("dark",)
