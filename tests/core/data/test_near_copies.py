import io
import json
import shutil

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from core.__main__ import main
from core.data import near_copies as leaks
from core.data.dataset import read_dataset
from core.data.near_copies import (
    CACHE_FOLDER,
    MIN_SIMILARITY,
    NearCopyPair,
    cached_near_copies,
    find_near_copies,
    near_copies,
    near_copy_warnings,
    vectors,
)
from core.data.photos import jpeg_bytes, open_photo
from tests.factory import write_dataset

pytestmark = pytest.mark.slow


def recompress(image, quality):
    return Image.open(io.BytesIO(jpeg_bytes(image, quality))).convert("RGB")


def crop(image, share, x, y):
    """The part of a photo, `share` as wide and high, at x, y in 0..1 of the room there is."""
    width, height = image.size
    left, top = x * width * (1 - share), y * height * (1 - share)
    return image.crop(
        (round(left), round(top), round(left + share * width), round(top + share * height))
    )


COPIES = {
    "the same": lambda image: image,
    "saved again": lambda image: recompress(image, 30),
    "downscaled": lambda image: image.resize((image.width // 3, image.height // 3)),
    "brightened": lambda image: ImageEnhance.Brightness(image).enhance(1.3),
    "darkened": lambda image: ImageEnhance.Brightness(image).enhance(0.6),
    "cropped": lambda image: crop(image, 0.95, 0.3, 0.8),
    "cropped more": lambda image: crop(image, 0.94, 0.9, 0.2),
    "all of it": lambda image: recompress(
        ImageEnhance.Brightness(crop(image, 0.95, 0.5, 0.1)).enhance(1.2).resize((320, 240)), 60
    ),
}


@pytest.fixture(scope="module")
def photos_with_vectors(toy_books):
    """Some photos, opened, with their vectors."""
    images = [open_photo(photo.path) for photo in toy_books.train[::4]]
    return [(image, vectors(image)) for image in images]


@pytest.mark.parametrize("kind", COPIES)
def test_copies_are_found(photos_with_vectors, kind):
    found = []
    for image, whole in photos_with_vectors:
        copy = vectors(COPIES[kind](image))
        found.append(max((whole @ copy[0]).max(), (copy @ whole[0]).max()))
    assert min(found) >= MIN_SIMILARITY, sorted(found)
    if kind == "the same":
        assert min(found) == pytest.approx(1, abs=1e-5)


def test_different_photos_of_one_shoot_are_not(toy_books, small_books_or_none):
    for dataset in (toy_books, small_books_or_none):
        if dataset is not None:
            assert find_near_copies(dataset) == (), dataset.root


@pytest.fixture
def small_books_or_none(request):
    try:
        return read_dataset(request.getfixturevalue("small_books"))
    except pytest.skip.Exception:
        return None


def test_a_photo_without_any_structure_is_like_nothing():
    grey = vectors(Image.new("RGB", (200, 150), "grey"))
    assert np.abs(grey).max() == 0


@pytest.fixture
def leaky(tmp_path, toy_books):
    """Some of the bundled photos with three leaks: two into test sets, one in train itself."""
    root = tmp_path / "leaky"
    tests = [(test.name, photo) for test in toy_books.test_sets for photo in test.photos[:3]]
    for folder, photo in [("train", photo) for photo in toy_books.train[::4]] + tests:
        place = root / folder / photo.file
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(photo.path, place)
    first, second = toy_books.train[0], toy_books.train[28]
    image = open_photo(first.path)
    image.resize((400, 300)).save(root / "test" / "zz_small.jpg", quality=50)
    crop(open_photo(second.path), 0.95, 0.2, 0.6).save(root / "test_difficult" / "zz_cut.jpg")
    shutil.copy(first.path, (root / "train" / second.file).with_name("zz_same.jpg"))
    return read_dataset(root), first.file, second.file


def test_leaks_are_named_with_the_nearest_training_photo(leaky):
    dataset, first, second = leaky
    found = {(pair.split, pair.file): pair for pair in find_near_copies(dataset)}
    same = f"{second.split('/')[0]}/zz_same.jpg"
    assert found["test", "zz_small.jpg"].train in (first, same)
    assert found["test_difficult", "zz_cut.jpg"].train == second
    inner = [pair for key, pair in found.items() if key[0] == "train"]
    assert len(found) == 3 and len(inner) == 1
    assert {inner[0].file, inner[0].train} == {first, same} and inner[0].alike == 1


def test_of_very_many_photos_whole_ones_are_compared_some_at_a_time(tmp_path, monkeypatch):
    dataset = write_dataset(tmp_path / "data", photos=4)
    shutil.copyfile(dataset.train[0].path, dataset.test_sets[0].photos[1].path)
    dataset = read_dataset(dataset.root)
    thorough = find_near_copies(dataset)
    monkeypatch.setattr(leaks, "_MOST_BY_PARTS", 5)
    monkeypatch.setattr(leaks, "_AT_ONCE", 2)
    monkeypatch.setattr(leaks, "_similarity_matrix", lambda photos: pytest.fail("all at once"))
    copy = ("test", dataset.test_sets[0].photos[1].file, dataset.train[0].file)
    for found in (thorough, find_near_copies(dataset)):
        assert copy in {(pair.split, pair.file, pair.train) for pair in found}


def test_they_are_kept_by_the_photos_and_found_once(leaky, tmp_path, monkeypatch):
    dataset, _, _ = leaky
    runs = tmp_path / "runs"
    found = near_copies(dataset, runs)
    assert len(found) == 3
    (kept,) = (runs / CACHE_FOLDER).iterdir()

    def never(*_):
        raise AssertionError("looked at the photos again")

    monkeypatch.setattr(leaks, "find_near_copies", never)
    assert near_copies(dataset, runs) == found
    labels = "split,file,primary,present\ntest,img_0001.jpg,background,\n"
    (dataset.root / "labels.csv").write_text(labels)  # the same photos
    assert near_copies(read_dataset(dataset.root), runs) == found
    for damage in ("{", json.dumps({"version": 0, "pairs": []}), json.dumps([1])):
        kept.write_text(damage)
        with pytest.raises(AssertionError, match="looked at"):
            near_copies(dataset, runs)
    kept.unlink()
    (dataset.root / "test" / "zz_small.jpg").unlink()
    with pytest.raises(AssertionError, match="looked at"):
        near_copies(read_dataset(dataset.root), runs)


def test_what_was_found_in_photos_that_were_replaced_meanwhile_is_not_kept(tmp_path, monkeypatch):
    dataset, runs = write_dataset(tmp_path / "data"), tmp_path / "runs"

    def find(dataset):
        dataset.train[0].path.write_bytes(whole + b"other")
        return ()

    whole = dataset.train[0].path.read_bytes()
    monkeypatch.setattr(leaks, "find_near_copies", find)
    assert near_copies(dataset, runs) == ()
    dataset.train[0].path.write_bytes(whole)
    assert cached_near_copies(dataset, runs) is None


def test_a_folder_of_runs_that_cannot_be_written_is_done_without(tmp_path, tiny):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert near_copies(tiny, blocked) == find_near_copies(tiny)


def test_what_is_said(leaky):
    one = NearCopyPair("test", "a.jpg", "red/b.jpg", 0.984)
    assert one.text() == "test/a.jpg is a near-copy of train/red/b.jpg (98% similar)"
    assert near_copy_warnings([]) == []
    assert near_copy_warnings([one]) == [
        "1 photo of test is a near-copy of training photos: scores on it are meaningless."
    ]
    hard, inner = (
        NearCopyPair(split, file, "red/b.jpg", 1.0)
        for split, file in (("hard", "c"), ("train", "red/a"))
    )
    assert near_copy_warnings([one, one, hard, inner]) == [
        "2 photos of test and 1 photo of hard are near-copies of training photos: scores "
        "on them are meaningless.",
        "1 training photo is a near-copy of another: with one used for training and the "
        "other for validation, validation is meaningless.",
    ]


def test_the_stamp_changes_with_a_photo(tmp_path):
    dataset = write_dataset(tmp_path / "set")
    before = leaks.quick_fingerprint(dataset)
    assert leaks.quick_fingerprint(read_dataset(dataset.root)) == before
    path = dataset.train[0].path
    path.write_bytes(path.read_bytes() + b"\0")
    assert leaks.quick_fingerprint(dataset) != before


def test_data_check_warns_and_keeps_what_it_found(leaky, tmp_path, capsys):
    dataset, _, _ = leaky
    runs = tmp_path / "runs"
    assert main(["data", "check", str(dataset.root), "--runs", str(runs)]) == 0
    out = capsys.readouterr().out
    assert "warning: 1 photo of test and 1 photo of test_difficult are near-copies" in out
    assert "has 2 near-copies: " in out and "test/zz_small.jpg" in out and "% similar)" in out
    assert "is the same photo as train/" in out and "one of the labels is wrong" in out
    assert out.splitlines()[-1].startswith("sound")
    assert len(list((runs / CACHE_FOLDER).iterdir())) == 1
