"""core.compare.colours: what the colours of more items than colours tell."""

from __future__ import annotations

from core.base.palette import GREY, RUN_COLOURS
from core.compare.colours import BY_ITEM, BY_RECIPE, BY_VERDICT, NO_COLOUR, colour_schemes
from core.compare.selection import run_items
from core.recipe.files import load_recipe
from tests.core.compare.test_comparison import row


def rows(count):
    """Runs of two recipes, newest first, by turns good and bad."""
    return [
        row(
            f"{n:02}",
            load_recipe("quick", {"seed": n, "batch_size": 8 if n % 2 else 16}),
            verdict="generalises" if n % 2 else "never learned",
        )
        for n in reversed(range(count))
    ]


def test_few_have_a_colour_each():
    everything = rows(8)
    (paint,) = colour_schemes(run_items(everything, everything), everything).values()
    assert paint.name == BY_ITEM
    looks = {(paint.colours[id_], paint.marker(id_)) for id_ in paint.colours}
    assert len(looks) == 8  # what shares a colour has another mark
    assert paint.legend == ()


def test_many_share_the_colour_of_what_they_share():
    everything = rows(12)
    found = colour_schemes(run_items(everything, everything), everything)
    assert list(found) == [BY_RECIPE, BY_VERDICT, "batch_size", NO_COLOUR]
    recipe = found[BY_RECIPE]
    assert len({(recipe.colours[id_], recipe.marker(id_)) for id_ in recipe.colours}) == 2
    assert len({(colour, mark) for _, colour, mark in recipe.legend}) == 2
    assert [words for words, *_ in found["batch_size"].legend] == ["8", "16"]  # as numbers
    odd = {found[BY_VERDICT].colours[f"{n:02}"] for n in range(1, 12, 2)}
    assert odd == {
        colour for words, colour, _ in found[BY_VERDICT].legend if words == "generalises"
    }
    assert set(found[NO_COLOUR].colours.values()) == {GREY}
    assert all(colour in RUN_COLOURS for _, colour, _ in found[BY_RECIPE].legend)
