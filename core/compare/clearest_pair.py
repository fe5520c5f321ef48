"""The clearest pair of the store: validation cannot tell the two apart, other photos can."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from core.base.language import N_
from core.compare.selection import run_photos_fingerprint
from core.evaluate.rules import threshold
from core.store.groups import Group
from core.store.test_sets import comparison_set

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
    comparison_key: tuple[str, float, str, str]
    validation: float
    object_share: float


def clearest_pair(items: Sequence[Group]) -> Pair | None:
    """The pair with the largest gap, groups of repeats before single runs, the newest of equals.

    Both saw the same photos and validate on equally many; both have an accuracy there that the
    verdict calls fine, and they are at most one photo apart (a group by the mean of its runs).
    items: core.compare.selection.selectable_items, oldest_run_id first."""
    for repeated in (True, False):
        found = [_candidate(item) for item in items if (item.repeats > 1) == repeated]
        candidates = [one for one in found if one is not None]
        good = _best_per_key([one for one in candidates if one.verdict == GENERALISES], 1)
        bad = _best_per_key([one for one in candidates if one.verdict == OVERFIT], -1)
        pairs = [
            (a, b)
            for a, b in product(good, bad)
            if _tied_on_validation(a, b) and a.object_share > b.object_share
        ]
        if pairs:
            a, b = max(pairs, key=lambda pair: pair[0].object_share - pair[1].object_share)
            return Pair(a.item, b.item, a.object_share - b.object_share)
    return None


def _candidate(item: Group) -> _Candidate | None:
    """What the rule reads of an item; None where its validation is not fine or nothing is known."""
    totals = set(item.summary_values("validation", "accuracy", "total"))
    accuracy = item.summary_stats("validation", "accuracy", "value")
    if accuracy is None or len(totals) != 1 or accuracy.mean < threshold("validation"):
        return None
    name = comparison_set((item.evaluated_members()[0].summary or {}).get("sets", {})) or ""
    for score in ("object", "primary"):
        objects = item.summary_stats("sets", name, "scores", score, "value")
        if objects is not None:
            measured = (run_photos_fingerprint(item.members[0]), totals.pop(), name, score)
            found = item.verdict_counts()
            verdict = found.majority if found else None
            return _Candidate(item, verdict, measured, accuracy.mean, objects.mean)
    return None


def _best_per_key(candidates: Sequence[_Candidate], sign: int) -> list[_Candidate]:
    """Of those that differ in nothing else the one with most (or, with sign -1, fewest) objects, so
    that a thousand runs make few pairs."""
    best: dict[tuple[object, float], _Candidate] = {}
    newest = {one.item.id: max(row.id for row in one.item.members) for one in candidates}
    for one in sorted(candidates, key=lambda one: (sign * one.object_share, newest[one.item.id])):
        best[one.comparison_key, one.validation] = one
    return list(best.values())


def _tied_on_validation(a: _Candidate, b: _Candidate) -> bool:
    """Whether validation cannot tell them apart: at most one photo."""
    apart = abs(a.validation - b.validation) * a.comparison_key[1]
    return a.comparison_key == b.comparison_key and apart <= 1 + 1e-9
