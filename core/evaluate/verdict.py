"""The verdict on a run: which of five things happened, the rule that says so, and its evidence.

Validation photos come from the shoot that the training photos come from, so they cannot tell a
network that knows the object from one that knows the shoot. Photos from elsewhere can, by three
signs: does it find the objects, does it look at them, does it need them? Every labelled test set is
judged, and the worst decides. The first rule that fires gives the verdict (core.evaluate.rules).
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd

from core.base.language import N_
from core.evaluate.rules import RULES, threshold
from core.store.schemas import Assessment, Verdict
from core.store.test_sets import is_elsewhere, label_counts

_WORST_FIRST = ("bad", "cannot tell", "fine")
DENSEST = 99.0  # a map without evidence outside the boxes


@dataclass(frozen=True)
class Criterion:
    """One piece of evidence from a test set. name: finds, looks or needs; kind: its threshold's
    name. good: None where it cannot be read."""

    name: str
    kind: str
    title: str
    value: float | None
    threshold: float
    total: int
    good: bool | None
    words: str


@dataclass(frozen=True)
class SetAssessment:
    """What a labelled test set says. answer: None where no sign can be read."""

    name: str
    elsewhere: bool
    answer: Assessment | None
    signs: tuple[Criterion, ...]
    words: str


@dataclass(frozen=True)
class Judgement:
    """verdict; rule: its name in RULES; finding: in sentences; validation: what it says alone;
    sets: every labelled test set; decided: the name of the worst of them, None without one."""

    verdict: Verdict
    rule: str
    finding: str
    validation: Assessment
    sets: tuple[SetAssessment, ...] = field(default=())
    deciding_set: str | None = None

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Those of the set that decided."""
        return next((one.signs for one in self.sets if one.name == self.deciding_set), ())

    def as_data(self) -> dict[str, Any]:
        """Plain data for diagnosis.json: the verdict, and what of `evidence` is its own."""
        return {
            "verdict": self.verdict,
            "rule": self.rule,
            "finding": self.finding,
            "evidence": {
                "validation": self.validation,
                "set": self.deciding_set,
                "signs": [asdict(sign) for sign in self.criteria],
                "sets": [asdict(one) for one in self.sets],
            },
        }


def judge(
    history: pd.DataFrame,
    validation: Mapping[str, Any],
    classes: int,
    sets: Mapping[str, Mapping[str, Any]],
    reliance: Mapping[str, Mapping[str, Any]],
    shifted: Mapping[str, Any] | None = None,
) -> Judgement:
    """The verdict on a finished run.

    history: history.csv. validation: `accuracy` and `balanced`, scores (core.evaluate.scores.Score
    as data); the second where classes are uneven, else None. sets: per test set its `scores`,
    `localisation`, `single` and `origin`. reliance: core.evaluate.reliance's numbers by test set.
    shifted: core.evaluate.shifted's numbers."""
    answer, told = _assess_validation(history, validation, classes)
    random = math.log(max(classes, 2))
    train_loss = float(history["train_loss"].iloc[-1])
    memorised = train_loss < threshold("memorised") * random
    rose = history["val_loss"].iloc[-1] > threshold("rise") * history["val_loss"].min()
    found = sorted(
        (
            _assess_set(name, sets[name], reliance.get(name))
            for name in sets
            if any(label_counts(sets[name]))
        ),
        key=lambda one: label_counts(sets[one.name]),
        reverse=True,
    )
    read = [one for one in found if one.answer]
    worst = min(read, key=lambda one: _WORST_FIRST.index(str(one.answer)), default=None)
    rule, why = "photos from elsewhere are good", ""
    if train_loss > threshold("exploded") * random:
        rule, answer = "training diverged", "cannot tell"
        why = N_(
            "Its training loss ended at {loss:.1f} (random guessing: {random:.1f}): its "
            "steps are too large to converge."
        ).format(loss=train_loss, random=random)
    elif answer == "bad" and (memorised or rose):
        rule = "validation behind training"
        why = N_(
            "The training loss ended at {loss:.2f}, but what it learned does not transfer."
        ).format(loss=train_loss)
    elif answer == "bad":
        rule = "not yet learned"
        why = N_(
            "The training loss is still {loss:.2f}: training ended before it learned, or "
            "it cannot learn this."
        ).format(loss=train_loss)
    elif worst is not None and worst.answer == "bad":
        known = "a test set is bad, training photos memorised" if memorised else "a test set is bad"
        rule = "a test set is bad, validation fine" if answer == "fine" else known
    elif not any(one.elsewhere for one in read):
        held, told_shifted = assess_shifted(shifted)
        if answer != "fine":
            held, told_shifted = "cannot tell", ""
        rule = {
            "fine": "shifted photos are good, untested elsewhere",
            "bad": "shifted photos are bad, validation fine",
            "cannot tell": "no photos from elsewhere",
        }[held]
        why = N_(
            "A network that only knows the shoot could do as well, and fewer than "
            "{least:.0f} labelled photos from elsewhere can check it."
        ).format(least=threshold("photos"))
        why = told_shifted if held != "cannot tell" else f"{told_shifted} {why}".strip()
    elif worst is not None and worst.answer == "cannot tell":
        rule = "the criteria disagree"
    finding = " ".join(filter(None, [told, why, *(one.words for one in found)]))
    decided = worst or next(iter(found), None)
    name = decided.name if decided else None
    return Judgement(RULES[rule][0], rule, finding, answer, tuple(found), name)


