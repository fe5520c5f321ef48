"""What is asked of a search, checked and planned before anything trains."""

from pathlib import Path

from core.data.dataset import read_dataset
from core.data.split import split_photos
from core.model.pretrained_weights import find_weights
from core.recipe.bands import check_stages
from core.recipe.files import recipe_dict
from core.recipe.repeats import repeat_over_folds
from core.recipe.schema import Recipe
from core.search.objective import check_objective, confirmation_set
from core.search.plan import Budget, make_plan
from core.search.search import Request
from core.search.space import candidates, load_space
from core.store.status import Clock


def plan_search(
    runs_dir: Path,
    data_dir: Path,
    base: Recipe,
    space_name: str | Path,
    budget: Budget,
    clock: Clock,
) -> Request:
    """A search around a recipe. Raises InputError, one line: an unsound space, an objective that
    does not choose, a split that the photos do not allow, weights that are missing, or a budget
    that is too small."""
    space = load_space(space_name, base)
    dataset = read_dataset(data_dir)
    check_objective(dataset, space.objective)
    found = candidates(space, base)
    for recipe in found.recipes.values():
        check_stages(recipe)
        find_weights(recipe.backbone, recipe.weights)
    for fold in repeat_over_folds(base, space.folds):
        split_photos(dataset, fold)
    repeats = space.folds * space.seeds
    recipes = list(found.recipes.values())
    plan = make_plan(runs_dir, dataset, recipes, budget, repeats)
    names = list(found.recipes)
    return Request(
        data=str(Path(data_dir).resolve()),
        base=base.name,
        recipes={name: recipe_dict(found.recipes[name]) for name in names[: plan.recipes]},
        untried=names[plan.recipes :],
        unfit=list(found.left_out),
        space=space,
        plan=plan,
        confirm_set=confirmation_set(dataset, runs_dir),
        minutes=budget.minutes,
        created=clock().isoformat(timespec="seconds"),
    )
