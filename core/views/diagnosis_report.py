"""The diagnosis of a run: a finding, its evidence in sentences with numbers and pictures, and
advice. Made from the run folder alone; pictures need the photos too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from core.base.errors import InputError
from core.base.formatting import percent
from core.base.language import N_, _, join_sentences, translate
from core.data.dataset import read_dataset
from core.data.expected_use import FAMILY_TITLES, OTHER
from core.evaluate.rules import MEANINGS, RULES, THRESHOLDS, threshold
from core.evaluate.verdict import assess_shifted, density_ratio
from core.recipe.layer_table import head_start
from core.store.run import Run
from core.store.schemas import Assessment
from core.store.test_sets import comparison_set
from core.views.diagnosis_pictures import (
    Picture,
    localisation_pictures,
    object_crop_pictures,
    occlusion_pictures,
)

EvidenceKey = Literal["validation", "shifted", "finds", "looks", "needs", "drift"]
RANDOM_HEAD_MAX_LIFT = 1.4  # a random head's evidence up to so dense is as good as strewn evenly


@dataclass(frozen=True)
class Evidence:
    """One piece: a question, its answer in words with numbers, and pictures. good: None where it
    is shown without a judgement; `counts` tells whether a rule of the verdict reads it."""

    key: EvidenceKey
    question: str
    text: str
    good: bool | None
    used_by_verdict: bool
    pictures: tuple[Picture, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class DiagnosisReport:
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


def build_report(run: Run, with_pictures: bool = True) -> DiagnosisReport | None:
    """A run's diagnosis; None before it is made. Raises InputError when a file of the run
    folder is damaged; photos that are gone only cost the pictures, which may be left out, too."""
    diagnosis, summary, controls = run.diagnosis(), run.summary(), run.controls()
    if diagnosis is None or summary is None:
        return None
    found, sets = diagnosis["evidence"], summary["sets"]
    name = found["set"] or comparison_set(sets)
    layers = backbone_drift(run)
    pieces = [
        _validation_evidence(summary["validation"]["accuracy"], found.get("validation")),
        _shifted_evidence(summary.get("shifted"), diagnosis["rule"]),
        *(_criterion_evidence(sign, sets.get(name) or {}) for sign in found["signs"]),
        _drift_evidence(layers),
    ]
    evidence = [piece for piece in pieces if piece is not None]
    pictures: dict[EvidenceKey, tuple[Picture, ...]] = {}
    problem = ""
    if with_pictures and name is not None:
        try:
            pictures = _pictures(run, name, [piece.key for piece in evidence])
        except InputError as error:
            reason = translate(str(error))
            problem = _("Photos cannot be shown: {reason}", reason=reason)
    notes = {
        "looks": _random_heads_text(
            (found.get("redrawn_head") or {}).get(name), (sets.get(name) or {}).get("localisation")
        ),
        "needs": _equal_area_text((found.get("reliance") or {}).get(name)),
    }
    outlived = _unchanged_text(run.reliance(), name)
    return DiagnosisReport(
        verdict=diagnosis["verdict"],
        meaning=translate(MEANINGS.get(diagnosis["verdict"], "")),
        finding=translate(diagnosis["finding"]),
        rule=diagnosis["rule"],
        set_name=name,
        evidence=tuple(
            replace(
                piece,
                pictures=pictures.get(piece.key, ()),
                note=notes.get(piece.key, ""),
                text=join_sentences(piece.text, outlived) if piece.key == "needs" else piece.text,
            )
            for piece in evidence
        ),
        controls=_control_scores(sets.get(name) or {}, controls, name),
        history=run.history(),
        layers=layers,
        advice=tuple(map(translate, diagnosis["advice"])),
        problem=problem,
    )


def rules_table(fired: str) -> pd.DataFrame:
    """The rules of the verdict as they are read, with a mark at the one that fired."""
    told = {rule: translate(when).replace("`", "") for rule, (__, when) in RULES.items()}
    rows = [
        ("\u2794" if rule == fired else "", translate(rule), told[rule], translate(verdict))
        for rule, (verdict, __) in RULES.items()
    ]
    columns = [_("fired"), _("rule"), _("condition"), _("verdict")]
    return pd.DataFrame(rows, columns=columns)


def thresholds_table() -> pd.DataFrame:
    """What the rules compare with."""
    rows = [(name, f"{value:g}", translate(words)) for name, (value, words) in THRESHOLDS.items()]
    return pd.DataFrame(rows, columns=[_("name"), _("value"), _("meaning")])


# --- the pieces ---------------------------------------------------------------------------------


def _validation_evidence(accuracy: Mapping[str, Any], answer: Assessment | None) -> Evidence:
    words = _(
        "{right} of {total} validation photos are classified correctly. They come from the "
        "same shoot as the training photos, so this alone proves little.",
        right=accuracy["correct"],
        total=accuracy["total"],
    )
    good = {"fine": True, "bad": False}.get(answer or "")
    return Evidence("validation", _("What does validation show?"), words, good, True)


def _shifted_evidence(shifted: Mapping[str, Any] | None, rule: str) -> Evidence | None:
    """Accuracy on changed views of the validation photos, by family; a run from before this was
    measured has none."""
    if shifted is None:
        return None
    families = []
    for name, found in shifted["families"].items():
        share, low, high = (percent(found["accuracy"][key]) for key in ("value", "low", "high"))
        title = translate(FAMILY_TITLES.get(name, name))
        if name in shifted["trained"]:
            title = _("{family} (used in training)", family=title)
        words = _(
            "{family} {share} ({low} to {high})", family=title, share=share, low=low, high=high
        )
        families.append(words)
    parts = [
        _(
            "Accuracy on {views} shifted views of each of {photos} validation photos: {families}.",
            views=shifted["views"],
            photos=shifted["photos"],
            families="; ".join(families),
        )
    ]
    if not shifted["stated"]:
        parts.append(_("Expected use is not set, so mild changes count. Set it on the Data page."))
    if shifted["use"].get("medium") == "other":
        parts.append(
            _(
                "No shifted view can stand in for a drawing or a print. Only photos of them can "
                "test that."
            )
        )
    if OTHER not in shifted["families"]:
        parts.append(
            _("Reliance on the background is not measured: this needs boxes on training photos.")
        )
    answer, _words = assess_shifted(shifted)
    return Evidence(
        "shifted",
        _("Does accuracy hold up when validation photos are shifted?"),
        join_sentences(*parts),
        {"fine": True, "bad": False}.get(answer),
        rule in _SHIFTED_RULES,
    )


_SHIFTED_RULES = (
    N_("shifted photos are bad, validation fine"),
    N_("shifted photos are good, untested elsewhere"),
    N_("no photos from elsewhere"),
)
_SCORE_BY_KIND = {"accuracy": "primary", "objects": "object"}  # a sign's score, where it is a share


def _criterion_evidence(criterion: Mapping[str, Any], set_summary: Mapping[str, Any]) -> Evidence:
    told = translate(str(criterion["words"]))
    kind = criterion.get("kind")
    score = set_summary["scores"].get(_SCORE_BY_KIND.get(kind or "")) if set_summary else None
    if score:
        words = _("Correct for {objects}.", objects=told)
    else:
        words = _("{sentence}.", sentence=f"{told[0].upper()}{told[1:]}")
    good = ""
    if criterion["good"] is None:
        if criterion["total"] < threshold("photos"):
            good = _("Too few to judge: fewer than {least:.0f}.", least=threshold("photos"))
    elif score:
        needed = score["constant"] + criterion["threshold"] * (1 - score["constant"])
        good = _("Good if at least {share}.", share=percent(needed))
    elif kind == "density":
        good = _("Good if at least {lift:g} times as dense.", lift=criterion["threshold"])
    elif kind == "needs":
        good = _(
            "Good if the difference is at least {points:.0f} points.",
            points=100 * criterion["threshold"],
        )
    return Evidence(
        criterion["name"],
        translate(criterion["title"]),
        join_sentences(words, good),
        criterion["good"],
        True,
    )


def _unchanged_text(rows: pd.DataFrame, name: str | None) -> str:
    """How many answers outlive the objects, over all photos."""
    rows = rows[(rows["split"] == name) & rows["fill"].isin(["", "all"])] if len(rows) else rows
    if rows.empty:
        return ""
    answers = rows.pivot(index="file", columns="variant", values="predicted")
    same = int((answers["plain"] == answers["object"]).sum())
    words = _(
        "With the objects painted over, {same} of {photos} photos keep the same prediction.",
        same=same,
        photos=len(answers),
    )
    if same * 2 > len(answers):
        words = join_sentences(
            words, _("A prediction that does not change did not need the object.")
        )
    return words


def _equal_area_text(numbers: Mapping[str, Any] | None) -> str:
    """The objects painted over against an equal area elsewhere, where there is room for one."""
    compared = (numbers or {}).get("comparison") or {}
    falls = compared.get("fall") or {}
    if not falls.get("object") or not falls.get("elsewhere"):
        return ""
    return _(
        "Equal-area check on the {photos} photos with room for it: objects painted over, "
        "{objects} points; equal area elsewhere, {elsewhere} points (95% intervals).",
        photos=compared["photos"],
        objects=_points_text(falls["object"]),
        elsewhere=_points_text(falls["elsewhere"]),
    )


def _points_text(probability_drop: Mapping[str, Any]) -> str:
    """A fall as a change of probability in points, with its interval."""
    value, low, high = (_signed(-100 * probability_drop[key]) for key in ("value", "high", "low"))
    return _("{value} ({low} to {high})", value=value, low=low, high=high)


def _signed(value: float) -> str:
    rounded = round(value)
    return f"{rounded:+d}".replace("-", "\u2212") if rounded else "0"


def _drift_evidence(layers: pd.DataFrame) -> Evidence | None:
    """The backbone's layers, frozen ones and trained ones; the head began at random."""
    if layers.empty:
        return None
    parts = []
    frozen, trained = layers[~layers["trained"]], layers[layers["trained"]]
    if len(frozen):
        form = _("{layers} was frozen.") if len(frozen) == 1 else _("{layers} were frozen.")
        parts.append(form.format(layers=_layers_text(frozen)))
    measured = trained.dropna(subset="cka")
    if len(measured):
        least = measured.loc[measured["cka"].idxmin()]
        parts.append(
            _(
                "{layers} trained. Similarity to the starting point (CKA; 100% is "
                "unchanged): {mean} on average, lowest in layer {layer} ({least}).",
                layers=_layers_text(trained),
                mean=percent(measured["cka"].mean()),
                layer=least["layer"],
                least=percent(max(0.0, least["cka"])),
            )
        )
    question = _("How much did the layers change?")
    if (layers["reference"] == "pretrained").any():
        question = _("What happened to the pretrained layers?")
    return Evidence("drift", question, join_sentences(*parts), None, False)


