"""The bundled data set: what it promises about files, labels and repeatability."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.toy_books import difficult_scenes, draw_toy_books
from core.toy_books.covers import CLASSES, UNKNOWN_BOOK, all_books, footprint
from core.toy_books.interior import Home
from core.toy_books.labels import find_visible_books, primary_class
from core.toy_books.render import Scene, rasterize
from core.toy_books.stacking import clip_polygon, is_stable, polygon_area, resting_pose

pytestmark = pytest.mark.slow

SMALL: dict[str, Any] = {
    "train_per_book": 2,
    "backgrounds": 3,
    "easy": 3,
    "difficult": 5,
    "long_side": 256,
}
COMMITTED = Path(__file__).parents[3] / "dataset" / "toy_books"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("toy") / "drawn"
    draw_toy_books(out, 5, **SMALL)
    return out


def photos(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.jpg"))


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def digest(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_writes_the_promised_files(small: Path) -> None:
    for name in CLASSES:
        assert len(photos(small / "train" / name)) == 2
    assert len(photos(small / "train" / "background")) == 3
    assert len(photos(small / "test")) == 3
    assert len(photos(small / "test_difficult")) == 5
    assert "licence: MIT" in (small / "dataset.yaml").read_text(encoding="utf-8")
    with Image.open(small / "test" / "img_0001.jpg") as photo:
        assert photo.size == (256, 192)


def test_a_seed_repeats_and_counts_do_not_change_other_photos(small: Path, tmp_path: Path) -> None:
    fewer = {**SMALL, "train_per_book": 1, "backgrounds": 1, "difficult": 2}
    again, other = tmp_path / "again", tmp_path / "other"
    calls: list[tuple[int, int]] = []
    draw_toy_books(again, 5, **fewer, on_photo=lambda done, total: calls.append((done, total)))
    drawn, repeated = digest(small), digest(again)
    tables = {"labels.csv", "boxes.csv"}
    assert {name: drawn[name] for name in repeated if name not in tables} == {
        name: value for name, value in repeated.items() if name not in tables
    }
    assert rows(again, "labels.csv") == rows(small, "labels.csv")[:5]
    assert calls == [(done, 11) for done in range(1, 12)]

    draw_toy_books(other, 6, **{**fewer, "difficult": 1, "easy": 1})
    changed = digest(other)
    assert all(changed[name] != repeated[name] for name in changed if name.endswith(".jpg"))


def check_tables(folder: Path) -> None:
    labels, boxes = rows(folder, "labels.csv"), rows(folder, "boxes.csv")
    listed = {(row["split"], row["file"]) for row in labels}
    on_disk = {
        (p.parent.name, p.name) for s in ("test", "test_difficult") for p in photos(folder / s)
    }
    assert listed == on_disk
    boxed = {(row["split"], row["file"]) for row in boxes}
    books = {
        ("train", f"{name}/{p.name}") for name in CLASSES for p in photos(folder / "train" / name)
    }
    assert boxed == listed | books
    assert all(row["file"].startswith(row["label"]) for row in boxes if row["split"] == "train")
    for row in labels:
        own = [box for box in boxes if (box["split"], box["file"]) == (row["split"], row["file"])]
        seen = {
            box["label"]
            for box in own
            if box["label"] in CLASSES and float(box["visible_fraction"]) >= 0.15
        }
        assert row["present"].split() == (sorted(seen) or ["background"])
        assert row["primary"] in (*CLASSES, "background")
        if len(own) == 1:
            only = own[0]["label"]
            assert row["primary"] == (only if only in CLASSES else "background")
    for box in boxes:
        x0, y0, x1, y1 = (float(box[key]) for key in ("x0", "y0", "x1", "y1"))
        assert 0 <= x0 < x1 <= 1
        assert 0 <= y0 < y1 <= 1
        assert 0.01 < float(box["visible_fraction"]) <= 1
        assert box["label"] in (*CLASSES, UNKNOWN_BOOK)


def test_labels_agree_with_boxes(small: Path) -> None:
    check_tables(small)


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    """The first eight difficult scenes of a home: piles, a group, one book, books that stand."""
    home = Home(3)
    rngs = [np.random.default_rng(index) for index in range(8)]
    return [difficult_scenes.difficult_shot(rng, home, i, 320) for i, rng in enumerate(rngs)]


def test_primary_is_the_clearly_largest_book(scenes: list[Scene]) -> None:
    for index, scene in enumerate(scenes):
        found = find_visible_books(
            scene.camera, scene.solids, rasterize(scene.camera, scene.solids)
        )
        assert primary_class(found) == difficult_scenes.wanted_class(3, index)


def test_no_book_hovers(scenes: list[Scene]) -> None:
    for scene in scenes:
        hulls = [solid.hull for solid in scene.solids if solid.label and solid.hull is not None]
        tops = [0.0, *(hull[:, 2].max() for hull in hulls)]
        for hull in hulls:
            assert min(abs(hull[:, 2].min() - top) for top in tops) < 1e-3


def test_file_names_tell_nothing(small: Path) -> None:
    for folder in ("test", "test_difficult"):
        names = [path.name for path in photos(small / folder)]
        assert names == [f"img_{number + 1:04d}.jpg" for number in range(len(names))]


def test_refuses_a_folder_with_files_in_it(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match="not an empty folder"):
        draw_toy_books(tmp_path, 0, **SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("wrong", [{"easy": -1}, {"long_side": 10}])
def test_refuses_impossible_numbers(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"negative|at least 64"):
        draw_toy_books(tmp_path / "new", 0, **wrong)


def test_a_book_rests_on_what_lies_below() -> None:
    below, above = all_books()["lantern"], all_books()["tides"]
    ground = resting_pose(below, 30, (0.0, 0.0), [])
    assert ground.position[2] == 0
    on_top = resting_pose(above, 100, (0.01, 0.0), [(below, ground)])
    assert on_top.position[2] == pytest.approx(below.size[2], abs=1e-3)
    assert is_stable(above, on_top, [(below, ground)])
    beside = resting_pose(above, 100, (0.3, 0.0), [(below, ground)])
    assert beside.position[2] == 0
    assert is_stable(above, beside, [(below, ground)])
    # Its middle lies over nothing, or so near the edge that more than a third hangs in the air.
    for x in (0.12, 0.09):
        hanging = resting_pose(above, 30, (x, 0.0), [(below, ground)])
        assert not is_stable(above, hanging, [(below, ground)])


def test_clipping_keeps_the_shared_area() -> None:
    book = all_books()["ferns"]
    first = footprint(book, resting_pose(book, 0, (0.0, 0.0), []))
    second = footprint(book, resting_pose(book, 0, (book.size[0] / 2, 0.0), []))
    assert polygon_area(clip_polygon(first, second)) == pytest.approx(polygon_area(first) / 2)
    assert clip_polygon(first, second + 5.0).size == 0


class TestCommitted:
    """The draw of seed 0 that is part of the repository."""

    def test_size_and_counts(self) -> None:
        files = [path for path in COMMITTED.rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in files) <= 6_000_000
        counts = Counter(p.parent.name for p in photos(COMMITTED))
        assert counts == {
            **dict.fromkeys(CLASSES, 9),
            "background": 27,
            "test": 12,
            "test_difficult": 40,
        }

    def test_tables(self) -> None:
        check_tables(COMMITTED)

    def test_no_constant_answer_does_well(self) -> None:
        labels = [r for r in rows(COMMITTED, "labels.csv") if r["split"] == "test_difficult"]
        most = Counter(row["primary"] for row in labels).most_common(1)[0][1]
        assert most / len(labels) <= 0.25