def _assess_validation(
    history: pd.DataFrame, validation: Mapping[str, Any], classes: int
) -> tuple[Assessment, str]:
    """What validation says alone, and in a sentence."""
    plain, balanced = validation["accuracy"], validation.get("balanced")
    score = balanced or plain
    value, low, high, constant = (float(score[key]) for key in ("value", "low", "high", "constant"))
    told = N_(
        "It classifies {right} of {total} validation photos correctly (likely {low:.0%} to "
        "{high:.0%}; always giving the same answer would score {constant:.0%})."
    )
    if balanced:
        told = N_(
            "It classifies {right} of {total} validation photos correctly, {share:.0%} "
            "averaged over classes (likely {low:.0%} to {high:.0%}; always giving the same "
            "answer would score {constant:.0%})."
        )
    counts = {"right": plain["correct"], "total": plain["total"], "share": value}
    told = told.format(**counts, low=low, high=high, constant=constant)
    if high < threshold("validation"):
        return "bad", told
    loss, random = float(history["val_loss"].iloc[-1]), math.log(max(classes, 2))
    if loss >= threshold("random") * random:
        where = N_(
            "It is very sure even when wrong: its validation loss is {loss:.2f}, against "
            "{random:.2f} for random guessing."
        )
        return "cannot tell", f"{told} {where.format(loss=loss, random=random)}"
    if value >= threshold("validation") and low > constant:
        return "fine", told
    few = N_("That is too few photos to call it good or bad.")
    return "cannot tell", f"{told} {few}"


def assess_shifted(shifted: Mapping[str, Any] | None) -> tuple[Assessment, str]:
    """What shifted views of the validation photos say, and in sentences; nothing where no change
    of a photo counts for the stated use."""
    if shifted is None or shifted["total"] is None:
        return "cannot tell", ""
    constant, background = float(shifted["constant"]), shifted["background"]
    values = {key: shifted["total"]["accuracy"][key] for key in ("value", "low", "high")}
    told = N_(
        "Its accuracy is {value:.0%} (likely {low:.0%} to {high:.0%}) on {views} shifted "
        "views of each of {photos} validation photos."
    ).format(views=shifted["views"] * len(shifted["counted"]), photos=shifted["photos"], **values)
    if background and background["value"] >= threshold("background") and background["low"] > 0:
        why = N_(
            "It gets {fall:.0%} fewer photos right on backgrounds of other classes than on "
            "those of their own class: it looks at the background."
        )
        return "bad", f"{told} {why.format(fall=background['value'])}"
    skills = [
        _skill(float(found["accuracy"]["value"]), constant)
        for found in (shifted["total"], shifted["untrained"])
        if found is not None
    ]
    if skills[0] < threshold("shifted apart"):
        why = N_("What it learned breaks down when a photo is taken slightly differently.")
        return "bad", f"{told} {why}"
    if min(skills) < threshold("shifted") or len(skills) < 2:
        return "cannot tell", told
    blind = N_(
        "Shifted views cannot separate an object from what is beside it in every photo, "
        "such as the table or the light of the shoot; only photos from elsewhere can."
    )
    return "fine", f"{told} {blind}"


def _assess_set(
    name: str, found: Mapping[str, Any], reliance: Mapping[str, Any] | None
) -> SetAssessment:
    signs = _criteria(found, reliance)
    read = [sign.good for sign in signs if sign.good is not None]
    good, elsewhere = sum(read), is_elsewhere(found)
    primary = (found.get("scores") or {}).get("primary")
    chosen_by = (found.get("origin") or {}).get("by") == "choose"
    answer: Assessment | None = None
    values: dict[str, Any] = {"name": name, "good": good, "signs": len(read)}
    if primary is not None and _near_constant(primary):
        answer = "bad"
        values |= {key: primary[key] for key in ("correct", "total", "constant")}
        words = N_(
            "On {name} it classifies {correct} of {total} photos correctly; always giving "
            "the same answer would score {constant:.0%}."
        )
    elif not read:
        words = N_("There are too few labelled photos to judge {name}.")
    elif good * 2 > len(read):
        answer = "fine"
        words = N_("On {name}, {good} of {signs} criteria are good.")
        if not elsewhere:
            words = N_(
                "On {name}, {good} of {signs} criteria are good, but it is from the same shoot."
            )
        if chosen_by:
            words = N_(
                "On {name}, {good} of {signs} criteria are good, but recipes are chosen by it."
            )
    elif good * 2 < len(read):
        answer, words = "bad", N_("On {name}, only {good} of {signs} criteria are good.")
    else:
        answer, words = "cannot tell", N_("On {name}, the criteria contradict each other.")
    words = words.format(**values)
    if elsewhere and answer and (found.get("origin") or {}).get("by") == "nothing":
        unstated = N_("Confirm on Data that {name} is from elsewhere; so far this is assumed.")
        words += " " + unstated.format(name=name)
    return SetAssessment(name, elsewhere, answer, signs, words)


