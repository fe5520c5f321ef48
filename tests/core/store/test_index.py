import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

from core.recipe.files import load_recipe
from core.store.annotations import annotate
from core.store.index import INDEX_FILE, RunIndex
from core.store.provenance import Provenance, delete_provenance, write_provenance
from core.store.run import create_run
from tests.conftest import fixed_clock
from tests.factory import minimal_summary


def new_run(runs, **changes):
    return create_run(runs, load_recipe("quick", changes), runs.parent / "toy", fixed_clock)


def test_the_index_follows_the_folders(tmp_path):
    runs = tmp_path / "runs"
    index = RunIndex(runs)
    assert index.rows() == []
    first, second = new_run(runs, seed=1), new_run(runs, seed=2)
    assert {row.id for row in index.rows()} == {first.id, second.id}
    row = next(row for row in index.rows() if row.id == second.id)
    assert (row.name, row.recipe["seed"], row.data, row.summary) == ("quick", 2, "toy", None)
    (second.path / "summary.json").write_text(json.dumps(minimal_summary()))
    assert next(r for r in index.rows() if r.id == second.id).summary == minimal_summary()
    shutil.rmtree(first.path)
    assert [row.id for row in index.rows()] == [second.id]


def test_it_can_be_deleted_or_damaged_at_any_time(tmp_path):
    runs = tmp_path / "runs"
    run = new_run(runs)
    index = RunIndex(runs)
    before = index.rows()
    (runs / INDEX_FILE).write_bytes(b"no database, but long enough to be taken for one" * 50)
    assert index.rows() == before
    assert index.rows() == before  # made anew
    (runs / INDEX_FILE).unlink()
    assert [row.id for row in index.rows()] == [run.id]


def test_a_damaged_run_is_a_row_with_its_problem(tmp_path):
    runs = tmp_path / "runs"
    run, good = new_run(runs), new_run(runs)
    (run.path / "recipe.yaml").write_text("bands: 7")
    rows = {row.id: row for row in RunIndex(runs).rows()}
    assert rows[run.id].problem == "bands: must be a list, not 7"
    assert rows[run.id].status.state == "failed"
    assert rows[good.id].problem is None


def test_an_unchanged_run_is_not_read_again(tmp_path, monkeypatch):
    runs = tmp_path / "runs"
    new_run(runs)
    index = RunIndex(runs)
    before = index.rows()

    def refuse(run):
        raise AssertionError("read again")

    monkeypatch.setattr("core.store.index.read_row", refuse)
    assert index.rows() == before


def test_a_row_knows_its_photos_once_the_run_has_read_them(tmp_path):
    runs = tmp_path / "runs"
    run = new_run(runs)
    index = RunIndex(runs)
    (row,) = index.rows()
    assert (row.photos, row.data_path) == ("", str((tmp_path / "toy").resolve()))

    def photos(train, test, truth):
        environment = run.environment()
        tests = {"test": {"photos": test, "truth": truth}}
        environment["data"]["fingerprints"] = {"train": train, "test_sets": tests}
        (run.path / "environment.json").write_text(json.dumps(environment))
        return index.rows()[0].photos

    first = photos("a", "b", "c")
    assert first and photos("a", "b", "labelled since") == first
    assert len({first, photos("a", "other", "c"), photos("other", "b", "c")}) == 3


def test_a_row_knows_where_its_run_came_from_and_when_its_photos_are_found(tmp_path):
    runs = tmp_path / "runs"
    run = new_run(runs)
    index = RunIndex(runs)
    arrival = Provenance("Ada", "ada.zip", "2026-03-01T09:00:00+00:00")

    def origin():
        (row,) = index.rows()
        return row.came_from, row.photos_missing

    assert origin() == ("", False)
    write_provenance(runs, run.id, arrival)
    assert origin() == ("Ada", True)
    write_provenance(runs, run.id, replace(arrival, data=str(tmp_path / "found")))
    assert origin() == ("Ada", False)
    assert index.rows()[0].data_path == str(tmp_path / "found")
    delete_provenance(runs, run.id)
    assert origin() == ("", False)


def test_rows_of_an_index_with_other_fields_are_read_again(tmp_path):
    runs = tmp_path / "runs"
    new_run(runs)
    before = RunIndex(runs).rows()
    with closing(sqlite3.connect(runs / INDEX_FILE)) as db, db:
        db.execute("UPDATE runs SET row = '{}', stamp = substr(stamp, 10)")  # as before the fields
    assert RunIndex(runs).rows() == before


def test_a_persistent_index_tells_by_a_number_when_its_rows_change(tmp_path):
    runs = tmp_path / "runs"
    index = RunIndex(runs)
    run = new_run(runs)
    first = index.version()
    assert index.version() == first
    assert len(index.rows()) == 1 and index.version() == first
    annotate(run, starred=True)
    assert index.version(at_most_old=60) == first  # a look that was taken lately is good enough
    second = index.version()
    assert second != first and index.rows()[0].starred
    shutil.rmtree(run.path)
    assert index.version() != second and index.rows() == []
    assert RunIndex(runs).version() > index.version()  # a number means one state of one folder


def test_an_index_may_be_shared_by_threads_while_runs_come_and_go(tmp_path):
    runs = tmp_path / "runs"
    index = RunIndex(runs)

    def visit(number):
        run = new_run(runs, seed=number)
        annotate(run, add_tags=[f"t{number}"])
        seen = {row.id: row.tags for row in index.rows()}
        return seen[run.id] == (f"t{number}",)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(visit, range(24)))
    assert len(index.rows()) == 24
    assert RunIndex(runs).rows() == index.rows()
