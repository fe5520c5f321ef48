"""Copies of photos as a data set keeps them."""

import io
from io import BytesIO

import pytest
from PIL import ExifTags, Image

from core.base.errors import DataError
from core.data.photo_copies import DecodingBudget, copy_photo
from core.data.photos import time_taken
from tests.core.data.test_photos import png_header


@pytest.mark.parametrize("size", [(300, 90), (90, 300), (300, 300)])
def test_the_longer_side_is_cut_whichever_it_is_and_told(tmp_path, size):
    Image.new("RGB", size, "red").save(tmp_path / "a.jpg")
    copy, changes, _ = copy_photo(tmp_path / "a.jpg", longest=200)
    assert max(Image.open(io.BytesIO(copy)).size) == 200
    assert [f"{size[0]}x{size[1]} to " in change for change in changes] == [True]


def test_a_jpeg_of_a_sane_size_keeps_its_bytes(tmp_path):
    Image.new("RGB", (90, 200), "red").save(tmp_path / "a.jpg")
    assert copy_photo(tmp_path / "a.jpg", longest=200)[:2] == (
        (tmp_path / "a.jpg").read_bytes(),
        (),
    )


def progressive(scans: int) -> bytes:
    """A JPEG whose last scan is there again and again."""
    buffer = BytesIO()
    Image.radial_gradient("L").convert("RGB").save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]


def test_a_jpeg_of_many_scans_is_refused_and_what_follows_its_end_does_not_count(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(progressive(30_000))
    with pytest.raises(DataError, match="a JPEG with too many scans"):
        copy_photo(path)
    path.write_bytes(progressive(1) + b"\xff\xda\0\2" * 60_000)  # as the film of a phone's photo
    assert copy_photo(path).changes == ()


def test_an_import_decodes_what_its_bytes_let_expect_and_no_more():
    budget, large = DecodingBudget(), png_header(8_900, 8_900, 1, 0, 40_000)
    for _ in range(13):  # a thousand million pixels
        budget.spend(large)
    with pytest.raises(DataError, match="used up the pixel limit for one import"):
        budget.spend(large)
    budget.spend(b"no photo")
    usual = png_header(4_000, 3_000, 8, 2, 1_200_000)
    for _ in range(200):  # a photo pays for itself
        budget.spend(usual)


def test_of_a_photo_that_is_made_smaller_only_the_time_stays(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:05:01 09:30:00"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (35.0, 41.0, 22.0)
    exif[ExifTags.Base.Make] = "Maker"
    Image.effect_noise((1500, 900), 60).convert("RGB").save(tmp_path / "a.jpg", exif=exif)
    (tmp_path / "b.jpg").write_bytes(copy_photo(tmp_path / "a.jpg").jpeg)
    with Image.open(tmp_path / "b.jpg") as image:
        kept = image.getexif()
        assert image.size == (1024, 614) and not kept.get_ifd(ExifTags.IFD.GPSInfo)
        assert ExifTags.Base.Make not in kept
    assert time_taken(tmp_path / "b.jpg") == "2026:05:01 09:30:00"