def _near_constant(score: Mapping[str, Any]) -> bool:
    """Whether an accuracy is not told apart from the best constant answer's, and near it."""
    return (
        int(score["total"]) >= threshold("photos")
        and float(score["low"]) <= float(score["constant"])
        and float(score["value"]) - float(score["constant"]) < threshold("veto")
    )


def _criteria(
    found: Mapping[str, Any], reliance: Mapping[str, Any] | None
) -> tuple[Criterion, ...]:
    """The three signs of a test set: finds, looks, needs."""
    scores, place = found.get("scores") or {}, found.get("localisation")
    objects, ranking, primary = (scores.get(key) for key in ("object", "ranking", "primary"))
    signs = []
    if primary and found.get("single"):
        what = N_("{right} of {total} photos, each showing one class").format(
            right=primary["correct"], total=primary["total"]
        )
        signs.append(_finds_criterion("accuracy", primary, what))
    elif objects and objects["total"] >= threshold("photos"):
        what = N_("{right} of {total} objects, cut out and shown alone").format(
            right=objects["correct"], total=objects["total"]
        )
        signs.append(_finds_criterion("objects", objects, what))
    elif ranking:
        what = N_("presence ranking {value:.2f}").format(value=ranking["value"])
        signs.append(_finds_criterion("ranking", ranking, what))
    if place:
        signs.append(_looks_criterion(place))
    if reliance:
        signs.append(_needs_criterion(reliance))
    return tuple(signs)


def _finds_criterion(key: str, score: Mapping[str, Any], what: str) -> Criterion:
    value, constant = float(score["value"]), float(score["constant"])
    words = N_(
        "{what} ({value:.0%}; always giving the same answer would score {constant:.0%})"
    ).format(what=what, value=value, constant=constant)
    title, total = N_("Does it find the objects?"), int(score["total"])
    return _criterion("finds", title, _skill(value, constant), key, total, words)


def _skill(value: float, constant: float) -> float:
    """How far a score lies from the best constant answer's (0) to the perfect one (1)."""
    return (value - constant) / (1 - constant) if constant < 1 else 0.0


def density_ratio(share: float, area: float) -> float:
    """How many times as dense evidence is in the boxes as outside, from its share in them (0..1)
    and their share of the photo: 1 where it is strewn evenly, whatever the boxes' size."""
    if share >= 1 or area <= 0:
        return DENSEST
    return min(DENSEST, share * (1 - area) / (area * (1 - share))) if area < 1 else 1.0


def _looks_criterion(localisation: Mapping[str, Any]) -> Criterion:
    share, area = float(localisation["share"]), float(localisation["area"])
    ratio = density_ratio(share, area)
    words = N_(
        "{share:.0%} of its evidence is inside the objects' boxes, which cover {area:.0%} "
        "of the photo: {ratio:.2f} times as dense as outside"
    ).format(share=share, area=area, ratio=ratio)
    title = N_("Does it look at the objects?")
    sign = _criterion("looks", title, ratio, "density", int(localisation["objects"]), words)
    if area <= threshold("room"):
        return sign
    words = N_("{words}, but the boxes leave too little outside to compare").format(words=words)
    return replace(sign, good=None, words=words)


def _needs_criterion(reliance: Mapping[str, Any]) -> Criterion:
    falls = (reliance["fall"][kind]["value"] for kind in ("object", "only_objects"))
    objects, others = map(_drop_text, falls)
    words = N_(
        "with the objects hidden, the correct classes {objects} of probability; with "
        "everything else hidden, they {others}"
    ).format(objects=objects, others=others)
    value = float(reliance["balance"]["value"])
    title = N_("Does it need the objects?")
    return _criterion("needs", title, value, "needs", reliance["photos"], words)


def _drop_text(probability_drop: float) -> str:
    """`lose 54 points`; a fall below 0 is a gain."""
    points = round(100 * abs(probability_drop))
    if probability_drop < 0 and points:
        words = N_("gain {points} point") if points == 1 else N_("gain {points} points")
    else:
        words = N_("lose {points} point") if points == 1 else N_("lose {points} points")
    return words.format(points=points)


def _criterion(name: str, title: str, value: float, key: str, total: int, words: str) -> Criterion:
    """A sign; it is not read when it rests on too few photos or objects."""
    good = value >= threshold(key) if total >= threshold("photos") else None
    return Criterion(name, key, title, value, threshold(key), total, good, words)
