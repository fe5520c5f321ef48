"""What the JSON files of a run folder must look like, as far as pages and commands rely on it: what
is beyond may be anything. A file that another program or a crash has spoiled is told by its name
instead of stopping whatever reads it."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    conlist,
    create_model,
)

from core.base.errors import RunError, damaged_text

Verdict = Literal[
    "generalises",
    "holds up, untested elsewhere",
    "overfit that looks good",
    "overfit, and it shows",
    "never learned",
    "too little evidence",
]
Assessment = Literal["fine", "bad", "cannot tell"]
Number = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1.0001)]  # as rounded as it may be
Count = Annotated[int, Field(ge=0, le=10**12)]
ShortText = Annotated[str, Field(max_length=300)]
_Text = Annotated[str, Field(max_length=2000)]


class Strict(BaseModel):
    """No number may stand as text; further keys are let be."""

    model_config = ConfigDict(strict=True)


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> Any:
    """An object's keys and what their values are; optional ones may be missing."""
    kinds: dict[str, Any] = {key: (kind, ...) for key, kind in required.items()}
    kinds |= {key: (kind, None) for key, kind in (optional or {}).items()}
    return create_model("Object", __base__=Strict, **kinds)


def _by_name(kind: Any, name: Any = str) -> Any:
    return dict[name, kind]


def _score(kind: Any) -> Any:
    return _object(
        {"value": kind, "low": kind, "high": kind, "total": Count},
        {"correct": Count | None, "constant": kind | None},
    )


_Score, _ShareScore = _score(Number), _score(Share)
_Located = _object({"share": Share, "area": Share, "lift": Number, "pointing": _ShareScore})
_Origin = _object({"elsewhere": bool, "by": ShortText})
_Set = _object(
    {"photos": Count, "scores": _by_name(_ShareScore)},
    {
        "tta": _by_name(_ShareScore) | None,
        "localisation": _Located | None,
        "origin": _Origin | None,
    },
)
_Shift = _object({"accuracy": _ShareScore, "loss": _Score})
_Shifted = _object(
    {"use": dict[ShortText, ShortText], "stated": list[ShortText]}
    | {"views": Count, "photos": Count, "constant": Share, "families": _by_name(_Shift, ShortText)}
    | {"counted": list[ShortText], "trained": list[ShortText], "background": _Score | None}
    | {"total": _Shift | None, "untrained": _Shift | None}
)
_Validation = _object({"loss": Number, "accuracy": _ShareScore}, {"balanced": _ShareScore | None})
_Criterion = _object(
    {"name": Literal["finds", "looks", "needs"], "title": ShortText, "words": _Text}
    | {"threshold": Number, "total": Count, "good": bool | None},
    {"kind": ShortText | None},
)
_Compared = _object({"photos": Count, "fall": _by_name(_Score | None)})
_Reliance = _object({}, {"comparison": _Compared | None})
_Redrawn = _object({"lift": Number}, {"lifts": list[Number]})
_Evidence = _object(
    {"set": ShortText | None, "signs": conlist(_Criterion, max_length=20)},
    {"validation": Assessment | None, "reliance": _by_name(_Reliance) | None}
    | {"redrawn_head": _by_name(_Redrawn) | None},
)
_Control = _object({}, {"sets": _by_name(_Set)})
_Fingerprints = _object(
    {
        "train": ShortText,
        "test_sets": _by_name(_object({"photos": ShortText}, {"truth": ShortText | None})),
    },
    {"earlier": dict[str, list[ShortText]]},
)
_Data = _object(
    {"path": Annotated[str, Field(min_length=1, max_length=4096)]},
    {"title": ShortText | None, "classes": list[ShortText] | None}
    | {"fingerprints": _Fingerprints | None},
)
_Estimate = _object({}, {"parts": dict[str, float]})
_Search = _object({"id": ShortText, "lean": bool, "sets": list[ShortText]})
_Machine = _object({}, {"threads": Annotated[int, Field(ge=1, le=1024)] | None})
_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    name: TypeAdapter(shape)
    for name, shape in {
        "controls.json": _object({}, {"frozen": _Control | None, "untrained": _Control | None}),
        "diagnosis.json": _object(
            {
                "verdict": Verdict,
                "rule": ShortText,
                "finding": Annotated[str, Field(max_length=20_000)],
                "evidence": _Evidence,
                "advice": Annotated[list[_Text], Field(max_length=50)],
            }
        ),
        "environment.json": _object(
            {"data": _Data},
            {"format": int | None, "estimate": _Estimate | None, "search": _Search | None}
            | {"machine": _Machine | None},
        ),
        "summary.json": _object(
            {"classes": list[ShortText], "epochs": Count, "trained_weights": Count}
            | {"validation": _Validation, "sets": _by_name(_Set)},
            {"seconds": Number | None, "shifted": _Shifted | None, "verdict": Verdict | None},
        ),
    }.items()
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
