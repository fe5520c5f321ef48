"""The verdict on a run: which of five things happened, the rule that says so, and its evidence.

Validation photos come from the shoot that the training photos come from, so they cannot tell a
network that knows the object from one that knows the shoot. Three signs on photos from elsewhere
can: does it find the objects, does it look at them, does it need them? The rules are read from the
top; the first that fires gives the verdict. Their thresholds stand in one table (THRESHOLDS), were
fixed on the bundled toy set, and are explained in docs/how-numbers-are-computed.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import pandas as pd

from core.words import mark

Verdict = Literal[
    "generalises",
    "overfit that looks good",
    "overfit, and it shows",
    "never learned",
    "too little evidence",
]
MEANINGS: dict[Verdict, str] = {
    "generalises": mark("It knows the objects: it finds them, looks at them and needs them on "
                        "photos from elsewhere too."),
    "overfit that looks good": mark("Validation says all is well, yet on photos from elsewhere it "
                                    "has not learned the objects."),
    "overfit, and it shows": mark("It knows its training photos, and validation shows that this "
                                  "does not carry over."),
    "never learned": mark("It has not learned to tell the classes apart."),
    "too little evidence": mark("The photos at hand cannot tell a good run from a bad one."),
}  # fmt: skip

# What the rules compare with. Skill is (score - constant) / (1 - constant): 0 is what the best
# constant answer gets, 1 is perfect, so that sets with other classes and counts compare.
THRESHOLDS: dict[str, tuple[float, str]] = {
    "chance": (0.05, mark(
        "validation beats the best constant answer if chance alone would give so many right "
        "answers less often than this (binomial test)")),
    "validation": (0.85, mark("validation is fine from this accuracy on")),
    "random": (1.0, mark(
        "and while its loss is below this share of ln(classes), the loss of answering at random")),
    "exploded": (4.0, mark(
        "training has gone wild when its loss ends above this many times ln(classes)")),
    "memorised": (0.5, mark(
        "the training photos are known by heart when the training loss ends below this share of "
        "ln(classes), the loss of answering at random")),
    "rise": (2.0, mark(
        "validation has got worse when its loss ends above this many times its best")),
    "photos": (10, mark(
        "a sign counts when it rests on at least this many photos or objects")),
    "objects": (0.40, mark("it finds the objects from this skill on, objects cut out")),
    "ranking": (0.38, mark(
        "where no objects are boxed: it finds them from this skill on, presence ranking")),
    "lift": (1.5, mark("it looks at the objects from this lift on")),
    "needs": (0.35, mark(
        "it needs the objects when the right classes lose this much more probability with the "
        "objects hidden than with everything else hidden")),
}  # fmt: skip


# Read from the top; the first that fires decides.
RULES: dict[str, tuple[Verdict, str]] = {
    mark("few validation photos"): (
        "too little evidence", mark("fewer than half of `photos` validate")),
    mark("training gone wild"): ("never learned", mark("the training loss has `exploded`")),
    mark("validation at chance, training photos known"): (
        "overfit, and it shows",
        mark("validation does not beat `chance`, yet the training photos are `memorised`")),
    mark("validation at chance"): ("never learned", mark("validation does not beat `chance`")),
    mark("validation behind training"): (
        "overfit, and it shows",
        mark("validation is not fine (`validation`, `random`), and the training photos are "
             "`memorised` or the validation loss shows a `rise`")),
    mark("not yet learned"): (
        "never learned", mark("validation is not fine, and nothing else fired")),
    mark("few test photos"): (
        "too little evidence", mark("validation is fine, and no sign can be read")),
    mark("most signs are good"): (
        "generalises",
        mark("validation is fine, and so are more than half of the signs that can be read")),
    mark("most signs are bad"): (
        "overfit that looks good",
        mark("validation is fine, and fewer than half of the signs that can be read are")),
    mark("the signs disagree"): (
        "too little evidence", mark("validation is fine, and as many signs are good as bad")),
}  # fmt: skip


def threshold(name: str) -> float:
    """The number that a rule compares with."""
    return THRESHOLDS[name][0]


@dataclass(frozen=True)
class Sign:
    """One piece of evidence from photos taken elsewhere. good: None where it cannot be read."""

    name: str
    title: str
    value: float | None
    threshold: float
    total: int
    good: bool | None
    words: str


@dataclass(frozen=True)
class Judgement:
    """verdict; rule: its name in RULES; finding: one sentence; evidence_set: the test set that the
    signs were read on, None without one."""

    verdict: Verdict
    rule: str
    finding: str
    evidence_set: str | None
    signs: tuple[Sign, ...] = field(default=())

    def as_data(self) -> dict[str, Any]:
        """Plain data for diagnosis.json."""
        return asdict(self)


def judge(
    history: pd.DataFrame,
    validation: Mapping[str, Any],
    classes: int,
    sets: Mapping[str, Mapping[str, Any]],
    reliance: Mapping[str, Mapping[str, Any]],
) -> Judgement:
    """The verdict on a finished run.

    history: history.csv. validation: the accuracy's score (core.evaluate.scores.Score as data).
    sets: per test set its `scores` and `localisation`. reliance: core.evaluate.reliance's
    numbers by test set.
    """
    fired, finding = _by_validation(history, validation, classes)
    if fired is not None:
        return Judgement(RULES[fired][0], fired, finding, None)
    name = evidence_set(sets)
    signs = signs_of(name, sets, reliance) if name else ()
    read = [sign for sign in signs if sign.good is not None]
    good = sum(bool(sign.good) for sign in read)
    if not read:
        fired = "few test photos"
        finding = mark(
            "{answers}, but so it may for a network that only knows the shoot, and fewer than "
            "{least:.0f} labelled photos from elsewhere are there to check it."
        ).format(answers=finding, least=threshold("photos"))
    elif good * 2 > len(read):
        fired = "most signs are good"
        finding = mark("{answers}, and photos from elsewhere confirm it.").format(answers=finding)
    elif good * 2 < len(read):
        fired = "most signs are bad"
        finding = mark(
            "{answers}, which looks good. Photos from elsewhere tell another story."
        ).format(answers=finding)
    else:
        fired = "the signs disagree"
        finding = mark(
            "{answers}, but on photos from elsewhere the signs contradict each other."
        ).format(answers=finding)
    return Judgement(RULES[fired][0], fired, finding, name, signs)


def _by_validation(
    history: pd.DataFrame, validation: Mapping[str, Any], classes: int
) -> tuple[str | None, str]:
    """The rule that fires on training and validation alone, None when validation is fine; and what
    was found."""
    right, total = int(validation["correct"]), int(validation["total"])
    train_loss, val_loss = (float(history[name].iloc[-1]) for name in ("train_loss", "val_loss"))
    of_random = math.log(max(classes, 2))
    memorised = train_loss < threshold("memorised") * of_random
    wild = val_loss >= threshold("random") * of_random
    rose = val_loss > threshold("rise") * float(history["val_loss"].min())
    answers = mark("It answers {right} of {total} validation photos right").format(
        right=right, total=total
    )
    if total < threshold("photos") / 2:
        return "few validation photos", mark(
            "{answers}: too few photos to tell skill from luck."
        ).format(answers=answers)
    if train_loss > threshold("exploded") * of_random:
        return "training gone wild", mark(
            "Its training loss ended at {loss:.1f}, that of answering at random is {random:.1f}: "
            "its steps are too large to settle on anything, so that {right} of {total} validation "
            "photos come out right is luck."
        ).format(loss=train_loss, random=of_random, right=right, total=total)
    if chance_of(right, total, float(validation["constant"])) >= threshold("chance"):
        constant = float(validation["constant"])
        if memorised:
            return "validation at chance, training photos known", mark(
                "{answers}, hardly more than one answer for all ({constant:.0%}), though it knows "
                "its training photos (training loss {loss:.2f})."
            ).format(answers=answers, constant=constant, loss=train_loss)
        return "validation at chance", mark(
            "{answers}, hardly more than one answer for all ({constant:.0%})."
        ).format(answers=answers, constant=constant)
    if float(validation["value"]) < threshold("validation") or wild:
        if wild:
            answers = mark(
                "{answers}, and where it is wrong it is very sure: its loss there is {loss:.2f}, "
                "that of answering at random {random:.2f}"
            ).format(answers=answers, loss=val_loss, random=of_random)
        if memorised or rose:
            return "validation behind training", mark(
                "{answers}, while the training loss ended at {loss:.2f}: what it learned does not "
                "carry over."
            ).format(answers=answers, loss=train_loss)
        return "not yet learned", mark(
            "{answers}, and the training loss is still {loss:.2f}: it was stopped before it "
            "learned, or it cannot."
        ).format(answers=answers, loss=train_loss)
    return None, answers


def chance_of(right: int, total: int, constant: float) -> float:
    """The probability of at least `right` right answers of `total`, each right with probability
    `constant` (one-sided exact binomial test)."""
    return sum(
        math.comb(total, k) * constant**k * (1 - constant) ** (total - k)
        for k in range(right, total + 1)
    )


def evidence_set(sets: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The test set to read signs on: the one with most labelled objects, then photos. Chosen by
    its labels alone, so that every run on the same photos is judged on the same set."""

    def size(name: str) -> tuple[int, int]:
        scores = sets[name].get("scores") or {}
        return tuple(int((scores.get(key) or {}).get("total", 0)) for key in ("object", "primary"))  # type: ignore[return-value]

    labelled = [name for name in sets if size(name) > (0, 0)]
    return max(labelled, key=size, default=None)


