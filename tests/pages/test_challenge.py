"""The Challenge page: empty, waiting, ranked, damaged; and its ways to Train."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.compare import challenge_ranking
from core.jobs.queue import Queue
from core.store.rescoring import ChallengeEvaluation
from core.store.run import find_runs
from tests.factory_challenge import CHALLENGE_CLASSES, write_challenge_set, write_group
from tests.pages.conftest import visible_text


@pytest.fixture(autouse=True)
def books(monkeypatch):
    monkeypatch.setattr(challenge_ranking, "CLASSES", CHALLENGE_CLASSES)


def test_without_runs_it_says_what_to_do(open_page):
    app = open_page("challenge")
    assert not app.exception and "No run here classifies the toy books yet" in visible_text(app)
    assert "Fix it, in 3 changes or fewer" in visible_text(app)


def test_runs_of_other_classes_have_no_board(open_page, runs, dataset, monkeypatch):
    monkeypatch.setattr(challenge_ranking, "CLASSES", ("background", "cats", "dogs"))
    write_group(runs, dataset)
    assert "No run here classifies the toy books yet" in visible_text(open_page("challenge"))


def test_groups_are_ranked_when_asked(open_page, runs, dataset, no_worker):
    write_challenge_set(runs)
    write_group(runs, dataset, object_accuracy=0.8)
    app = open_page("challenge")
    assert "No group here" not in visible_text(app)
    asked = write_group(runs, dataset, "looks-good", minutes=10)
    write_group(runs, dataset, "looks-good", minutes=20, seeds=(0, 1), changes={"batch_size": 4})
    app = open_page("challenge")
    said = visible_text(app).replace("\\", "")
    assert "looks-good, 3 seeds: 3 runs predict the hidden photos" in said
    assert "2 of the 3 seeds needed" in visible_text(app)
    app.button("challenge.ask.ask").click().run()
    assert not app.exception
    names = [f".challenge/{run.id}" for run in asked]
    assert [entry.work_id for entry in Queue(runs).entries()] == names and no_worker
    assert "0 of 3 runs have predicted" in str(app.get("progress")[0].proto)
    app.button("challenge.ask.stop").click().run()
    assert Queue(runs).entries() == []
    trial = ChallengeEvaluation.of(runs, asked[0].id)
    trial.write_status(replace(trial.status(), state="failed", error="weights: damaged"))
    app.run()
    assert "could not predict: weights: damaged" in visible_text(app).replace("\\", "")
    app.button("challenge.ask.ask")  # can be tried again


def test_the_board_tells_rank_score_and_what_is_missing(open_page, runs, dataset):
    write_challenge_set(runs)
    write_group(runs, dataset, object_accuracy=0.8)
    write_group(runs, dataset, seeds=(3,), state="failed")
    write_group(runs, dataset, "looks-good", object_accuracy=0.3, minutes=10)
    app = open_page("challenge")
    said = visible_text(app).replace("\\", "")
    assert said.index("## 1") < said.index("quick, 4 seeds") < said.index("## 2")
    assert "**80% (" in said and "worse than the one above by .50" in said
    assert "not counted: seed 3 failed" in said
    assert "the failing recipe, unchanged" in said
    # A second look draws from what it knows; a deleted draw makes all answers those of others.
    (runs / ".challenge" / ".photos" / "drawn.json").unlink()
    app.run()
    assert "Rank 2 groups" in [button.label for button in app.button]


def test_a_damaged_note_is_one_line(open_page, runs, dataset):
    write_challenge_set(runs)
    write_group(runs, dataset, object_accuracy=0.8)
    (runs / ".challenge" / ".photos" / "drawn.json").write_text("{", "utf-8")
    app = open_page("challenge")
    assert not app.exception
    assert "drawn.json: damaged; delete" in app.error[0].value.replace("\\", "")


def test_two_data_sets_have_a_board_each(open_page, runs, dataset, tmp_path):
    from tests.factory import write_dataset

    write_challenge_set(runs)
    write_group(runs, dataset, object_accuracy=0.8)
    other = write_dataset(tmp_path / "dataset" / "others", photos=5)
    write_group(runs, other, "looks-good", object_accuracy=0.3, minutes=30)
    app = open_page("challenge")
    box = app.selectbox("challenge.photos")
    assert box.options == ["others", "toy_books"]
    box.select_index(1).run()
    link = app.query_params["photos"]
    again = open_page("challenge", photos=link if isinstance(link, str) else link[0])
    assert again.selectbox("challenge.photos").value == app.selectbox("challenge.photos").value
    assert "quick" in visible_text(again) and "**30%" not in visible_text(again)


def test_the_link_to_train_launches_three_seeds(open_page, runs, dataset, no_worker):
    app = open_page("train", preset="looks-good", seeds="3")
    assert app.selectbox("train.repeat").value == "3 seeds"
    app.button("train.go").click().run()
    assert sorted(run.recipe().seed for run in find_runs(runs)) == [0, 1, 2]
    assert {run.recipe().name for run in find_runs(runs)} == {"looks-good"}
    app.selectbox("train.repeat").select("1 seed").run()
    assert "seeds" not in app.query_params
