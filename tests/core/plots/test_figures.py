"""core.plots.figures: colours, and what the figures show."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from core.base import palette
from core.plots import figures
from core.plots import scores as score_charts
from core.recipe.files import load_recipe
from core.recipe.layer_table import layer_table
from core.train.schedule import rate_curve

QUICK = load_recipe("quick")
LAYERS = layer_table(QUICK.backbone, QUICK.map_stride)


def test_a_runs_colour_is_its_own_whoever_else_is_there():
    ids = [f"2026{n:04}-quick-s{n}" for n in range(400)]
    colours = {id_: palette.run_colour(id_) for id_ in ids}
    assert colours == {id_: palette.run_colour(id_) for id_ in reversed(ids)}
    assert set(colours.values()) == set(palette.RUN_COLOURS)
    shares = [list(colours.values()).count(colour) / len(ids) for colour in palette.RUN_COLOURS]
    assert min(shares) > 0.05
    assert palette.run_colour("example-quick-s0") == palette.RUN_COLOURS[5]  # for good


def test_the_lessons_two_networks_have_two_colours():
    runs = [palette.run_colour(f"example-{name}-s0") for name in ("quick", "looks-good")]
    assert len(set(runs)) == 2


def test_compared_runs_of_one_colour_are_parted_by_their_marks():
    one, other = palette.RUN_COLOURS[:2]
    found = palette.assign_markers({"a": one, "b": other, "c": one, "d": one})
    assert [found[id_] for id_ in "abcd"] == [palette.MARKERS[n] for n in (0, 0, 1, 2)]
    same = palette.assign_markers(dict.fromkeys("abcdefgh", one)).values()
    for part in ("symbol", "shape", "dash"):
        assert len({getattr(mark, part) for mark in same}) == 8
    # Where more are compared than can be told apart, what shares a colour is meant to.
    assert set(palette.assign_markers(dict.fromkeys("abcdefghi", one)).values()) == {
        palette.MARKERS[0]
    }


@pytest.mark.parametrize("lr", [0, 1e-9, 1e-6, 3e-4, 1e-1, 10])
def test_every_rate_has_a_colour(lr):
    colour = palette.lr_colour(lr)
    assert len(colour) == 7
    assert colour.startswith("#")


# How the three kinds of colour blindness see linear RGB (Machado, Oliveira & Fernandes 2009).
COLOUR_VISION = {
    "everyone": np.eye(3),
    "protanopes": np.array(
        [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]]
    ),
    "deuteranopes": np.array(
        [[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]]
    ),
    "tritanopes": np.array(
        [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour, eyes):
    """A colour in CIE L*a*b* (white point D65), as those eyes see it."""
    part = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    x, y, z = TO_XYZ @ np.clip(COLOUR_VISION[eyes] @ linear, 0, 1) / np.array([0.9505, 1, 1.089])
    x, y, z = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", COLOUR_VISION)
def test_rates_a_factor_of_ten_apart_look_different_to_all_eyes(eyes):
    colours = [lab(palette.lr_colour(10.0**power), eyes) for power in range(-6, 0)]
    steps = [np.linalg.norm(a - b) for a, b in pairwise(colours)]
    assert min(steps) > 12  # a difference of 2 is just seen side by side


def test_a_higher_rate_is_lighter():
    lightness = [lab(palette.lr_colour(10.0**power), "everyone")[0] for power in range(-6, 0)]
    assert lightness == sorted(lightness)


def test_planned_rates_leave_frozen_bands_out():
    figure = figures.planned_rates(rate_curve(QUICK, 4))
    names = [trace.name for trace in figure.data]
    assert names == ["layers 20-26", "layers 16", "layers 17", "layers 18-26"]
    assert figure.layout.yaxis.type == "log"
    assert all(value > 0 for trace in figure.data for value in trace.y)


def test_a_plan_with_everything_frozen_is_drawn_empty():
    recipe = load_recipe("quick", {"bands": [{"from": 0, "lr": 0}]})
    assert len(figures.planned_rates(rate_curve(recipe, 4)).data) == 0


def test_long_plans_stay_under_a_thousand_points_a_line():
    recipe = load_recipe("article-success", {"stages.1.cycle_len": 90})
    figure = figures.planned_rates(rate_curve(recipe, 4))
    assert max(len(trace.x) for trace in figure.data) <= 1000


def history(epochs: int) -> pd.DataFrame:
    numbers = range(1, epochs + 1)
    return pd.DataFrame(
        {
            "epoch": numbers,
            "train_loss": [1 / n for n in numbers],
            "val_loss": [1.2 / n for n in numbers],
            "val_accuracy": [1 - 0.5 / n for n in numbers],
            "lr_0-15": [0.0] * epochs,
            "lr_16-26": [1e-2] * epochs,
        }
    )


def test_curves_show_training_and_validation():
    loss = figures.training_curves(history(5), "#111111", "loss")
    assert [(trace.name, trace.line.dash) for trace in loss.data] == [
        ("training", "dot"),
        ("validation", None),
    ]
    assert len(figures.training_curves(history(5), "#111111", "accuracy").data) == 1
    alone = figures.training_curves(history(1), "#111111", "loss")
    assert alone.data[0].mode == "lines+markers"  # one epoch makes no line


def test_curves_of_a_run_under_way_leave_room_and_tell_the_last_values():
    rows = history(4)
    drawn = [figures.training_curves(rows, "#111111", name, 32) for name in ("loss", "accuracy")]
    drawn.append(figures.recorded_rates(rows, 32))
    assert [tuple(figure.layout.xaxis.range) for figure in drawn] == [(0, 32)] * 3
    names = [trace.name for figure in drawn for trace in figure.data]
    assert names == ["training 0.25", "validation 0.3", "validation 88%", "layers 16-26 1e-2"]
    assert not figures.training_curves(pd.DataFrame(), "#111111", "loss", 32).data


def test_before_the_first_epoch_there_are_the_batches():
    batches = pd.DataFrame({"step": [1, 2, 3], "epoch": 1, "loss": [2.0, 1.5, 1.2], "lr": 0.01})
    figure = figures.batch_losses(batches, "#111111")
    assert figure.layout.xaxis.title.text == "batch of the first epoch"
    assert (list(figure.data[0].y), figure.data[0].name) == ([2.0, 1.5, 1.2], "training 1.2")
    assert not figures.batch_losses(batches.iloc[:0], "#111111").data
    steps = np.arange(1, 40_001)
    many = figures.batch_losses(pd.DataFrame({"step": steps, "loss": 1 / steps}), "#111111")
    assert 500 < len(many.data[0].x) <= 600 and many.data[0].x[-1] == 40_000


def test_used_rates_leave_frozen_bands_out():
    figure = figures.recorded_rates(history(4))
    assert [trace.name for trace in figure.data] == ["layers 16-26"]


def test_score_dots_have_an_interval_each_and_one_mark_for_the_constant_answer():
    scores = pd.DataFrame(
        [
            ("a", "first", "objects cut out", 0.6, 0.5, 0.7, 0.2, "60% (6 of 10)"),
            ("b", "second", "objects cut out", 0.4, 0.3, 0.5, 0.2, "40% (4 of 10)"),
        ],
        columns=["run", "label", "title", "value", "low", "high", "constant", "words"],
    )
    figure = score_charts.score_dots(scores, {"a": "#111111", "b": "#222222"})
    constant, first, second = figure.data
    assert [x for x in constant.x if x is not None and not math.isnan(x)] == [0.2, 0.2]
    assert first.error_x.array[0] == pytest.approx(0.1)
    assert second.marker.color == "#222222"
    assert first.y[0] < second.y[0]


def test_rows_of_scores_are_parted_by_lines_that_are_drawn_at_once(monkeypatch):
    """Plotly's `add_hline` looks at every line before it: of thousands of rows that took hours."""
    monkeypatch.setattr(go.Figure, "add_hline", lambda *_, **__: pytest.fail("one by one"))
    row = {"run": "a", "label": "a", "value": 0.5, "low": 0.2, "high": 0.8, "constant": 0.4}
    scores = pd.DataFrame([row | {"title": f"set {n}", "words": ""} for n in range(3000)])
    lines = score_charts.score_dots(scores, {"a": "#111111"}).layout.shapes
    assert [line.y0 for line in lines] == [n - 0.5 for n in range(1, 3000)]
    assert {(line.xref, line.x0, line.x1) for line in lines} == {("x domain", 0, 1)}