def backbone_drift(run: Run) -> pd.DataFrame:
    """drift.csv without the head, which is compared with a random start and so says little."""
    frame = run.drift()
    if frame.empty:
        return frame
    recipe = run.recipe()
    frame = frame[frame["layer"] < head_start(recipe.backbone, recipe.map_stride)]
    return frame.astype({"trained": bool})


def _layers_text(layers: pd.DataFrame) -> str:
    """`Layers 0 to 12`; layers that lie apart are named one by one."""
    numbers = [int(number) for number in layers["layer"]]
    if len(numbers) == 1:
        return _("Layer {layer}", layer=numbers[0])
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return _("Layers {first} to {last}", first=numbers[0], last=numbers[-1])
    return _("Layers {layers}", layers=_(", ").join(map(str, numbers)))


def _random_heads_text(
    random_heads: Mapping[str, Any] | None, localisation: Mapping[str, Any] | None
) -> str:
    """What the maps of heads with random weights say of the run's own. localisation: its
    localisation."""
    if random_heads is None or localisation is None:
        return ""
    own, area = float(localisation["share"]), float(localisation["area"])
    shares = [area * lift for lift in (random_heads["lift"], *random_heads.get("lifts", ()))]
    lift, *lifts = (density_ratio(share, area) for share in shares)
    values = {"own": density_ratio(own, area), "lift": lift}
    told = _(
        "Check of the maps: with random heads, evidence is {lift:.2f} times as dense "
        "inside the boxes as outside; with this head, {own:.2f} times.",
        **values,
    )
    if values["own"] <= max(lift, *lifts):
        meant = _("So these maps show nothing that the head has learned.")
    elif lift <= RANDOM_HEAD_MAX_LIFT:
        meant = _("So they show what the head has learned.")
    else:
        meant = _("So part of what they show comes from the backbone.")
    return join_sentences(told, meant)


