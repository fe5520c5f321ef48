"""Compares runs: which recipe keys differ."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd


def flat_recipe(recipe: Mapping[str, Any]) -> dict[str, str]:
    """A recipe as dotted keys and short texts; bands and stages are one text each, as people read
    them."""
    flat: dict[str, str] = {}
    for key, value in recipe.items():
        if key == "bands":
            flat[key] = ", ".join(f"{band['from']}: {band['lr']:g}" for band in value)
        elif key == "stages":
            flat[key] = "; ".join(_stage_text(stage) for stage in value)
        elif isinstance(value, Mapping) and key in ("augment", "head", "optimizer", "split"):
            flat |= {f"{key}.{name}": text for name, text in flat_recipe(value).items()}
        elif isinstance(value, Mapping) and key == "dropout":
            flat |= {f"{key}.{name}": _text(rate) for name, rate in value.items()}
        elif isinstance(value, Mapping):
            flat[key] = ", ".join(f"{name} {_text(item)}" for name, item in value.items())
        else:
            flat[key] = _text(value)
    return flat


def recipe_difference(recipes: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The keys that differ between recipes: column `key`, then one column per run id.

    A key that a recipe lacks shows as `-`."""
    flats = {run: flat_recipe(recipe) for run, recipe in recipes.items()}
    keys = dict.fromkeys(key for flat in flats.values() for key in flat if key != "name")
    rows = [(key, *(flat.get(key, "-") for flat in flats.values())) for key in keys]
    return pd.DataFrame([row for row in rows if len(set(row[1:])) > 1], columns=["key", *flats])


def short_difference(recipe: Mapping[str, Any], base: Mapping[str, Any]) -> str:
    """What a recipe changes of `base`, as short as a name: `rotate 45, no mixup`; at most two
    changes, and how many more there are. Empty where none is."""
    ours, theirs = flat_recipe(recipe), flat_recipe(base)
    keys = [key for key in ours if key not in ("name", "seed")]
    keys = [key for key in keys if not key.startswith("split.") or key == "split.seed"]
    found = []
    for key in (key for key in keys if ours[key] != theirs.get(key)):
        *outer, name = key.split(".")
        name = f"{outer[-1]} {name}" if outer[-1:] in (["dropout"], ["split"]) else name
        name = name.replace("_", " ")
        if key == "optimizer.name":
            found.append(ours[key])
        elif key == "stages":
            found.append(name)
        elif ours[key] == "off":
            found.append(f"no {name}")
        else:
            parts, before = ours[key].split(", "), theirs.get(key, "").split(", ")
            changed = next(part for part in [*parts, ours[key]] if part not in before)
            value = changed.split(" ", 1)[-1] if len(parts) > 1 and key != "bands" else changed
            found.append(f"{name} {value}" if len(value) <= 20 else name)
    more = [f"+{len(found) - 2}"] if len(found) > 2 else []
    return ", ".join([*found[:2], *more])


def _stage_text(stage: Mapping[str, Any]) -> str:
    lengths: Sequence[int] = ()
    if stage.get("cycles"):
        mult = stage.get("cycle_mult") or 1
        lengths = [stage["cycle_len"] * mult**i for i in range(stage["cycles"])]
        text = f"{stage['train']}: cycles of {'+'.join(map(str, lengths))}"
    elif stage.get("epochs"):
        text = f"{stage['train']}: {stage['epochs']} epochs"
    else:  # a probe, or WiSE-FT
        alpha = stage.get("alpha")
        text = stage["train"] + ("" if alpha is None else f" at {alpha:g}")
    if stage.get("lr") is not None:
        text += f" at {stage['lr']:g}"
    if stage.get("warmup", "none") != "none":
        text += f", warm-up {stage['warmup']}"
    if stage.get("keep", "last") != "last":
        text += f", keeps the {stage['keep']}"
    if stage.get("optimizer"):
        text += ", " + " ".join(_text(value) for value in stage["optimizer"].values())
    return text


def _text(value: Any) -> str:
    if value is None:
        return "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return " to ".join(_text(item) for item in value)
    return str(value)
