"""core.store.rescoring: which runs are behind the labels, and asking for new scores."""

from __future__ import annotations

import json

import pytest

from core.base.errors import RunError
from core.data.dataset import read_dataset
from core.data.fingerprints import fingerprints
from core.data.label_edits import Truth, save_truth
from core.data.label_tables import Label
from core.store.index import RunIndex
from core.store.lr_finder import open_work
from core.store.rescoring import Rescoring, create_rescoring, outdated_runs
from core.store.run import find_runs
from tests.conftest import fixed_clock
from tests.factory import write_dataset, write_run


def scored_run(runs, dataset, **options):
    """A finished run with its weights that has noted its labels."""
    run = write_run(runs, dataset, **options)
    (run.path / "weights.safetensors").touch()
    environment = json.loads((run.path / "environment.json").read_text("utf-8"))
    environment["data"]["fingerprints"] = fingerprints(dataset)
    (run.path / "environment.json").write_text(json.dumps(environment), "utf-8")
    return run


def test_runs_are_behind_once_labels_change(tmp_path):
    runs, dataset = tmp_path / "runs", write_dataset(tmp_path / "books")
    run = scored_run(runs, dataset)
    scored_run(runs, write_dataset(tmp_path / "others"), minutes=1)
    write_run(runs, dataset, state="running", minutes=2)
    assert outdated_runs(runs, RunIndex(runs).rows(), dataset) == []
    save_truth(dataset.root, "test", "img_0.jpg", Truth(Label("red", ()), ()), fixed_clock)
    behind = outdated_runs(runs, RunIndex(runs).rows(), read_dataset(dataset.root))
    assert [row.id for row in behind] == [run.id]
    (run.path / "weights.safetensors").unlink()  # it cannot answer again
    assert outdated_runs(runs, RunIndex(runs).rows(), read_dataset(dataset.root)) == []


def test_it_is_no_run_and_a_new_try_forgets_the_old_one(tmp_path, tiny):
    run = scored_run(tmp_path, tiny)
    rescoring = Rescoring.of(tmp_path, run.id)
    assert not rescoring.exists()
    create_rescoring(rescoring, fixed_clock)
    assert rescoring.status().state == "queued" and not rescoring.cancel_requested()
    rescoring.request_cancel()
    create_rescoring(rescoring, fixed_clock)
    assert not rescoring.cancel_requested()
    assert [found.id for found in find_runs(tmp_path)] == [run.id]
    assert [found.path for found in Rescoring.find_all(tmp_path)] == [rescoring.path]
    assert open_work(tmp_path, rescoring.work_id).path == rescoring.path


def test_what_cannot_answer_again_is_refused(tmp_path, tiny):
    bare = write_run(tmp_path, tiny)
    with pytest.raises(RunError, match="trained weights are not stored here"):
        create_rescoring(Rescoring.of(tmp_path, bare.id), fixed_clock)
    going = write_run(tmp_path, tiny, state="running", minutes=1)
    with pytest.raises(RunError, match="not finished"):
        create_rescoring(Rescoring.of(tmp_path, going.id), fixed_clock)
    for name in ("gone", "../x", ""):
        with pytest.raises(RunError):
            open_work(tmp_path, f".rescore/{name}")
    assert Rescoring.find_all(tmp_path) == []
