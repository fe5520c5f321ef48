"""Reads and writes recipes: presets and YAML files, `--set key=value`, errors in one line."""

import copy
import difflib
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.base.errors import RecipeError
from core.base.language import N_
from core.base.yaml_files import dump_yaml, parse_yaml, read_yaml
from core.recipe.layer_table import find_backbone
from core.recipe.schema import Recipe, part_dict, part_keys

PRESETS_DIR = Path(__file__).parent / "presets"

# --- reading and writing --------------------------------------------------------------------------


def recipe_from_dict(data: Any, source: str = "recipe") -> Recipe:
    """A checked recipe from plain data (a dict as YAML gives it; None counts as empty).

    Raises RecipeError: one line that names the key and what is allowed."""
    data = check_mapping(data, source)
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        raise RecipeError(_validation_error_text(error, data)) from None


def load_recipe(name_or_path: str | Path, changes: dict[str, Any] | None = None) -> Recipe:
    """The recipe of a preset's name or of a YAML file, with `changes` by dotted key.

    Raises RecipeError or InputError: one line that names the file or key."""
    return apply_changes(read_recipe_dict(name_or_path), changes or {}, str(name_or_path))


def read_recipe_dict(name_or_path: str | Path) -> dict[str, Any]:
    """A preset's or a YAML file's keys as they are written, unchecked. Raises as `load_recipe`."""
    text = str(name_or_path)
    path = Path(name_or_path)
    if text in preset_names():
        path = PRESETS_DIR / f"{text}.yaml"
    elif path.suffix not in (".yaml", ".yml") and not is_file(path):
        known = ", ".join(preset_names())
        told = N_("{name}: no preset ({known}) or recipe file has that name")
        raise RecipeError(told.format(name=text[:80], known=known))
    return check_mapping(read_yaml(path), path)


def check_mapping(data: Any, path: str | Path) -> dict[str, Any]:
    """What a YAML file holds, as keys and values; nothing counts as none. Raises RecipeError."""
    if data is not None and not isinstance(data, dict):
        raise RecipeError(N_("{path}: must be a list of `key: value` lines", path=path))
    return data or {}


def apply_changes(data: dict[str, Any], changes: dict[str, Any], source: str = "recipe") -> Recipe:
    """A checked recipe from plain data with `changes` by dotted key; neither is altered."""
    data = copy.deepcopy(data)
    _switch_backbone(data, changes)
    _switch_variants(data, changes)
    for key, value in changes.items():
        _set_key(data, key, copy.deepcopy(value))
    return recipe_from_dict(data, source)


def is_file(path: Path) -> bool:
    """Whether there is a file of that name, which somebody typed."""
    try:
        return path.is_file()
    except OSError:  # too long for a name
        return False


def parse_changes(assignments: list[str]) -> dict[str, Any]:
    """`["bands.1.lr=1e-4"]` to `{"bands.1.lr": 0.0001}`; values are read as YAML."""
    changes = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals or not key.strip():
            raise RecipeError(N_("--set {assignment}: must be key=value", assignment=assignment))
        changes[key.strip()] = parse_yaml(value, f"--set {key.strip()}")
    return changes


def recipe_yaml(recipe: Recipe) -> str:
    """The whole recipe as YAML, every key written out."""
    return dump_yaml(recipe_dict(recipe))


def recipe_dict(recipe: Recipe) -> dict[str, Any]:
    """The whole recipe as plain data, in the schema's order."""
    return part_dict(recipe)


def preset_names() -> tuple[str, ...]:
    """Names of the ready-made recipes, `quick` first."""
    names = sorted(path.stem for path in PRESETS_DIR.glob("*.yaml"))
    return tuple(sorted(names, key=lambda name: (not name.startswith("quick"), name)))


def _switch_backbone(data: dict[str, Any], changes: dict[str, Any]) -> None:
    """Another backbone comes with its own bands, map stride and, unless the file has another one
    than its backbone's, image size: the file's are of the file's."""
    own = data.get("backbone", Recipe.model_fields["backbone"].default)
    if changes.get("backbone", own) != own:
        data["backbone"] = changes["backbone"]
        data.pop("bands", None)
        data.pop("map_stride", None)
        with suppress(ValueError):
            if data.get("image_size") == find_backbone(own).image_size:
                data.pop("image_size")