def signs_of(
    name: str, sets: Mapping[str, Mapping[str, Any]], reliance: Mapping[str, Mapping[str, Any]]
) -> tuple[Sign, ...]:
    """The three signs on a test set: finds, looks, needs."""
    found = sets[name]
    scores, place = found.get("scores") or {}, found.get("localisation")
    objects, ranking = scores.get("object"), scores.get("ranking")
    signs = []
    if objects and objects["total"] >= threshold("photos"):
        what = mark("{right} of {total} objects, cut out and shown alone").format(
            right=objects["correct"], total=objects["total"]
        )
        signs.append(_finds("objects", objects, what))
    elif ranking:
        what = mark("presence ranking {value:.2f}").format(value=ranking["value"])
        signs.append(_finds("ranking", ranking, what))
    if place:
        signs.append(_looks(place))
    hidden = reliance.get(name)
    if hidden:
        signs.append(_needs(hidden))
    return tuple(signs)


def _finds(key: str, score: Mapping[str, Any], what: str) -> Sign:
    value, constant = float(score["value"]), float(score["constant"])
    skill = (value - constant) / (1 - constant) if constant < 1 else 0.0
    words = mark("{what} ({value:.0%}; one answer for all would get {constant:.0%})").format(
        what=what, value=value, constant=constant
    )
    title = mark("Does it find the objects?")
    return _sign("finds", title, skill, key, int(score["total"]), words)


