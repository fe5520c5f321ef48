"""What a search may try: recipes of the portfolio, and parameters with their ranges.

A space is a YAML file:

    recipes: [deeper, any turn, {name: slow, bands.1.lr: 1e-4}]   # or: all
    parameters:                    # ranges, or lists of values
      rates: {low: 0.1, high: 10, log: true}
      augment.flip: [none, horizontal, both]
    objective: shifted             # or a test set that dataset.yaml marks `use: choose`
    folds: 5
    seeds: 2

Beside a recipe's dotted keys there are `rates` (times each rate), `deeper` (so many more layers
train) and `head_only`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.base.errors import InputError, RecipeError
from core.base.language import N_
from core.base.yaml_files import read_yaml
from core.recipe.batch import recipe_without_name
from core.recipe.files import apply_changes, load_recipe, recipe_dict
from core.recipe.schema import Recipe

PORTFOLIO = Path(__file__).parent / "portfolio.yaml"
SPACES_DIR = Path(__file__).parent / "spaces"
DEFAULT_SPACE = "everything"
SHIFTED = "shifted"  # the objective: core.evaluate.shifted's total
MAX_COMBINATIONS = 100_000  # of listed values: more are a slip of the pen
MAX_PARAMETERS = 20
_KEYS = ("recipes", "parameters", "objective", "folds", "seeds")
_RANGE = {"low", "high", "log"}
_OPERATIONS = ("rates", "deeper", "head_only", "preset")
Parameter = dict[str, Any] | list[Any]  # {low, high, log, whole}, or values


@dataclass(frozen=True)
class Space:
    """A checked space. recipes: entries of the portfolio, or its file's own, by name."""

    name: str
    recipes: Mapping[str, dict[str, Any]]
    parameters: Mapping[str, Parameter]
    objective: str = SHIFTED
    folds: int = 5
    seeds: int = 2


@dataclass(frozen=True)
class Candidates:
    """The recipes that a search begins with, the one to compare with first; and the names of those
    that do not fit it or are the same."""

    recipes: dict[str, Recipe] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def _error(where: str, why: str, **values: object) -> InputError:
    return InputError(f"{where}: {why.format(**values) if values else why}")


def space_names() -> tuple[str, ...]:
    """Names of the ready-made spaces, the default first."""
    names = sorted(path.stem for path in SPACES_DIR.glob("*.yaml"))
    return tuple(sorted(names, key=lambda name: name != DEFAULT_SPACE))


def load_space(name_or_path: str | Path, base: Recipe) -> Space:
    """The space of a name or YAML file, for searching around `base`. Raises InputError, one line
    that names the file and the key."""
    source = str(name_or_path)
    ready = source in space_names()
    if not ready and not source.endswith((".yaml", ".yml")):
        known = ", ".join(space_names())
        raise InputError(
            N_(
                "{name}: no such search space ({known}), and not a YAML file",
                name=source[:80],
                known=known,
            )
        )
    path = SPACES_DIR / f"{source}.yaml" if ready else Path(name_or_path)
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise InputError(N_("{path}: must be a list of `key: value` lines", path=source))
    for key in data:
        if key not in _KEYS:
            raise _error(
                f"{source}: {key}",
                N_("unknown key; a search space accepts {keys}"),
                keys=", ".join(_KEYS),
            )
    recipes, parameters = _recipes(data.get("recipes"), source), data.get("parameters") or {}
    if not isinstance(parameters, dict):
        why = N_("must be `key: {low, high}` or `key: [values]` lines")
        raise _error(f"{source}: parameters", why)
    if not recipes and not parameters:
        raise InputError(N_("{path}: empty; list recipes or parameters to search", path=source))
    return Space(
        path.stem,
        recipes,
        _checked_parameters(parameters, base, source),
        str(data.get("objective") or SHIFTED),
        _whole(data, "folds", 5, 2, 20, source),
        _whole(data, "seeds", 2, 1, 10, source),
    )


def candidates(space: Space, base: Recipe) -> Candidates:
    """The base and the space's recipes around it. Raises RecipeError, naming it, where an entry
    that the space itself writes does not fit; entries of the portfolio are left out then."""
    found, left_out, own = {base.name: base}, [], _portfolio()
    for name, entry in space.recipes.items():
        try:
            recipe = apply(base, entry, name)
        except RecipeError as error:
            if entry is not own.get(name) and entry != own.get(name):
                raise RecipeError(f"{space.name}: recipes: {name}: {error}") from None
            recipe = base
        same = any(recipe_without_name(recipe) == recipe_without_name(r) for r in found.values())
        if same or name in found:
            left_out.append(name)
        else:
            found[name] = recipe
    return Candidates(found, tuple(left_out))


