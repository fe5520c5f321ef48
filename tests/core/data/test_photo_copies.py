"""Copies of photos as a data set keeps them."""

import io

import pytest
from PIL import Image

from core.data.photo_copies import jpeg_copy


@pytest.mark.parametrize("size", [(300, 90), (90, 300), (300, 300)])
def test_the_longer_side_is_cut_whichever_it_is_and_told(tmp_path, size):
    Image.new("RGB", size, "red").save(tmp_path / "a.jpg")
    copy, changes = jpeg_copy(tmp_path / "a.jpg", longest=200)
    assert max(Image.open(io.BytesIO(copy)).size) == 200
    assert [f"{size[0]}x{size[1]} to " in change for change in changes] == [True]


def test_a_jpeg_of_a_sane_size_keeps_its_bytes(tmp_path):
    Image.new("RGB", (90, 200), "red").save(tmp_path / "a.jpg")
    assert jpeg_copy(tmp_path / "a.jpg", longest=200) == ((tmp_path / "a.jpg").read_bytes(), ())
