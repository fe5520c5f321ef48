"""core.data.additions: photos join a data set, all or none; old photos and labels stay."""

from __future__ import annotations

import errno
import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from core.base.demo_mode import DemoError
from core.base.errors import DataError
from core.data import addition_log, additions
from core.data.additions import add_photos, sources_of
from core.data.dataset import Dataset, read_dataset
from core.data.fingerprints import fingerprints
from core.data.label_tables import Label
from core.data.split import split_photos
from core.recipe.files import recipe_from_dict
from tests.factory import write_dataset


def picture(seed=0, kind="JPEG", size=(120, 90), **options):
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).save(buffer, kind, **options)
    return buffer.getvalue()


def add(root: Path, split: str, photos: dict[str, bytes], **options: object) -> Dataset:
    found = add_photos(
        root, split, [(name, lambda d=d: d) for name, d in photos.items()], **options
    )
    assert not found.rejected and not found.duplicates
    return read_dataset(root)


@pytest.fixture
def root(tmp_path):
    return write_dataset(tmp_path / "books").root


def content(root):
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock")
    }


def test_a_new_test_set_gets_labels_and_origin_and_nothing_old_changes(root):
    before, old = content(root), read_dataset(root)
    photos = {"IMG 1.png": picture(1, "PNG"), "a.jpg": picture(2)}
    now = add(root, "kitchen", photos, label="red", origin="elsewhere")
    kitchen = now.test_set("kitchen")
    assert [photo.file for photo in kitchen.photos] == ["IMG_1.jpg", "a.jpg"]
    assert kitchen.labels == {file: Label("red", ("red",)) for file in ("IMG_1.jpg", "a.jpg")}
    assert (kitchen.origin, kitchen.added) == ("elsewhere", {"IMG_1.jpg": 1, "a.jpg": 1})
    assert (root / "kitchen" / "a.jpg").read_bytes() == photos["a.jpg"]
    after = content(root)
    assert all(after[name] == data for name, data in before.items() if name != "labels.csv")
    assert after["labels.csv"].startswith(before["labels.csv"].replace(b"\r", b""))
    assert {*after} - {*before} == {
        "additions.csv",
        "dataset.yaml",
        "kitchen/IMG_1.jpg",
        "kitchen/a.jpg",
    }
    assert now.train == old.train and now.test_set("test") == old.test_set("test")
    prints = fingerprints(old)
    assert fingerprints(now) == prints | {
        "test_sets": prints["test_sets"] | {"kitchen": fingerprints(now)["test_sets"]["kitchen"]}
    }


def test_background_shows_nothing_and_a_photo_may_stay_without_a_label(root):
    add(root, "kitchen", {"a.jpg": picture(1)}, label="background")
    now = add(root, "kitchen", {"b.jpg": picture(2)})
    assert now.test_set("kitchen").labels == {"a.jpg": Label("background", ())}
    assert now.test_set("kitchen").added == {"a.jpg": 1, "b.jpg": 2}


