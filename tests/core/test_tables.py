"""core.tables: what the tables of runs hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from core import tables
from core.charts import run_colours
from core.recipe_file import load_recipe
from core.repeats import over_folds
from core.store.groups import groups_of
from core.store.index import RunIndex
from core.store.run import create_run
from tests.factory import START, write_dataset, write_run


def objects(group):
    return group.numbers("sets", "test_difficult", "scores", "object", "value")


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    root = tmp_path_factory.mktemp("tables")
    dataset = write_dataset(root / "data")
    write_run(root / "runs", dataset, "quick")
    write_run(root / "runs", dataset, "looks-good", minutes=1)
    write_run(root / "runs", dataset, "quick", "failed", minutes=2, changes={"seed": 1})
    write_run(root / "runs", dataset, "quick-bare", state="queued", minutes=3)
    return RunIndex(root / "runs").rows()


def test_the_table_of_runs_is_newest_first_and_leaves_unknown_numbers_empty(rows):
    now = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    colours = run_colours([row.id for row in reversed(rows)])
    frame = tables.runs_table(rows, colours, now, "test_difficult", tables.labels_of(rows)).data
    assert list(frame["run"]) == ["quick-bare", "quick, seed 1", "looks-good", "quick, seed 0"]
    assert list(frame["state"])[2:] == ["done", "done"]
    assert frame["object"].isna().tolist() == [True, True, False, False]
    assert frame["val_accuracy"].tolist()[2:] == [100, 100]
    assert frame["verdict"].tolist() == [
        [], [], ["overfit that looks good"], ["generalises"],
    ]  # fmt: skip


def test_the_table_of_groups_has_a_row_for_repeats_and_pads_its_texts(rows):
    groups = groups_of(rows)
    colours = dict.fromkeys([group.id for group in groups], "#111111")
    frame = tables.groups_table(groups, colours, "test_difficult").data
    assert list(frame["run"]) == ["quick-bare", "quick, 2 seeds", "looks-good"]
    assert list(frame["runs"]) == [1, 2, 1]
    assert list(frame["state"]) == ["waiting", "1 of 2 done, 1 failed", "done"]
    assert list(frame["val_accuracy"]) == ["", "100 %", "100 %"]
    assert frame["verdict"].tolist()[1:] == [["generalises, 1 of 1"], ["overfit that looks good"]]
    assert frame["object"][2].startswith(" ")
    assert frame["object"][2] < "100 %"  # sorted as text, smaller shares still come first


def test_a_group_of_several_scored_runs_is_told_with_its_spread(tmp_path):
    dataset = write_dataset(tmp_path / "data")
    for seed, looks in enumerate([0.9, 0.1, 0.85]):
        write_run(tmp_path / "runs", dataset, changes={"seed": seed}, minutes=seed, looks=looks)
    (group,) = groups_of(RunIndex(tmp_path / "runs").rows())
    frame = tables.groups_table([group], {group.id: "#111111"}, "test_difficult").data
    low, high = (100 * end for end in (min(objects(group)), max(objects(group))))
    assert low < high
    mean = 100 * sum(objects(group)) / 3
    assert frame["object"][0].strip() == f"{mean:.0f} % ({low:.0f}-{high:.0f})"
    assert frame["verdict"][0] == ["generalises, 2 of 3"]
    assert frame["lift"][0].count("-") == 1


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
        "start and photos", "epochs", "answers and scores", "new phase", "in all"
    ]  # fmt: skip
    assert list(table["took"]) == [1.0, 5.0, 0.0, 0.5, 6.5]
    assert list(table["estimated"].dropna()) == [1.5, 4.0, 2.0, 7.5]
    assert len(tables.time_parts(pd.DataFrame(), {})) == 1
