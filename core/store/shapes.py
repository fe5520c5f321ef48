"""What the JSON files of a run folder must look like, as far as pages and commands rely on it: what
is beyond may be anything. A file that another program or a crash has spoiled is told by its name
instead of stopping whatever reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from core.errors import RunError, damaged

_Numbers = dict[str, float | None]


class _Set(BaseModel):
    scores: dict[str, _Numbers] | None = None
    localisation: dict[str, Any] | None = None


class _Validation(BaseModel):
    loss: float | None = None
    accuracy: _Numbers | None = None


class _Scores(BaseModel):
    validation: _Validation | None = None
    sets: dict[str, _Set] = {}


class _Summary(_Scores):
    verdict: str | None = None


class _Controls(BaseModel):
    frozen: _Scores | None = None
    untrained: _Scores | None = None


class _Evidence(BaseModel):
    set: str | None
    signs: list[dict[str, Any]]


class _Diagnosis(BaseModel):
    verdict: str
    rule: str
    finding: str
    evidence: _Evidence
    advice: list[str]


class _Data(BaseModel):
    path: str
    fingerprints: dict[str, Any] | None = None


class _Estimate(BaseModel):
    parts: dict[str, float] = {}


class _Environment(BaseModel):
    data: _Data
    estimate: _Estimate | None = None


_SHAPES: dict[str, TypeAdapter[Any]] = {
    "controls.json": TypeAdapter(_Controls),
    "diagnosis.json": TypeAdapter(_Diagnosis),
    "environment.json": TypeAdapter(_Environment),
    "summary.json": TypeAdapter(_Summary),
}


def check_shape(path: Path, data: Any) -> None:
    """Raises RunError, naming the file and the key, when data of that file cannot be relied on."""
    shape = _SHAPES.get(path.name)
    if shape is not None:
        shaped(shape, path, data)


def shaped(shape: TypeAdapter[Any], path: Path, data: Any) -> Any:
    """The data as the shape has it. Raises RunError, naming the file and the key."""
    try:
        return shape.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise RunError(damaged(path, f"{key}: {first['msg']}")) from None
