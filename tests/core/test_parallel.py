"""core.parallel: recipes and results as the axes of a figure."""

from __future__ import annotations

import pytest

from core.parallel import parallel
from core.parallel_chart import parallel_coordinates
from core.recipe_file import load_recipe
from core.store.groups import Group
from tests.core.test_comparison import row


def item(id_, objects, verdict="generalises", **changes):
    summary = {
        "verdict": verdict,
        "validation": {"accuracy": {"value": 1.0}},
        "sets": {"test_difficult": {"scores": {"object": {"value": objects}},
                                    "localisation": {"lift": 1.9}}},
    }  # fmt: skip
    recipe = load_recipe("quick", {key.replace("__", "."): v for key, v in changes.items()})
    return Group(id_, id_, (row(id_, recipe, **summary),))


def axes(found):
    return {dimension.title: dimension for dimension in (*found.recipe, *found.results)}


def test_numbers_that_span_decades_are_logarithmic_and_words_are_places():
    found = parallel([
        item("a", 0.7, optimizer__weight_decay=1e-4, batch_size=8, balance="none"),
        item("b", 0.5, "never learned", optimizer__weight_decay=1e-1, batch_size=16,
             balance="oversample"),
        item("c", 0.6, optimizer__weight_decay=1e-2, batch_size=16, balance="oversample"),
    ])  # fmt: skip
    drawn = axes(found)
    assert drawn["optimizer.weight_decay"].logarithmic
    assert drawn["optimizer.weight_decay"].places == pytest.approx((-4, -1, -2))
    assert not drawn["batch_size"].logarithmic
    assert drawn["balance"].ticks == ((0.0, "none"), (1.0, "oversample"))
    assert drawn["test_difficult, objects"].places == (0.7, 0.5, 0.6)
    assert drawn["verdict"].ticks == ((0.0, "generalises"), (1.0, "never learned"))
    # batch_size and balance were varied together: one of them says it.
    assert len(found.leading) == 2
    assert found.table["batch_size"].tolist() == ["8", "16", "16"]
    figure = parallel_coordinates([*found.recipe, *found.results], drawn["test_difficult, objects"])
    assert (figure.data[0].line.cmin, figure.data[0].line.cmax) == (0.5, 0.7)
    labels = [axis.label for axis in figure.data[0].dimensions]
    assert "weight_decay (log)" in labels


def test_runs_without_results_are_counted_and_repeats_differ_by_their_seed():
    waiting = Group("w", "w", (row("w", load_recipe("quick", {"seed": 3}), sets={}),))
    found = parallel([item("a", 0.7), item("b", 0.6, seed=1), waiting])
    assert found.left_out == 1
    assert [dimension.title for dimension in found.recipe] == ["seed"]
    assert parallel([waiting]).items == ()
