"""core.views.try_it and core.plots.answer: photos are read with care, answers are told in words."""

import io
import os

import numpy as np
import pytest
from PIL import Image

from core.base.errors import DataError
from core.data.label_tables import Box
from core.jobs.preview.client import MaskedPrediction, PreviewPrediction
from core.plots.answer import prediction_bars
from core.views.try_it import (
    box_payload,
    cam_jpeg,
    decode_jpeg,
    occlusion_sentences,
    parse_box,
    prediction_text,
    read_test_photo,
    read_upload,
)


def encoded(kind="PNG", size=(300, 200), **options) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "#2f5d9b").save(buffer, kind, **options)
    return buffer.getvalue()


def prediction(masked=None, elsewhere=None) -> PreviewPrediction:
    found = None
    if masked is not None:
        found = MaskedPrediction({"red": masked, "blue": 1 - masked}, (), elsewhere)
    return PreviewPrediction({"red": 0.98, "blue": 0.02}, np.ones((2, 4, 4), np.float32), found)


def test_ones_own_photo_becomes_an_upright_jpeg_of_a_sane_size():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    photo = read_upload("mine.jpg", encoded("JPEG", (3000, 2000), exif=exif))
    assert decode_jpeg(photo.data).size == (683, 1024)
    assert max(decode_jpeg(photo.jpeg).size) == 720
    assert read_upload("small.png", encoded()).data[:2] == b"\xff\xd8"
    as_it_is = encoded("JPEG")
    assert read_upload("small.jpg", as_it_is).data == as_it_is


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"no photo", "^mine.jpg: not a photo"),
        (encoded()[:200], "^mine.jpg: not a readable photo"),
        (encoded(size=(1, 1)), "^mine.jpg: 1x1 pixels is not a photo"),
        (encoded(size=(3000, 3)), "^mine.jpg: .*crop it"),
        (b"", "^mine.jpg: not a photo"),
    ],
)
def test_a_bad_picture_is_one_line(data, words):
    with pytest.raises(DataError, match=words) as told:
        read_upload("mine.jpg", data)
    assert "\n" not in str(told.value) and "/tmp" not in str(told.value)


def test_a_picture_bomb_and_a_huge_file_are_refused():
    bomb = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(bomb, "PNG")
    with pytest.raises(DataError, match="the limit is 80 million"):
        read_upload("bomb.png", bomb.getvalue())
    with pytest.raises(DataError, match=r"huge: larger than 30 MB"):
        read_upload("huge", os.urandom(1000) * 30_001)


def test_a_test_photo_is_its_very_file_with_what_is_known_of_it(tiny):
    test_set = tiny.test_set("test_difficult")
    photo = read_test_photo(test_set, test_set.photos[0])
    assert photo.data == test_set.photos[0].path.read_bytes()
    assert photo.label is not None and {box.label for box in photo.boxes} == {"blue", "red"}
    payload = box_payload(photo, "s", Box("box", 0.1, 0.2, 0.3, 0.4, 1))
    assert payload["box"] == [0.1, 0.2, 0.3, 0.4]
    assert [known["label"] for known in payload["known"]] == [box.label for box in photo.boxes]


@pytest.mark.parametrize(
    "corners",
    [None, [], ["a", "0", "1", "1"], [0, 0, 1], [0.5, 0, 0.5, 1], [0, 0, 2, 1], ["nan"] * 4],
)
def test_what_is_no_box_is_none(corners):
    assert parse_box(corners) is None


def test_a_box_from_a_link():
    assert parse_box(["0.1", "0.2", "0.3", "0.4"]) == Box("box", 0.1, 0.2, 0.3, 0.4, 1.0)


def test_the_answer_in_words():
    assert prediction_text(prediction()) == "red (.98)"
    assert occlusion_sentences(prediction()) == []
    assert occlusion_sentences(prediction(0.93, {"red": 0.97, "blue": 0.03})) == [
        "With the box hidden, it still predicts red (.93).",
        "With an equal area hidden elsewhere, it still predicts red (.97).",
    ]
    assert occlusion_sentences(prediction(0.2)) == [
        "With the box hidden, it predicts blue (.80) instead of red.",
        "There is no room to hide an equal area elsewhere for comparison.",
    ]


def test_bars_for_the_photo_and_with_the_box_hidden():
    figure = prediction_bars(prediction(), "#004fca")
    assert [list(bar.x) for bar in figure.data] == [[0.98, 0.02]]
    figure = prediction_bars(prediction(0.25), "#004fca")
    assert [list(bar.x) for bar in figure.data] == [[0.98, 0.02], [0.25, 0.75]]
    assert list(figure.data[0].y) == ["red", "blue"]


def test_the_map_lies_over_what_the_run_sees():
    photo = read_upload("a.png", encoded())
    found = np.zeros((4, 4), np.float32)
    found[0, 0] = 16
    whole = np.asarray(decode_jpeg(cam_jpeg(photo, "squash", found)), float)
    assert whole.shape == (200, 300, 3)
    assert whole[:50, :75].mean() > 2 * whole[150:, 225:].mean()
    assert decode_jpeg(cam_jpeg(photo, "centre", found)).size == (200, 200)
