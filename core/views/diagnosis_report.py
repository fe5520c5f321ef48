"""The diagnosis of a run as a doctor's letter: a finding, its evidence in sentences with numbers
and pictures, and advice. Made from the run folder alone; pictures need the photos too."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from core.base.errors import InputError
from core.base.formatting import percent
from core.base.language import _, sentences, translate
from core.data.dataset import Dataset, TestSet, read_dataset
from core.evaluate.verdict import (
    MEANINGS,
    RULES,
    THRESHOLDS,
    density_ratio,
    evidence_set,
    threshold,
)
from core.recipe.layer_table import head_start
from core.store.run import Run
from core.store.schemas import Answer
from core.views.diagnosis_pictures import Picture, cut_outs, gaze, painted_over

Key = Literal["validation", "finds", "looks", "needs", "drift"]
REDRAWN_NEAR_1 = 1.4  # a random head's evidence up to so dense is as good as strewn evenly


@dataclass(frozen=True)
class Evidence:
    """One piece: a question, its answer in words with numbers, and pictures. good: None where it
    is shown without a judgement; `counts` tells whether a rule of the verdict reads it."""

    key: Key
    question: str
    words: str
    good: bool | None
    counts: bool
    pictures: tuple[Picture, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Letter:
    """problem: why the pictures are missing, one line; empty when they are there. controls: rows
    for core.plots.scores; no rows without a score of cut-out objects. history: history.csv. layers:
    drift.csv without the head."""

    verdict: str
    meaning: str
    finding: str
    rule: str
    set_name: str | None
    evidence: tuple[Evidence, ...]
    controls: pd.DataFrame
    history: pd.DataFrame
    layers: pd.DataFrame
    advice: tuple[str, ...]
    problem: str = ""


def write_letter(run: Run, pictures: bool = True) -> Letter | None:
    """The letter on a run; None while it has no diagnosis. Raises InputError when a file of the run
    folder is damaged; photos that are gone only cost the pictures, which may be left out, too."""
    diagnosis, summary, controls = run.diagnosis(), run.summary(), run.controls()
    if diagnosis is None or summary is None:
        return None
    found, sets = diagnosis["evidence"], summary["sets"]
    name = found["set"] or evidence_set(sets)
    layers = backbone_drift(run)
    pieces = [
        _validation(summary["validation"]["accuracy"], found.get("validation")),
        *(_sign(sign, sets.get(name) or {}) for sign in found["signs"]),
        _drift(layers),
    ]
    evidence = tuple(piece for piece in pieces if piece is not None)
    evidence, problem = _with_pictures(run, evidence, name if pictures else None)
    notes = {
        "looks": _sanity(
            (found.get("redrawn_head") or {}).get(name),
            (sets.get(name) or {}).get("localisation"),
        ),
        "needs": _control((found.get("reliance") or {}).get(name)),
    }
    outlived = _outlived(run.reliance(), name)
    return Letter(
        verdict=diagnosis["verdict"],
        meaning=translate(MEANINGS.get(diagnosis["verdict"], "")),
        finding=_spaced(translate(diagnosis["finding"])),
        rule=diagnosis["rule"],
        set_name=name,
        evidence=tuple(
            replace(
                piece,
                note=notes.get(piece.key, ""),
                words=sentences(piece.words, outlived) if piece.key == "needs" else piece.words,
            )
            for piece in evidence
        ),
        controls=_controls(sets.get(name) or {}, controls, name),
        history=run.history(),
        layers=layers,
        advice=tuple(map(translate, diagnosis["advice"])),
        problem=problem,
    )


def rules_table(fired: str) -> pd.DataFrame:
    """The rules of the verdict as they are read, with a mark at the one that fired."""
    rows = [
        (
            "\u2794" if rule == fired else "",
            translate(rule),
            translate(when).replace("`", ""),
            translate(verdict),
        )
        for rule, (verdict, when) in RULES.items()
    ]
    columns = [_("fired"), _("rule"), _("when"), _("verdict")]
    return pd.DataFrame(rows, columns=columns)


def thresholds_table() -> pd.DataFrame:
    """What the rules compare with."""
    rows = [(name, f"{value:g}", translate(words)) for name, (value, words) in THRESHOLDS.items()]
    return pd.DataFrame(rows, columns=[_("name"), _("value"), _("meaning")])


# --- the pieces ---------------------------------------------------------------------------------


def _spaced(words: str) -> str:
    """`58 %`, as everywhere on screen."""
    return re.sub(r"(?<=\d)%", " %", words)


def _validation(accuracy: Mapping[str, Any], answer: Answer | None) -> Evidence:
    words = _(
        "{right} of {total} validation photos are answered right. They come from the same shoot as "
        "the training photos, so this alone proves little.",
        right=accuracy["correct"],
        total=accuracy["total"],
    )
    good = {"fine": True, "bad": False}.get(answer or "")
    return Evidence("validation", _("What does validation say?"), words, good, True)


_COUNTED = {"accuracy": "primary", "objects": "object"}  # a sign's score, where it is a share


def _sign(sign: Mapping[str, Any], of_set: Mapping[str, Any]) -> Evidence:
    told = _spaced(translate(str(sign["words"])))
    kind = sign.get("kind")
    score = of_set["scores"].get(_COUNTED.get(kind or "")) if of_set else None
    if score:
        words = _("Right for {objects}.", objects=told)
    else:
        words = _("{sentence}.", sentence=f"{told[0].upper()}{told[1:]}")
    good = ""
    if sign["good"] is None:
        if sign["total"] < threshold("photos"):
            good = _("Too few to judge: fewer than {least:.0f}.", least=threshold("photos"))
    elif score:
        needed = score["constant"] + sign["threshold"] * (1 - score["constant"])
        good = _("Good from {share}.", share=percent(needed))
    elif kind == "density":
        good = _("Good from {lift:g} times.", lift=sign["threshold"])
    elif kind == "needs":
        good = _("Good from {points:.0f} points between the two.", points=100 * sign["threshold"])
    return Evidence(
        sign["name"], translate(sign["title"]), sentences(words, good), sign["good"], True
    )


def _outlived(rows: pd.DataFrame, name: str | None) -> str:
    """How many answers outlive the objects, over all photos."""
    rows = rows[(rows["split"] == name) & rows["fill"].isin(["", "all"])] if len(rows) else rows
    if rows.empty:
        return ""
    answers = rows.pivot(index="file", columns="variant", values="predicted")
    same = int((answers["plain"] == answers["object"]).sum())
    words = _(
        "With the objects painted over, {same} of {photos} photos still get the same answer.",
        same=same,
        photos=len(answers),
    )
    if same * 2 > len(answers):
        words = sentences(words, _("An answer that stays did not need the object."))
    return words


def _control(numbers: Mapping[str, Any] | None) -> str:
    """The objects painted over against an equal area elsewhere, where there is room for one."""
    compared = (numbers or {}).get("comparison") or {}
    falls = compared.get("fall") or {}
    if not falls.get("object") or not falls.get("elsewhere"):
        return ""
    return _(
        "Check with an equal area, on the {photos} photos that have room for one: objects painted "
        "over, {objects} points; as much elsewhere, {elsewhere} (95 % intervals).",
        photos=compared["photos"],
        objects=_points(falls["object"]),
        elsewhere=_points(falls["elsewhere"]),
    )


def _points(fall: Mapping[str, Any]) -> str:
    """A fall as a change of probability in points, with its interval."""
    value, low, high = (_signed(-100 * fall[key]) for key in ("value", "high", "low"))
    return _("{value} ({low} to {high})", value=value, low=low, high=high)


def _signed(value: float) -> str:
    rounded = round(value)
    return f"{rounded:+d}".replace("-", "\u2212") if rounded else "0"


def _drift(layers: pd.DataFrame) -> Evidence | None:
    """The backbone's layers, frozen ones and trained ones; the head began at random."""
    if layers.empty:
        return None
    parts = []
    frozen, trained = layers[~layers["trained"]], layers[layers["trained"]]
    if len(frozen):
        parts.append(
            _("{layers} was frozen.", layers=_range(frozen))
            if len(frozen) == 1
            else _("{layers} were frozen.", layers=_range(frozen))
        )
    measured = trained.dropna(subset="cka")
    if len(measured):
        least = measured.loc[measured["cka"].idxmin()]
        parts.append(
            _(
                "{layers} trained. Their likeness to how they began (CKA; 100 % is unchanged) is "
                "{mean} on average, lowest in layer {layer}: {least}.",
                layers=_range(trained),
                mean=percent(measured["cka"].mean()),
                layer=least["layer"],
                least=percent(max(0.0, least["cka"])),
            )
        )
    question = _("How far did the layers move?")
    if _pretrained(layers):
        question = _("What happened to the pretrained layers?")
    return Evidence("drift", question, sentences(*parts), None, False)


