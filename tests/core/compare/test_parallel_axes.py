"""core.compare.parallel_axes: recipes and results as the axes of a figure."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.base.palette import GREY, MARKERS, RUN_COLOURS, css_colour
from core.compare.colours import BY_ITEM, MAX_COLOURS, NO_COLOUR, ColourScheme, colour_schemes
from core.compare.parallel_axes import build_parallel_axes
from core.recipe.files import load_recipe
from core.store.groups import Group
from core.views import parallel_coordinates
from core.views.parallel_coordinates import parallel_lines
from tests.core.compare.test_comparison import row


def item(id_, objects, verdict="generalises", **changes):
    summary = {
        "verdict": verdict,
        "validation": {"accuracy": {"value": 1.0}},
        "sets": {
            "test_difficult": {
                "scores": {"object": {"value": objects, "total": 49}},
                "localisation": {"lift": 1.9},
            }
        },
    }
    recipe = load_recipe("quick", {key.replace("__", "."): v for key, v in changes.items()})
    return Group(id_, id_, (row(id_, recipe, **summary),))


def axes(found):
    return {
        dimension.title: dimension
        for dimension in (*found.recipe_dimensions, *found.result_dimensions)
    }


def test_numbers_that_span_decades_are_logarithmic_and_words_are_places():
    found = build_parallel_axes(
        [
            item("a", 0.7, optimizer__weight_decay=1e-4, batch_size=8, balance="none"),
            item(
                "b",
                0.5,
                "never learned",
                optimizer__weight_decay=1e-1,
                batch_size=16,
                balance="oversample",
            ),
            item("c", 0.6, optimizer__weight_decay=1e-2, batch_size=16, balance="oversample"),
        ]
    )
    drawn = axes(found)
    assert drawn["optimizer.weight_decay"].logarithmic
    assert drawn["optimizer.weight_decay"].positions == pytest.approx((-4, -1, -2))
    assert not drawn["batch_size"].logarithmic
    assert drawn["balance"].ticks == ((0.0, "none"), (1.0, "oversample"))
    assert drawn["test_difficult, objects"].positions == (0.7, 0.5, 0.6)
    assert drawn["verdict"].ticks == ((0.0, "generalises"), (1.0, "never learned"))
    # batch_size and balance were varied together: one of them says it.
    assert len(found.distinct_keys) == 2
    assert found.table["batch_size"].tolist() == ["8", "16", "16"]
    assert drawn["test_difficult, objects"].texts == ("70%", "50%", "60%")
    assert drawn["lift"].texts == ("1.90",) * 3


def test_runs_without_results_are_counted_and_repeats_differ_by_their_seed():
    waiting = Group("w", "w", (row("w", load_recipe("quick", {"seed": 3}), sets={}),))
    found = build_parallel_axes([item("a", 0.7), item("b", 0.6, seed=1), waiting])
    assert found.excluded_count == 1
    assert [dimension.title for dimension in found.recipe_dimensions] == ["seed"]
    assert build_parallel_axes([waiting]).items == ()


# --- the figure -----------------------------------------------------------------------------


def draw_lines(items, keys=None, colour_scheme=None):
    found = build_parallel_axes(items)
    rows = [row for item in reversed(items) for row in item.members]
    colour_scheme = colour_scheme or next(iter(colour_schemes(items, rows).values()))
    keys = [dimension.title for dimension in found.recipe_dimensions] if keys is None else keys
    return parallel_lines(found, keys, colour_scheme)


def test_a_line_per_run_in_its_own_colour_with_places_from_foot_to_top():
    items = [
        item("a", 0.7, batch_size=8),
        item("b", 0.5, batch_size=32),
        item("c", 0, batch_size=16),
    ]
    figure = draw_lines(items)
    assert [line["name"] for line in figure["lines"]] == ["a", "b", "c"]
    own = colour_schemes(items, [one.members[0] for one in reversed(items)])[BY_ITEM]
    told = [(id_, css_colour(own.colours[id_]), own.marker(id_).dash) for id_ in "abc"]
    assert [(line["name"], line["colour"], line["dash"]) for line in figure["lines"]] == told
    assert figure["legend"] == told and len({look[1:] for look in told}) == 3
    names = [axis["name"] for axis in figure["axes"]]
    assert names == ["batch_size", "validation", "test_difficult, objects", "lift", "verdict"]
    across = dict(
        zip(names, zip(*(line["at"] for line in figure["lines"]), strict=True), strict=True)
    )
    assert across["batch_size"] == pytest.approx((0, 1, 1 / 3), abs=1e-4)
    assert across["test_difficult, objects"] == (0.7, 0.5, 0)  # as it is, from 0 to 1
    assert across["verdict"] == (0.5, 0.5, 0.5)  # nothing to tell apart
    assert figure["lines"][0]["values"] == ["8", "100%", "70%", "1.90", "generalises"]
    assert all(name in figure["words"] for name in names)
    # Later lines are thinner, so that an equal one beneath shows.
    widths = [line["width"] for line in figure["lines"]]
    assert widths == sorted(widths, reverse=True) and widths[0] > widths[-1]


def test_only_the_keys_that_were_chosen_in_their_order():
    items = [item("a", 0.7, batch_size=8, seed=1), item("b", 0.5, batch_size=32), item("c", 0.6)]
    assert draw_lines(items, [])["axes"][0]["key"] == "result validation"
    some = [
        item(id_, 0.5, batch_size=8 + n, optimizer__weight_decay=10.0**-n)
        for n, id_ in enumerate("abc")
    ]
    axes = draw_lines(some, ["optimizer.weight_decay", "batch_size"])["axes"]
    assert [axis["name"] for axis in axes][:2] == ["weight_decay (log)", "batch_size"]
    assert [axis["result"] for axis in axes] == [False, False, True, True, True, True]


def test_ticks_do_not_crowd_each_other_and_the_ends_stay():
    many = [item(f"r{n}", n / 60, batch_size=2 + n, seed=n) for n in range(60)]
    ticks = draw_lines(many, ["batch_size"])["axes"][0]["ticks"]
    shares = [share for share, _ in ticks]
    assert (ticks[0], ticks[-1]) == ((0, "2"), (1, "61"))
    assert 10 < len(ticks) <= 20
    assert min(b - a for a, b in pairwise(shares)) >= 0.05


def test_many_lines_are_coloured_by_the_scheme_and_are_thin():
    many = [item(f"r{n}", 0.5, batch_size=8, seed=n) for n in range(MAX_COLOURS + 1)]
    paint = ColourScheme(NO_COLOUR, {one.id: GREY for one in many})
    figure = draw_lines(many, ["seed"], paint)
    assert {line["colour"] for line in figure["lines"]} == {css_colour(GREY)}
    assert {line["width"] for line in figure["lines"]} == {1.5}
    assert figure["legend"] == []
    told = ColourScheme("seed", paint.colours, (("low", RUN_COLOURS[0], MARKERS[0]),))
    assert draw_lines(many, ["seed"], told)["legend"] == [("low", css_colour(RUN_COLOURS[0]), "")]


@pytest.mark.parametrize(
    ("title", "rows"),
    [
        ("lift", ["lift"]),
        ("test_difficult, objects", ["test_difficult,", "objects"]),
        ("dropout.class_map", ["dropout.class_", "map"]),
        ("x" * 40, ["x" * 14 + "…"]),
        ("a rather long name of photos, objects", ["a rather long", "name of photos,", "objects"]),
        (
            "a rather long name of a set of photos, objects",
            ["a rather long", "name of a set", "of photos, obj…"],
        ),
        ("机の上の写真と棚の写真", ["机の上の写真と…"]),
    ],
)
def test_titles_are_broken_where_words_end(title, rows):
    assert parallel_coordinates._wrap_title(title) == rows
