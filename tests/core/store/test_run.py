import json
import re
from dataclasses import replace

import numpy as np
import pytest

from core.base.errors import RunError
from core.recipe.files import load_recipe
from core.store.run import create_run, find_runs, open_run
from core.store.status import Status
from tests.conftest import fixed_clock


@pytest.fixture
def run(tmp_path):
    return create_run(tmp_path / "runs", load_recipe("quick"), tmp_path / "data", fixed_clock)


def test_a_new_run_is_queued_and_holds_its_recipe(run, tmp_path):
    # 32 random bits, so that runs of one second do not meet, in one folder or two.
    assert re.fullmatch(r"20260301-090000-quick-s0-[0-9a-f]{8}", run.id)
    assert run.recipe() == load_recipe("quick")
    assert run.data_dir() == tmp_path / "data"
    status = run.status()
    assert (status.state, status.epoch, status.epochs) == ("queued", 0, 32)
    assert status.created == "2026-03-01T09:00:00+00:00"
    assert not status.ended
    assert run.history().empty and run.summary() is None and run.class_maps() is None
    assert run.log_tail() == ""


def test_two_runs_of_one_second_do_not_meet(run, tmp_path):
    other = create_run(tmp_path / "runs", load_recipe("quick"), tmp_path / "data", fixed_clock)
    assert other.id != run.id
    assert {r.id for r in find_runs(tmp_path / "runs")} == {run.id, other.id}


def test_names_become_plain_folders(tmp_path):
    recipe = load_recipe("quick", {"name": "Füße & Zähne: a/../b".replace("/", " ")})
    run = create_run(tmp_path, recipe, tmp_path, fixed_clock)
    assert open_run(tmp_path, run.id).recipe().name == recipe.name


@pytest.mark.parametrize("run_id", ["", "..", "../x", "a/b", ".hidden", "a b", "gone"])
def test_only_plain_ids_of_runs_are_opened(run, run_id):
    with pytest.raises(RunError):
        open_run(run.path.parent, run_id)


def test_damaged_files_are_named(run):
    (run.path / "status.json").write_text("{")
    with pytest.raises(RunError, match=r"status\.json: damaged"):
        run.status()
    (run.path / "status.json").write_text("[]")
    with pytest.raises(RunError, match=r"status\.json: damaged"):
        run.status()
    (run.path / "cams.npz").write_bytes(b"no archive")
    with pytest.raises(RunError, match=r"cams\.npz: damaged"):
        run.class_maps()
    (run.path / "environment.json").unlink()
    with pytest.raises(RunError, match=r"environment\.json: missing"):
        run.environment()


def test_a_pickle_in_the_class_maps_is_refused(run):
    np.savez(run.path / "cams.npz", splits=np.array([{"a": 1}], dtype=object))
    with pytest.raises(RunError, match="damaged"):
        run.class_maps()


def test_status_is_replaced_whole_and_newer_keys_are_no_trouble(run):
    run.write_status(replace(run.status(), state="failed", error="x"))
    assert run.status() == Status(
        state="failed", epochs=32, created="2026-03-01T09:00:00+00:00", error="x"
    )
    data = json.loads((run.path / "status.json").read_text())
    (run.path / "status.json").write_text(json.dumps(data | {"of_a_later_version": 1}))
    assert run.status().state == "failed"
    assert [path.name for path in run.path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot write a run"):
        create_run(tmp_path / "file" / "runs", load_recipe("quick"), tmp_path, fixed_clock)


def test_the_logs_tail(run):
    (run.path / "log.txt").write_text("".join(f"line {i}\n" for i in range(5000)))
    assert run.log_tail(2) == "line 4998\nline 4999"
    lines = [f"{i}: " + "a long one " * 25 for i in range(100)]
    (run.path / "log.txt").write_text("\n".join(lines))
    assert run.log_tail() == "\n".join(lines[-30:])


def test_a_class_may_be_called_na(run):
    (run.path / "predictions.csv").write_text(
        "kind,split,file,primary,present,predicted,p_NA,p_null\n"
        "plain,test,1.jpg,NA,NA null,null,0.25,0.75\nplain,test,2.jpg,,,NA,1e-3,0.999\n"
    )
    frame = run.predictions()
    assert list(frame["primary"]) == ["NA", ""]
    assert list(frame["present"]) == ["NA null", ""]
    assert frame["p_NA"].tolist() == [0.25, 0.001]
