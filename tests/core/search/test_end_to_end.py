"""A search with trainings that really train, whose worker is killed with whoever carries it on."""

from __future__ import annotations

import pytest

from core.jobs import local
from core.search import engine
from core.search.plan import Budget, plan_search
from core.search.search import create_search, open_search
from core.store.run import find_runs, open_run
from core.store.status import utc_now
from tests.conftest import fast_recipe
from tests.factory import write_dataset
from tests.waiting import kill_worker, wait_for

SPACE = "recipes: [higher rates]\nfolds: 2\nseeds: 1\n"


@pytest.mark.slow
def test_a_search_outlives_its_worker_and_its_process(tmp_path, warm_starts):
    runs, space = tmp_path / "runs", tmp_path / "space.yaml"
    space.write_text(SPACE)
    recipe = fast_recipe(image_size=32, stages__1__cycles=1, views_per_photo=1, seed=1)
    data = write_dataset(tmp_path / "books", photos=6).root
    request = plan_search(runs, data, recipe, space, Budget(trainings=9), utc_now)
    memory, search = engine.Memory(), create_search(runs, request)

    def advance() -> bool:
        now = open_search(runs, search.id)
        if now.active:
            engine._advance_or_stop(now, utc_now, memory)
        return not now.active

    def under_way() -> bool:
        advance()
        now = open_search(runs, search.id)
        states = [open_run(runs, t.run).status().state for t in now.trainings if t.pending]
        return "running" in states and any(t.scores for t in now.trainings)

    try:
        wait_for(under_way)
        kill_worker(runs)
        memory = engine.Memory()  # of another process
        wait_for(advance)
    finally:
        kill_worker(runs)
        wait_for(lambda: not local.worker_alive(runs))
    found = open_search(runs, search.id)
    assert found.answer is not None and not found.failed and not found.problem
    asked = [(t.name, t.repeat, t.confirms) for t in found.trainings]
    assert len(set(asked)) == len(asked) and all(t.scores for t in found.trainings)
    assert {run.id for run in find_runs(runs)} == {t.run for t in found.trainings}
    raced = open_run(runs, found.trainings[0].run)
    assert (raced.summary() or {})["sets"] == {} and raced.diagnosis() is None
    assert raced.class_maps() is None and len(raced.shifted())
