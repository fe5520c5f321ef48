"""What the JSON files of a run folder must look like, as far as pages and commands rely on it: what
is beyond may be anything. A file that another program or a crash has spoiled is told by its name
instead of stopping whatever reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from core.errors import RunError, damaged
from core.evaluate.verdict import Answer, Verdict

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


Number = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Word = Annotated[str, Field(max_length=300)]


class Strict(BaseModel):
    """No number may stand as text; further keys are let be."""

    model_config = ConfigDict(strict=True)


class _WholeScore(Strict):
    value: Number
    low: Number
    high: Number
    total: Count
    correct: Count | None = None
    constant: Number | None = None


class _WholeLocalisation(Strict):
    share: Number
    area: Number
    lift: Number
    pointing: _WholeScore


class _Origin(Strict):
    elsewhere: bool
    by: Word


class _WholeSet(Strict):
    photos: Count
    scores: dict[str, _WholeScore]
    tta: dict[str, _WholeScore] | None = None
    localisation: _WholeLocalisation | None = None
    origin: _Origin | None = None


class _WholeValidation(Strict):
    loss: Number
    accuracy: _WholeScore
    balanced: _WholeScore | None = None


class _WholeSummary(Strict):
    classes: list[Word]
    epochs: Count
    seconds: Number | None = None
    trained_weights: Count
    validation: _WholeValidation
    sets: dict[str, _WholeSet]
    verdict: Verdict | None = None


class _Sign(Strict):
    name: Literal["finds", "looks", "needs"]
    kind: Word | None = None
    title: Word
    words: Annotated[str, Field(max_length=2000)]
    threshold: Number
    total: Count
    good: bool | None


class _Compared(Strict):
    photos: Count
    fall: dict[str, _WholeScore | None]


class _Reliance(Strict):
    comparison: _Compared | None = None


class _Redrawn(Strict):
    lift: Number
    lifts: list[Number] = []


class _WholeEvidence(Strict):
    set: Word | None
    signs: list[_Sign]
    validation: Answer | None = None
    reliance: dict[str, _Reliance] | None = None
    redrawn_head: dict[str, _Redrawn] | None = None


class _WholeDiagnosis(Strict):
    verdict: Verdict
    rule: Word
    finding: str
    evidence: _WholeEvidence
    advice: list[str]


class _WholeControl(Strict):
    sets: dict[str, _WholeSet] = {}


class _WholeControls(Strict):
    frozen: _WholeControl | None = None
    untrained: _WholeControl | None = None


# All that the letter on a run reads, and that a run must have to travel.
WHOLE: dict[str, TypeAdapter[Any]] = {
    "controls.json": TypeAdapter(_WholeControls),
    "diagnosis.json": TypeAdapter(_WholeDiagnosis),
    "summary.json": TypeAdapter(_WholeSummary),
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