def _looks(place: Mapping[str, Any]) -> Sign:
    lift = float(place["lift"])
    words = mark(
        "{share:.0%} of its evidence lies in the objects' boxes, which are {area:.0%} of the "
        "photo: {lift:.2f} times an even spread"
    ).format(share=place["share"], area=place["area"], lift=lift)
    title = mark("Does it look at the objects?")
    return _sign("looks", title, lift, "lift", int(place["objects"]), words)


def _needs(hidden: Mapping[str, Any]) -> Sign:
    objects, others = (float(hidden["fall"][kind]["value"]) for kind in ("object", "only_objects"))
    words = mark(
        "with the objects hidden the right classes {objects} of probability, with everything else "
        "hidden they {others}"
    ).format(objects=_moves(objects), others=_moves(others))
    value = float(hidden["balance"]["value"])
    title = mark("Does it need the objects?")
    return _sign("needs", title, value, "needs", hidden["photos"], words)


def _moves(fall: float) -> str:
    """`lose 54 points`; a fall below 0 is a gain."""
    points = round(100 * abs(fall))
    if fall < 0 and points:
        words = mark("gain {points} point") if points == 1 else mark("gain {points} points")
    else:
        words = mark("lose {points} point") if points == 1 else mark("lose {points} points")
    return words.format(points=points)


def _sign(name: str, title: str, value: float, key: str, total: int, words: str) -> Sign:
    """A sign; it is not read when it rests on too few photos or objects."""
    good = value >= threshold(key) if total >= threshold("photos") else None
    return Sign(name, title, value, threshold(key), total, good, words)
