"""core.compare.selection: what can be chosen, and in which colour."""

from __future__ import annotations

from core.compare.selection import grouped_items, item_colours, selectable_items
from core.recipe.files import load_recipe
from core.recipe.repeats import repeat_over_seeds
from core.store.index import RunIndex
from core.store.run import create_run
from tests.factory import START


def rows_of(folder, *recipes):
    for number, recipe in enumerate(recipes):
        create_run(folder, recipe, folder, lambda at=number: START.replace(minute=at))
    return RunIndex(folder).rows()


def test_groups_come_first_and_a_run_alone_is_no_group(tmp_path):
    quick, other = load_recipe("quick"), load_recipe("looks-good")
    rows = rows_of(tmp_path, other, *repeat_over_seeds(quick, [0, 1]), other)
    items = selectable_items(rows)
    assert [item.title for item in items] == [
        "quick, 2 seeds",
        "looks-good",
        "quick, seed 0",
        "quick, seed 1",
        "looks-good (2)",
    ]
    assert [len(item.members) for item in items] == [2, 1, 1, 1, 1]
    assert len({item.id for item in items}) == 5
    assert items[1].id == rows[-1].id


def test_a_groups_title_is_never_a_runs(tmp_path):
    named = load_recipe("looks-good", {"name": "quick, 2 seeds"})
    rows = rows_of(tmp_path, *repeat_over_seeds(load_recipe("quick"), [0, 1]), named)
    assert selectable_items(rows)[0].title == "quick, 2 seeds (group)"


def test_an_items_colour_does_not_change_with_what_else_is_there(tmp_path):
    before = rows_of(tmp_path, *repeat_over_seeds(load_recipe("quick"), [0, 1]))
    colours = item_colours(selectable_items(before))
    after = rows_of(
        tmp_path, *repeat_over_seeds(load_recipe("quick"), [2, 3]), load_recipe("looks-good")
    )
    newer = item_colours(selectable_items(after))
    assert colours == {id_: newer[id_] for id_ in colours} and len(newer) > len(colours)
    some = [item for item in selectable_items(after) if item.id not in colours]
    assert item_colours(some) == {item.id: newer[item.id] for item in some}


def test_repeats_among_some_runs_are_one_item_in_the_order_of_the_runs(tmp_path):
    quick, other = load_recipe("quick"), load_recipe("looks-good")
    rows = rows_of(tmp_path, *repeat_over_seeds(quick, [0, 1, 2]), other)
    looks_good, two, one, _ = rows
    items = grouped_items([looks_good, one, two], rows)
    assert [item.title for item in items] == ["looks-good", "quick, 2 seeds"]
    assert [row.id for row in items[1].members] == [one.id, two.id]
    assert [item.title for item in grouped_items([two], rows)] == ["quick, seed 2"]


def test_a_group_among_some_runs_is_not_called_as_one_of_them(tmp_path):
    named = load_recipe("looks-good", {"name": "quick, 2 seeds"})
    rows = rows_of(tmp_path, *repeat_over_seeds(load_recipe("quick"), [0, 1]), named)
    titles = [item.title for item in grouped_items(rows, rows)]
    assert titles == ["quick, 2 seeds", "quick, 2 seeds (group)"]
