"""Who got which photo right, and two runs compared photo by photo.

What both get right, or both wrong, says nothing about which is better; only the photos on which
they part do. So the comparison sees far smaller differences than two separate intervals would.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.base.language import _, ngettext
from core.data.label_tables import join_names, split_names

ComparedScore = Literal["primary", "object", "present"]
_TEXT_COLUMNS = ("kind", "split", "file", "primary", "present", "predicted")


@dataclass(frozen=True)
class MatchedPredictions:
    """The photos (or object crops) that all runs answered, by file name.

    correct: one array per group of runs, each (runs, photos). left_out: photos that only some of
    the runs answered, or whose label is not the same in all of them."""

    files: tuple[str, ...]
    correct: tuple[NDArray[np.bool_], ...]
    left_out: int

    @property
    def photos(self) -> tuple[str, ...]:
        """The photo of each file: crops of one photo are not independent of each other."""
        return tuple(photo_of(file) for file in self.files)


def photo_of(file: str) -> str:
    """The photo that a file of predictions.csv shows: `a.jpg` for `a.jpg#keras` and `a.jpg`."""
    return file.rsplit("#", 1)[0]


def photo_correctness(predictions: pd.DataFrame, split: str, score: ComparedScore) -> pd.DataFrame:
    """One run's labelled photos of a split, by file: `correct`, and `truth`, the label it was held
    against.

    predictions: rows of predictions.csv; plain views count. Split `test_difficult` with score
    `object` means its object crops. Empty when the run has no predictions."""
    if predictions.empty:
        return pd.DataFrame({"truth": [], "correct": []})
    wanted = f"{split}/objects" if score == "object" else split
    # As arrays: a comparison of a hundred runs comes here five hundred times.
    column = {name: predictions[name].to_numpy(object) for name in _TEXT_COLUMNS}
    rows = (
        (column["kind"] == "plain") & (column["split"] == wanted) & (column["primary"] != "")
    ).nonzero()[0]
    files, main, present, predicted = (column[name][rows] for name in _TEXT_COLUMNS[2:])
    if score == "present":
        classes = {name.removeprefix("p_") for name in predictions if name.startswith("p_")}
        accepted = [
            {name, *split_names(rest, classes)} for name, rest in zip(main, present, strict=True)
        ]
        truth = [join_names(sorted(names)) for names in accepted]
        correct = [name in names for name, names in zip(predicted, accepted, strict=True)]
    else:
        truth, correct = list(main), [bool(right) for right in predicted == main]
    return pd.DataFrame({"truth": truth, "correct": correct}, index=list(files))


def match_runs(
    groups: Sequence[Sequence[pd.DataFrame]], split: str, score: ComparedScore
) -> MatchedPredictions:
    """The answers of groups of runs, each given as its predictions.csv, on the photos they share.

    Two single runs are two groups of one."""
    return match_correctness(
        [[photo_correctness(run, split, score) for run in group] for group in groups]
    )


def match_correctness(groups: Sequence[Sequence[pd.DataFrame]]) -> MatchedPredictions:
    """The same of runs given as their `answers`, which whoever compares many runs keeps."""
    runs = [run for group in groups for run in group]
    first = runs[0]
    if all(run is first or _alike(run, first) for run in runs):  # nothing to line up: the usual
        order = np.argsort(first.index.to_numpy(str), kind="stable")
        shared, total = list(first.index[order]), len(first)
        right = [[run["correct"].to_numpy(bool)[order] for run in group] for group in groups]
    else:
        everything = sorted({file for run in runs for file in run.index})
        truths = [run["truth"].reindex(everything) for run in runs]
        shared, total = (
            [
                file
                for file, *labels in zip(everything, *truths, strict=True)
                if len(set(labels)) == 1 and not pd.isna(labels[0])
            ],
            len(everything),
        )
        right = [[run["correct"].loc[shared].to_numpy(bool) for run in group] for group in groups]
    correct = tuple(np.array(group, dtype=bool) for group in right)
    return MatchedPredictions(tuple(shared), correct, total - len(shared))


def _alike(run: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether two runs answered the same photos under the same labels, in one order."""
    return run.index.equals(other.index) and run["truth"].equals(other["truth"])


SIGNIFICANCE_LEVEL = 0.05  # of a real difference: chance gives it in fewer than 1 of 20 cases


@dataclass(frozen=True)
class PairedComparison:
    """The first run against the second. better: photos that only the first has right; worse: that
    only the second has right; p: of the exact McNemar test; left_out: photos that could not be
    compared, because only one of the runs answered them or under another label."""

    better: int
    worse: int
    both_right: int
    both_wrong: int
    p: float
    left_out: int = 0

    @property
    def photos(self) -> int:
        return self.better + self.worse + self.both_right + self.both_wrong

    @property
    def significant(self) -> bool:
        """Whether the difference is more than chance would easily give."""
        return self.p < SIGNIFICANCE_LEVEL

    def text(self, unit: str = "photo") -> str:
        """`better on 11 photos, worse on 1: a real difference (p = .006)`, or `... cannot tell`.

        unit: the thing that is counted, `photo` or `object`."""
        if not self.photos and unit == "object":
            return _("no objects in common: cannot tell")
        if not self.photos:
            return _("no photos in common: cannot tell")
        counts = self.counts_text(unit)
        if not self.significant:
            return _("{finding}: cannot tell", finding=counts)
        return _("{finding}: a significant difference ({p})", finding=counts, p=_p_text(self.p))

    def counts_text(self, unit: str = "photo") -> str:
        """`better on 11 photos, worse on 1`, or `the same photos right`; unit: as in `words`."""
        if unit == "object":
            if not self.better and not self.worse:
                return _("both get the same objects right")
            return ngettext(
                "better on {count} object, worse on {worse}",
                "better on {count} objects, worse on {worse}",
                self.better,
                worse=self.worse,
            )
        if not self.better and not self.worse:
            return _("both get the same photos right")
        return ngettext(
            "better on {count} photo, worse on {worse}",
            "better on {count} photos, worse on {worse}",
            self.better,
            worse=self.worse,
        )


def mcnemar(better: int, worse: int) -> float:
    """The two-sided p of the exact McNemar test (McNemar 1947, in its binomial form): how often a
    fair coin, thrown better + worse times, parts at least as unevenly. 1 when there is no throw.

    Six photos that all speak for one run are the fewest that give p < .05 (2 / 2^6 = .031)."""
    throws = better + worse
    fewer = sum(math.comb(throws, k) for k in range(min(better, worse) + 1))
    return min(1.0, 2 * fewer / 2**throws)


def compare_matched(matched_pair: MatchedPredictions) -> PairedComparison:
    """Two runs whose answers are lined up: groups of one run each."""
    a, b = (group[0] for group in matched_pair.correct)
    better, worse = int(np.sum(a & ~b)), int(np.sum(b & ~a))
    return PairedComparison(
        better=better,
        worse=worse,
        both_right=int(np.sum(a & b)),
        both_wrong=int(np.sum(~a & ~b)),
        p=mcnemar(better, worse),
        left_out=matched_pair.left_out,
    )


def _p_text(p: float) -> str:
    return "p < .001" if p < 0.001 else f"p = {p:.3f}".replace("0.", ".")