def apply(base: Recipe, changes: Mapping[str, Any], name: str) -> Recipe:
    """A recipe with changes by dotted key and operation, under a name. Raises RecipeError."""
    if "preset" in changes:
        start = load_recipe(str(changes["preset"]))
        base = start.model_copy(update={"split": base.split, "seed": base.seed})
    data = recipe_dict(base)
    factor, more = changes.get("rates", 1), changes.get("deeper", 0)
    if not isinstance(factor, int | float) or not 0 < factor <= 1000:
        raise RecipeError(N_("rates: must be a number above 0 and at most 1000"))
    if not isinstance(more, int) or not 0 <= more <= 999:
        raise RecipeError(N_("deeper: must be a whole number from 0 to 999"))
    for part in (*data["bands"], *data["stages"]):
        if part.get("lr"):
            part["lr"] = float(f"{part['lr'] * factor:.4g}")
    data["bands"] = _deeper(data["bands"], more)
    if changes.get("head_only"):
        data["stages"] = [{"train": "head", "epochs": base.planned_epochs()}]
    keys = {key: value for key, value in changes.items() if key not in (*_OPERATIONS, "name")}
    return apply_changes(data, {**keys, "name": name}, name)


def _deeper(bands: list[dict[str, Any]], more: int) -> list[dict[str, Any]]:
    """The first band that trains begins so many layers earlier."""
    first = next((place for place, band in enumerate(bands) if band["lr"]), None)
    if not more or not first:
        return bands
    begin = max(0, bands[first]["from"] - more)
    kept = [band for band in bands[:first] if band["from"] < begin]
    return [*kept, {**bands[first], "from": begin}, *bands[first + 1 :]]


def _portfolio() -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in read_yaml(PORTFOLIO)}


def _recipes(asked: Any, source: str) -> dict[str, dict[str, Any]]:
    ready = _portfolio()
    if asked == "all":
        return ready
    found: dict[str, dict[str, Any]] = {}
    if asked is not None and not isinstance(asked, list):
        raise _error(f"{source}: recipes", N_("must be all, or a list of names and changes"))
    for number, entry in enumerate(asked or ()):
        where = f"{source}: recipes.{number}"
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            name = entry["name"]
        elif entry in ready:
            name, entry = entry, ready[entry]
        else:
            why = N_("must be a portfolio recipe ({names}) or named changes")
            raise _error(where, why, names=", ".join(ready))
        if name in found:
            raise _error(where, N_("{name!r} is listed twice"), name=name)
        found[name] = entry
    return found


def _checked_parameters(
    parameters: dict[str, Any], base: Recipe, source: str
) -> dict[str, Parameter]:
    """The parameters with `whole`: whether only whole numbers fit."""
    found: dict[str, Parameter] = {}
    if len(parameters) > MAX_PARAMETERS:
        why = N_("at most {most} parameters, not {count}")
        raise _error(source, why, most=MAX_PARAMETERS, count=len(parameters))
    count = math.prod(len(values) for values in parameters.values() if isinstance(values, list))
    if count > MAX_COMBINATIONS:
        why = N_("the listed values have {count:,} combinations; the maximum is {most:,}")
        raise _error(f"{source}: parameters", why, count=count, most=MAX_COMBINATIONS)
    for key, values in parameters.items():
        where = f"{source}: parameters.{key}"
        for value in _ends(values, where):
            try:
                apply(base, {str(key): value}, base.name)
            except RecipeError as error:
                raise InputError(f"{source}: parameters: {error}") from None
        found[str(key)] = values
        if isinstance(values, dict):
            found[str(key)] = {**values, "whole": not _fits(base, str(key), values["low"] + 0.5)}
    return found


def _fits(base: Recipe, key: str, value: float) -> bool:
    try:
        apply(base, {key: value}, base.name)
    except RecipeError:
        return False
    return True


def _ends(values: Any, where: str) -> list[Any]:
    """The values that decide whether a parameter is sound: all that are listed, or both ends."""
    if isinstance(values, list):
        if len(values) < 2:
            raise _error(where, N_("needs at least two values"))
        if not all(isinstance(v, str | int | float | bool) or v is None for v in values):
            raise _error(where, N_("values must be numbers or words"))
        return values
    if not isinstance(values, dict) or not {"low", "high"} <= values.keys() <= _RANGE:
        raise _error(where, N_("must be {low, high}, optionally with log: true, or a list"))
    low, high = values["low"], values["high"]
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (low, high))
    if not numbers or not math.isfinite(low) or not math.isfinite(high):
        raise _error(where, N_("low and high must be numbers"))
    if low >= high:
        why = N_("low must be less than high, not {low:g} and {high:g}")
        raise _error(where, why, low=low, high=high)
    if values.get("log") and low <= 0:
        raise _error(where, N_("a logarithmic range must start above 0"))
    return [low, high]


def _whole(data: dict[Any, Any], key: str, default: int, low: int, high: int, source: str) -> int:
    value = data.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        why = N_("must be a whole number from {low} to {high}")
        raise _error(f"{source}: {key}", why, low=low, high=high)
    return value
