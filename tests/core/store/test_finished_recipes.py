"""core.store.index: has this been trained already?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.recipe.files import load_recipe
from core.store.index import RunIndex, earlier_run
from tests.factory import write_run

NOWHERE = Path("/nowhere")


def test_the_same_recipe_on_the_same_photos_counts_whatever_its_name(tmp_path, tiny):
    run = write_run(tmp_path, tiny, changes={"name": "mine", "seed": 2})
    rows = [replace(row, photos="a") for row in RunIndex(tmp_path).rows()]
    found = earlier_run(rows, load_recipe("quick", {"seed": 2}), "a", NOWHERE)
    assert found is not None
    assert found.id == run.id
    assert earlier_run(rows, load_recipe("quick", {"seed": 3}), "a", NOWHERE) is None
    assert (
        earlier_run(rows, load_recipe("quick", {"seed": 2, "batch_size": 8}), "a", NOWHERE) is None
    )
    assert earlier_run(rows, load_recipe("quick", {"seed": 2}), "b", NOWHERE) is None


def test_a_finished_run_comes_before_newer_ones_that_are_not(tmp_path, tiny):
    states = ["failed", "done", "cancelled"]
    runs = [write_run(tmp_path, tiny, state=s, minutes=n) for n, s in enumerate(states)]
    rows = [replace(row, photos="a") for row in RunIndex(tmp_path).rows()]

    def found(rows):
        row = earlier_run(rows, load_recipe("quick"), "a", NOWHERE)
        return None if row is None else row.id

    assert found(rows) == runs[1].id
    assert found([row for row in rows if row.id != runs[1].id]) == runs[2].id
    assert found([replace(row, problem="damaged") for row in rows]) is None


def test_a_run_that_has_read_no_photos_yet_counts_by_their_folder(tmp_path, tiny):
    run = write_run(tmp_path, tiny, state="queued")
    rows = RunIndex(tmp_path).rows()
    found = earlier_run(rows, load_recipe("quick"), "a", tiny.root)
    assert found is not None
    assert found.id == run.id
    assert earlier_run(rows, load_recipe("quick"), "a", NOWHERE) is None
