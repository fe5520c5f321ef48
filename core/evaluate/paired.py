"""Two runs compared photo by photo.

What both get right, or both wrong, says nothing about which is better; only the photos on which
they part do. So the comparison sees far smaller differences than two separate intervals would.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.base.language import _, ngettext
from core.evaluate.matched_answers import ComparedScore, MatchedPredictions, match_runs

SIGNIFICANCE_LEVEL = (
    0.05  # a difference is called real when chance gives it in fewer than 1 of 20 cases
)


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
        if not self.photos:
            objects = unit == "object"
            return (
                _("no objects in common: cannot tell")
                if objects
                else (_("no photos in common: cannot tell"))
            )
        counts = self.counts_text(unit)
        if not self.significant:
            return _("{finding}: cannot tell", finding=counts)
        return _("{finding}: a real difference ({p})", finding=counts, p=_p_text(self.p))

    def counts_text(self, unit: str = "photo") -> str:
        """`better on 11 photos, worse on 1`, or `the same photos right`; unit: as in `words`."""
        if unit == "object":
            if not self.better and not self.worse:
                return _("the same objects right")
            return ngettext(
                "better on {count} object, worse on {worse}",
                "better on {count} objects, worse on {worse}",
                self.better,
                worse=self.worse,
            )
        if not self.better and not self.worse:
            return _("the same photos right")
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


def compare_runs(
    predictions_a: pd.DataFrame,
    predictions_b: pd.DataFrame,
    split: str,
    score: ComparedScore = "primary",
) -> PairedComparison:
    """Two runs, each given as its predictions.csv, on the photos of a split that both answered.

    split: `validation` or a test set's name; with `object`, its object crops are compared. Photos
    without a label are left out."""
    return compare_matched(match_runs([[predictions_a], [predictions_b]], split, score))


def compare_matched(matched_pair: MatchedPredictions) -> PairedComparison:
    """The same of two runs whose answers are lined up: groups of one run each."""
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
