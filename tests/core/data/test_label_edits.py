"""core.data.label_edits: what is written reads back, what the reader refuses is refused, nothing is
lost."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.base.errors import DataError
from core.data import label_edits
from core.data.dataset import read_dataset
from core.data.fingerprints import fingerprints
from core.data.label_edits import Truth, label_versions, restore_version, save_truth, truth_of
from core.data.label_tables import Box, Label
from tests.conftest import fixed_clock
from tests.factory import write_dataset

CLASSES = ("background", "blue", "red")


@pytest.fixture
def root(tmp_path):
    return write_dataset(tmp_path / "books").root


def read_truth(root, file="img_0.jpg", name="test_difficult"):
    return truth_of(read_dataset(root).test_set(name), file)


fractions = st.floats(0, 1, allow_subnormal=False)
spans = st.tuples(fractions, fractions).filter(lambda pair: pair[0] < pair[1])
names = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12
).filter(lambda name: not any(c.isspace() for c in name))
boxes = st.lists(
    st.builds(
        lambda label, x, y, visible: Box(label, x[0], y[0], x[1], y[1], visible),
        st.sampled_from(CLASSES) | names,
        spans,
        spans,
        fractions,
    ),
    max_size=4,
    unique=True,
)
truths = st.builds(
    Truth,
    st.none()
    | st.builds(
        Label,
        st.sampled_from(CLASSES),
        st.lists(st.sampled_from(CLASSES), unique=True, max_size=3).map(tuple),
    ),
    boxes.map(tuple),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(truth=truths, file=st.integers(0, 5))
def test_what_is_written_reads_back_and_all_else_stays(root, truth, file):
    before = {
        (t.name, p.file): truth_of(t, p.file)
        for t in read_dataset(root).test_sets
        for p in t.photos
    }
    save_truth(root, "test_difficult", f"img_{file}.jpg", truth, fixed_clock)
    after = {
        (t.name, p.file): truth_of(t, p.file)
        for t in read_dataset(root).test_sets
        for p in t.photos
    }
    assert after == before | {("test_difficult", f"img_{file}.jpg"): truth}


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        (Truth(Label("atlas", ()), ()), "labels.csv line 2: 'atlas' is not a class (available: "),
        (Truth(Label("red", ("red", "prml")), ()), "'prml' is not a class"),
        (Truth(None, (Box("red", 0.5, 0, 0.5, 1, 1),)), "x0 must be below x1 and y0 below y1"),
        (Truth(None, (Box("red", 0, 0, 1.5, 1, 1),)), "x1 must be a number from 0 to 1, not '1.5"),
        (Truth(None, (Box("red", 0, 0, float("nan"), 1, 1),)), "x1 must be a number from 0 to 1"),
        (Truth(None, (Box("", 0, 0, 1, 1, 1),)), "must not be empty or contain"),
        (Truth(None, (Box("red", 0, 0, 1, 1, 1),) * 2), "has this box twice"),
    ],
)
def test_what_the_reader_refuses_is_refused_in_its_words(root, truth, words):
    texts = [(root / name).read_bytes() for name in ("labels.csv", "boxes.csv")]
    with pytest.raises(DataError) as caught:
        save_truth(root, "test", "img_0.jpg", truth, fixed_clock)
    assert words in str(caught.value) and str(caught.value).startswith(f"{root}/")
    assert ".labels-new" not in str(caught.value)
    assert texts == [(root / name).read_bytes() for name in ("labels.csv", "boxes.csv")]
    assert label_versions(root) == [] and not (root / ".labels-new").exists()


@pytest.mark.parametrize("split", ["train", "validation"])
def test_boxes_of_a_training_photo_are_kept_and_its_class_stays(root, split):
    before = read_dataset(root)
    file, box = before.train[0].file, Box("red", 0.1, 0.2, 0.8, 0.9, 1.0)
    labels = (root / "labels.csv").read_bytes()
    seen = Truth(Label(file.split("/")[0], ()), ())
    save_truth(root, split, file, Truth(Label("blue", ("red",)), (box,)), fixed_clock, seen)
    after = read_dataset(root)
    assert after.train_boxes == before.train_boxes | {file: (box,)}
    assert (after.train_labels, (root / "labels.csv").read_bytes()) == (before.train_labels, labels)
    assert after.test_sets == before.test_sets
    # Photos of test sets are labelled beside them.
    save_truth(root, "test", "img_0.jpg", Truth(Label("red", ()), ()), fixed_clock)
    with pytest.raises(DataError, match="someone changed its labels"):
        save_truth(root, split, file, Truth(None, ()), fixed_clock, seen)
    save_truth(root, split, file, Truth(None, ()), fixed_clock, Truth(None, (box,)))
    assert read_dataset(root).train_boxes == before.train_boxes
    with pytest.raises(DataError, match="no longer exists"):
        save_truth(root, split, "red/none.jpg", Truth(None, (box,)), fixed_clock)


def test_unknown_sets_and_photos_are_one_line(root):
    truth = Truth(Label("red", ()), ())
    with pytest.raises(DataError, match="no test set atlantis"):
        save_truth(root, "atlantis", "img_0.jpg", truth, fixed_clock)
    with pytest.raises(DataError, match=r"img_99\.jpg is not in test/"):
        save_truth(root, "test", "img_99.jpg", truth, fixed_clock)


def test_a_set_without_tables_gets_them_and_unlabelled_photos_stay_so(tmp_path):
    root = write_dataset(tmp_path / "bare", labelled=False).root
    box = Box("prml", 0.1, 0.2, 0.30001, 0.4, 0.15)
    save_truth(root, "test", "img_1.jpg", Truth(Label("red", ("red",)), (box,)), fixed_clock)
    assert (root / "labels.csv").read_text("utf-8") == (
        "split,file,primary,present\ntest,img_1.jpg,red,red\n"
    )
    assert (root / "boxes.csv").read_text("utf-8").splitlines()[1] == (
        "test,img_1.jpg,prml,0.1000,0.2000,0.30001,0.4000,0.1500"
    )
    assert set(read_dataset(root).test_set("test").labels) == {"img_1.jpg"}
    save_truth(root, "test", "img_1.jpg", Truth(None, ()), fixed_clock)
    assert read_dataset(root).test_set("test").labels == {}
    restore_version(root, label_versions(root)[-1].id, fixed_clock)
    assert not (root / "labels.csv").exists()  # as it was at first


def test_further_columns_and_the_order_of_other_rows_stay(root):
    (root / "labels.csv").write_text(
        "file,split,primary,present,who\nimg_4.jpg,test_difficult,red,red,Ann\n"
        "img_0.jpg,test_difficult,blue,blue,Bob\nimg_2.jpg,test,red,,Cy\n",
        "utf-8",
    )
    save_truth(root, "test", "img_1.jpg", Truth(Label("blue", ("blue",)), ()), fixed_clock)
    save_truth(root, "test_difficult", "img_4.jpg", Truth(Label("red", ()), ()), fixed_clock)
    assert (root / "labels.csv").read_text("utf-8") == (
        "file,split,primary,present,who\nimg_0.jpg,test_difficult,blue,blue,Bob\n"
        "img_4.jpg,test_difficult,red,,\nimg_1.jpg,test,blue,blue,\nimg_2.jpg,test,red,,Cy\n"
    )


def test_the_previous_version_is_kept_and_comes_back(root):
    first = (root / "labels.csv").read_text("utf-8"), read_truth(root)
    save_truth(root, "test_difficult", "img_0.jpg", Truth(Label("red", ()), ()), fixed_clock)
    (kept,) = label_versions(root)
    assert (
        kept.replaced_at == fixed_clock() and kept.change == "test_difficult/img_0.jpg relabelled"
    )
    assert (root / ".earlier" / kept.id / "labels.csv").read_text("utf-8") == first[0]
    restore_version(root, kept.id, fixed_clock)
    assert read_truth(root) == first[1]
    assert [version.change for version in label_versions(root)] == [
        "labels of 01 Mar 2026 09:00 UTC restored",
        "test_difficult/img_0.jpg relabelled",
    ]
    restore_version(root, label_versions(root)[0].id, fixed_clock)  # that too can be undone
    assert read_truth(root).label == Label("red", ())
    with pytest.raises(DataError, match="no such earlier labels"):
        restore_version(root, "../labels", fixed_clock)


def test_saving_what_is_there_already_changes_nothing(root):
    save_truth(root, "test_difficult", "img_0.jpg", read_truth(root), fixed_clock)
    assert label_versions(root) == []


def test_a_version_that_fits_no_more_is_refused(root):
    save_truth(root, "test_difficult", "img_0.jpg", Truth(None, ()), fixed_clock)
    (root / "test_difficult" / "img_0.jpg").unlink()
    now = (root / "labels.csv").read_bytes()
    with pytest.raises(DataError, match=r"img_0\.jpg is not in test_difficult/"):
        restore_version(root, label_versions(root)[0].id, fixed_clock)
    assert (root / "labels.csv").read_bytes() == now


def test_somebody_elses_change_of_the_same_photo_is_not_written_over(root):
    seen = read_truth(root)
    mine, theirs = Truth(Label("red", ()), ()), Truth(Label("blue", ()), ())
    save_truth(root, "test_difficult", "img_0.jpg", theirs, fixed_clock, seen)
    with pytest.raises(DataError, match="someone changed its labels"):
        save_truth(root, "test_difficult", "img_0.jpg", mine, fixed_clock, seen)
    assert read_truth(root) == theirs
    save_truth(root, "test_difficult", "img_0.jpg", mine, fixed_clock, theirs)
    assert read_truth(root) == mine


def test_many_people_on_different_photos_lose_nothing(tmp_path):
    root = write_dataset(tmp_path / "books", labelled=False).root
    photos = [("test", n) for n in range(3)] + [("test_difficult", n) for n in range(6)]

    def label(name, number):
        box = Box("red", 0.1, 0.1, 0.2 + number / 10, 0.9, 1.0)
        save_truth(root, name, f"img_{number}.jpg", Truth(Label("red", ()), (box,)), fixed_clock)

    people = [threading.Thread(target=label, args=photo) for photo in photos]
    for person in people:
        person.start()
    for person in people:
        person.join()
    found = read_dataset(root)
    assert [len(t.labels) for t in found.test_sets] == [3, 6]
    assert [len(t.boxes) for t in found.test_sets] == [3, 6]
    assert len(label_versions(root)) == 9


def test_old_versions_are_thinned_to_the_first_of_each_day(root, monkeypatch):
    monkeypatch.setattr(label_edits, "MAX_VERSIONS", 2)
    for number in range(9):
        moment = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=8 * number)
        truth = Truth(Label(("red", "blue")[number % 2], ()), ())
        save_truth(root, "test_difficult", "img_0.jpg", truth, lambda now=moment: now)
    assert [f"{v.replaced_at:%d %H}" for v in label_versions(root)] == [
        "03 16",
        "03 08",
        "03 00",
        "02 00",
        "01 00",
    ]


def test_labelling_changes_no_fingerprint_of_photos(root):
    before = fingerprints(read_dataset(root))
    save_truth(root, "test", "img_0.jpg", Truth(None, ()), fixed_clock)
    after = fingerprints(read_dataset(root))
    assert after["train"] == before["train"]
    for name in ("test", "test_difficult"):
        assert after["test_sets"][name]["photos"] == before["test_sets"][name]["photos"]
    assert after["test_sets"]["test"]["truth"] != before["test_sets"]["test"]["truth"]


def test_a_folder_that_cannot_be_written_is_one_line(root, monkeypatch):
    def full(path, text):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(label_edits.files, "write_text", full)
    with pytest.raises(DataError, match="No space left on device; free some space"):
        save_truth(root, "test", "img_0.jpg", Truth(None, ()), fixed_clock)
    assert read_truth(root, name="test").label is not None
