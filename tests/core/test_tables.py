"""core.tables: what the tables of runs hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from core import tables
from core.charts import run_colours
from core.recipe_file import load_recipe
from core.repeats import over_folds
from core.store.index import RunIndex
from core.store.run import create_run
from tests.factory import START, write_dataset, write_run


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    root = tmp_path_factory.mktemp("tables")
    dataset = write_dataset(root / "data")
    write_run(root / "runs", dataset, "quick")
    write_run(root / "runs", dataset, "looks-good", minutes=1)
    write_run(root / "runs", dataset, "quick-bare", state="queued", minutes=2)
    return RunIndex(root / "runs").rows()


def test_the_table_of_runs_is_newest_first_and_leaves_unknown_numbers_empty(rows):
    now = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    colours = run_colours([row.id for row in reversed(rows)])
    frame = tables.runs_table(rows, colours, now, "test_difficult").data
    assert list(frame["run"]) == ["quick-bare", "looks-good", "quick"]
    assert list(frame["state"]) == ["waiting", "done", "done"]
    assert frame["object"].isna().tolist() == [True, False, False]
    assert frame["val_accuracy"].tolist()[1:] == [100, 100]


def test_dots_hold_every_score_of_every_run(rows):
    done = [row for row in rows if row.summary]
    labels = tables.labels_of(rows)
    dots = tables.set_dots(done, labels, "test_difficult")
    assert set(dots["title"]) == set(tables.SCORE_TITLES.values())
    assert len(dots) == 8
    assert tables.validation_dots(done, labels)["value"].tolist() == [1, 1]
    assert tables.validation_dots(rows, labels)["run"].nunique() == 2


def test_the_table_of_numbers_tells_each_score_with_its_interval(rows):
    done = [row for row in rows if row.summary]
    frame = tables.numbers_table(done, tables.labels_of(rows))
    assert list(frame.columns) == ["photos", "score", "looks-good", "quick", "constant answer"]
    first = frame.iloc[0]
    assert first["photos"] == "validation"
    assert first["quick"] == "100 % (14 of 14), 78 to 100 %"
    hard = frame[frame["photos"] == "test_difficult"]
    assert {"objects cut out", "lift", "evidence in the box", "pointing game"} <= set(hard["score"])


def test_runs_without_scores_make_an_empty_table_of_dots(rows):
    waiting = [row for row in rows if not row.summary]
    assert tables.set_dots(waiting, tables.labels_of(rows), "test").empty
    assert tables.scored_sets(waiting) == []


def test_runs_of_a_k_fold_split_are_named_with_their_fold(tmp_path):
    recipe = load_recipe("quick")
    for number, chosen in enumerate([*over_folds(recipe, 2), recipe]):
        create_run(tmp_path, chosen, tmp_path, lambda at=number: START.replace(hour=at))
    rows = RunIndex(tmp_path).rows()
    labels = tables.labels_of(rows)
    assert [labels[row.id] for row in rows] == ["quick", "quick, fold 1", "quick, fold 0"]


def test_what_a_run_took_stands_beside_what_was_expected():
    timing = pd.DataFrame(
        [(0, "photos", 1.0), (1, "train", 2.0), (2, "train", 3.0), (2, "new phase", 0.5)],
        columns=["epoch", "phase", "seconds"],
    )
    table = tables.time_parts(timing, {"photos": 1.5, "train": 4.0, "evaluate": 2.0})
    assert list(table["part"]) == [
        "start and photos", "epochs", "evaluation", "new phase", "in all"
    ]  # fmt: skip
    assert list(table["took"]) == [1.0, 5.0, 0.0, 0.5, 6.5]
    assert list(table["estimated"].dropna()) == [1.5, 4.0, 2.0, 7.5]
    assert len(tables.time_parts(pd.DataFrame(), {})) == 1
