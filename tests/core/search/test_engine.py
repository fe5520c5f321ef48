"""A search from its beginning to its answer, killed wherever it can be."""

from dataclasses import replace

import pytest

from core.base.errors import InputError, RunError
from core.jobs.local import LocalExecutor
from core.search import engine
from core.search.search import open_search
from core.search.words import answer_text, race_table, recipe_table, state_text, unused_text
from core.store.annotations import read_annotations
from core.store.run import find_runs, open_run
from core.store.trash import delete_runs
from tests.conftest import fixed_clock


@pytest.mark.slow
def test_a_better_recipe_is_raced_confirmed_and_told(workplace):
    workplace.right = {"quick": 0.5, "deeper": 0.9, "lower rates": 0.5, "no augmentation": 0.1}
    search = workplace.run_to_end(workplace.begin(trainings=24))
    assert search.answer["code"] == "better" and search.answer["chosen"] == "deeper"
    assert search.answer["wins"] == search.answer["total"] == 4
    assert "deeper is better than quick on 4 of 4 folds and seeds: +.4" in state_text(search)
    table = recipe_table(search).set_index("recipe")
    assert table.loc["no augmentation", "state"].startswith("dropped after 1 fold")
    assert table.loc["deeper", "state"] == "chosen" and table.loc["deeper", "folds"] == 4
    assert len(race_table(search)) == len(search.results) < 16
    assert "read no test set" in unused_text(search)


def test_what_cannot_be_told_apart_is_kept(workplace):
    search = workplace.run_to_end(workplace.begin())
    assert search.answer["code"] in ("none better", "cannot tell")
    assert "keep" in answer_text(search.answer, "quick")


@pytest.mark.slow
def test_trials_are_lean_and_those_that_confirm_use_fresh_seeds(workplace):
    workplace.right = {"quick": 0.5, "deeper": 0.9}
    search = workplace.run_to_end(workplace.begin(trainings=24))
    raced = [open_run(workplace.runs, t.run) for t in search.trainings if not t.confirms]
    confirmed = [open_run(workplace.runs, t.run) for t in search.trainings if t.confirms]
    assert read_annotations(raced[0]).tags == (search.tag,)
    assert all(run.trial().lean and run.trial().sets == () for run in raced)
    assert [run.trial().lean for run in confirmed].count(False) == 2
    # The factory's set from elsewhere is read once, by those that confirm.
    assert {run.trial().sets for run in confirmed} == {("test_difficult",)} or not confirmed
    used = {(run.recipe().seed, run.recipe().split.seed) for run in raced}
    assert not used & {(run.recipe().seed, run.recipe().split.seed) for run in confirmed}


@pytest.mark.slow
def test_killed_anywhere_nothing_is_lost_or_made_again(workplace, monkeypatch):
    """The process dies after each of its steps in turn; another goes on."""
    workplace.right = {"quick": 0.5, "deeper": 0.9}
    search, kills = workplace.begin(trainings=18), 0
    for place in ("create_run", "Queue", "open_search"):
        real = getattr(engine, place)

        def die(*args, real=real, **options):
            nonlocal kills
            kills += 1
            if kills % 3 == 0:
                raise KeyboardInterrupt
            return real(*args, **options)

        monkeypatch.setattr(engine, place, die)
    for _ in range(400):
        try:
            workplace.advance(search)
        except KeyboardInterrupt:
            workplace.memory = engine.Memory()  # of another process
        workplace.work()
        if not open_search(workplace.runs, search.id).active:
            break
    found = open_search(workplace.runs, search.id)
    assert found.answer is not None
    assert {run.id for run in find_runs(workplace.runs)} == {t.run for t in found.trainings}
    asked = [(t.name, t.repeat, t.confirms) for t in found.trainings]
    assert len(asked) == len(set(asked)) and len(workplace.trained) == len(asked)


def test_a_lost_training_goes_on_and_one_that_fails_twice_alike_is_out(workplace):
    search = workplace.advance(workplace.begin())
    lost, broken = [open_run(workplace.runs, t.run) for t in search.trainings]
    lost.write_status(replace(lost.status(), state="running", pid=2**22))
    for _ in range(2):
        broken.write_status(
            replace(
                broken.status(),
                state="failed",
                error="not finite",
                started=fixed_clock().isoformat(),
            )
        )
        search = workplace.advance(search)
    assert lost.status().state == "queued"
    assert {t.name for t in search.trainings if t.error} == {broken.recipe().name}
    found = workplace.run_to_end(search)
    assert found.answer is not None
    assert "failed: not finite" in set(recipe_table(found)["state"])


