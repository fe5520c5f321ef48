from __future__ import annotations

from pathlib import Path

import pytest

from core.capture import scoring
from core.capture.asking import Request
from core.capture.scoring import default_runs, score_runs
from core.capture.session import add_photo, begin
from core.data.dataset import read_dataset
from core.data.fingerprints import fingerprints
from core.jobs.tasks.results import reevaluate_run
from core.jobs.tasks.train_run import run_training
from core.store.index import RunIndex
from core.store.run import create_run
from tests.conftest import fast_recipe, fixed_clock
from tests.core.capture.photos import phone_photo
from tests.factory import write_dataset, write_run


def test_the_newest_run_is_compared_with_the_one_that_differs_most(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "data")
    runs_dir = tmp_path / "runs"
    presets = ("looks-good", "quick", "quick", "looks-good", "quick")
    made = [write_run(runs_dir, dataset, each, minutes=n) for n, each in enumerate(presets)]
    for run in made[1:4]:  # the others have not kept theirs
        (run.path / "weights.safetensors").touch()
    rows = RunIndex(runs_dir).rows()
    assert default_runs(runs_dir, rows, dataset.root) == (made[3].id, made[2].id)
    assert default_runs(runs_dir, rows, tmp_path) == ()
    assert default_runs(runs_dir, [r for r in rows if r.id == made[1].id], dataset.root) == (
        made[1].id,
    )


@pytest.mark.slow
def test_a_set_that_grows_is_trained_beside_and_scored_anew(
    tmp_path: Path, reduced_diagnosis: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, runs_dir = tmp_path / "data", tmp_path / "runs"
    write_dataset(root)
    session = begin(root, ["run-a"])
    add_photo(session, Request("red"), phone_photo(1))
    recipe = fast_recipe(image_size=32, stages=[{"train": "head", "epochs": 1}])
    run = create_run(runs_dir, recipe, root, fixed_clock)
    run_training(run, fixed_clock)
    assert set((run.summary() or {})["sets"]) == {"test", "test_difficult"}  # photos come and go
    asked: list[str] = []
    monkeypatch.setattr(
        scoring.LocalExecutor, "submit_rescoring", lambda self, ids: asked.extend(ids)
    )
    for number in (2, 3):
        (run.path / "timing.csv").unlink(missing_ok=number == 3)  # scores need none
        add_photo(session, Request("blue"), phone_photo(number))
        rows = RunIndex(runs_dir).rows()
        assert score_runs(runs_dir, rows, session) == asked[-1:] == [run.id]
        reevaluate_run(run)
        assert (run.summary() or {})["sets"]["elsewhere"]["scores"]["primary"]["total"] == number
        assert not score_runs(runs_dir, RunIndex(runs_dir).rows(), session)
    prints = run.environment()["data"]["fingerprints"]
    assert prints == fingerprints(read_dataset(root))  # as of a run that is trained now
    train = next(iter(read_dataset(root).train)).path
    train.write_bytes(phone_photo(9))
    with pytest.raises(Exception, match="the photos have changed since"):
        reevaluate_run(run)
