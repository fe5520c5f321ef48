import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from core.base.errors import DataError
from core.data import photos
from core.data.photos import centre_square, open_photo, photo_size, read_view, read_working_copy


@pytest.fixture
def half_red(tmp_path):
    """A 120x80 photo whose left half is red and right half blue."""
    pixels = np.zeros((80, 120, 3), dtype=np.uint8)
    pixels[:, :60, 0], pixels[:, 60:, 2] = 255, 255
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).save(path)
    return path


def test_exif_turns_the_photo(half_red, tmp_path):
    image = Image.open(half_red)
    exif = image.getexif()
    exif[0x0112] = 6  # stored lying on its side: to be turned clockwise
    path = tmp_path / "turned.jpg"
    image.save(path, exif=exif, quality=95)
    assert photo_size(path) == (80, 120)
    upright = np.asarray(open_photo(path))
    assert upright.shape == (120, 80, 3)
    assert upright[10, 40, 0] > 200 and upright[110, 40, 2] > 200  # red on top now


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "RGBA", "LA", "1"])
def test_every_mode_becomes_rgb(half_red, tmp_path, mode):
    suffix = "jpg" if mode == "CMYK" else "png"
    path = tmp_path / f"photo.{suffix}"
    Image.open(half_red).convert(mode).save(path)
    assert open_photo(path).mode == "RGB"


def test_sixteen_bits_are_scaled_not_cut_off(tmp_path):
    values = np.array([[0, 32768], [65535, 16384]], dtype=np.uint16)
    path = tmp_path / "deep.png"
    Image.fromarray(values).save(path)
    found = np.asarray(open_photo(path))[..., 0]
    np.testing.assert_allclose(found, [[0, 128], [255, 64]], atol=1)


def test_what_is_transparent_is_white_paper(tmp_path):
    path = tmp_path / "clear.png"
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(path)
    assert np.asarray(open_photo(path)).min() == 255


def test_the_first_picture_of_an_animation_is_taken(tmp_path):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    path = tmp_path / "moving.webp"
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)
    assert np.asarray(open_photo(path))[0, 0, 0] > 200


def test_bad_photos_are_named(tmp_path, half_red):
    broken = tmp_path / "broken.jpg"
    Image.open(half_red).save(broken)
    broken.write_bytes(broken.read_bytes()[:300])
    text = tmp_path / "text.jpg"
    text.write_text("no photo")
    tiny = tmp_path / "tiny.png"
    Image.new("RGB", (1, 1)).save(tiny)
    huge = tmp_path / "huge.png"
    Image.new("1", (10_000, 9_000)).save(huge)
    for path, word in [
        (broken, "not a readable photo"),
        (text, "not a readable photo"),
        (tiny, "1x1 pixels is not a photo"),
        (huge, "10000x9000 pixels; the limit is 80 million"),
        (tmp_path / "gone.jpg", "no such photo"),
    ]:
        with pytest.raises(DataError) as caught:
            open_photo(path)
        assert path.name in str(caught.value) and word in str(caught.value)
        assert "\n" not in str(caught.value)


def test_squash_keeps_the_whole_photo_and_centre_its_middle(half_red):
    squashed = read_view(half_red, 32, "squash")
    assert squashed.shape == (32, 32, 3)
    assert squashed[:, 0, 0].min() > 250 and squashed[:, -1, 2].min() > 250
    assert (squashed[..., 0] > 128).mean() == pytest.approx(0.5, abs=0.04)
    centre = read_view(half_red, 32, "centre")
    assert (centre[..., 0] > 128).mean() == pytest.approx(0.5, abs=0.04)
    assert centre_square(120, 80) == (20, 0, 100, 80)
    assert read_working_copy(half_red, 40, "squash").shape == (40, 40, 3)
    assert read_working_copy(half_red, 40, "centre").shape == (40, 60, 3)


def test_a_large_jpeg_decoded_small_looks_the_same(tmp_path):
    x = np.linspace(0, 255, 1024)
    pixels = np.stack([np.tile(x, (768, 1)), np.tile(x[::-1], (768, 1)), np.full((768, 1024), 90)])
    path = tmp_path / "large.jpg"
    Image.fromarray(pixels.transpose(1, 2, 0).astype(np.uint8)).save(path, quality=95)
    quick = np.asarray(open_photo(path, at_least=100).resize((64, 48))).astype(int)
    whole = np.asarray(open_photo(path).resize((64, 48))).astype(int)
    assert min(open_photo(path, at_least=100).size) >= 100
    assert np.abs(quick - whole).mean() < 2


def png_header(width: int, height: int, bits: int, colour: int, size: int) -> bytes:
    """A PNG as far as its header tells, in a file of that size."""
    body = b"IHDR" + struct.pack(">2L5B", width, height, bits, colour, 0, 0, 0)
    chunk = struct.pack(">L", 13) + body + struct.pack(">L", zlib.crc32(body))
    data = b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">L", size) + b"IDAT"
    return data + bytes(size - len(data))


@pytest.mark.parametrize(
    ("header", "word"),
    [
        (png_header(8_900, 8_900, 1, 0, 10_000), "in 10000 bytes; too little data for a photo"),
        (png_header(8_900, 8_900, 8, 2, 30_000), "in 30000 bytes; too little data for a photo"),
        (png_header(8_000, 8_000, 8, 6, 90_000), "the limit for this kind is 60 million"),
        (png_header(8_000, 8_000, 8, 4, 90_000), "the limit for this kind is 60 million"),
        (png_header(8_000, 8_000, 16, 6, 90_000), "the limit for this kind is 60 million"),
        (png_header(9_000, 9_000, 8, 2, 90_000), "the limit is 80 million"),
    ],
)
def test_what_is_large_to_open_is_refused_by_its_header(tmp_path, header, word):
    path = tmp_path / "a.png"
    path.write_bytes(header)
    with pytest.raises(DataError, match=word):
        open_photo(path)
    with pytest.raises(DataError, match=word):
        photo_size(BytesIO(header))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "I;16", "I", "F"])
def test_a_picture_converted_piece_by_piece_has_the_same_pixels(tmp_path, monkeypatch, mode):
    random = np.random.default_rng(3)
    if mode in ("I;16", "I", "F"):
        values = random.integers(0, 60_000, (37, 53))
        kinds = {"I;16": np.uint16, "I": np.int32, "F": np.float32}
        image = Image.fromarray((values - (mode == "F") * 9.5).astype(kinds[mode]))
    else:
        channels = random.integers(0, 256, (37, 53, 4), dtype=np.uint8)
        image = Image.fromarray(channels, "RGBA").convert(mode)
    path = tmp_path / ("a.tif" if mode in ("I", "F") else "a.png")
    image.save(path, **({"transparency": 3} if mode == "P" else {}))
    whole = np.asarray(open_photo(path))
    monkeypatch.setattr(photos, "_STRIP", 200)  # three rows
    assert np.array_equal(np.asarray(open_photo(path)), whole)
    if mode == "RGBA":
        alpha = channels[..., 3:] / 255
        expected = channels[..., :3] * alpha + 255 * (1 - alpha)
        assert np.abs(whole - expected).max() <= 1
