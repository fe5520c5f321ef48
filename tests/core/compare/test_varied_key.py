"""core.compare.varied_key: items whose recipes differ in one number, and the figure of their
scores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.compare.score_tables import names_of_test_sets
from core.compare.selection import selectable_items
from core.compare.varied_key import FIRST_TRAINED, find_varied_key, varied_scores
from core.plots.scores import scores_by_value
from core.recipe.batch import load_recipe_batch
from core.store.index import RunIndex
from tests.factory import write_dataset, write_run


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("varied") / "data")


def items_with(tmp_path, dataset, many, preset="quick"):
    """Runs with these changes, an item each; the newest last."""
    for minutes, changes in enumerate(many):
        write_run(tmp_path, dataset, preset, changes=changes, minutes=minutes)
    rows = RunIndex(tmp_path).rows()
    return [item for item in selectable_items(rows) if item.id == item.members[0].id]


def test_one_number_is_found_whatever_the_names_and_seeds(tmp_path, dataset):
    items = items_with(
        tmp_path,
        dataset,
        [{"views_per_photo": n, "name": f"views {n}", "seed": n} for n in (16, 1, 4)],
    )
    varied = find_varied_key(items)
    assert varied is not None
    assert varied.key == "views_per_photo"
    assert [varied.values[item.id] for item in items] == [16, 1, 4]
    assert not varied.logarithmic


def test_rates_over_powers_of_ten_are_logarithmic(tmp_path, dataset):
    items = items_with(tmp_path, dataset, [{"bands.3.lr": lr} for lr in (1e-4, 1e-3, 1e-2)])
    varied = find_varied_key(items)
    assert varied is not None
    assert (varied.key, varied.logarithmic) == ("bands.3.lr", True)


def test_bands_that_begin_elsewhere_are_one_number(tmp_path, dataset):
    recipes = load_recipe_batch("first-trained-layer").recipes
    items = items_with(
        tmp_path,
        dataset,
        [{"bands": [b.model_dump(by_alias=True) for b in r.bands]} for r in recipes],
        "looks-good",
    )
    varied = find_varied_key(items)
    assert varied is not None
    assert varied.key == FIRST_TRAINED
    assert [varied.values[item.id] for item in items] == [0, 3, 5, 7, 10, 13, 17, 20]


@pytest.mark.parametrize(
    "many",
    [
        [{"seed": 1}, {"seed": 2}, {"seed": 3}],
        [{"batch_size": 8}, {"batch_size": 9}],
        [{"batch_size": 8}, {"batch_size": 9}, {"batch_size": 9, "seed": 4}],
        [{"batch_size": 8}, {"batch_size": 9}, {"batch_size": 10, "views_per_photo": 2}],
        [{"views_per_photo": 1}, {"views_per_photo": 2}, {"views_per_photo": None}],
        [{"crop": "squash"}, {"crop": "centre"}, {"batch_size": 3}],
        # Not only where training begins, but also how fast the same layers train:
        [{"bands": {0: 0, k: lr}} for k, lr in ((5, 1e-3), (9, 1e-3), (13, 1e-2))],
    ],
    ids=["seeds", "two", "twice the same", "two keys", "null", "words", "rates too"],
)
def test_anything_else_is_no_curve(tmp_path, dataset, many):
    assert find_varied_key(items_with(tmp_path, dataset, many)) is None


def test_runs_on_other_photos_are_no_curve(tmp_path, dataset):
    items = items_with(tmp_path, dataset, [{"batch_size": n} for n in (4, 8, 16)])
    row = items[0].members[0]
    other = [replace(items[0], members=(replace(row, photos="b"),)), *items[1:]]
    assert find_varied_key(other) is None


def test_the_figure_has_a_point_per_item_in_order_and_a_dot_per_run(tmp_path, dataset):
    for number, (views, seed) in enumerate([(8, 0), (2, 0), (2, 1), (4, 0)]):
        write_run(
            tmp_path,
            dataset,
            changes={"views_per_photo": views, "seed": seed},
            minutes=number,
            object_evidence=0.2 + 0.15 * number,
        )
    rows = RunIndex(tmp_path).rows()
    everything = selectable_items(rows)
    group = next(item for item in everything if item.repeats == 2)
    alone = [i for i in everything if len(i.members) == 1 and i.members[0] not in group.members]
    items = [group, *alone]
    varied = find_varied_key(items)
    assert varied is not None
    found = varied_scores(items, varied, {})
    assert found is not None
    assert found.set_name == "test_difficult"
    assert (
        list(found.test["x"]) == list(found.lift["x"]) == list(found.validation["x"]) == [2, 4, 8]
    )
    keys = ("sets", "test_difficult", "scores", "object", "value")
    assert found.test["value"].iloc[0] == pytest.approx(sum(group.summary_values(*keys)) / 2)
    lines = [("objects cut out", found.test), ("validation accuracy", found.validation)]
    figure = scores_by_value(lines, {item.id: "#123456" for item in items}, varied.key)
    constant, validation, points, members = figure.data
    assert list(constant.y) == list(found.test["constant"])
    assert list(validation.y) == [1, 1, 1]
    assert list(points.x) == [2, 4, 8]
    assert list(points.y) == list(found.test["value"])
    assert list(points.y + points.error_y.array) == list(found.test["high"])
    assert list(members.x) == [2, 2]
    assert sorted(members.y) == sorted(group.summary_values(*keys))
    assert figure.layout.xaxis.title.text == "views_per_photo"


def test_without_test_sets_there_is_no_figure(tmp_path, dataset):
    items = items_with(tmp_path, dataset, [{"batch_size": n} for n in (4, 8, 16)])
    bare = [
        replace(item, members=(replace(row, summary={**(row.summary or {}), "sets": {}}),))
        for item in items
        for row in item.members
    ]
    assert names_of_test_sets(bare) == []
    varied = find_varied_key(bare)
    assert varied is not None
    assert varied_scores(bare, varied, {}) is None
