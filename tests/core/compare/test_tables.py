"""core.compare.tables: names of runs, and where their time went."""

from __future__ import annotations

import pandas as pd

from core.compare import tables
from core.recipe.files import load_recipe
from core.recipe.repeats import repeat_over_folds
from core.store.index import RunIndex
from core.store.run import create_run
from tests.factory import START


def test_runs_of_a_k_fold_split_are_named_with_their_fold(tmp_path):
    recipe = load_recipe("quick")
    for number, chosen in enumerate([*repeat_over_folds(recipe, 2), recipe]):
        create_run(tmp_path, chosen, tmp_path, lambda at=number: START.replace(hour=at))
    rows = RunIndex(tmp_path).rows()
    labels = tables.labels_by_id(rows)
    assert [labels[row.id] for row in rows] == ["quick", "quick, fold 1", "quick, fold 0"]


def test_what_a_run_took_stands_beside_what_was_expected():
    timing = pd.DataFrame(
        [(0, "photos", 1.0), (1, "train", 2.0), (2, "train", 3.0), (2, "new phase", 0.5)],
        columns=["epoch", "phase", "seconds"],
    )
    table = tables.timing_table(timing, {"photos": 1.5, "train": 4.0, "evaluate": 2.0})
    assert list(table["part"]) == [
        "startup and photos",
        "epochs",
        "predictions and scores",
        "new phase",
        "total",
    ]
    assert list(table["took"]) == [1.0, 5.0, 0.0, 0.5, 6.5]
    assert list(table["estimated"].dropna()) == [1.5, 4.0, 2.0, 7.5]
    assert len(tables.timing_table(pd.DataFrame(), {})) == 1
