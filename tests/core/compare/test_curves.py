"""core.compare.curves: the training curves of runs and groups along epochs, steps or seconds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.base.palette import MARKERS, RUN_COLOURS, assign_markers
from core.compare.colours import BY_ITEM, ColourScheme
from core.compare.curves import build_lines, curve_table, has_zero_loss, smoothed
from core.plots.curves import curve_panels
from tests.core.compare.test_comparison import group, run

HISTORY = pd.DataFrame(
    {"epoch": [1, 2], "train_loss": [2.0, 1.0], "val_loss": [1.5, 0.5], "val_accuracy": [0.5, 1.0]}
)
BATCHES = pd.DataFrame({"step": [1, 2, 3, 4], "epoch": [1, 1, 2, 2], "loss": [3.0, 1, 1.5, 0.5]})
TIMING = pd.DataFrame(
    {
        "epoch": [0, 1, 1, 2],
        "phase": ["photos", "train", "checkpoint", "train"],
        "seconds": [2.0, 1.0, 0.5, 1.0],
    }
)


def line(lines, item, curve):
    (found,) = [one.points for one in lines if (one.item, one.curve) == (item, curve)]
    return found


def test_an_epoch_ends_at_its_last_step_and_second():
    files = {"a": HISTORY}, {"a": BATCHES}, {"a": TIMING}
    epochs = build_lines([run("a")], *files, "epoch")
    assert list(line(epochs, "a", "val_loss")["x"]) == [1, 2]
    steps = build_lines([run("a")], *files, "step")
    assert list(line(steps, "a", "val_loss")["x"]) == [2, 4]
    assert list(line(steps, "a", "train_loss")["raw"]) == [3.0, 1, 1.5, 0.5]  # of every batch
    seconds = build_lines([run("a")], *files, "seconds")
    assert list(line(seconds, "a", "val_accuracy")["x"]) == [3.5, 4.5]  # reading photos counts


def test_a_group_is_its_mean_between_lowest_and_highest():
    other = HISTORY.assign(val_loss=[2.5, 1.5])
    found = build_lines([group("g", "a", "b")], {"a": HISTORY, "b": other}, {}, {}, "epoch")
    points = line(found, "g", "val_loss")
    assert list(points["raw"]) == [2.0, 1.0]
    assert (points["low"].iloc[0], points["high"].iloc[0]) == (1.5, 2.5)


def test_smoothing_weighs_earlier_points_less_and_does_not_begin_at_nothing():
    found = smoothed(np.array([4.0, 2.0, np.nan, 2.0]), 0.5)
    assert found[0] == 4.0
    assert found[1] == pytest.approx((0.5 * 4 + 2) / 1.5)
    assert np.isnan(found[2])
    assert found[3] == pytest.approx((0.25 * 4 + 0.5 * 2 + 2) / 1.75)
    assert list(smoothed(np.array([3.0, 1.0]), 0)) == [3.0, 1.0]


def test_the_panels_zoom_together_and_show_what_was_smoothed_away():
    items = [run("a"), run("b")]
    paint = ColourScheme(BY_ITEM, {"a": RUN_COLOURS[0], "b": RUN_COLOURS[1]})
    lines = build_lines(items, {"a": HISTORY, "b": HISTORY}, {}, {}, "epoch", 0.5)
    titles = {"a": "<b>a</b>", "b": "b"}
    figure = curve_panels(lines, titles, paint, "epoch", log=True, raw=True)
    assert figure.layout.xaxis.matches == figure.layout.xaxis2.matches == "x"
    assert figure.layout.yaxis.type == "log"
    faint = [trace for trace in figure.data if trace.opacity == 0.3]
    assert len(faint) == 4  # a colour in each of two panels
    assert figure.data[-1].name == "b"
    assert {trace.name for trace in figure.data if trace.meta == "a"} == {"&lt;b&gt;a&lt;/b&gt;"}
    table = curve_table(lines, titles, "epoch")
    assert list(table.columns) == ["run", "curve", "epoch", "value", "raw", "low", "high"]
    assert len(table) == 2 * 3 * 2


@pytest.mark.parametrize(("lowest", "step"), [(0.5, None), (1e-3, "D2"), (1e-5, 1), (1e-15, 2)])
def test_a_log_axis_names_no_more_than_there_is_room_for(lowest, step):
    history = HISTORY.assign(train_loss=[1.0, lowest], val_loss=[1.0, 1.0])
    paint = ColourScheme(BY_ITEM, {"a": RUN_COLOURS[0]})
    lines = build_lines([run("a")], {"a": history}, {}, {}, "epoch")
    figure = curve_panels(lines, {"a": "a"}, paint, "epoch", log=True)
    assert figure.layout.yaxis.dtick == step


def test_many_runs_have_a_panel_per_curve_and_no_band():
    items = [group(f"g{n}", f"{n}a", f"{n}b") for n in range(10)]
    histories = {f"{n}{s}": HISTORY + (s == "b") for n in range(10) for s in "ab"}
    paint = ColourScheme(
        "recipe",
        {item.id: RUN_COLOURS[0] for item in items},
        (("all", RUN_COLOURS[0], MARKERS[0]),),
    )
    lines = build_lines(items, histories, {}, {}, "epoch")
    figure = curve_panels(lines, {item.id: item.title for item in items}, paint, "epoch")
    assert len(figure.data) == 30
    assert not any(trace.fill for trace in figure.data)


def test_a_loss_of_0_is_drawn_at_the_foot_of_a_log_axis_and_told_as_it_is():
    history = HISTORY.assign(train_loss=[1.0, 0.0], val_loss=[0.02, 0.5])
    lines = build_lines([run("a")], {"a": history}, {}, {}, "epoch")
    paint = ColourScheme(BY_ITEM, {"a": RUN_COLOURS[0]})
    assert has_zero_loss(lines)
    figure = curve_panels(lines, {"a": "a"}, paint, "epoch", log=True)
    train = next(trace for trace in figure.data if trace.line.dash == "dot")
    assert list(train.y) == [1.0, pytest.approx(0.002)]
    assert list(train.customdata) == [1.0, 0.0] and "%{customdata:.3g}" in train.hovertemplate
    plain = curve_panels(lines, {"a": "a"}, paint, "epoch")
    assert list(plain.data[0].y) == [1.0, 0.0] and "%{y:.3g}" in plain.data[0].hovertemplate
    nothing = HISTORY.assign(train_loss=[0.0, 0.0], val_loss=[0.0, 0.0])
    lines = build_lines([run("a")], {"a": nothing}, {}, {}, "epoch")
    assert min(curve_panels(lines, {"a": "a"}, paint, "epoch", log=True).data[0].y) > 0
    whole = HISTORY.assign(train_loss=[1.0, 0.1], val_loss=[1.0, 0.1], val_accuracy=[0.0, 1.0])
    assert not has_zero_loss(build_lines([run("a")], {"a": whole}, {}, {}, "epoch"))


def test_curves_of_one_colour_are_parted_by_dashes_and_points():
    items = [run("a"), run("b"), run("c")]
    paint = ColourScheme(
        BY_ITEM, colours := dict.fromkeys("abc", RUN_COLOURS[0]), (), assign_markers(colours)
    )
    lines = build_lines(items, dict.fromkeys("abc", HISTORY), {}, {}, "epoch")
    figure = curve_panels(lines, {id_: id_ for id_ in "abc"}, paint, "epoch")
    solid = [trace for trace in figure.data if trace.line.dash != "dot"]
    assert {trace.line.color for trace in figure.data} == {RUN_COLOURS[0]}
    looks = {(trace.meta, trace.line.dash, trace.marker.symbol) for trace in solid}
    assert len(looks) == len({look[1] for look in looks}) == len({look[2] for look in looks}) == 3
    assert len({trace.marker.symbol for trace in figure.data if trace.line.dash == "dot"}) == 3
