"""What fits into a budget: how many recipes are tried, on how many repeats, and what is left to
confirm the choice."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.base.errors import InputError
from core.base.language import N_
from core.data.dataset import Dataset
from core.recipe.schema import Recipe
from core.store.feature_folder import CachedShare
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


@dataclass(frozen=True)
class Plan:
    """trainings: all together. recipes: how many are tried, the one to compare with included.
    confirms: repeats of two recipes at the end. seconds: of one training while it searches; all
    together `total_seconds`. observed: whether earlier runs on this machine back them."""

    trainings: int
    recipes: int
    confirms: int
    seconds: float
    total_seconds: float
    observed: bool

    @property
    def racing(self) -> int:
        """Trainings of the race."""
        return self.trainings - 2 * self.confirms


def make_plan(
    runs_dir: Path, dataset: Dataset, recipes: Sequence[Recipe], budget: Budget, repeats: int
) -> Plan:
    """recipes: the portfolio, the one to compare with first. Raises InputError, one line: no
    budget, or one that is too small for any answer."""
    given = budget.minutes if budget.trainings is None else budget.trainings
    if given is None or not math.isfinite(given) or given <= 0:
        raise InputError(N_("budget: must be above 0 minutes or trainings"))
    seconds, observed = training_seconds(runs_dir, dataset, recipes)
    trainings = budget.trainings
    if trainings is None:
        trainings = int(given * 60 / seconds)
    if trainings < MIN_TRAININGS:
        raise InputError(
            N_(
                "budget: {count} trainings fit, at least {least} are needed (two recipes, and "
                "three folds of two to confirm): about {minutes} minutes here",
                count=trainings,
                least=MIN_TRAININGS,
                minutes=math.ceil((MIN_TRAININGS + 0.5) * seconds / 60),
            )
        )
    confirms = max(MIN_CONFIRMS, min(MAX_CONFIRMS, trainings // 6))
    racing = trainings - 2 * confirms
    count = max(2, min(len(recipes), racing // _PER_RECIPE))
    return Plan(trainings, count, confirms, seconds, trainings * seconds, observed)


def training_seconds(
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
