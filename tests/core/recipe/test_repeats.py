import pytest

from core.base.errors import RecipeError
from core.recipe.files import load_recipe, recipe_dict
from core.recipe.repeats import next_seeds, repeat_over_folds, repeat_over_seeds
from core.recipe.schema import KFold


def test_repeats_differ_in_nothing_but_the_seed():
    recipe = load_recipe("looks-good", {"seed": 4})
    runs = repeat_over_seeds(recipe, next_seeds(recipe, 3))
    assert [run.seed for run in runs] == [4, 5, 6]
    assert {run.model_copy(update={"seed": 4}) for run in runs} == {recipe}
    assert next_seeds(load_recipe("quick", {"seed": 2**32 - 1}), 2) == [2**32 - 1, 0]


def test_each_fold_validates_in_turn_and_the_photos_are_shared_out_as_before():
    recipe = load_recipe("quick", {"split.seed": 9, "seed": 2})
    runs = repeat_over_folds(recipe, 3)
    assert [run.split for run in runs] == [
        KFold(method="kfold", folds=3, fold=fold, seed=9) for fold in range(3)
    ]
    for run in runs:
        assert recipe_dict(run) | {"split": None} == recipe_dict(recipe) | {"split": None}
    assert repeat_over_folds(runs[2], 3) == runs


@pytest.mark.parametrize("folds", [-1, 0, 1, 21])
def test_a_number_of_folds_that_makes_no_sense_is_refused(folds):
    with pytest.raises(RecipeError, match=r"split\.folds: must be from 2 to 20"):
        repeat_over_folds(load_recipe("quick"), folds)
