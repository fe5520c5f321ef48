"""The four scores of a test set, each with an interval and the best constant answer's score.

`docs/how-numbers-are-computed.md` explains every number for readers.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.dataset import BACKGROUND
from core.data.label_tables import split_names

Z_95 = 1.959963984540054  # the 97.5% quantile of the normal distribution
BOOTSTRAP_DRAWS = 1000


@dataclass(frozen=True)
class Score:
    """A score from 0 to 1 with its 95% interval. `correct` of `total` where it is a share;
    `constant` is what the best constant answer would score on the same photos."""

    value: float
    low: float
    high: float
    total: int
    constant: float
    correct: int | None = None


def wilson(correct: float, total: float, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval for a share (E. B. Wilson 1927): low, high in 0..1.

    total must be above 0; it and correct may be fractions (an effective number of photos)."""
    share = correct / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def proportion(hits: Sequence[bool]) -> dict[str, float | int] | None:
    """The share of hits as plain data with Wilson's interval, where no constant answer says
    anything: value, low, high, total, correct. None without any."""
    if not hits:
        return None
    correct, total = sum(map(bool, hits)), len(hits)
    low, high = wilson(correct, total)
    return {"value": correct / total, "low": low, "high": high, "total": total, "correct": correct}


def mean_interval(values: NDArray[np.floating]) -> dict[str, float | int] | None:
    """The mean of a number per photo as plain data: value, low, high, total. The interval is a
    percentile bootstrap over photos, seeded. None without any."""
    if not len(values):
        return None
    draws = np.random.default_rng(0).integers(len(values), size=(BOOTSTRAP_DRAWS, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5]).tolist()
    return {"value": float(values.mean()), "low": low, "high": high, "total": len(values)}


def share_score(hits: Sequence[bool], constant: float) -> Score:
    """The share of hits with Wilson's interval."""
    correct, total = sum(hits), len(hits)
    low, high = wilson(correct, total)
    return Score(correct / total, low, high, total, constant, correct)


def accuracy(predicted: Sequence[str], truth: Sequence[str]) -> Score:
    """The share of photos whose prediction is the truth; the constant answer is the commonest."""
    hits = [p == t for p, t in zip(predicted, truth, strict=True)]
    most = max(list(truth).count(name) for name in set(truth))
    return share_score(hits, most / len(truth))


def balanced_accuracy(predicted: Sequence[str], truth: Sequence[str]) -> Score:
    """The mean over classes of the share of their photos that are answered right; a constant answer
    gets 1 / classes. total, correct: of all photos.

    The interval: 2.5 and 97.5% of seeded draws from each class's Jeffreys posterior
    Beta(right + 1/2, wrong + 1/2) (Brown, Cai & DasGupta 2001), widened to hold the value: a
    bootstrap within classes would be a point where all are right."""
    names = sorted(set(truth))
    photos = np.array([sum(t == name for t in truth) for name in names])
    right = np.array(
        [sum(p == t == name for p, t in zip(predicted, truth, strict=True)) for name in names]
    )
    value = float((right / photos).mean())
    shape = (10 * BOOTSTRAP_DRAWS, len(names))
    draws = np.random.default_rng(0).beta(right + 0.5, photos - right + 0.5, size=shape)
    low, high = np.percentile(draws.mean(axis=1), [2.5, 97.5])
    low, high = min(float(low), value), max(float(high), value)
    return Score(value, low, high, len(truth), 1 / len(names), int(right.sum()))


def is_imbalanced(truth: Sequence[str], classes: Sequence[str]) -> bool:
    """Whether a class has more than twice the photos of another, so that an accuracy would mostly
    tell of the large ones."""
    photos = [sum(t == name for t in truth) for name in classes]
    return max(photos) > 2 * min(photos)


def present_accuracy(
    predicted: Sequence[str], primary: Sequence[str], present: Sequence[Sequence[str]]
) -> Score:
    """The share of photos whose prediction is one of the classes present, or the primary one.

    Nearly empty as evidence where most photos show several classes: look at `constant`."""
    accepted = [{main, *others} for main, others in zip(primary, present, strict=True)]
    names = set().union(*accepted)
    most = max(sum(name in answers for answers in accepted) for name in names)
    hits = [p in answers for p, answers in zip(predicted, accepted, strict=True)]
    return share_score(hits, most / len(accepted))