def _control_scores(
    set_summary: Mapping[str, Any], controls: Mapping[str, Any] | None, name: str | None
) -> pd.DataFrame:
    """The run's score of cut-out objects beside the controls'."""
    titles = {
        "run": _("this run"),
        "frozen": _("frozen pretrained features"),
        "untrained": _("random features"),
    }
    numbers = ["value", "low", "high", "constant"]
    table = []
    for key, title in titles.items():
        sets = ((controls or {}).get(key) or {}).get("sets") or {}
        found = set_summary if key == "run" else sets.get(name) or {}
        if score := (found.get("scores") or {}).get("object"):
            values = [score[column] for column in numbers]
            table.append((key, title, title, *values, percent(score["value"])))
    return pd.DataFrame(table, columns=["run", "label", "title", *numbers, "words"])


# --- pictures -------------------------------------------------------------------------------------


def _pictures(
    run: Run, set_name: str, keys: Sequence[EvidenceKey]
) -> dict[EvidenceKey, tuple[Picture, ...]]:
    """Those of some pieces of evidence. Raises InputError where photos are gone or damaged."""
    dataset = read_dataset(run.data_dir())
    dataset = dataset.in_order(run.class_order()(dataset.classes))
    test_set, recipe, classes = dataset.test_set(set_name), run.recipe(), dataset.classes
    found: dict[EvidenceKey, Sequence[Picture]] = {}
    if "finds" in keys:
        rows = run.predictions()
        rows = rows[rows["split"] == f"{set_name}/objects"]
        found["finds"] = object_crop_pictures(test_set, classes, rows)
    if "looks" in keys and (maps := run.class_maps()):
        found["looks"] = localisation_pictures(test_set, dataset, maps, recipe.crop)
    if "needs" in keys:
        rows, size = run.reliance(), recipe.image_size
        rows = rows[rows["split"] == set_name]
        found["needs"] = occlusion_pictures(test_set, classes, recipe.crop, size, rows)
    return {key: tuple(pictures) for key, pictures in found.items()}
