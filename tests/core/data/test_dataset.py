import hashlib
import os
import shutil

import pytest

from core.base.errors import DataError
from core.data.dataset import find_datasets, read_dataset
from core.data.dataset_names import CAPTURE_LOG
from core.data.fingerprints import FileDigests, fingerprints, without_sets_in_capture
from core.data.label_tables import Box
from tests.factory import write_dataset


@pytest.fixture
def root(tmp_path):
    return write_dataset(tmp_path / "set").root


def test_a_folder_is_read(root):
    dataset = read_dataset(root)
    assert dataset.classes == ("background", "blue", "red")
    assert dataset.class_counts() == {"background": 4, "blue": 4, "red": 4}
    assert [t.name for t in dataset.test_sets] == ["test", "test_difficult"]
    test = dataset.test_set("test")
    assert test.labels["img_1.jpg"].primary == "red"
    assert test.boxes["img_1.jpg"][0].label == "red"
    assert (dataset.title, dataset.licence) == ("set", "not stated")
    with pytest.raises(DataError, match=r"no test set tset \(available: test, test_difficult\)"):
        dataset.test_set("tset")


def test_the_real_set(small_books):
    dataset = read_dataset(small_books)
    assert dataset.class_counts() == {
        "background": 27,
        "bayes": 9,
        "geeks": 8,
        "keras": 9,
        "nlp": 9,
        "technium": 9,
    }
    assert [(t.name, len(t.photos)) for t in dataset.test_sets] == [
        ("test", 6),
        ("test_difficult", 20),
    ]


def test_training_photos_by_csv(root):
    flat = root / "train"
    rows = ["fnames,target"]
    for photo in sorted(flat.glob("*/*.jpg")):
        shutil.move(photo, flat / photo.name)
        rows.append(f"{photo.name},{photo.parent.name}")
    (root / "train.csv").write_text("\n".join(rows))
    dataset = read_dataset(root)
    assert dataset.class_counts() == {"background": 4, "blue": 4, "red": 4}
    for bad, message in [
        ("gone.jpg,blue", r"train\.csv line 14: gone\.jpg is not in"),
        ("../labels.csv,blue", "points outside"),
        ("blue_0.jpg,blue", "is listed twice"),
        ("blue_1.jpg,", "must not be empty"),
        ("blue_0.jpg", "too few columns"),
    ]:
        (root / "train.csv").write_text("\n".join([*rows, bad]))
        with pytest.raises(DataError, match=message):
            read_dataset(root)
    table = [f"{row},{'split' if i == 0 else 'train'}" for i, row in enumerate(rows)]
    (root / "train.csv").write_text("\n".join(table))
    columns = read_dataset(root)
    assert columns.train_columns == {"split": ("train",) * 12}
    assert columns.train == dataset.train and dataset.train_columns == {}
    (root / "train.csv").write_text("\n".join(table).replace("train", "validation", 1))
    prints = [fingerprints(each)["train"] for each in (dataset, columns, read_dataset(root))]
    assert len(set(prints)) == 3  # another split is another data set
    (root / "train.csv").write_text("\n".join([*table, "blue_0.jpg,blue"]))
    with pytest.raises(DataError, match="too few columns"):
        read_dataset(root)
    (root / "train.csv").write_text("file,target\na,b")
    with pytest.raises(DataError, match=r"train\.csv: column fnames is missing"):
        read_dataset(root)


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        ("labels.csv", "test,gone.jpg,blue,blue", "gone.jpg is not in test/"),
        ("labels.csv", "tset,img_0.jpg,blue,blue", "no test set tset"),
        ("labels.csv", "test,img_0.jpg,green,blue", "'green' is not a class"),
        ("labels.csv", "test,img_0.jpg,blue,blue green", "'green' is not a class"),
        ("labels.csv", "test,img_0.jpg,blue,blue", "img_0.jpg of test is labelled twice"),
        ("labels.csv", "test,img_0.jpg", "too few columns"),
        ("boxes.csv", "test,img_0.jpg,blue,0,0,1.2,1,1", "x1 must be a number from 0 to 1"),
        ("boxes.csv", "test,img_0.jpg,blue,0,0,nan,1,1", "x1 must be a number from 0 to 1"),
        ("boxes.csv", "test,img_0.jpg,blue,0,0,x,1,1", "x1 must be a number from 0 to 1, not 'x'"),
        ("boxes.csv", "test,img_0.jpg,blue,0.5,0,0.5,1,1", "the box is empty"),
        ("boxes.csv", "test,img_0.jpg,,0,0,1,1,1", "must not be empty"),
    ],
)
def test_bad_rows_are_named(root, table, row, message):
    path = root / table
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, row]) + "\n")
    with pytest.raises(DataError) as caught:
        read_dataset(root)
    assert message in str(caught.value)
    assert f"{table} line {len(lines) + 1}" in str(caught.value)


