import os

import pytest

from core.base.errors import RunError
from core.recipe.bands import last_trained_band_index, scaled_bands
from core.recipe.files import load_recipe, recipe_from_dict
from core.store.lr_finder import (
    LrSearch,
    Suggestion,
    create_lr_search,
    find_lr_search,
    open_work,
    search_recipe,
)
from core.store.run import find_runs
from tests.conftest import fast_recipe, fixed_clock
from tests.factory import write_dataset, write_lr_search

QUICK = load_recipe("quick")


def scaled(recipe, lr):
    bands = [{"from": first, "lr": rate} for first, rate in scaled_bands(recipe, lr)]
    return recipe_from_dict({**recipe.model_dump(mode="json", by_alias=True), "bands": bands})


def test_the_question_does_not_depend_on_name_stages_or_the_size_of_the_rates():
    asked = search_recipe(QUICK)
    assert [band.lr for band in asked.bands] == [0, 0.1, 0.3, 1.0]
    assert search_recipe(scaled(QUICK, 1.7e-2)) == asked
    assert search_recipe(load_recipe("quick", {"name": "mine", "stages.0.epochs": 1})) == asked
    assert search_recipe(load_recipe("quick", {"bands.1.lr": 2e-3})) != asked
    assert search_recipe(load_recipe("quick", {"seed": 1})) != asked
    assert search_recipe(load_recipe("quick", {"views_per_photo": None})).views_per_photo == 8
    # Rates that fall towards the head: the largest is 1, so that none leaves its range.
    assert [band.lr for band in search_recipe(load_recipe("looks-good")).bands] == [1.0, 0.1]
    with pytest.raises(RunError, match="all are frozen"):
        search_recipe(load_recipe("quick", {"bands": {0: 0}}))


def test_the_last_band_that_trains_gets_the_rate():
    assert scaled_bands(QUICK, 2e-2) == ((0, 0.0), (16, 2e-3), (17, 6e-3), (18, 2e-2))
    frozen_head = load_recipe("quick", {"bands": {0: 0, 10: 1e-3, 20: 0}})
    assert last_trained_band_index(frozen_head) == 1
    assert scaled_bands(frozen_head, 5e-3) == ((0, 0.0), (10, 5e-3), (20, 0.0))
    # A band of layers without weights (dropout, pooling) trains nothing.
    empty = load_recipe("quick", {"bands": {0: 0, 10: 1e-3, 22: 1.0}})
    assert last_trained_band_index(empty) == 1
    assert last_trained_band_index(load_recipe("quick", {"bands": {0: 0}})) is None


def test_a_changed_photo_is_another_question(tmp_path):
    data = write_dataset(tmp_path / "data")
    first = find_lr_search(tmp_path / "runs", QUICK, data)
    assert find_lr_search(tmp_path / "runs", QUICK, data).path == first.path
    os.utime(data.train[0].path, (1, 1))
    assert find_lr_search(tmp_path / "runs", QUICK, data).path != first.path


def test_a_search_is_no_run_and_a_new_try_forgets_the_old_one(tmp_path, tiny):
    recipe = fast_recipe()
    search = write_lr_search(tmp_path, recipe, tiny, Suggestion(1e-2, "good", 8e-3, 1.2e-2, "so"))
    assert find_runs(tmp_path) == []
    assert [found.path for found in LrSearch.find_all(tmp_path)] == [search.path]
    assert open_work(tmp_path, search.work_id).path == search.path
    found = search.suggestion()
    assert found is not None and found.lr == 1e-2
    create_lr_search(search, recipe, tiny.root, fixed_clock)
    assert search.status().state == "queued"
    assert search.suggestion() is None and search.curves().empty
    (search.path / "suggestion.json").write_text('{"lr": 1}')
    with pytest.raises(RunError, match="damaged"):
        search.suggestion()


@pytest.mark.parametrize("name", [".lr_find/abc", ".lr_find/../x", ".lr_find/", "../x", "gone"])
def test_what_is_gone_is_told(tmp_path, name):
    with pytest.raises(RunError):
        open_work(tmp_path, name)