def test_a_search_shows_its_starts_their_median_and_the_rate():
    lr = [1e-5, 1e-3, 1e-1]
    curves = pd.concat(
        pd.DataFrame({"step": range(3), "lr": lr, "smoothed": [2.0, fall, 9.0], "start": start})
        for start, fall in enumerate((0.5, 1.0, 1.8))
    )
    longest = curves[curves["start"] == 2]
    curves = pd.concat([curves[curves["start"] < 2], longest[longest["step"] < 2]])
    figure = figures.lr_search_curves(curves, 2e-3)
    named = {trace.name: trace for trace in figure.data}
    assert sum(trace.name == "individual searches" for trace in figure.data) == 3
    assert list(named["median"].x) == lr[:2]  # where one start has ended, no median
    assert list(named["median"].y) == [2.0, 1.0]
    assert list(named["range"].y) == [2.0, 1.8, 0.5, 2.0]
    assert figure.layout.shapes[0].x0 == 2e-3
    assert not figures.lr_search_curves(curves, None).layout.shapes
    assert not figures.lr_search_curves(pd.DataFrame(), None).data


def test_drift_bars_show_how_far_each_layer_moved_and_bracket_the_frozen_ones():
    layers = pd.DataFrame(
        {
            "layer": [0, 1, 2],
            "name": ["a", "b", "c"],
            "trained": [False, False, True],
            "cka": [1.0, 1.0, 0.25],
            "weights": [0.0, float("nan"), 0.5],
        }
    )
    figure = figures.drift_bars(layers, "#123456")
    assert list(figure.data[0].y) == [0, 0, 0.75]
    assert [words for _, words in figure.data[0].customdata] == [
        "weights changed by 0%",
        "no weights",
        "weights changed by 50%",
    ]
    assert [note.text for note in figure.layout.annotations] == ["frozen"]
    assert figure.layout.shapes[0].x1 == 1.4