def test_bad_folders_are_named(root, tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        read_dataset(tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="needs a folder train/"):
        read_dataset(tmp_path / "empty")
    for photo in list((root / "train" / "red").iterdir())[1:]:
        photo.unlink()
    with pytest.raises(DataError, match="class red has only one photo"):
        read_dataset(root)
    shutil.rmtree(root / "train" / "red")
    shutil.rmtree(root / "train" / "blue")
    with pytest.raises(DataError, match="at least two classes, has 1"):
        read_dataset(root)
    (root / "train" / "two words").mkdir()
    shutil.copy(root / "test" / "img_0.jpg", root / "train" / "two words" / "a.jpg")
    with pytest.raises(DataError, match="class two words has only one photo"):
        read_dataset(root)


def test_no_test_set_may_be_called_as_the_photos_that_are_kept_aside(root):
    shutil.copytree(root / "test", root / "validation")
    with pytest.raises(DataError, match=r"validation: validation photos come from train"):
        read_dataset(root)


def test_labels_and_boxes_may_be_missing(root):
    (root / "labels.csv").unlink()
    (root / "boxes.csv").unlink()
    dataset = read_dataset(root)
    assert all(not t.labels and not t.boxes for t in dataset.test_sets)


def test_a_file_that_is_replaced_after_it_was_read_is_noticed_and_named(tmp_path):
    file, beside = tmp_path / "a.jpg", tmp_path / "b.jpg"
    file.write_bytes(b"one")
    beside.write_bytes(b"one")
    digests = FileDigests(lambda: None)
    assert digests.digest(file) == hashlib.sha256(b"one").digest()
    beside.replace(file)
    digests.check_unchanged()  # another file, but the same photo
    file.write_bytes(b"two")
    with pytest.raises(DataError, match=r"a\.jpg: was replaced while in use"):
        digests.check_unchanged()
    file.unlink()
    with pytest.raises(DataError, match=r"a\.jpg: No such file"):
        digests.check_unchanged()


def test_labelling_changes_no_photos_fingerprint(root):
    before = fingerprints(read_dataset(root))
    labels = root / "labels.csv"
    labels.write_text(labels.read_text().replace("img_0.jpg,blue,blue", "img_0.jpg,red,red", 1))
    after = fingerprints(read_dataset(root))
    assert after["train"] == before["train"]
    tests, others = after["test_sets"]["test"], before["test_sets"]["test"]
    assert tests["photos"] == others["photos"]
    assert tests["truth"] != others["truth"]
    photo = next((root / "train" / "red").iterdir())
    photo.rename(photo.with_name("renamed.jpg"))
    assert fingerprints(read_dataset(root))["train"] != before["train"]


def test_data_sets_are_found_by_their_train_folder(root, tmp_path):
    (tmp_path / "other").mkdir()
    shutil.copytree(root, tmp_path / ".being-filled")
    assert find_datasets(tmp_path) == [root]
    assert find_datasets(tmp_path / "gone") == []


def test_a_boxs_area():
    assert Box("a", 0.25, 0.5, 0.75, 1, 1).area == 0.25


def test_a_set_that_is_photographed_now_is_left_out_for_half_an_hour(tmp_path):
    dataset = write_dataset(tmp_path / "data")
    log = dataset.root / "test" / CAPTURE_LOG

    def names():
        return [each.name for each in without_sets_in_capture(dataset).test_sets]

    assert names() == ["test", "test_difficult"]
    for text, expected in (
        ("", ["test_difficult"]),
        ('{"event": "begun"}\n{"event": "asked"}\n', ["test_difficult"]),
        ('{"event": "begun"}\n{"event": "ended"}\n', ["test", "test_difficult"]),
        ('{"event": "ended"}\n{"event": "begun"}\n', ["test_difficult"]),
    ):
        log.write_text(text)
        assert names() == expected
    os.utime(log, (1, 1))  # somebody closed the page, long ago
    assert names() == ["test", "test_difficult"]