def test_folders_called_like_classes_label_what_lies_in_them(root, tmp_path):
    for place in ("in/red/a.jpg", "in/BLUE/a.jpg", "in/misc/c.jpg", "in/.hidden"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(picture(len(place) + ord(place[3])))
    found = add_photos(root, "kitchen", sources_of([tmp_path / "in"]))
    kitchen = read_dataset(root).test_set("kitchen")
    assert {file: label.primary for file, label in kitchen.labels.items()} == {
        "a.jpg": "blue",
        "a_2.jpg": "red",
    }
    assert [photo.file for photo in kitchen.photos] == ["a.jpg", "a_2.jpg", "c.jpg"]
    assert found.lines() == ["kitchen/a_2.jpg: from in/red/a.jpg (renamed: the name was taken)"]
    rejected = add_photos(root, "train", sources_of([tmp_path / "in"])).rejected
    assert [(one.name, one.reason) for one in rejected] == [
        ("in/misc/c.jpg", "not in a class folder")
    ]


def test_training_photos_join_a_class_and_the_old_ones_keep_their_side(root):
    before = read_dataset(root)
    recipes = [recipe_from_dict({"split": {"method": "holdout", "seed": s}}) for s in range(20)]
    old = [split_photos(before, recipe) for recipe in recipes]
    now = add(root, "train", {f"0{n}.jpg": picture(n) for n in range(5)}, label="red")
    assert now.class_counts() == {"background": 4, "blue": 4, "red": 9}
    assert now.added == {f"red/0{n}.jpg": 1 for n in range(5)}
    for recipe, sides in zip(recipes, old, strict=True):
        for side, of_now in zip(sides, split_photos(now, recipe), strict=True):
            files = {now.train[i].file for i in of_now} - now.added.keys()
            assert files == {before.train[i].file for i in side}


def test_what_is_there_already_is_told_and_left_out(root):
    dataset = read_dataset(root)
    data = dataset.train[0].path.read_bytes()
    big = picture(3, size=(1600, 1200))
    add(root, "train", {"big.jpg": big}, label="blue")
    files = {"x.jpg": data, "big again.jpg": big, "new.jpg": picture(4), "twice.jpg": picture(4)}
    found = add_photos(root, "train", [(n, lambda d=d: d) for n, d in files.items()], label="red")
    assert [(one.name, one.reason) for one in found.duplicates] == [
        ("x.jpg", f"already exists as {dataset.train[0].file}"),
        ("big again.jpg", "already exists as blue/big.jpg"),
        ("twice.jpg", "already exists as red/new.jpg"),
    ]
    assert [one.copied_name for one in found.added] == ["red/new.jpg"]
    before = content(root)
    again = add_photos(root, "new_set", [("a.jpg", lambda: b"no photo")])
    assert not again.added and content(root) == before


def test_a_name_that_is_taken_is_told(root):
    found = add_photos(root, "test", [("img_0.jpg", lambda: picture(1))])
    assert found.lines() == ["test/img_0_2.jpg: from img_0.jpg (renamed: the name was taken)"]


def test_what_is_no_photo_is_left_out_with_a_line_each(root):
    def missing():
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", "x.jpg")

    sources = [
        ("text.jpg", lambda: b"hello"),
        ("phone.HEIC", lambda: b"ftypheic"),
        ("x.jpg", missing),
        ("\x1b[2J.jpg", lambda: b""),
        ("../../a.jpg", lambda: picture(1)),
    ]
    found = add_photos(root, "kitchen", sources)
    assert found.lines() == [
        "text.jpg: not a photo, despite its name",
        "phone.HEIC: HEIC cannot be read; save it as JPEG",
        "x.jpg: No such file or directory",
        "?[2J.jpg: not a photo, despite its name",
    ]
    assert [one.copied_name for one in found.added] == ["a.jpg"]
    assert (root / "kitchen" / "a.jpg").is_file()


def test_no_location_stays(root):
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (35.0, 41.0, 22.0)
    add(root, "kitchen", {"gps.jpg": picture(1, exif=exif), "xmp.jpg": picture(2, xmp=b"<x/>")})
    for name in ("gps.jpg", "xmp.jpg"):
        with Image.open(root / "kitchen" / name) as image:
            assert not {"exif", "xmp"} & image.info.keys()


@pytest.mark.parametrize(
    ("split", "options", "words"),
    [
        ("kitchen", {"label": "green"}, "'green' is not a class (available: background, blue,"),
        ("red", {}, "red: cannot name a new test set"),
        ("Test", {}, "choose another name, such as Test_2"),
        ("validation", {}, "choose another name, such as validation_2"),
        ("../x", {}, "choose another name, such as x"),
        (".x", {}, "choose another name, such as x"),
        ("labels.csv", {}, "choose another name, such as labels.csv_2"),
        ("test", {"origin": "elsewhere"}, "test: already a test set; its origin is set"),
        ("train", {"label": "red", "columns": {"fold": "1"}}, "set exactly these columns: none"),
    ],
)
def test_what_cannot_be_added_to_is_one_line_and_changes_nothing(root, split, options, words):
    before = content(root)
    with pytest.raises(DataError) as caught:
        add_photos(root, split, [("a.jpg", lambda: picture())], **options)
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert content(root) == before


def test_rows_of_train_csv_are_added_with_what_is_said_of_them(root):
    files = [(photo.file, photo.file.split("/")[0]) for photo in read_dataset(root).train]
    rows = [f"{file},{label},{'validation' if i % 4 == 0 else 'train'}" for i, (file, label) in
            enumerate(files)]  # fmt: skip
    (root / "train.csv").write_text("\n".join(["fnames,target,split", *rows]))
    with pytest.raises(DataError, match=r"train.csv: --column .* set exactly these columns: split"):
        add_photos(root, "train", [("a.jpg", lambda: picture(1))], label="red")
    now = add(root, "train", {"a.jpg": picture(1)}, label="red", columns={"split": "validation"})
    assert now.train[-1].file == "red/a.jpg" and now.added == {"red/a.jpg": 1}
    recipe = recipe_from_dict({"split": {"method": "csv", "column": "split"}})
    assert len(now.train) - 1 in split_photos(now, recipe)[1]


def test_the_projects_own_photos_stay_as_the_examples_saw_them(root, monkeypatch):
    shutil.move(root, root.parent / "dataset" / "toy_books")
    monkeypatch.setattr(additions, "PROJECT_ROOT", root.parent)
    root = root.parent / "dataset" / "toy_books"
    for split in ("train", "test"):
        with pytest.raises(DataError, match="the example runs need these photos"):
            add_photos(root, split, [("a.jpg", lambda: picture())], label="red")
    add(root, "elsewhere", {"a.jpg": picture()}, label="red")


def test_the_demo_takes_no_photos(root, monkeypatch):
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")
    with pytest.raises(DemoError):
        add_photos(root, "kitchen", [("a.jpg", lambda: picture())])


# --- all or none ----------------------------------------------------------------------------------

THREE = {f"{name}.jpg": picture(n) for n, name in enumerate("abc")}


def test_a_full_disk_leaves_nothing(root, monkeypatch):
    before, write, left = content(root), Path.write_bytes, [4]

    def full(path, data):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DataError, match=r"books: cannot be written \(No space left on device\)"):
        add(root, "kitchen", THREE, label="red")
    assert content(root) == before


