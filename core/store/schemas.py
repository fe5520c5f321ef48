"""What the JSON files of a run folder must look like, as far as pages and commands rely on it: what
is beyond may be anything. A file that another program or a crash has spoiled is told by its name
instead of stopping whatever reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from core.base.errors import RunError, damaged_text

Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1.0001)]  # as rounded as it may be
Count = Annotated[int, Field(ge=0, le=10**12)]
ShortText = Annotated[str, Field(max_length=300)]


class Strict(BaseModel):
    """No number may stand as text; further keys are let be."""

    model_config = ConfigDict(strict=True)


class _Score(Strict):
    value: Number
    low: Number
    high: Number
    total: Count
    correct: Count | None = None
    constant: Number | None = None


class _ShareScore(_Score):
    value: Share
    low: Share
    high: Share
    constant: Share | None = None


class _Localisation(Strict):
    share: Share
    area: Share
    lift: Number
    pointing: _ShareScore


class _Origin(Strict):
    elsewhere: bool
    by: ShortText


class _Set(Strict):
    photos: Count
    scores: dict[str, _ShareScore]
    tta: dict[str, _ShareScore] | None = None
    localisation: _Localisation | None = None
    origin: _Origin | None = None


class _ShiftedScore(Strict):
    accuracy: _ShareScore
    loss: _Score


class _Shifted(Strict):
    use: dict[ShortText, ShortText]
    stated: list[ShortText]
    views: Count
    photos: Count
    constant: Share
    families: dict[ShortText, _ShiftedScore]
    counted: list[ShortText]
    trained: list[ShortText]
    total: _ShiftedScore | None
    untrained: _ShiftedScore | None
    background: _Score | None


class _Validation(Strict):
    loss: Number
    accuracy: _ShareScore
    balanced: _ShareScore | None = None


class _Summary(Strict):
    classes: list[ShortText]
    epochs: Count
    seconds: Number | None = None
    trained_weights: Count
    validation: _Validation
    sets: dict[str, _Set]
    shifted: _Shifted | None = None
    verdict: Verdict | None = None


class _Criterion(Strict):
    name: Literal["finds", "looks", "needs"]
    kind: ShortText | None = None
    title: ShortText
    words: Annotated[str, Field(max_length=2000)]
    threshold: Number
    total: Count
    good: bool | None


class _Compared(Strict):
    photos: Count
    fall: dict[str, _Score | None]


class _Reliance(Strict):
    comparison: _Compared | None = None


class _Redrawn(Strict):
    lift: Number
    lifts: list[Number] = []


class _Evidence(Strict):
    set: ShortText | None
    signs: Annotated[list[_Criterion], Field(max_length=20)]
    validation: Assessment | None = None
    reliance: dict[str, _Reliance] | None = None
    redrawn_head: dict[str, _Redrawn] | None = None


class _Diagnosis(Strict):
    verdict: Verdict
    rule: ShortText
    finding: Annotated[str, Field(max_length=20_000)]
    evidence: _Evidence
    advice: Annotated[list[Annotated[str, Field(max_length=2000)]], Field(max_length=50)]


class _Control(Strict):
    sets: dict[str, _Set] = {}


class _Controls(Strict):
    frozen: _Control | None = None
    untrained: _Control | None = None


class _SetFingerprints(Strict):
    photos: ShortText
    truth: ShortText | None = None


class _Fingerprints(Strict):
    train: ShortText
    test_sets: dict[str, _SetFingerprints]
    earlier: dict[str, list[ShortText]] = {}


class _Data(Strict):
    path: Annotated[str, Field(min_length=1, max_length=4096)]
    title: ShortText | None = None
    fingerprints: _Fingerprints | None = None
    classes: list[ShortText] | None = None


class _Estimate(Strict):
    parts: dict[str, float] = {}


class _Search(Strict):
    id: ShortText
    lean: bool
    sets: list[ShortText]


class _Machine(Strict):
    threads: Annotated[int, Field(ge=1, le=1024)] | None = None


class _Environment(Strict):
    format: int | None = None
    data: _Data
    estimate: _Estimate | None = None
    search: _Search | None = None
    machine: _Machine | None = None


_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    "controls.json": TypeAdapter(_Controls),
    "diagnosis.json": TypeAdapter(_Diagnosis),
    "environment.json": TypeAdapter(_Environment),
    "summary.json": TypeAdapter(_Summary),
}


def check_schema(path: Path, data: Any) -> None:
    """Raises RunError, naming the file and the key, when data of that file cannot be relied on."""
    shape = _ADAPTERS.get(path.name)
    if shape is not None:
        validate_data(shape, path, data)


def validate_data(adapter: TypeAdapter[Any], path: Path, data: Any) -> Any:
    """The data as the shape has it. Raises RunError, naming the file and the key."""
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise RunError(damaged_text(path, f"{key}: {first['msg']}")) from None


Verdict = Literal[
    "generalises",
    "holds up, untested elsewhere",
    "overfit that looks good",
    "overfit, and it shows",
    "never learned",
    "too little evidence",
]
Assessment = Literal["fine", "bad", "cannot tell"]
