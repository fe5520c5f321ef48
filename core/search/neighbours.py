"""Neighbours of the best recipe, proposed by Optuna's sampler (TPE, ask and tell).

The portfolio's trials are its start, in place of the usual ten random ones. `optuna.journal` in the
search's folder holds the study; what is missing there is added from the search's own journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from core.base.errors import RecipeError
from core.recipe.batch import recipe_without_name
from core.recipe.files import recipe_dict
from core.recipe.schema import Recipe
from core.search.racing import choose
from core.search.search import Search
from core.search.space import Parameter, apply

if TYPE_CHECKING:  # a second to import, and an extra
    import optuna

INSTALL = ".venv/bin/pip install -r requirements-search.txt"
IMPORTANCE_TRIALS = 20  # from which on importances say something
_TRIES = 8
_NAME = "search"  # of the study, and of the attribute that names a trial's recipe


def can_propose(search: Search) -> bool:
    """Whether there are parameters to go on with, and Optuna."""
    return bool(search.request.space.parameters) and find_spec("optuna") is not None


def propose(search: Search) -> tuple[str, Recipe] | None:
    """A recipe near the best that was not tried yet, with its name; None where none was found."""
    import optuna

    study, failed = _study(search), optuna.trial.TrialState.FAIL
    best = choose(search.results, search.racing_names)
    for _ in range(_TRIES):
        trial = study.ask(_distributions(search.request.space.parameters))
        name = f"neighbour {trial.number + 1}"
        try:
            recipe = apply(search.recipes[best], trial.params, name)
        except RecipeError:  # two values that do not go together
            study.tell(trial, state=failed)
            continue
        known = map(recipe_without_name, search.recipes.values())
        if recipe_without_name(recipe) not in known:
            trial.set_user_attr(_NAME, name)
            return name, recipe
        study.tell(trial, state=failed)
    return None


def importance(search: Search) -> dict[str, float]:
    """How much each parameter decides, 0..1, together 1; empty with too few trials to say."""
    if not can_propose(search) or len(search.recipes) < IMPORTANCE_TRIALS:
        return {}
    import optuna

    study = _study(search)
    try:
        found = optuna.importance.get_param_importances(study)
    except (ValueError, RuntimeError):  # no parameter varies, or no value does
        return {}
    return {name: round(float(value), 3) for name, value in found.items()}


def _study(search: Search) -> optuna.Study:
    """The study with every trial that has a value by now."""
    import optuna
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = optuna.storages.JournalStorage(
        JournalFileBackend(str(search.folder / "optuna.journal"))
    )
    sampler = optuna.samplers.TPESampler(n_startup_trials=0, seed=len(search.recipes))
    study = optuna.create_study(
        storage=storage,
        study_name=_NAME,
        sampler=sampler,
        direction="maximize",
        load_if_exists=True,
    )
    distributions = _distributions(search.request.space.parameters)
    there = {trial.user_attrs.get(_NAME): trial for trial in study.get_trials(deepcopy=False)}
    for name, standing in search.standings.items():
        if not standing.repeats:
            continue
        if trial := there.get(name):
            if not trial.state.is_finished():
                study.tell(trial.number, standing.gain)
            continue
        params = _values(search.recipes[name], search.recipes[search.names[0]], distributions)
        study.add_trial(
            optuna.create_trial(
                params=params,
                distributions={key: distributions[key] for key in params},
                value=standing.gain,
                user_attrs={_NAME: name},
            )
        )
    return study


def _distributions(parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    import optuna

    found: dict[str, Any] = {}
    for key, values in parameters.items():
        if isinstance(values, list):
            found[key] = optuna.distributions.CategoricalDistribution(values)
        else:
            kinds = optuna.distributions
            kind = kinds.IntDistribution if values["whole"] else kinds.FloatDistribution
            found[key] = kind(values["low"], values["high"], log=bool(values.get("log")))
    return found


def _values(recipe: Recipe, base: Recipe, distributions: Mapping[str, Any]) -> dict[str, Any]:
    """What a recipe of the portfolio has for each parameter that it has within its range."""
    data, found = recipe_dict(recipe), dict[str, Any]()
    for key, distribution in distributions.items():
        if key == "rates":
            value: Any = recipe.bands[-1].lr / base.bands[-1].lr if base.bands[-1].lr else None
        elif key == "deeper":
            value = max(0, _first_trained(base) - _first_trained(recipe))
        else:
            value = data
            for part in key.split("."):
                value = value.get(part) if isinstance(value, dict) else None
        listed = getattr(distribution, "choices", None)
        if listed is not None:
            inside = value in listed
        else:
            numeric = isinstance(value, int | float) and not isinstance(value, bool)
            inside = numeric and distribution.low <= value <= distribution.high
        if inside:
            found[key] = value
    return found


def _first_trained(recipe: Recipe) -> int:
    return next((band.first for band in recipe.bands if band.lr), recipe.bands[-1].first)