def average_precisions(
    scores: NDArray[np.float64], truth: NDArray[np.bool_], times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The average precision of each draw: the area under the precision-recall steps, sum of
    (R_n - R_n-1) P_n over the distinct scores, as scikit-learn's average_precision_score. NaN
    without a positive. times: (draws, photos), how often each photo is in it."""
    order = np.argsort(-scores, kind="stable")
    ranked, drawn = scores[order], times[:, order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)  # ties share a threshold
    hits = np.cumsum(drawn * truth[order], axis=1)
    found, shown = hits[:, ends], np.cumsum(drawn, axis=1)[:, ends]
    with np.errstate(invalid="ignore"):  # no photo drawn yet, or no positive at all
        precision = np.where(shown > 0, found / shown, 0.0)
        gained = np.diff(found, axis=1, prepend=0) / hits[:, -1:]
    return np.sum(gained * precision, axis=1)


def presence_ranking(
    probabilities: NDArray[np.float64], present: NDArray[np.bool_]
) -> Score | None:
    """Mean average precision: does a class's probability rank the photos that show it first?

    probabilities, present: (photos, classes). Classes that no photo or every photo shows say
    nothing and are left out; None when that leaves no class. The constant is what a constant
    ranking scores. The interval is Wilson's for as many photos as would give a share the variance
    of a seeded bootstrap over photos (an effective sample size, Korn & Graubard 1998), so that it
    holds the value; the bootstrap's own percentiles may not, as photos that are drawn twice rank
    better than they did once."""
    telling = present.any(axis=0) & ~present.all(axis=0)
    if not telling.any():
        return None
    p, t = probabilities[:, telling], present[:, telling]

    draws = np.random.default_rng(0).integers(len(p), size=(BOOTSTRAP_DRAWS, len(p)))
    times = np.stack([np.bincount(rows, minlength=len(p)) for rows in [np.arange(len(p)), *draws]])
    of_classes = np.stack(
        [average_precisions(p[:, c], t[:, c], times.astype(float)) for c in range(p.shape[1])]
    )
    # A class that no photo of a draw shows has no say in that draw.
    told = ~np.isnan(of_classes)
    with np.errstate(invalid="ignore"):
        means = np.where(told, of_classes, 0.0).sum(axis=0) / told.sum(axis=0)
    value, variance = float(means[0]), float(np.nanvar(means[1:], ddof=1))
    photos = value * (1 - value) / variance if 0 < value < 1 and variance > 0 else len(p)
    low, high = wilson(value * photos, photos)
    return Score(value, low, high, len(p), float(t.mean()))


def set_scores(
    photos: pd.DataFrame, objects: pd.DataFrame, classes: Sequence[str]
) -> dict[str, Any]:
    """The scores of one test set as plain data, by name: primary, object, ranking, present.

    photos, objects: rows of predictions.csv of one kind (the objects' primary is their label).
    Unlabelled photos are left out; a score without any photo is left out too."""
    labelled = photos[photos["primary"] != ""]
    scores: dict[str, Score | None] = {}
    if len(labelled):
        predicted, primary = list(labelled["predicted"]), list(labelled["primary"])
        present = [split_names(text, classes) for text in labelled["present"]]
        scores["primary"] = accuracy(predicted, primary)
        things = [name for name in classes if name != BACKGROUND]
        scores["ranking"] = presence_ranking(
            labelled[[f"p_{name}" for name in things]].to_numpy(np.float64),
            np.array([[name in shown for name in things] for shown in present]),
        )
        scores["present"] = present_accuracy(predicted, primary, present)
    if len(objects):
        scores["object"] = accuracy(list(objects["predicted"]), list(objects["primary"]))
    order = ("primary", "object", "ranking", "present")
    return {name: asdict(found) for name in order if (found := scores.get(name)) is not None}


_MEANS = {"primary": "first", "right": "mean", "loss": "mean"}  # of a photo's answers
MAX_LOSS = -math.log(0.01)  # of one answer, so that one photo does not decide


def answers_by_photo(frame: pd.DataFrame) -> pd.DataFrame:
    """By family and file: primary, the share of right answers, and the mean bounded loss. frame:
    as shifted.csv (core.evaluate.shifted)."""
    columns = frame.columns.get_indexer_for([f"p_{name}" for name in frame["primary"]])
    given = frame.to_numpy()[np.arange(len(frame)), columns].astype(np.float64)
    table = frame[["family", "file", "primary"]].assign(
        right=(frame["predicted"] == frame["primary"]).astype(float),
        loss=np.minimum(-np.log(np.maximum(given, 1e-30)), MAX_LOSS),
    )
    return table.groupby(["family", "file"], sort=False).agg(_MEANS)


def mean_over_families(photos: pd.DataFrame, families: Sequence[str]) -> pd.DataFrame:
    """Each photo's mean over some families. photos: as `answers_by_photo` gives them."""
    return photos.loc[list(families)].groupby("file", sort=False).agg(_MEANS)
