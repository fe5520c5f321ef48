"""What is asked of a search, checked and planned before anything trains: what fits into its budget,
how many recipes are tried, on how many repeats, and what is left to confirm the choice."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.base.errors import InputError
from core.base.language import N_
from core.data.dataset import CHOOSE, Dataset, read_dataset
from core.data.near_copies import near_copies
from core.data.object_crops import labelled_objects
from core.data.origin import find_origins
from core.data.split import split_photos
from core.model.pretrained_weights import find_weights
from core.recipe.bands import check_stages
from core.recipe.files import recipe_dict
from core.recipe.repeats import repeat_over_folds
from core.recipe.schema import Recipe
from core.search.search import Plan, Request
from core.search.space import SHIFTED, candidates, load_space
from core.store.feature_folder import CachedShare
from core.store.status import Clock
from core.train.estimate import count_photos, estimate

MIN_CONFIRMS, MAX_CONFIRMS = 3, 10  # repeats of the chosen recipe and of the default
MIN_TRAININGS = 2 * MIN_CONFIRMS + 2  # two recipes on one fold besides
_PER_RECIPE = 3  # trainings that a recipe of the portfolio takes on average
_LEFT_OUT = ("class maps", "diagnose")  # of a trial's time
_SHARED = CachedShare(photos=0.8, views=0.5)  # features that trials find made by others


@dataclass(frozen=True)
class Budget:
    """What a search may take; exactly one is given."""

    minutes: float | None = None
    trainings: int | None = None


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
    plan = _make_plan(runs_dir, dataset, recipes, budget, repeats)
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


def check_objective(dataset: Dataset, objective: str) -> None:
    """Raises InputError, with the reason, where recipes cannot be chosen by that."""
    if objective == SHIFTED:
        return
    found = dataset.test_set(objective)
    if found.use != CHOOSE:
        told = N_(
            "objective: {name}: a test set used to choose recipes can no longer test them; "
            "if it is meant for choosing, set test_sets: {{{name}: {{use: choose}}}} in "
            "dataset.yaml"
        )
        raise InputError(told.format(name=objective))
    if not found.labels:
        raise InputError(N_("objective: {name}: has no labels", name=objective))


def confirmation_set(dataset: Dataset, runs_dir: Path) -> str | None:
    """The labelled set from elsewhere by which the choice is confirmed: the one with most labelled
    objects, then photos, that chooses nothing. None without one."""
    origins = find_origins(dataset, lambda: near_copies(dataset, runs_dir))
    sets = [each for each in dataset.test_sets if each.labels and origins[each.name].elsewhere]
    sizes = {
        each.name: (len(labelled_objects(each, dataset.classes)), len(each.labels)) for each in sets
    }
    return max(sizes, key=lambda name: sizes[name], default=None)


def _make_plan(
    runs_dir: Path, dataset: Dataset, recipes: Sequence[Recipe], budget: Budget, repeats: int
) -> Plan:
    """recipes: the portfolio, the one to compare with first. Raises InputError, one line: no
    budget, or one that is too small for any answer."""
    given = budget.minutes if budget.trainings is None else budget.trainings
    if given is None or not math.isfinite(given) or given <= 0:
        raise InputError(N_("budget: must be more than 0 minutes or training runs"))
    seconds, observed = _training_seconds(runs_dir, dataset, recipes)
    trainings = budget.trainings
    if trainings is None:
        trainings = int(given * 60 / seconds)
    if trainings < MIN_TRAININGS:
        raise InputError(
            N_(
                "budget: allows {count} training runs, but at least {least} are needed "
                "(two recipes, plus three folds of each to confirm): about {minutes} "
                "minutes on this machine",
                count=trainings,
                least=MIN_TRAININGS,
                minutes=math.ceil((MIN_TRAININGS + 0.5) * seconds / 60),
            )
        )
    confirms = max(MIN_CONFIRMS, min(MAX_CONFIRMS, trainings // 6))
    racing = trainings - 2 * confirms
    count = max(2, min(len(recipes), racing // _PER_RECIPE))
    return Plan(trainings, count, confirms, seconds, trainings * seconds, observed)


def _training_seconds(
    runs_dir: Path, dataset: Dataset, recipes: Sequence[Recipe]
) -> tuple[float, bool]:
    """The mean seconds of a trial (which reads no test set, and is not diagnosed), and whether
    earlier runs here back that."""
    totals = []
    for recipe in recipes:
        photos = replace(count_photos(dataset, recipe), tests=0, objects=0)
        found = estimate(runs_dir, recipe, photos, _SHARED)
        left_out = sum(found.parts.get(part, 0.0) for part in _LEFT_OUT)
        totals.append(found.seconds - left_out)
    return max(0.1, sum(totals) / len(totals)), found.observed
