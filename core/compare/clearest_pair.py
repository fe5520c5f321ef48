"""The clearest pair of the store: validation cannot tell the two apart, other photos can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from core.base.language import N_
from core.compare.comparable import photos_of
from core.evaluate.verdict import evidence_set, threshold
from core.store.groups import Group

GENERALISES, OVERFIT = N_("generalises"), N_("overfit that looks good")


@dataclass(frozen=True)
class Pair:
    """One item that generalises and one that only looks good. gap: how much larger the first's
    share of objects is that it answers right (of photos, where no objects are boxed)."""

    generalises: Group
    overfit: Group
    gap: float


@dataclass(frozen=True)
class _Candidate:
    """An item with fine validation. measured: what must be the same in both of a pair: photos, how
    many validate, and the set and score of `objects`."""

    item: Group
    verdict: str | None
    measured: tuple[str, float, str, str]
    validation: float
    objects: float

    @property
    def newest(self) -> str:
        return max(row.id for row in self.item.members)


def clearest_pair(items: Sequence[Group]) -> Pair | None:
    """The pair with the largest gap, groups of repeats before single runs, the newest of equals.

    Both saw the same photos and validate on equally many; both have an accuracy there that the
    verdict calls fine, and they are at most one photo apart (a group by the mean of its runs).
    items: core.compare.selection.items_of, oldest first.
    """
    for repeated in (True, False):
        found = [_candidate(item) for item in items if (item.repeats > 1) == repeated]
        candidates = [one for one in found if one is not None]
        good = _best([one for one in candidates if one.verdict == GENERALISES], 1)
        bad = _best([one for one in candidates if one.verdict == OVERFIT], -1)
        pairs = [(a, b) for a, b in product(good, bad) if _equal(a, b) and a.objects > b.objects]
        if pairs:
            a, b = max(pairs, key=lambda pair: pair[0].objects - pair[1].objects)
            return Pair(a.item, b.item, a.objects - b.objects)
    return None


def _candidate(item: Group) -> _Candidate | None:
    """What the rule reads of an item; None where its validation is not fine or nothing is known."""
    totals = set(item.numbers("validation", "accuracy", "total"))
    accuracy = item.mean_and_spread("validation", "accuracy", "value")
    if accuracy is None or len(totals) != 1 or accuracy.mean < threshold("validation"):
        return None
    name = evidence_set((item.finished()[0].summary or {}).get("sets", {})) or ""
    for score in ("object", "primary"):
        objects = item.mean_and_spread("sets", name, "scores", score, "value")
        if objects is not None:
            measured = (photos_of(item.members[0]), totals.pop(), name, score)
            found = item.verdict()
            verdict = found.majority if found else None
            return _Candidate(item, verdict, measured, accuracy.mean, objects.mean)
    return None


def _best(candidates: Sequence[_Candidate], sign: int) -> list[_Candidate]:
    """Of those that differ in nothing else the one with most (or, with sign -1, fewest) objects, so
    that a thousand runs make few pairs."""
    best: dict[tuple[object, float], _Candidate] = {}
    for one in sorted(candidates, key=lambda one: (sign * one.objects, one.newest)):
        best[one.measured, one.validation] = one
    return list(best.values())


def _equal(a: _Candidate, b: _Candidate) -> bool:
    """Whether validation cannot tell them apart: at most one photo."""
    apart = abs(a.validation - b.validation) * a.measured[1]
    return a.measured == b.measured and apart <= 1 + 1e-9
