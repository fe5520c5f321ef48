"""Writes the data set's folder: photos, labels, boxes and its description."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.random import Generator
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
from core.toy_books.training_scenes import background_shot, landscape_size, training_shot

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
    on_photo: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Draws the data set into the folder `out`: the same bytes for the same seed; for another one
    another home (wood, carpets, light) and other scenes with the same five books.

    Counts are numbers of photos; changing one leaves the photos of the others as they are.
    `long_side` is in pixels. `on_photo(done, total)` is called after each photo. Raises
    FileExistsError if `out` exists and is not empty, ValueError for negative counts or a
    `long_side` below 64."""
    if min(train_per_book, backgrounds, easy, difficult) < 0:
        raise ValueError("the numbers of photos must not be negative")
    if long_side < 64:
        raise ValueError(f"long_side is {long_side}; at least 64 pixels are needed")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} exists and is not an empty folder; choose another")
    total = train_per_book * len(CLASSES) + backgrounds + easy + difficult
    shots = _shots(seed, long_side, train_per_book, backgrounds, easy, difficult)
    rows: list[Row] = []
    for folder in (*(f"train/{name}" for name in (*CLASSES, BACKGROUND)), *_TEST_SETS):
        (out / folder).mkdir(parents=True)
    for done, (folder, index, rng, shot) in enumerate(shots, start=1):
        name = f"img_{index + 1:04d}.jpg"
        jpeg, found = render_photo(shot, rng)
        (out / folder / name).write_bytes(jpeg)
        rows.append((folder, name, found))
        on_photo(done, total)
    _write_tables(out, rows)
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
_TEST_SETS = ("test", "test_difficult")


def _shots(
    seed: int, long_side: int, train_per_book: int, backgrounds: int, easy: int, difficult: int
) -> Iterator[tuple[str, int, Generator, Scene]]:
    """Folder and number of each photo, its generator, and its scene."""
    home, size, books = Home(seed), landscape_size(long_side), len(CLASSES)

    def generator(kind: int, index: int) -> Generator:
        return np.random.default_rng([seed, kind, index])

    for number, name in enumerate(CLASSES):
        for index in range(train_per_book):
            # A stride per class keeps a photo's generator free of the number of photos.
            rng = generator(_TRAIN, number + books * index)
            yield f"train/{name}", index, rng, training_shot(rng, home, all_books()[name], size)
    for index in range(backgrounds):
        rng = generator(_BACKGROUND, index)
        yield f"train/{BACKGROUND}", index, rng, background_shot(rng, home, index, size)
    for index in range(easy):
        # Each round of five holds every class, in an order that the file name does not tell.
        order = generator(_NAMES, index // books).permutation(books)
        book, rng = all_books()[CLASSES[order[index % books]]], generator(_EASY, index)
        shot = training_shot(rng, home, book, size, varied_pose=index % 4 == 3)
        yield "test", index, rng, shot
    for index in range(difficult):
        rng = generator(_DIFFICULT, index)
        yield "test_difficult", index, rng, difficult_shot(rng, home, index, long_side)


def render_photo(scene: Scene, rng: Generator) -> tuple[bytes, list[VisibleBook]]:
    """The photo as JPEG, and the books on it."""
    size, camera = (scene.camera.width, scene.camera.height), scene.camera.scaled(OVERSAMPLING)
    view = rasterize(camera, scene.solids)
    light = shade(replace(scene, camera=camera), view, rng)
    photo = develop(light, view.inverse_depth, scene.capture, size, rng)
    return _jpeg(photo), find_visible_books(camera, scene.solids, view)


def _jpeg(photo: Image.Image) -> bytes:
    """Encode as a phone would, a little coarser where a busy photo would grow too big."""
    for quality in (86, 80, 74, 68, 60):
        buffer = io.BytesIO()
        photo.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= BYTES_PER_PIXEL * photo.width * photo.height:
            break
    return buffer.getvalue()


def _write_tables(out: Path, rows: list[Row]) -> None:
    labels: list[list[str | None]] = [["split", "file", "primary", "present"]]
    boxes = [["split", "file", "label", "x0", "y0", "x1", "y1", "visible_fraction"]]
    for folder, file, found in rows:
        split, _, label = folder.partition("/")
        name = f"{label}/{file}" if label else file
        if split in _TEST_SETS:
            # Scenes were thrown until one book leads, so the first is the primary one.
            largest = primary_class(found, min_ratio=1.0)
            labels.append([split, name, largest, " ".join(present_classes(found))])
        for book in sorted(found):
            numbers = [f"{value:.4f}" for value in (*book.box, book.visible)]
            boxes.append([split, name, book.label, *numbers])
    for file, table in (("labels.csv", labels), ("boxes.csv", boxes)):
        with (out / file).open("w", newline="", encoding="utf-8") as opened:
            csv.writer(opened, lineterminator="\n").writerows(table)
