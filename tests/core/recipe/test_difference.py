import pytest

from core.recipe.difference import flat_recipe, recipe_difference, short_difference
from core.recipe.files import load_recipe, recipe_dict


def test_a_recipe_in_short_texts():
    flat = flat_recipe(recipe_dict(load_recipe("article-success")))
    assert flat["bands"] == "0: 0, 34: 1e-05, 40: 0.0001, 43: 0.001"
    assert flat["stages"] == (
        "head: 5 epochs; bands: cycles of 9+18+36, warm-up fastai; "
        "bands: cycles of 2+4+8, warm-up fastai"
    )
    assert flat["augment.zoom"] == "range 1 to 1.5, p 0.75"
    assert flat["head.dropout.logits"] == "0.3"
    assert flat["views_per_photo"] == "off"


def test_only_what_differs_is_shown():
    recipes = {"a": recipe_dict(load_recipe("quick")), "b": recipe_dict(load_recipe("looks-good"))}
    found = recipe_difference(recipes).set_index("key")
    assert list(found.columns) == ["a", "b"]
    assert found.loc["augment.cutout", "b"] == "off"
    assert found.loc["bands", "b"] == "0: 0.1, 13: 0.01"
    assert "stages" not in found.index and "name" not in found.index
    assert recipe_difference({"a": recipes["a"], "c": recipes["a"]}).empty


def test_every_leaf_of_the_recipe_is_covered():
    """A change of any key must show."""
    base = recipe_dict(load_recipe("quick"))
    for key, value in {
        "augment.blur.size": 5,
        "augment.lighting": 0.1,
        "head.dropout.features": 0.5,
        "optimizer.momentum": 0.5,
        "split.seed": 1,
        "stages.0.lr": 0.1,
        "crop": "centre",
        "bands.1.lr": 0.5,
        "views_per_photo": None,
        "augment.zoom": None,
    }.items():
        changed = recipe_dict(load_recipe("quick", {key: value}))
        assert len(recipe_difference({"a": base, "b": changed})) == 1, key


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"augment.rotate.degrees": 45}, "rotate 45"),
        ({"augment.zoom": None}, "no zoom"),
        ({"augment.zoom.range": [1.0, 2.0]}, "zoom 1 to 2"),
        ({"head.dropout.features": 0.5, "batch_size": 8}, "dropout features 0.5, batch size 8"),
        ({"optimizer.name": "adam"}, "adam"),
        ({"bands.1.lr": 0.5}, "bands 16: 0.5"),
        ({"seed": 9, "name": "other"}, ""),
        ({"augment.zoom": None, "crop": "centre", "batch_size": 8, "label_smoothing": 0.1}, "+2"),
    ],
)
def test_what_changes_is_told_as_short_as_a_name(changes, words):
    base = recipe_dict(load_recipe("quick"))
    found = short_difference(recipe_dict(load_recipe("quick", changes)), base)
    assert found == words or (words == "+2" and found.endswith(", +2"))