def test_without_the_recipe_to_compare_with_it_stops_and_says_why(workplace):
    search = workplace.advance(workplace.begin())
    base = open_run(workplace.runs, search.trainings[0].run)
    for _ in range(3):
        base.write_status(
            replace(
                base.status(),
                state="failed",
                error="no such weights",
                started=fixed_clock().isoformat(),
            )
        )
        search = workplace.advance(search)
    assert search.stopped and "no such weights" in state_text(search)


def test_stop_keeps_what_there_is_and_resume_goes_on(workplace, monkeypatch):
    monkeypatch.setattr(engine, "ensure_engine", lambda runs_dir: None)
    search = workplace.advance(workplace.begin())
    workplace.work()
    search = workplace.advance(search)
    for _ in range(2):  # twice, as a person may
        engine.stop(search, fixed_clock)
        search = open_search(workplace.runs, search.id)
        states = {open_run(workplace.runs, t.run).status().state for t in search.trainings}
        assert search.stopped and states == {"done", "cancelled"}
        engine.resume(search, fixed_clock)
        search = workplace.advance(search)
    found = workplace.run_to_end(search)
    assert found.answer is not None and not found.failed
    with pytest.raises(RunError, match="the search has already finished"):
        engine.resume(found, fixed_clock)


def test_a_training_that_somebody_cancels_or_deletes_takes_its_recipe_out(workplace):
    search = workplace.advance(workplace.begin())
    base, other = search.trainings
    workplace.finish(base.run)
    LocalExecutor(workplace.runs, fixed_clock).cancel(other.run)
    search = workplace.advance(search)
    assert search.failed == {other.name}
    gone = next(t for t in search.trainings if t.pending and t.name != search.names[0])
    LocalExecutor(workplace.runs, fixed_clock).cancel(gone.run)
    delete_runs(workplace.runs, [gone.run], fixed_clock)
    search = workplace.advance(search)
    assert search.failed == {other.name, gone.name}


@pytest.mark.slow
def test_neighbours_of_the_best_come_after_the_portfolio(workplace):
    pytest.importorskip("optuna")
    workplace.right = {"quick": 0.5, "deeper": 0.9}
    rates = "{rates: {low: 0.1, high: 9.0, log: true}}"
    space = f"recipes: [deeper]\nparameters: {rates}\nfolds: 2\nseeds: 1"
    search = workplace.run_to_end(workplace.begin(space, trainings=14))
    names = [t.name for t in search.trainings if not t.confirms]
    assert names[:4] == ["quick", "deeper"] * 2 and names[4].startswith("neighbour")
    neighbour = search.recipes[names[4]]
    assert neighbour.bands[1].first == search.recipes["deeper"].bands[1].first


def test_a_torn_journal_and_an_unknown_id_are_plain_lines(workplace):
    search = workplace.advance(workplace.begin())
    with (search.folder / "journal.jsonl").open("a") as file:
        file.write('{"event": "fini')
    assert workplace.run_to_end(search).answer is not None
    for wrong in ("../x", "20260301-000000-abcdef"):
        with pytest.raises(RunError, match="no such search"):
            open_search(workplace.runs, wrong)
    (search.folder / "search.json").write_text("{}")
    with pytest.raises(RunError, match="damaged"):
        open_search(workplace.runs, search.id)


@pytest.mark.parametrize(
    ("space", "budget", "words"),
    [
        ("recipes: all", {"minutes": 0}, "must be more than 0"),
        ("recipes: all", {"trainings": -3}, "must be more than 0"),
        ("recipes: all", {"minutes": float("nan")}, "must be more than 0"),
        ("recipes: all", {"trainings": 5}, "at least 8 are needed"),
        ("{recipes: all, objective: test_difficult}", {"trainings": 20}, "can no longer test"),
        ("{recipes: all, objective: nowhere}", {"trainings": 20}, "nowhere"),
    ],
)
def test_what_cannot_be_searched_is_one_clear_line(workplace, space, budget, words):
    with pytest.raises(InputError) as error:
        workplace.begin(space, **budget)
    assert words in str(error.value) and "\n" not in str(error.value)
