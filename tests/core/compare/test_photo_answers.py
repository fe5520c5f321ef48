"""core.compare.photo_answers and core.compare.confusion: who answers what to which photo."""

from __future__ import annotations

import sys
from itertools import count

import numpy as np
import pandas as pd
import pytest

from core.base.palette import RUN_COLOURS
from core.compare.confusion import confusion_matrix, confusion_table
from core.compare.photo_answers import (
    counts_table,
    filtered_files,
    photo_predictions,
    predicted_splits,
    prediction_text,
    wide_table,
)
from core.plots.comparison import confusion_heatmap
from tests.core.compare.test_comparison import group, run


def predictions_frame(split, lines):
    """lines: file, truth, answer; the answer has probability .8."""
    rows = [
        (
            "plain",
            split,
            file,
            truth,
            truth,
            said,
            0.8 if said == "red" else 0.2,
            0.8 if said == "blue" else 0.2,
        )
        for file, truth, said in lines
    ]
    columns = ["kind", "split", "file", "primary", "present", "predicted", "p_red", "p_blue"]
    return pd.DataFrame(rows, columns=columns)


GOOD = predictions_frame(
    "test", [("1", "red", "red"), ("2", "blue", "blue"), ("3", "red", "blue"), ("4", "", "red")]
)
BAD = predictions_frame(
    "test", [("1", "red", "red"), ("2", "blue", "red"), ("3", "red", "blue"), ("4", "", "blue")]
)
FRAMES = {"good": GOOD, "bad": BAD}
TWO = [run("good"), run("bad")]
MOST_CALLS = 600_000  # three times what a confusion of 200 classes takes


def test_the_filters_leave_the_photos_they_name():
    found = photo_predictions(TWO, FRAMES, "test")
    assert filtered_files(found, "all") == ["1", "2", "3", "4"]
    assert filtered_files(found, "they disagree") == ["2", "4"]  # with a label or without
    assert filtered_files(found, "all wrong") == ["3"]
    assert filtered_files(found, "only one right") == ["2"]
    assert filtered_files(found, "only one right", "good") == ["2"]
    assert filtered_files(found, "only one right", "bad") == []


def test_a_row_says_the_answer_its_probability_and_whether_it_is_right():
    found = photo_predictions(TWO, FRAMES, "test")
    table = wide_table(found, ["2", "4"], {"good": "Good", "bad": "Bad"})
    assert table.to_dict("records") == [
        {"photo": "2", "label": "blue", "Good": "✓ blue 80%", "Bad": "✗ red 80%"},
        {"photo": "4", "label": "-", "Good": "red 80%", "Bad": "blue 80%"},
    ]
    counted = counts_table(found, ["1", "4"])
    assert counted["right"].tolist() == ["2 of 2", "-"]
    assert counted["answers"].tolist() == ["red 2", "red 1, blue 1"]


def test_a_group_answers_what_most_of_its_runs_do():
    frames = {"a": GOOD, "b": BAD, "c": BAD}
    found = photo_predictions([group("g", "a", "b", "c")], frames, "test")
    row = found[found["file"] == "2"].iloc[0]
    assert (row["predicted"], row["times"], row["runs"], row["right"]) == ("red", 2, 3, False)
    assert row["probability"] == pytest.approx(0.8)
    assert prediction_text(row.to_dict()) == "✗ red 80% (2 of 3)"


@pytest.mark.parametrize(("of_blue", "of_red", "answer"), [(0.8, 0.9, "red"), (0.9, 0.8, "blue")])
def test_of_two_answers_that_are_as_common_the_more_probable_one_counts(of_blue, of_red, answer):
    frames = {"a": GOOD.assign(p_blue=of_blue), "b": BAD.assign(p_red=of_red)}
    found = photo_predictions([group("g", "a", "b")], frames, "test")
    row = found[found["file"] == "2"].iloc[0]
    assert (row["predicted"], row["times"], row["probability"]) == (answer, 1, 0.9)