class Killed(BaseException):
    pass


@pytest.mark.parametrize("moves", range(6))
def test_what_a_kill_interrupted_is_finished_by_the_next_reader(root, monkeypatch, moves):
    """Three photos and three tables move to their places."""
    move, left = shutil.move, [moves]

    def killed(source, place):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return move(source, place)

    with monkeypatch.context() as patch:
        patch.setattr(addition_log.shutil, "move", killed)
        with pytest.raises(Killed):
            add(root, "kitchen", THREE, label="red", origin="elsewhere")
    now = read_dataset(root).test_set("kitchen")
    assert [photo.file for photo in now.photos] == list(THREE)
    assert now.labels.keys() == now.added.keys() == THREE.keys() and now.origin == "elsewhere"
    assert not (root / ".adding").exists()


def test_a_kill_before_it_was_whole_leaves_nothing_and_is_swept(root, monkeypatch):
    before = read_dataset(root)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *args: (_ for _ in ()).throw(Killed))
        patch.setattr(additions.shutil, "rmtree", lambda *args, **options: None)
        with pytest.raises(Killed):
            add(root, "kitchen", THREE)
    assert list(root.glob(".adding-*")) and read_dataset(root) == before
    add(root, "kitchen", THREE)
    assert not list(root.glob(".adding-*"))


@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_reader_sees_all_of_them_or_none(root, meanwhile):
    """Photos join after it has looked at train/, before it looks at the tables."""
    reads = []

    def read(folder):
        reads.append(sorted(path.name for path in (folder / "train" / "red").iterdir()))
        if meanwhile and len(reads) == 1:
            add(root, "train", THREE, label="red")
            raise DataError("labels of photos that were not seen")
        return reads[-1]

    found = addition_log.read_between_additions(root, read)
    assert ("a.jpg" in found) == meanwhile and len(reads) == 1 + meanwhile


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("addition,split,file\none,train,red/red_0.jpg\n", "line 2: addition must be a whole"),
        ("addition,file\n1,a\n", "column split is missing"),
    ],
)
def test_a_table_that_somebody_damaged_is_one_line(root, table, words):
    (root / "additions.csv").write_text(table)
    with pytest.raises(DataError, match=r"additions\.csv") as caught:
        read_dataset(root)
    assert words in str(caught.value)
