"""core.store.data_trash: imported data sets go to a trash and come back; others never go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.base.errors import DataError
from core.data.dataset import find_datasets, read_dataset
from core.store.data_trash import deletable, delete_dataset, deleted_datasets, restore_dataset
from core.store.index import RunIndex
from tests.conftest import fixed_clock
from tests.factory import write_dataset, write_run


@pytest.fixture
def root(tmp_path):
    root = write_dataset(tmp_path / "dataset" / "mine").root
    (root / "import.txt").write_text("imported from mine.zip\n", "utf-8")
    return root


def test_an_imported_set_goes_and_comes_back(root):
    before = read_dataset(root)
    id_ = delete_dataset(root, [], fixed_clock)
    assert find_datasets(root.parent) == []
    (there,) = deleted_datasets(root.parent)
    assert (there.id, there.name, there.deleted_at) == (id_, "mine", fixed_clock())
    assert restore_dataset(root.parent, "mine") == root
    assert read_dataset(root) == before and deleted_datasets(root.parent) == []


def test_two_of_one_name_are_kept_apart(root):
    first = delete_dataset(root, [], fixed_clock)
    again = write_dataset(root, labelled=False).root
    (again / "import.txt").touch()
    with pytest.raises(DataError, match="already exists"):
        restore_dataset(root.parent, first)
    delete_dataset(again, [], lambda: fixed_clock() + timedelta(hours=1))
    assert [each.name for each in deleted_datasets(root.parent)] == ["mine", "mine"]
    restore_dataset(root.parent, first)
    assert read_dataset(root).test_set("test").labels


def test_one_that_was_not_imported_stays(root):
    (root / "import.txt").unlink()
    assert not deletable(root)
    with pytest.raises(DataError, match="was not imported"):
        delete_dataset(root, [], fixed_clock)
    assert read_dataset(root)


@pytest.mark.parametrize("state", ["queued", "running"])
def test_one_that_a_run_needs_stays(root, tmp_path, state):
    run = write_run(tmp_path / "runs", read_dataset(root), state=state)
    write_run(tmp_path / "runs", read_dataset(root), minutes=1)
    with pytest.raises(DataError, match=f"in use by run {run.id}"):
        delete_dataset(root, RunIndex(tmp_path / "runs").rows(), fixed_clock)
    assert read_dataset(root)


def test_after_a_month_it_goes_for_good(root):
    delete_dataset(root, [], fixed_clock)
    other = write_dataset(root.parent / "other").root
    (other / "import.txt").touch()
    delete_dataset(other, [], lambda: fixed_clock() + timedelta(days=31))
    assert [each.name for each in deleted_datasets(root.parent)] == ["other"]


@pytest.mark.parametrize("name", ["gone", "../mine", "", "mine~never"])
def test_what_is_not_in_the_trash_is_one_line(root, name):
    with pytest.raises(DataError, match="no deleted data set of that name"):
        restore_dataset(root.parent, name)