def test_one_run_per_title_sits_in_the_middle_of_its_row():
    scores = pd.DataFrame(
        {
            "run": ["a", "b"],
            "label": ["a", "b"],
            "title": ["one", "two"],
            "value": [0.5, 0.6],
            "low": [0.4, 0.5],
            "high": [0.6, 0.7],
            "constant": [0.2, 0.2],
            "words": ["", ""],
        }
    )
    figure = score_charts.score_dots(scores, {"a": "#000000", "b": "#111111"})
    assert [list(trace.y) for trace in figure.data[1:]] == [[0], [1]]


def test_controls_are_grey_marks_once_where_all_items_have_the_same():
    scores = pd.DataFrame(
        {
            "run": ["a", "b"] * 2,
            "label": ["a", "b"] * 2,
            "title": ["one", "one", "two", "two"],
            "value": 0.5,
            "low": 0.4,
            "high": 0.6,
            "constant": 0.2,
            "words": "",
            "frozen": [0.7, 0.7, 0.8, 0.9],
            "untrained": [None, None, 0.3, 0.3],
            "members": [[0.5], [0.4, 0.6]] * 2,
        }
    )
    figure = score_charts.score_dots(scores, {"a": "#111111", "b": "#222222"})
    found = {
        (trace.mode, (trace.hovertemplate or "").split(":")[0]): list(trace.x)
        for trace in figure.data
        if trace.hovertemplate
    }
    assert found["markers", "frozen backbone + logistic regression"] == [0.7, 0.8, 0.9]
    assert found["markers", "untrained weights"] == [0.3]
    greys = [t for t in figure.data if t.mode == "lines" and t.line.color == palette.GREY]
    assert len(greys) == 3
    ticks = [list(t.x) for t in figure.data if t.hoverinfo == "skip" and t.mode == "markers"]
    assert ticks == [[], [0.4, 0.6, 0.4, 0.6]]


def test_an_axis_is_as_long_as_its_dots_need():
    scores = pd.DataFrame(
        [("a", "a", "test", 3.4, 3.4, 3.4, 1.0, "3.40")],
        columns=["run", "label", "title", "value", "low", "high", "constant", "words"],
    )
    axis = score_charts.score_dots(scores, {"a": "#111111"}, ".1f", 2.0).layout.xaxis
    assert axis.range[1] > 3.4
    assert (axis.tickformat, axis.dtick) == (".1f", 1)
