"""A batch: several recipes that are run together, from one YAML file.

`base` is a preset's name or a recipe; `vary` says what differs. As a mapping of keys to lists of
values, every combination is a recipe; as a list of named changes, each entry is one:

    base: quick                                 base: quick
    vary:                                       vary:
      views_per_photo: [1, 4, 16]                 - {name: bare, augment.cutout: null}
      batch_size: [8, 16]                         - {name: slow, bands.1.lr: 1e-4}
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from core.base.errors import RecipeError
from core.base.language import N_
from core.base.yaml_files import read_yaml
from core.recipe.files import (
    PRESETS_DIR,
    apply_changes,
    check_mapping,
    is_file,
    preset_names,
    read_recipe_dict,
    recipe_dict,
)
from core.recipe.schema import Recipe

BATCHES_DIR = PRESETS_DIR / "batches"
MAX_RECIPES = 200  # combinations: more are a slip of the pen
_KEYS = ("name", "base", "vary")
_Change = tuple[str, str, dict[str, Any]]  # where it stands in the file, its name, values by key


@dataclass(frozen=True)
class RecipeBatch:
    """Recipes that differ in nothing but what `varied` names (dotted keys of the recipe)."""

    name: str
    varied: tuple[str, ...]
    recipes: tuple[Recipe, ...]


def recipe_batch_names() -> tuple[str, ...]:
    """Names of the ready-made batches."""
    return tuple(sorted(path.stem for path in BATCHES_DIR.glob("*.yaml")))


def is_recipe_batch(name_or_path: str | Path) -> bool:
    """Whether that names a ready-made batch, or a YAML file with `vary`. Raises InputError when
    there is such a file and it cannot be read."""
    if str(name_or_path) in recipe_batch_names():
        return True
    path = Path(name_or_path)
    if str(name_or_path) in preset_names() or not is_file(path):
        return False
    data = read_yaml(path)
    return isinstance(data, dict) and ("vary" in data or "base" in data)


def load_recipe_batch(
    name_or_path: str | Path, changes: dict[str, Any] | None = None
) -> RecipeBatch:
    """The batch of a name or YAML file; `changes` by dotted key are made to every recipe.

    Raises RecipeError or InputError: one line that names the file and the key or entry."""
    source = str(name_or_path)
    ready = source in recipe_batch_names()
    path = BATCHES_DIR / f"{source}.yaml" if ready else Path(name_or_path)
    data = check_mapping(read_yaml(path), source)
    changes = dict(changes or {})
    try:
        if unknown := [str(key) for key in data if key not in _KEYS]:
            why = N_("unknown key; a batch accepts name, base and vary")
            raise RecipeError(f"{unknown[0]}: {why}")
        name = str(changes.pop("name", data.get("name", path.stem)))
        base, found = _base(data.get("base")), list(_changes(data.get("vary")))
    except RecipeError as error:
        raise RecipeError(f"{source}: {error}") from None
    varied = tuple(dict.fromkeys(key for _, _, change in found for key in change))
    _refuse_overlap(varied, changes, source)
    recipes: dict[str, Recipe] = {}  # by what decides a run
    for where, own, change in found:
        try:
            named = {"name": f"{name}, {own}"}
            recipe = apply_changes(base, changes | change | named, source)
            twin = recipes.setdefault(repr(recipe_without_name(recipe)), recipe)
            if twin is not recipe:
                why = N_("{name!r} is the same recipe as {twin!r}")
                raise RecipeError(why.format(name=recipe.name, twin=twin.name))
        except RecipeError as error:
            raise RecipeError(f"{source}: {where}: {error}") from None
    return RecipeBatch(name, varied, tuple(recipes.values()))


def recipe_without_name(recipe: Recipe) -> dict[str, Any]:
    """All that decides a run: the recipe without its name, as plain data."""
    return {key: value for key, value in recipe_dict(recipe).items() if key != "name"}


# --- what is in the file --------------------------------------------------------------------------


def _base(base: Any) -> dict[str, Any]:
    if isinstance(base, dict):
        return base
    if not isinstance(base, str) or base not in preset_names():
        known = ", ".join(preset_names())
        why = N_("must be a preset name ({known}) or recipe keys").format(known=known)
        raise RecipeError(f"base: {why}")
    return read_recipe_dict(base)


def _changes(vary: Any) -> Iterator[_Change]:
    if isinstance(vary, dict) and vary:
        return _combinations(vary)
    if isinstance(vary, list) and vary:
        return _entries(vary)
    why = N_("must be `key: [value, value]` lines, or a list of named changes")
    raise RecipeError(f"vary: {why}")


def _combinations(vary: dict[Any, Any]) -> Iterator[_Change]:
    """Every combination of the keys' values, the last key's changing fastest."""
    for key, values in vary.items():
        if not isinstance(values, list) or not values:
            raise RecipeError(f"vary.{key}: {N_('must be a list of values')}")
    if (count := prod(len(values) for values in vary.values())) > MAX_RECIPES:
        why = N_("{count} combinations; a batch can run at most {most}")
        raise RecipeError(f"vary: {why.format(count=count, most=MAX_RECIPES)}")
    keys = [str(key) for key in vary]
    for numbered in product(*(enumerate(values, start=1) for values in vary.values())):
        parts = [
            f"{key} {_value_text(value, n)}" for key, (n, value) in zip(keys, numbered, strict=True)
        ]
        values = (value for _, value in numbered)
        yield "vary", ", ".join(parts), dict(zip(keys, values, strict=True))


def _value_text(value: Any, number: int) -> str:
    """A value as part of a name; `#2` for the second one where it is no word or number."""
    if value is None:
        return "null"
    if isinstance(value, float):
        return f"{value:g}"
    plain = isinstance(value, int) or (isinstance(value, str) and value.isidentifier())
    return str(value) if plain else f"#{number}"


def _entries(vary: list[Any]) -> Iterator[_Change]:
    taken: dict[str, int] = {}
    for number, entry in enumerate(vary):
        where = f"vary.{number}"
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            why = N_("must be named changes: {name: ..., key: value}")
            raise RecipeError(f"{where}: {why}")
        name = entry["name"]
        if name in taken:
            why = N_(
                "has the same name as {other}: {name!r}", name=name, other=f"vary.{taken[name]}"
            )
            raise RecipeError(f"{where}: {why}")
        taken[name] = number
        yield where, name, {str(key): value for key, value in entry.items() if key != "name"}


def _refuse_overlap(varied: tuple[str, ...], changes: dict[str, Any], source: str) -> None:
    for key in changes:
        for own in varied:
            if f"{own}.".startswith(f"{key}.") or f"{key}.".startswith(f"{own}."):
                raise RecipeError(
                    N_(
                        "--set {key}: {source} already varies {own}",
                        key=key,
                        source=source,
                        own=own,
                    )
                )
