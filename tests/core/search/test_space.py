import pytest

from core.base.errors import InputError
from core.recipe.files import load_recipe
from core.search.space import apply, candidates, load_space, space_names

QUICK = load_recipe("quick")


def space(tmp_path, text):
    path = tmp_path / "space.yaml"
    path.write_text(text)
    return load_space(path, QUICK)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("recepies: all", "unknown key"),
        ("recipes: []", "empty"),
        ("{}", "empty"),
        ("- 1", "must be a list of"),
        ("recipes: 3", "must be all"),
        ("recipes: [nonsense]", "must be a portfolio recipe"),
        ("recipes: [deeper, deeper]", "listed twice"),
        ("parameters: 3", "must be `key"),
        ("parameters: {augment.rotat.degrees: {low: 0, high: 9}}", "augment.rotat"),
        ("parameters: {augment.rotate.degrees: {low: 9, high: 1}}", "low must be less than high"),
        ("parameters: {augment.rotate.degrees: {low: 0, high: 400}}", "from 0 to 180"),
        ("parameters: {rates: {low: 0, high: 1, log: true}}", "above 0"),
        ("parameters: {augment.flip: [none]}", "two values"),
        ("parameters: {augment.flip: [none, sideways]}", "augment.flip"),
        ("parameters: {augment.mixup: {low: a, high: b}}", "must be numbers"),
        ("parameters: {augment.mixup: {low: 0}}", "must be {low, high}"),
        ("{recipes: all, folds: 1}", "folds: must be a whole number from 2"),
        ("{recipes: all, seeds: x}", "seeds: must be a whole number"),
    ],
)
def test_an_unsound_space_is_one_clear_line(tmp_path, text, words):
    with pytest.raises(InputError) as error:
        space(tmp_path, text)
    assert words in str(error.value) and "\n" not in str(error.value)


def test_a_billion_combinations_are_refused_at_once(tmp_path):
    lines = "".join(f"  k{n}: {list(range(10))}\n" for n in range(9))
    with pytest.raises(InputError, match="1,000,000,000 combinations"):
        space(tmp_path, f"parameters:\n{lines}")


def test_an_unknown_name_tells_the_known_ones():
    with pytest.raises(InputError, match="everything, augmentation, rates-and-depth"):
        load_space("evrything", QUICK)


@pytest.mark.parametrize("name", space_names())
def test_every_ready_made_space_fits_the_default(name):
    found = load_space(name, QUICK)
    recipes = candidates(found, QUICK)
    assert next(iter(recipes.recipes)) == "quick" and not recipes.left_out
    assert len(recipes.recipes) == len(found.recipes) + 1


def test_whole_numbers_are_known_by_the_recipe(tmp_path):
    found = space(
        tmp_path, "parameters: {deeper: {low: 0, high: 4}, augment.mixup: {low: 0, high: 1}}"
    )
    assert found.parameters["deeper"]["whole"] and not found.parameters["augment.mixup"]["whole"]


def test_operations_change_rates_and_depth():
    found = apply(QUICK, {"rates": 0.5, "deeper": 4}, "x")
    assert [(band.first, band.lr) for band in found.bands] == [
        (0, 0),
        (12, 5e-4),
        (17, 1.5e-3),
        (18, 5e-3),
    ]
    assert apply(QUICK, {"deeper": 99}, "x").bands[0].lr == 1e-3
    head = apply(QUICK, {"head_only": True}, "x")
    assert [stage.train for stage in head.stages] == ["head"]
    assert head.planned_epochs() == QUICK.planned_epochs()
    assert apply(QUICK, {"preset": "looks-good", "rates": 0.1}, "x").bands[0].lr == 1e-2


def test_entries_that_fit_no_other_recipe_are_left_out_and_own_ones_refused(tmp_path):
    dense = load_recipe("keras-imagenet")
    found = candidates(load_space("everything", load_recipe("quick")), dense)
    assert "no dropout" in found.left_out  # a dense head has none
    own = space(tmp_path, "recipes: [{name: mine, head.dropout: {logits: 2}}]")
    with pytest.raises(InputError, match=r"recipes: mine: head\.dropout\.logits"):
        candidates(own, QUICK)
