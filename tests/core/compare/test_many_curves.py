"""core.compare.curves and its figure: very many curves as bands and a few lines."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.base.palette import GREY, RUN_COLOURS
from core.compare.colours import ColourScheme
from core.compare.curves import curve_matrices, matrix_table, ranked_by
from core.plots.curves import many_curve_panels
from core.recipe.files import load_recipe
from core.store.groups import Group
from tests.core.compare.test_comparison import row, run


def history(epochs, loss):
    values = np.full(epochs, float(loss))
    epoch = np.arange(1, epochs + 1)
    curves = {"train_loss": values, "val_loss": values, "val_accuracy": values / 10}
    return pd.DataFrame({"epoch": epoch, **curves})


ITEMS = [run(id_) for id_ in "abcde"]
HISTORIES = {id_: history(4 if id_ == "e" else 2, n) for n, id_ in enumerate("abcde")}


def matrices(**changes):
    return curve_matrices(ITEMS, HISTORIES | changes, {}, {}, "epoch")


def test_each_epoch_is_a_place_and_an_item_is_missing_where_it_has_ended():
    loss = matrices()["val_loss"]
    assert list(loss.x) == [1, 2, 3, 4]
    assert list(loss.values[0]) == pytest.approx([0, 0, np.nan, np.nan], nan_ok=True)
    assert list(loss.quantiles(range(5), 0, 0.25, 0.5, 1)[:, 0]) == [0, 1, 2, 4]
    assert list(loss.quantiles([0], 0.5)[0]) == pytest.approx([0, 0, np.nan, np.nan], nan_ok=True)
    assert loss.rows_of(["c", "unknown", "a"]) == [2, 0]


def test_of_a_long_run_no_more_places_than_can_be_seen():
    loss = matrices(e=history(2000, 4))["val_loss"]
    assert loss.values.shape == (5, 120)
    assert (loss.x[0], loss.x[-1]) == (1, 2000)


def test_the_table_holds_every_value_once():
    table = matrix_table(matrices(), {id_: id_ for id_ in "abcde"}, "epoch")
    assert len(table) == 3 * (4 * 2 + 4)
    assert set(table["run"]) == set("abcde")


def test_the_best_come_first_by_the_hardest_score_that_most_have():
    recipe = load_recipe("quick")
    rows = [row(f"{n}", recipe, validation={"accuracy": {"value": n / 10}}) for n in range(4)]
    items = [Group(one.id, one.id, (one,)) for one in rows]
    assert ranked_by(items) == ("validation", ["3", "2", "1", "0"])
    assert ranked_by([run("a")]) == ("", [])


def test_few_traces_show_all_runs_and_any_can_be_pointed_at():
    colours = dict(zip("abcde", [*[RUN_COLOURS[0]] * 2, *[RUN_COLOURS[1]] * 3], strict=True))
    scheme = ColourScheme("verdict", colours)
    titles = {id_: f"run {id_}" for id_ in "abcde"}
    figure = many_curve_panels(matrices(), titles, scheme, ["a", "b", "e"], "epoch", log=True)
    # In each panel: the range, two bands and medians, the lines of two colours, what is pointed at.
    assert len(figure.data) == 3 * (1 + 4 + 2 + 1)
    assert figure.data[0].fillcolor == GREY
    lines = [trace for trace in figure.data if trace.line.width == 1.2]
    assert len(lines[0].x) == 2 * (4 + 1)  # two lines, each with a gap behind it
    pointed = [trace for trace in figure.data if trace.mode == "none"]
    assert [trace.meta["names"][4] for trace in pointed] == ["run e"] * 3
    assert all(len(trace.y) == 5 * trace.meta["size"] for trace in pointed)
    assert figure.layout.yaxis.type == figure.layout.yaxis2.type == "log"
    assert np.nanmin(pointed[0].y) == pytest.approx(0.1)  # a loss of 0: a decade below the rest
