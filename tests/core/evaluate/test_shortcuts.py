"""Shortcuts are told where they are, and no oftener than stated where none is."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ExifTags, Image

from core.data.dataset import read_dataset
from core.evaluate import shortcuts
from core.evaluate.shortcuts import MAX_P, find_shortcuts, left_out_test
from tests.factory import write_dataset


def redraw(tmp_path, change):
    """Noise photos, twelve of each class, as `change(image, class number, exif)` leaves them."""
    random = np.random.default_rng(3)
    for label, name in enumerate(("fern", "tide")):
        (tmp_path / "train" / name).mkdir(parents=True)
        for number in range(12):
            pixels = random.integers(0, 256, (48, 48, 3), np.uint8)
            image, exif = Image.fromarray(pixels), Image.Exif()
            image = change(image, label, exif) or image
            image.save(tmp_path / "train" / name / f"{number}.png", exif=exif)
    return read_dataset(tmp_path)


def framed(image, label, exif):
    colour = (200, 40, 40) if label else (40, 40, 200)
    canvas = Image.new("RGB", (64, 64), colour)
    canvas.paste(image, (8, 8))
    return canvas


def camera(image, label, exif):
    exif[ExifTags.Base.Make] = "Other" if label else "Maker"


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("brightness", lambda image, label, exif: image.point(lambda v: v // (1 + label))),
        ("border", framed),
        (
            "sharpness",
            lambda image, label, exif: image.reduce(2).resize((48, 48)) if label else None,
        ),
        ("aspect", lambda image, label, exif: image.resize((48 + 12 * label, 48))),
        ("camera", camera),
    ],
)
def test_a_shortcut_is_named(tmp_path, kind, change):
    found = {shortcut.kind: shortcut for shortcut in find_shortcuts(redraw(tmp_path, change))}
    assert found[kind].score.value > 0.9 and "of photos can be predicted" in found[kind].text()


def test_none_is_named_where_there_is_none(tmp_path):
    assert find_shortcuts(redraw(tmp_path, lambda *_: None)) == []
    assert find_shortcuts(write_dataset(tmp_path / "few", photos=3)) == []


def test_equal_classes_are_told_apart_no_oftener_than_stated(monkeypatch):
    monkeypatch.setattr(shortcuts, "PERMUTATIONS", 299)
    random = np.random.default_rng(0)
    truth = ["a", "b", "c"] * 8
    values = [random.random((24, 3)) for _ in range(150)]
    assert sum(left_out_test(each, truth)[1] <= MAX_P for each in values) <= 5  # 1.1 expected