def backbone_drift(run: Run) -> pd.DataFrame:
    """drift.csv without the head, which is compared with a random start and so says little."""
    frame = run.drift()
    if frame.empty:
        return frame
    recipe = run.recipe()
    frame = frame[frame["layer"] < head_start(recipe.backbone, recipe.map_stride)]
    return frame.astype({"trained": bool})


def _pretrained(layers: pd.DataFrame) -> bool:
    return bool((layers["reference"] == "pretrained").any())


def _range(layers: pd.DataFrame) -> str:
    """`Layers 0 to 12`; layers that lie apart are named one by one."""
    numbers = [int(number) for number in layers["layer"]]
    if len(numbers) == 1:
        return _("Layer {layer}", layer=numbers[0])
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return _("Layers {first} to {last}", first=numbers[0], last=numbers[-1])
    return _("Layers {layers}", layers=_(", ").join(map(str, numbers)))


def _sanity(redrawn: Mapping[str, Any] | None, place: Mapping[str, Any] | None) -> str:
    """What the maps of heads with random weights say of the run's own. place: its localisation."""
    if redrawn is None or place is None:
        return ""
    own, area = float(place["share"]), float(place["area"])
    shares = [area * lift for lift in (redrawn["lift"], *redrawn.get("lifts", ()))]
    lift, *lifts = (density_ratio(share, area) for share in shares)
    values = {"own": density_ratio(own, area), "lift": lift}
    told = _(
        "Check of the maps: with random heads the evidence is {lift:.2f} times as dense in "
        "the boxes as outside, with this one {own:.2f} times.",
        **values,
    )
    if values["own"] <= max(lift, *lifts):
        meant = _("So these maps show nothing that the head has learned.")
    elif lift <= REDRAWN_NEAR_1:
        meant = _("So they show what the head has learned.")
    else:
        meant = _("So part of what they show is the backbone's doing.")
    return sentences(told, meant)


