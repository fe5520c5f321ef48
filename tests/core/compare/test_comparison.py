"""core.compare.comparison: what parts two items, in words, and their drift laid over each other."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from core.base.palette import MARKERS
from core.compare.colours import BY_ITEM, ColourScheme
from core.compare.comparison import compare_to_reference, drift_overlays, needed_run_ids
from core.plots.comparison import drift_steps
from core.recipe.files import load_recipe, recipe_dict
from core.store.groups import Group
from core.store.index import RunRow
from core.store.status import Status

SCORES = {"object": {"total": 12}, "primary": {"total": 12}}


def row(id_, recipe=None, **summary):
    recipe = recipe or load_recipe("quick")
    summary = {"sets": {"hard": {"scores": SCORES}}} | summary
    return RunRow(id_, recipe.name, Status("done"), recipe_dict(recipe), "books", summary)


def run(id_):
    return Group(id_, id_, (row(id_),))


def group(id_, *ids):
    members = tuple(row(m, load_recipe("quick", {"seed": s})) for s, m in enumerate(ids))
    return Group(id_, id_, members)


def predictions(validation, objects, primary=()):
    """A letter per photo: r right, w wrong."""
    lines = [
        (
            "plain",
            split,
            f"{name}{i}.jpg#red" if "/" in split else f"{name}{i}.jpg",
            "red",
            "red",
            "red" if mark == "r" else "blue",
        )
        for split, name, marks in (
            ("validation", "v", validation),
            ("hard/objects", "o", objects),
            ("hard", "h", primary),
        )
        for i, mark in enumerate(marks)
    ]
    return pd.DataFrame(lines, columns=["kind", "split", "file", "primary", "present", "predicted"])


def test_validation_cannot_tell_what_other_photos_can():
    frames = {"good": predictions("r" * 15, "r" * 12), "bad": predictions("r" * 15, "w" * 11 + "r")}
    (found,) = compare_to_reference([run("good"), run("bad")], frames)
    assert found.validation_text == (
        "Validation cannot tell them apart: both are right on 15 of 15 photos."
    )
    assert found.test_text == (
        "hard (objects cut out) can: good is better on 11 objects, worse on 0: a significant "
        "difference (p < .001)."
    )
    assert found.only_test_differs
    assert list(found.table()["photos"]) == ["validation", "hard"]


def test_few_differing_photos_cannot_tell_anywhere():
    frames = {"a": predictions("rrrr", "rrrw"), "b": predictions("rrrw", "rrww")}
    (found,) = compare_to_reference([run("a"), run("b")], frames)
    assert found.validation_text == (
        "Validation cannot tell them apart: both are right on 3 of 4 photos; b is better "
        "on 0 and worse on 1."
    )
    assert found.test_text == (
        "hard (objects cut out) cannot tell them apart either: better on 0 objects, worse on 1."
    )
    assert not found.only_test_differs


def test_validation_that_tells_is_told():
    frames = {"a": predictions("w" * 8, "rr"), "b": predictions("r" * 8, "rr")}
    (found,) = compare_to_reference([run("a"), run("b")], frames)
    assert found.validation_text == (
        "Validation tells them apart: b is better on 8 photos, worse on 0: a significant "
        "difference (p = .008)."
    )
    assert found.test_text == (
        "hard (objects cut out) cannot tell them apart: both get the same objects right."
    )


def test_groups_are_told_by_their_means_with_an_interval():
    good, bad = predictions("r" * 8, "r" * 12), predictions("r" * 8, "w" * 10 + "rr")
    frames = {"a0": good, "a1": good, "b0": bad, "b1": bad}
    a, b = group("a", "a0", "a1"), group("b", "b0", "b1")
    (found,) = compare_to_reference([a, b], frames)
    assert found.validation_text == (
        "Validation: accuracy 1.00 vs 1.00: cannot tell: other photos or seeds may give "
        "another result (8 photos)."
    )
    assert found.test_text.startswith("hard (objects cut out) can: a is better by .83 (")
    assert found.test_text.endswith("), 1.00 vs .17.")
    (mixed,) = compare_to_reference([a, run("b0")], frames)
    assert mixed.test_text == found.test_text
    assert needed_run_ids([a, run("b0"), run("a1")]) == ["a0", "a1", "b0"]


def test_each_later_item_is_held_against_the_first():
    frames = {name: predictions("rr", "rr") for name in "abc"}
    found = compare_to_reference([run(name) for name in "abc"], frames)
    assert [(one.item.id, one.reference.id) for one in found] == [("b", "a"), ("c", "a")]


def test_items_without_predictions_are_left_out():
    frames = {"a": predictions("rr", "rr"), "b": pd.DataFrame()}
    assert compare_to_reference([run("b"), run("a")], frames) == []


def test_no_photos_in_common_is_told():
    a, b = predictions("rr", "rr"), predictions("rr", "rr")
    b["file"] = "other " + b["file"]
    (found,) = compare_to_reference([run("a"), run("b")], {"a": a, "b": b})
    assert found.validation_text == "Validation cannot compare them: no photos in common."
    assert found.test_text is None
    assert found.table()["finding"].tolist() == ["no photos in common: cannot tell"]


def test_without_boxed_objects_the_whole_photos_are_compared():
    plain = Group("a", "a", (row("a", sets={"hard": {"scores": {"primary": {"total": 8}}}}),))
    frames = {"a": predictions("rr", "", "r" * 8), "b": predictions("rr", "", "w" * 8)}
    (found,) = compare_to_reference([plain, run("b")], frames)
    assert found.test_text.startswith("hard (most prominent object) can: a is better on 8 photos")


# --- drift ----------------------------------------------------------------------------------------


def drift(*ckas, trained=True):
    return pd.DataFrame(
        [(i, f"layer{i}", trained, "pretrained", 0.1, None, cka) for i, cka in enumerate(ckas)],
        columns=["layer", "name", "trained", "reference", "weights", "statistics", "cka"],
    )


def test_drift_of_the_backbone_is_laid_over_and_a_groups_is_the_mean():
    ones = [1.0] * 27
    frames = {"a": drift(*ones, trained=False), "b0": drift(*ones), "b1": drift(0.5, *ones[1:])}
    (overlay,) = drift_overlays([run("a"), group("b", "b0", "b1")], frames).values()
    assert overlay["layer"].max() == 19  # the head begins at 20
    assert len(overlay) == 40
    of_group = overlay[overlay["run"] == "b"]
    assert of_group["change"].iloc[0] == pytest.approx(0.25)
    assert set(of_group["runs"]) == {2}
    figure = drift_steps(
        overlay, ColourScheme(BY_ITEM, {"a": "#111111", "b": "#222222"}, (), {"b": MARKERS[1]})
    )
    assert [set(trace.marker.symbol) for trace in figure.data] == [{"circle-open"}, {"square"}]
    assert figure.data[0].customdata[0][1] == "frozen"
    assert figure.data[1].customdata[0][2] == "weights changed by 10%"
    assert "mean of 2 runs" in figure.data[1].hovertemplate


def test_different_backbones_are_not_laid_over_each_other():
    other = load_recipe("article-success")
    apart = Group("r", "r", (row("r", other),))
    found = drift_overlays([run("a"), apart], {"a": drift(1.0), "r": drift(0.9)})
    assert list(found) == ["efficientnet_lite0", "vgg16_bn"]
    assert list(found["vgg16_bn"]["run"]) == ["r"]


def test_runs_without_a_measured_drift_are_left_out():
    waiting = Group("w", "w", (replace(row("w"), summary=None),))
    assert drift_overlays([run("a"), waiting], {"a": pd.DataFrame()}) == {}
