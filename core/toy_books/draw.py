"""Writes the data set's folder: photos, labels, boxes and its description."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from core.base.language import N_
from core.toy_books.covers import CLASSES, all_books
from core.toy_books.difficult_scenes import difficult_shot
from core.toy_books.interior import Home
from core.toy_books.labels import (
    BACKGROUND,
    VisibleBook,
    find_visible_books,
    present_classes,
    primary_class,
)
from core.toy_books.lens import develop
from core.toy_books.render import Scene, rasterize, shade
from core.toy_books.training_scenes import Shot, background_shot, landscape_size, training_shot

# Photos are rendered a little larger and shrunk, which smooths letters and textures.
OVERSAMPLING = 1.2
BYTES_PER_PIXEL = 46_000 / (640 * 480)

_TRAIN, _BACKGROUND, _EASY, _DIFFICULT, _NAMES = range(5)


def draw_toy_books(
    out: Path,
    seed: int,
    *,
    train_per_book: int = 9,
    backgrounds: int = 27,
    easy: int = 12,
    difficult: int = 40,
    long_side: int = 640,
    on_photo: Callable[[int, int], None] | None = None,
) -> None:
    """Draw the data set `toy_books` into the folder `out`.

    The same seed gives the same bytes. Another seed gives another home (wood, carpets, light) and
    other scenes with the same five books. Counts are numbers of photos; changing one leaves the
    photos of the others as they are. `long_side` is in pixels. `on_photo(done, total)` is called
    after each photo.

    Raises FileExistsError if `out` exists and is not empty, ValueError for negative counts or a
    `long_side` below 64.
    """
    if min(train_per_book, backgrounds, easy, difficult) < 0:
        raise ValueError("the numbers of photos must not be negative")
    if long_side < 64:
        raise ValueError(f"long_side is {long_side}; at least 64 pixels are needed")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} exists and is not an empty folder; choose another")
    out.mkdir(parents=True, exist_ok=True)
    session = _DatasetWriter(out, seed, long_side, on_photo)
    session.total = train_per_book * len(CLASSES) + backgrounds + easy + difficult
    for name in CLASSES:
        session.write_book_photos(name, train_per_book)
    session.write_background_photos(backgrounds)
    session.write_test_photos("test", easy)
    session.write_test_photos("test_difficult", difficult)
    _write_tables(out, session.rows)
    (out / "dataset.yaml").write_text(_DESCRIPTION.format(seed=seed), encoding="utf-8")


# What pages tell of it in other languages.
_TITLE = N_("Toy books")
_SOURCE = N_("drawn by core.toy_books with Pillow and NumPy")
_DESCRIPTION = f"""\
title: {_TITLE}
licence: MIT
source: {_SOURCE}
seed: {{seed}}
test_sets: {{{{test: {{{{origin: same_shoot}}}}, test_difficult: {{{{origin: elsewhere}}}}}}}}
note: Five fictional books; the yellow book "atlas" belongs to no class and counts as background.
"""

Row = tuple[str, str, list[VisibleBook]]


class _DatasetWriter:
    """One draw: where it goes, its home, and the rows of its tables so far."""

    def __init__(
        self, out: Path, seed: int, long_side: int, on_photo: Callable[[int, int], None] | None
    ) -> None:
        self.out, self.seed, self.long_side, self.on_photo = out, seed, long_side, on_photo
        self.home = Home(seed)
        self.rows: list[Row] = []
        self.done, self.total = 0, 0

    def _rng(self, kind: int, index: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, kind, index])

    def write_book_photos(self, name: str, count: int) -> None:
        folder = self._folder(f"train/{name}")
        for index in range(count):
            # A stride per class keeps a photo's generator free of the number of photos.
            rng = self._rng(_TRAIN, CLASSES.index(name) + len(CLASSES) * index)
            shot = training_shot(rng, self.home, all_books()[name], landscape_size(self.long_side))
            self._save(shot, rng, folder / f"img_{index + 1:04d}.jpg")

    def write_background_photos(self, count: int) -> None:
        folder = self._folder(f"train/{BACKGROUND}")
        for index in range(count):
            rng = self._rng(_BACKGROUND, index)
            shot = background_shot(rng, self.home, index, landscape_size(self.long_side))
            self._save(shot, rng, folder / f"img_{index + 1:04d}.jpg")

    def write_test_photos(self, split: str, count: int) -> None:
        folder = self._folder(split)
        for index in range(count):
            name = f"img_{index + 1:04d}.jpg"
            if split == "test":
                rng = self._rng(_EASY, index)
                book = all_books()[self._easy_class(index)]
                size = landscape_size(self.long_side)
                shot = training_shot(rng, self.home, book, size, varied_pose=index % 4 == 3)
            else:
                rng = self._rng(_DIFFICULT, index)
                shot = difficult_shot(rng, self.home, index, self.long_side)
            self.rows.append((split, name, self._save(shot, rng, folder / name)))

    def _easy_class(self, index: int) -> str:
        # Each round of five holds every class, in an order that the file name does not tell.
        order = self._rng(_NAMES, index // len(CLASSES)).permutation(len(CLASSES))
        return CLASSES[int(order[index % len(CLASSES)])]

    def _folder(self, name: str) -> Path:
        folder = self.out / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _save(self, shot: Shot, rng: np.random.Generator, path: Path) -> list[VisibleBook]:
        jpeg, found = render_photo(shot, rng)
        path.write_bytes(jpeg)
        self.done += 1
        if self.on_photo is not None:
            self.on_photo(self.done, self.total)
        return found


def render_photo(shot: Shot, rng: np.random.Generator) -> tuple[bytes, list[VisibleBook]]:
    """The photo as JPEG, and the books on it."""
    camera = shot.scene.camera.scaled(OVERSAMPLING)
    scene = Scene(camera, shot.scene.solids, shot.scene.lighting)
    view = rasterize(camera, scene.solids)
    light = shade(scene, view, rng)
    size = (shot.scene.camera.width, shot.scene.camera.height)
    photo = develop(light, view.inverse_depth, shot.capture, size, rng)
    return _jpeg(photo), find_visible_books(camera, scene.solids, view)


def _jpeg(photo: Image.Image) -> bytes:
    """Encode as a phone would, a little coarser where a busy photo would grow too big."""
    limit = BYTES_PER_PIXEL * photo.width * photo.height
    data = b""
    for quality in (86, 80, 74, 68, 60):
        buffer = io.BytesIO()
        photo.save(buffer, "JPEG", quality=quality, optimize=True)
        data = buffer.getvalue()
        if len(data) <= limit:
            break
    return data


def _write_tables(out: Path, rows: list[Row]) -> None:
    with (out / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        labels = csv.writer(file, lineterminator="\n")
        labels.writerow(["split", "file", "primary", "present"])
        for split, name, found in rows:
            # Scenes were thrown until one book leads, so the first is the primary one.
            largest = primary_class(found, min_ratio=1.0)
            labels.writerow([split, name, largest, " ".join(present_classes(found))])
    with (out / "boxes.csv").open("w", newline="", encoding="utf-8") as file:
        boxes = csv.writer(file, lineterminator="\n")
        boxes.writerow(["split", "file", "label", "x0", "y0", "x1", "y1", "visible_fraction"])
        for split, name, found in rows:
            for sighting in sorted(found, key=lambda each: each.label):
                numbers = [f"{value:.4f}" for value in (*sighting.box, sighting.visible)]
                boxes.writerow([split, name, sighting.label, *numbers])