def _controls(
    of_set: Mapping[str, Any], controls: Mapping[str, Any] | None, name: str | None
) -> pd.DataFrame:
    """The run's score of cut-out objects beside the controls'."""
    rows = [("run", _("this run"), of_set)]
    for key, title in (
        ("frozen", _("pretrained features, untouched")),
        ("untrained", _("random features")),
    ):
        sets = ((controls or {}).get(key) or {}).get("sets") or {}
        rows.append((key, title, sets.get(name) or {}))
    columns = ["run", "label", "title", "value", "low", "high", "constant", "words"]
    table = []
    for key, title, numbers in rows:
        score = (numbers.get("scores") or {}).get("object")
        if score:
            numbers_of = [score[c] for c in ("value", "low", "high", "constant")]
            table.append((key, title, title, *numbers_of, percent(score["value"])))
    return pd.DataFrame(table, columns=columns)


# --- pictures -------------------------------------------------------------------------------------


def _with_pictures(
    run: Run, evidence: Sequence[Evidence], name: str | None
) -> tuple[tuple[Evidence, ...], str]:
    if name is None:
        return tuple(evidence), ""
    try:
        dataset = read_dataset(run.data_dir())
        test_set = dataset.test_set(name)
        makers = _makers(run, dataset, test_set)
        made = [
            replace(piece, pictures=tuple(makers[piece.key]())) if piece.key in makers else piece
            for piece in evidence
        ]
    except InputError as error:
        return tuple(evidence), _(
            "Without pictures of photos: {reason}", reason=translate(str(error))
        )
    return tuple(made), ""


def _makers(
    run: Run, dataset: Dataset, test_set: TestSet
) -> dict[Key, Callable[[], list[Picture]]]:
    recipe, classes = run.recipe(), dataset.classes

    def finds() -> list[Picture]:
        rows = run.predictions()
        return cut_outs(test_set, classes, rows[rows["split"] == f"{test_set.name}/objects"])

    def looks() -> list[Picture]:
        maps = run.class_maps()
        return gaze(test_set, dataset, maps, recipe.crop) if maps else []

    def needs() -> list[Picture]:
        rows = run.reliance()
        rows = rows[rows["split"] == test_set.name]
        return painted_over(test_set, classes, recipe.crop, recipe.image_size, rows)

    return {"finds": finds, "looks": looks, "needs": needs}
