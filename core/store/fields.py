"""The facts of a run: every recipe key, score and word that it can be searched, grouped, sorted or
shown by, under one flat vocabulary.

`backbone`, `augment.mixup`, `bands.1.lr` are the recipe's; `validation`, `objects`, `lift` and
`test.primary` are scores; `state`, `tag`, `started` and the like are the run's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from core.base import formatting
from core.base.language import N_
from core.recipe.difference import flat_recipe
from core.recipe.schema import Recipe
from core.store.status import time_taken
from core.store.test_sets import comparison_set_of

if TYPE_CHECKING:
    from core.store.index import RunRow

FieldKind = Literal["words", "number", "share", "seconds", "moment"]
UNCONFIRMED = N_("scores differ from its predictions")  # in place of such a run's verdict
_SCORES = {
    "primary": N_("Most prominent object"),
    "object": N_("Objects cut out"),
    "ranking": N_("Presence ranking"),
    "present": N_("Any object present"),
}


@dataclass(frozen=True)
class RunField:
    """What a key means: its title in a table, how its values are read and written, and words."""

    title: str
    kind: FieldKind
    description: str


RUN_FIELDS: dict[str, RunField] = {
    "name": RunField(N_("run"), "words", N_("Display name of the run")),
    "verdict": RunField(N_("verdict"), "words", N_("Result of the diagnosis")),
    "state": RunField(
        N_("state"), "words", N_("queued, running, done, failed, cancelled or paused")
    ),
    "validation": RunField(
        N_("validation"), "share", N_("Percentage of the validation photos classified correctly")
    ),
    "loss": RunField(N_("val. loss"), "number", N_("Loss on the validation photos")),
    "shifted": RunField(
        N_("shifted"),
        "share",
        N_("Percentage of shifted views of the validation photos classified correctly"),
    ),
    "test": RunField(N_("test"), "share", N_("Most prominent object on the easy test photos")),
    "difficult": RunField(
        N_("difficult"), "share", N_("Most prominent object on the difficult test photos")
    ),
    "objects": RunField(N_("objects"), "share", N_("Objects cut out of the difficult photos")),
    "lift": RunField(
        N_("lift"),
        "number",
        N_("Evidence inside the objects' boxes, relative to a uniform spread (1)"),
    ),
    "took": RunField(N_("duration"), "seconds", N_("How long the run took")),
    "started": RunField(
        N_("started"), "moment", N_("When the run started (UTC), such as 2026-03-01")
    ),
    "seed": RunField(N_("seed"), "number", N_("Number that fixes the run's randomness")),
    "data": RunField(N_("data set"), "words", N_("Name of the data set")),
    "tag": RunField(N_("tags"), "words", N_("Tag of the run")),
    "note": RunField(N_("note"), "words", N_("Text in the run's note")),
    "from": RunField(N_("sender"), "words", N_("Who sent the run, if it was not trained here")),
    "lr": RunField(N_("highest rate"), "number", N_("Highest learning rate of any layer band")),
    "epoch": RunField(N_("epoch"), "number", N_("Completed epochs")),
    "epochs": RunField(N_("epochs"), "number", N_("Planned epochs")),
    "id": RunField(N_("id"), "words", N_("Name of the run's folder")),
}
DEFAULT_COLUMNS = ("verdict", "shifted", "objects", "lift", "validation", "took", "started")
# Scores of photos, those furthest from the training photos first.
SCORE_KEYS = ("objects", "difficult", "test", "shifted", "validation")


def read_field_values(row: RunRow) -> dict[str, Any]:
    """Values by key: a number, text, a tuple of texts (tags), or None where something is off or
    not known. Moments are ISO 8601 texts, shares 0..1."""
    status, hard = row.status, comparison_set_of([row.summary]) or ""
    facts: dict[str, Any] = {
        "id": row.id,
        "name": row.name,
        "state": "cannot be read" if row.problem else status.state,
        "tag": row.tags,
        "note": row.note,
        "from": row.came_from or None,
        "started": status.started or status.created or None,
        "error": status.error,
    }
    if row.problem:
        return facts
    facts |= {
        "verdict": UNCONFIRMED if row.unconfirmed else (row.summary or {}).get("verdict"),
        "data": row.data,
        "epoch": status.epoch,
        "epochs": status.epochs,
        "took": _run_seconds(row),
        "validation": row.summary_value("validation", "accuracy", "value"),
        "loss": row.summary_value("validation", "loss"),
        "shifted": row.summary_value("shifted", "total", "accuracy", "value"),
        "test": row.summary_value("sets", "test", "scores", "primary", "value"),
        "difficult": row.summary_value("sets", hard, "scores", "primary", "value"),
        "objects": row.summary_value("sets", hard, "scores", "object", "value"),
        "lift": row.summary_value("sets", hard, "localisation", "lift"),
        "lr": max(band["lr"] for band in row.recipe["bands"]),
    }
    for name in (row.summary or {}).get("sets", {}):
        for score in _SCORES:
            facts[f"{name}.{score}"] = row.summary_value("sets", name, "scores", score, "value")
        facts[f"{name}.lift"] = row.summary_value("sets", name, "localisation", "lift")
    recipe = {key: value for key, value in row.recipe.items() if key != "name"}
    texts = {key: None if value == "off" else value for key, value in flat_recipe(recipe).items()}
    return facts | texts | dict(_flatten(recipe))


@cache
def field_info(key: str) -> RunField:
    """What a key means; of a recipe key or a set's score only its form is known."""
    if key in RUN_FIELDS:
        return RUN_FIELDS[key]
    last = key.rsplit(".", 1)[-1]
    score = RUN_FIELDS["lift"].description if last == "lift" else _SCORES.get(last)
    if score is None or "." not in key:
        return RunField(key, "words", N_("Recipe key"))
    words = N_("{score}, on {set}", score=score, set=key.rpartition(".")[0])
    return RunField(key, "number" if last == "lift" else "share", words)