def _switch_variants(data: dict[str, Any], changes: dict[str, Any]) -> None:
    """Another kind of head or method of splitting comes with its own keys: the file's are of the
    file's."""
    for part, key in (("head", "kind"), ("split", "method")):
        default = Recipe.model_fields[part].default
        own = data[part].get(key) if isinstance(data.get(part), dict) else getattr(default, key)
        if changes.get(f"{part}.{key}", own) != own:
            data[part] = {key: changes[f"{part}.{key}"]}


def _set_key(data: Any, dotted: str, value: Any) -> None:
    """Sets `a.b.0.c` in nested dicts and lists, making the dicts that a preset leaves out."""
    *parents, last = dotted.split(".")
    inside = parents[0] if parents else ""
    if inside not in data and inside in Recipe.model_fields and inside != "optimizer":
        # The key changes part of something the preset leaves at its default. (What an optimizer's
        # defaults are depends on its name.)
        data[parents[0]] = recipe_dict(recipe_from_dict(dict(data)))[parents[0]]
    node = data
    for i, part in enumerate(parents):
        child = _child(node, part, ".".join(parents[: i + 1]))
        if child is None:
            child = node[part] = {}
        node = child
    if isinstance(node, list):
        _child(node, last, dotted)
        node[int(last)] = value
    elif isinstance(node, dict):
        node[int(last) if last.isdecimal() and int(last) in node else last] = value
    else:
        raise RecipeError(
            N_("{dotted}: {parent} is a single value", dotted=dotted, parent=".".join(parents))
        )


def _child(node: Any, part: str, dotted: str) -> Any:
    if isinstance(node, list):
        if not part.isdecimal() or int(part) >= len(node):
            told = N_("{dotted}: must be a whole number from 0 to {last}")
            raise RecipeError(told.format(dotted=dotted, last=len(node) - 1))
        return node[int(part)]
    if isinstance(node, dict):
        return node.get(part)
    raise RecipeError(N_("{dotted}: its parent is a single value", dotted=dotted))


# --- errors in one line ---------------------------------------------------------------------------

_TAGS = {"class_map", "dense", "holdout", "kfold", "group", "csv"}


def _validation_error_text(error: ValidationError, data: dict[str, Any]) -> str:
    first = error.errors(include_url=False)[0]
    path: list[str] = []
    node: Any = data
    for part in first["loc"]:
        inside = isinstance(node, dict) and part in node
        if part in _TAGS and not inside:
            continue  # pydantic names the chosen member of a union; that is no key of the file
        path.append(str(part))
        if inside or (isinstance(node, list | tuple) and isinstance(part, int)):
            node = node[part]
    key = ".".join(path)
    message = _explain(first, key)
    return f"{key}: {message}" if key else message


_MESSAGES = {  # by pydantic's type of an error
    "missing": N_("missing"),
    "literal_error": N_("must be {expected}, not {given}"),
    "union_tag_invalid": N_("must be one of {expected}, not {given}"),
    "union_tag_not_found": N_("requires the key {key}"),
    "float": N_("must be a number, not {given}"),
    "int": N_("must be a whole number, not {given}"),
    "tuple_type": N_("must be a list, not {given}"),
    "model": N_("must be a group of keys, not {given}"),
    "string_type": N_("must be text, not {given}"),
    "too_short": N_("must not be empty"),
    "invalid_key": N_("keys must be strings, not {given}"),
}
_SAME_MESSAGE = {
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "float"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "int"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "model"),
}


def _explain(first: Any, key: str) -> str:
    kind, context, given = first["type"], first.get("ctx", {}), first["input"]
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        return _unknown_key_text(key.rsplit(".", 1)[-1])
    not_finite = isinstance(given, float) and not math.isfinite(given)
    shown = N_("a non-finite number") if not_finite else repr(given)[:80]
    told = _MESSAGES.get(_SAME_MESSAGE.get(kind, kind))
    if told is None:
        return f"{first['msg'][:1].lower()}{first['msg'][1:]} (got {shown})"
    return told.format(
        given=repr(context["tag"]) if "tag" in context else shown,
        expected=context.get("expected") or context.get("expected_tags"),
        key=context.get("discriminator"),
    )


def _unknown_key_text(key: str) -> str:
    keys = part_keys()
    if key in keys:
        return N_("key not allowed here; it belongs to another section or kind")
    if close := difflib.get_close_matches(key, keys, n=1):
        return N_("unknown key (did you mean {key}?)").format(key=close[0])
    return N_("unknown key")
