import csv
import os
from collections import Counter

import pytest

from core.__main__ import main
from core.base.errors import DataError
from core.data.dataset import read_dataset
from core.data.shuffled_labels import shuffle_labels
from tests.factory import write_dataset


@pytest.fixture
def data(tmp_path):
    return write_dataset(tmp_path / "data").root


def labels(dataset):
    return {
        photo.file: dataset.classes[label]
        for photo, label in zip(dataset.train, dataset.train_labels, strict=True)
    }


def test_only_the_training_labels_change_and_as_many_carry_each(data, tmp_path):
    before = read_dataset(data)
    after = shuffle_labels(data, tmp_path / "out", seed=3)
    assert labels(after) != labels(before)
    assert labels(after).keys() == labels(before).keys()
    assert Counter(labels(after).values()) == Counter(labels(before).values())
    assert after.classes == before.classes
    for one, two in zip(before.test_sets, after.test_sets, strict=True):
        assert (one.name, one.labels, one.boxes) == (two.name, two.labels, two.boxes)
        assert [p.file for p in one.photos] == [p.file for p in two.photos]
    for photo, source in zip(after.train, before.train, strict=True):
        assert photo.path.read_bytes() == source.path.read_bytes()
    assert after.title == "data, training labels shuffled (seed 3)"
    assert labels(read_dataset(data)) == labels(before)


def test_the_seed_decides(data, tmp_path):
    found = [
        labels(shuffle_labels(data, tmp_path / f"{i}", seed)) for i, seed in enumerate((1, 1, 2))
    ]
    assert found[0] == found[1] != found[2]


def test_other_columns_of_a_table_stay_with_their_photos(data, tmp_path):
    known = reversed(labels(read_dataset(data)).items())  # in an order of its own
    rows = [(file, name, f"fold{i}") for i, (file, name) in enumerate(known)]
    with (data / "train.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("fnames", "target", "fold"), *rows])
    shuffle_labels(data, tmp_path / "out", seed=0)
    with (tmp_path / "out" / "train.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["fnames"], row["fold"]) for row in found] == [(row[0], row[2]) for row in rows]
    assert [row["target"] for row in found] != [row[1] for row in rows]
    assert sorted(row["target"] for row in found) == sorted(row[1] for row in rows)


def test_disks_without_hard_links_get_copies(data, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    after = shuffle_labels(data, tmp_path / "out", seed=0)
    assert after.train[0].path.stat().st_nlink == 1
    assert after.train[0].path.read_bytes() == read_dataset(data).train[0].path.read_bytes()


def test_a_copy_that_was_cut_short_cannot_be_taken_for_the_true_set(data, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("core.data.shuffled_labels._link", stop)
    with pytest.raises(KeyboardInterrupt):
        shuffle_labels(data, tmp_path / "out", seed=0)
    with pytest.raises(DataError, match="is not in"):
        read_dataset(tmp_path / "out")


def test_places_that_cannot_be_used_are_refused(data, tmp_path):
    with pytest.raises(DataError, match="not an empty folder"):
        shuffle_labels(data, data, seed=0)
    with pytest.raises(DataError, match="lies inside"):
        shuffle_labels(data, data / "shuffled", seed=0)
    with pytest.raises(DataError, match="no such folder"):
        shuffle_labels(tmp_path / "gone", tmp_path / "out", seed=0)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        shuffle_labels(data, tmp_path / "file" / "out", seed=0)


def test_the_command_prints_the_new_folder(data, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["data", "shuffle", str(data), "--seed", "5", "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert labels(read_dataset(out)) != labels(read_dataset(data))
    assert main(["data", "shuffle", str(data), "--seed", "5", "--out", str(out)]) == 2
    assert "not an empty folder" in capsys.readouterr().err