def test_runs_without_answers_and_sets():
    assert photo_predictions([run("gone")], FRAMES, "test").empty
    objects = predictions_frame("test/objects", [("1#red", "red", "red")])
    both = pd.concat([objects, GOOD])
    assert predicted_splits([run("a")], {"a": both}) == ["test", "test/objects"]


def test_confusion_counts_shares_and_names_the_photos():
    found = confusion_matrix(run("bad"), FRAMES, "test")
    assert found.classes == ("red", "blue")
    assert found.counts.loc["red"].tolist() == [1, 1]
    assert found.shares.loc["blue", "red"] == 1.0
    assert found.photos("blue", "red") == {"2": "2"}
    assert found.error_cells() == [("blue", "red"), ("red", "blue")]
    assert confusion_matrix(run("bad"), FRAMES, "other") is None
    both = confusion_matrix(group("g", "good", "bad"), FRAMES, "test")
    assert both.photos("blue", "red") == {"2": "2 (1 of 2)"}
    assert both.counts.to_numpy().sum() == 6
    table = confusion_table(["Bad"], [found])
    assert table.set_index(["label", "answer"]).loc[("blue", "red"), "photos"] == "2"


def test_of_very_many_cells_the_fullest_are_drawn(monkeypatch):
    monkeypatch.setattr("core.plots.comparison._MOST_CELLS", 2)
    frame = pd.concat([FRAMES["good"], FRAMES["bad"].assign(file=["7", "8", "9", "10"])])
    found = confusion_matrix(run("good"), {"good": frame}, "test")
    assert found is not None and len(found.file_counts) > 2
    counts = sorted((len(files) for files in found.file_counts.values()), reverse=True)
    (cells,) = confusion_heatmap(found, RUN_COLOURS[0]).data
    drawn = [len(found.file_counts[truth, answer]) for truth, answer, _ in cells.customdata]
    assert drawn == counts[:2]


def test_a_cell_of_the_figure_lists_its_photos_and_can_be_clicked():
    found = confusion_matrix(group("g", "good", "bad"), FRAMES, "test")
    figure = confusion_heatmap(found, RUN_COLOURS[0])
    (cells,) = figure.data
    points = [tuple(data) for data in cells.customdata]
    assert len(points) == len(figure.layout.shapes) == 4
    assert cells.textfont.color is None  # the page's own, light or dark
    strength = {
        (round(shape.x0 + 0.48), round(shape.y0 + 0.48)): shape.opacity
        for shape in figure.layout.shapes
    }
    assert {(0, 0), (1, 1)} <= set(strength)
    assert strength[0, 0] == max(strength.values())  # red for red
    assert ("blue", "red", "label blue, prediction red: 1 of 2 (50%)<br>2 (1 of 2)") in points
    assert "1" in cells.text  # red for red: one of each two runs


def test_the_work_of_a_confusion_does_not_grow_with_its_empty_cells():
    """Of 200 classes 39,600 of 40,000 cells are empty. Counted in calls of functions, as no
    machine's speed changes them."""
    names = [f"c{number:03}" for number in range(200)]
    truths, said = names * 2, names + names[1:] + names[:1]
    frame = pd.DataFrame(
        {
            "kind": "plain",
            "split": "test",
            "file": [f"{n}.jpg" for n in range(400)],
            "primary": truths,
            "present": truths,
            "predicted": said,
            **{f"p_{name}": np.equal(said, name).astype(float) for name in names},
        }
    )
    calls = count()
    sys.setprofile(lambda frame, event, argument: event == "call" and next(calls))
    try:
        found = confusion_matrix(run("one"), {"one": frame}, "test")
        figure = confusion_heatmap(found, RUN_COLOURS[0])
        table = confusion_table(["One"], [found])
    finally:
        sys.setprofile(None)
    assert next(calls) < MOST_CALLS
    assert len(table) == 40_000 and table["count"].sum() == 400
    assert len(figure.data[0].x) == len(figure.layout.shapes) == len(found.file_counts) == 400
