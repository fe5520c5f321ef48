"""A recipe that is being written: what differs from where it began, taking one key back, and its
bands as plain data, `[{from, lr}, ...]`, as the strip of layers and its keys edit them.

A rate may be anything while a person types; what cannot be read as one is left for the recipe to
refuse, and counts as no rate here.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.base.errors import RecipeError
from core.base.language import N_
from core.base.yaml_files import MAX_BYTES, parse_yaml
from core.recipe.difference import recipe_difference
from core.recipe.files import apply_changes, recipe_dict, recipe_from_dict
from core.recipe.schema import Recipe

_DISCRIMINATORS = {"head": "kind", "split": "method"}  # parts whose other keys depend on this one
_BACKBONE_KEYS = ("backbone", "image_size", "map_stride", "bands")  # these are of their backbone


def parse_uploaded_recipe(name: str, data: bytes) -> Recipe:
    """The recipe in a file that somebody gave. Raises InputError: one line that names the file and,
    where one is wrong, the key."""
    if len(data) > MAX_BYTES:
        raise RecipeError(N_("{name}: larger than 1 MB, so it cannot be a recipe", name=name))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise RecipeError(N_("{path}: not UTF-8 text; save it as UTF-8", path=name)) from None
    found = parse_yaml(text, name)
    if isinstance(found, dict) and {"base", "vary"} <= set(found):
        raise RecipeError(
            N_("{name}: a batch of recipes; use `python -m core train {name}`", name=name)
        )
    try:
        return recipe_from_dict(found, name)
    except RecipeError as error:
        line = str(error)
        raise RecipeError(line if line.startswith(f"{name}:") else f"{name}: {line}") from None


def list_changes(base: Mapping[str, Any], edited: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Each key that differs, its value in `base` and in `edited`, as people read them."""
    rows = recipe_difference({"base": base, "edited": edited})
    return list(rows.itertuples(index=False, name=None))


def revert_key(base: Mapping[str, Any], edited: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The parts (top-level keys) that change when `key`, dotted, gets `base`'s value again."""
    part, *inner = key.split(".")
    if part == "backbone":
        return {name: base[name] for name in _BACKBONE_KEYS}
    variant = _DISCRIMINATORS.get(part)
    other = variant is not None and base[part][variant] != edited[part][variant]
    if not inner or other:
        return {part: base[part]}
    value = copy.deepcopy(edited[part])
    node, old = value, base[part]
    for name in inner[:-1]:
        node, old = node[name], old[name]
    if inner[-1] in old:
        node[inner[-1]] = old[inner[-1]]
    else:
        node.pop(inner[-1], None)
    return {part: value}


def encode_changes(base: Mapping[str, Any], edited: Mapping[str, Any]) -> str:
    """What differs, by dotted key, for a link; empty when nothing does. Another backbone is told
    with its bands, map stride and image size: without them it brings its usual ones."""
    found: dict[str, Any] = {}
    for part, value in edited.items():
        old = base[part]
        if isinstance(value, dict) and isinstance(old, dict) and set(value) == set(old):
            found |= {f"{part}.{key}": value[key] for key in value if value[key] != old[key]}
        elif value != old:
            found[part] = value
    if "backbone" in found:
        found |= {part: edited[part] for part in _BACKBONE_KEYS}
    return json.dumps(found, separators=(",", ":")) if found else ""


def decode_changes(base: Recipe, link: str) -> dict[str, Any]:
    """The parts that a link changes in `base`. Raises as `decode_recipe`."""
    edited = recipe_dict(decode_recipe(base, link))
    return {part: value for part, value in edited.items() if value != recipe_dict(base)[part]}


def encode_recipe(recipe: Recipe) -> str:
    """A recipe as the link's `recipe`: what it changes of `quick`."""
    return encode_changes(recipe_dict(Recipe()), recipe_dict(recipe)) or "{}"


def decode_recipe(base: Recipe, link: str) -> Recipe:
    """`base` with a link's changes. Raises RecipeError, naming the key, when it is no recipe."""
    try:
        found = json.loads(link)
    except (ValueError, RecursionError):
        raise RecipeError(
            N_("the recipe in the link is cut off or altered; open the complete link")
        ) from None
    if not isinstance(found, dict):
        raise RecipeError(N_("the recipe in the link must contain recipe keys"))
    return apply_changes(recipe_dict(base), found)


Bands = list[dict[str, Any]]

# What a band's rate can be stepped through: about three to a power of ten.
LR_STEPS = (0.0, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
MAX_BANDS = 12  # more would not fit beneath the strip
_DEFAULT_LR = 1e-3  # where no other band trains


def toggle_band_start(bands: Sequence[dict[str, Any]], layer: int) -> Bands:
    """Starts a band at `layer`; where one starts there already, joins it to the one before.

    The new band goes on at the rate of the band it is cut from. Cut from a frozen one it trains, at
    a third of the next band that does: earlier layers are better changed more slowly."""
    ordered = _ordered(bands)
    kept = [dict(band) for band in ordered if band["from"] != layer]
    if len(kept) < len(ordered):
        return kept if layer > 0 else ordered
    before = [band for band in ordered if band["from"] < layer][-1]
    lr = before["lr"]
    if lr == 0:
        later = [_rate(band) for band in ordered if band["from"] > layer]
        lr = next((_third(rate) for rate in later if rate), _DEFAULT_LR)
    return _ordered([*kept, {"from": layer, "lr": lr}])


def step_lr(bands: Sequence[dict[str, Any]], layer: int, up: bool) -> Bands:
    """The band that holds `layer` gets the next rate above or below its own in LR_STEPS."""
    ordered = _ordered(bands)
    band = [band for band in ordered if band["from"] <= layer][-1]
    rate = _rate(band) or 0.0
    further = (
        [lr for lr in LR_STEPS if lr > rate] if up else [lr for lr in LR_STEPS[::-1] if lr < rate]
    )
    band["lr"] = further[0] if further else rate
    return ordered


def split_longest_band(bands: Sequence[dict[str, Any]], layer_count: int) -> Bands:
    """Cuts the band with the most layers in two."""
    ordered = _ordered(bands)
    firsts = [band["from"] for band in ordered]
    lengths = [end - first for first, end in zip(firsts, [*firsts[1:], layer_count], strict=True)]
    place = lengths.index(max(lengths))
    return toggle_band_start(ordered, firsts[place] + max(1, lengths[place] // 2))


def remove_band(bands: Sequence[dict[str, Any]], index: int) -> Bands:
    """All but the band at `index`; the one before it then reaches further."""
    return [dict(band) for number, band in enumerate(bands) if number != index]


def _ordered(bands: Sequence[dict[str, Any]]) -> Bands:
    return sorted((dict(band) for band in bands), key=lambda band: int(band["from"]))


def _rate(band: dict[str, Any]) -> float | None:
    lr = band["lr"]
    return float(lr) if isinstance(lr, int | float) else None


def _third(rate: float) -> float:
    return max((lr for lr in LR_STEPS if lr < rate * 0.5), default=rate)