def field_text(key: str, value: Any) -> str:
    """A value as it is read; empty where there is none. A recipe's key that is off says so."""
    if value is None:
        return "" if key in RUN_FIELDS or field_info(key).kind != "words" else N_("off")
    if isinstance(value, tuple):
        return ", ".join(value)
    match field_info(key).kind:
        case "share":
            return formatting.percent(value)
        case "seconds":
            return formatting.duration(value)
        case "number" if key == "lr":
            return formatting.lr_text(value)
        case "number" if key == "loss":
            return f"{value:.3f}"
        case "number" if key.rsplit(".", 1)[-1] == "lift":
            return f"{value:.2f}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def differing_recipe_keys(rows: Sequence[RunRow]) -> list[str]:
    """The recipe keys in which these runs differ, as Compare words them: `augment.zoom`, not each
    of its numbers."""
    readable = [row.field_values for row in rows if not row.problem]
    keys = dict.fromkeys(key for facts in readable for key in facts)
    outer = [
        key
        for key in keys
        if key.split(".")[0] in Recipe.model_fields
        and key not in RUN_FIELDS
        and not any(key.rsplit(".", dots)[0] in keys for dots in range(1, key.count(".") + 1))
    ]
    return [key for key in outer if len({facts.get(key, "-") for facts in readable}) > 1]


@cache
def schema_keys() -> frozenset[str]:
    """Every dotted key that a recipe may have, with `N` for the number of a band or stage."""
    return frozenset(key for key in _walk_schema(Recipe, "") if key != "name")


def generic_key(key: str) -> str:
    """A key with `N` for its numbers, as `schema_keys` has it."""
    return re.sub(r"\.\d+(?=\.|$)", ".N", key)


def _walk_schema(part: Any, prefix: str) -> Iterator[str]:
    for name, field in part.model_fields.items():
        key = prefix + (field.alias or name)
        yield key
        for inner, listed in _nested_models(field.annotation, False):
            yield from _walk_schema(inner, f"{key}.N." if listed else f"{key}.")


def _nested_models(annotation: Any, listed: bool) -> Iterator[tuple[Any, bool]]:
    """The parts of a recipe inside a type, and whether they come in a list."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType, Annotated, tuple):
        for inner in get_args(annotation):
            yield from _nested_models(inner, listed or origin is tuple)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, listed


def _flatten(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """The single values of a recipe by dotted key; a short list of numbers is one text."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flatten(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for number, inner in enumerate(value):
            yield from _flatten(inner, f"{key}.{number}")
    elif not isinstance(value, list):
        yield key, value


def _run_seconds(row: RunRow) -> float | None:
    """Seconds of a run that has ended; one under way has not taken its time yet."""
    if not row.status.ended:
        return None
    end = formatting.parse_timestamp(row.status.finished)
    return time_taken(row.status, end) if isinstance(end, datetime) else None
