"""What parts items (core.compare.selection), in words: photo by photo for two runs, by the mean
over seeds where one of them is a group. Validation is told first: it often cannot tell what others
can."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import pandas as pd

from core.base.language import N_, _, translate
from core.compare.score_tables import headline_score, names_of_test_sets, share_texts
from core.compare.tables import lift_text, verdict_text
from core.data.dataset import VALIDATION
from core.evaluate.group_difference import Difference, group_difference
from core.evaluate.paired import (
    ComparedScore,
    PairedComparison,
    compare_matched,
    match_correctness,
    photo_correctness,
)
from core.recipe.layer_table import head_start
from core.store.groups import Group
from core.store.test_sets import comparison_set

PredictionsByRun = Mapping[str, pd.DataFrame]  # predictions.csv by run id
_TITLES = {"primary": N_("most prominent object"), "object": N_("objects cut out")}
_UNITS = {"primary": "photo", "object": "object"}


@dataclass(frozen=True)
class ScoreComparison:
    """One item against another on the photos of a split, by one score. found: None where they have
    no photo in common."""

    split: str
    score: ComparedScore
    result: PairedComparison | Difference | None

    @property
    def significant(self) -> bool:
        return self.result is not None and self.result.significant

    @property
    def title(self) -> str:
        return _("accuracy") if self.split == VALIDATION else translate(_TITLES[self.score])

    @property
    def text(self) -> str:
        """`better on 11 photos, worse on 1: a real difference (p = .006)`, or, of groups,
        `accuracy .68 against .33: better by .35 (.25 to .44)`."""
        if self.result is None:
            return _("no photos in common: cannot tell")
        if isinstance(self.result, PairedComparison):
            return self.result.text(_UNITS[self.score])
        return self.result.text(_("accuracy"))

    @property
    def counts_text(self) -> str:
        """The same of two runs without its conclusion."""
        assert isinstance(self.result, PairedComparison)
        return self.result.counts_text(_UNITS[self.score])


@dataclass(frozen=True)
class ItemComparison:
    """An item against the first one. validation, elsewhere: the two sentences that matter; the
    second is on the test set with most evidence and None without a labelled one. test: the
    comparison that it tells of. comparisons: every one, validation first."""

    item: Group
    reference: Group
    validation_text: str
    test_text: str | None
    test: ScoreComparison | None
    comparisons: tuple[ScoreComparison, ...]

    @property
    def only_test_differs(self) -> bool:
        """Whether photos from elsewhere tell apart what validation cannot."""
        told = self.test is not None and self.test.significant
        return told and not self.comparisons[0].significant

    def table(self) -> pd.DataFrame:
        """Columns photos, score, finding: every comparison in words."""
        lines = [(found.split, found.title, found.text) for found in self.comparisons]
        return pd.DataFrame(lines, columns=["photos", "score", "finding"])


def needed_run_ids(items: Sequence[Group]) -> list[str]:
    """The ids of the runs whose predictions `compare_to_reference` reads."""
    return list(dict.fromkeys(row.id for item in items for row in item.evaluated_members()))


def compare_to_reference(
    items: Sequence[Group], predictions: PredictionsByRun
) -> list[ItemComparison]:
    """Every later item compared with the first one; items without predictions are left out."""
    read = _CorrectnessCache(predictions)
    known = [item for item in items if read.run_ids(item)]
    return [_compare_items(item, known[0], read) for item in known[1:]]


def title_of_test(comparisons: Sequence[ItemComparison]) -> str:
    """What the test texts are read on: `test_difficult, objects cut out`."""
    hard = next((found.test for found in comparisons if found.test), None)
    return f"{hard.split}, {hard.title}" if hard else _("photos from elsewhere")


class _CorrectnessCache:
    """Who got which photo right, worked out once per run, set and score: the first item is compared
    with each of the others."""

    def __init__(self, predictions: PredictionsByRun) -> None:
        self._predictions = predictions
        self._cache: dict[tuple[str, str, str], pd.DataFrame] = {}

    def run_ids(self, item: Group) -> list[str]:
        """The ids of the item's runs that have predictions."""
        found = ((row.id, self._predictions.get(row.id)) for row in item.evaluated_members())
        return [id_ for id_, frame in found if frame is not None and len(frame)]

    def per_run(self, item: Group, split: str, score: ComparedScore) -> list[pd.DataFrame]:
        ids = self.run_ids(item)
        for id_ in ids:
            if (id_, split, score) not in self._cache:
                found = photo_correctness(self._predictions[id_], split, score)
                self._cache[id_, split, score] = found
        return [self._cache[id_, split, score] for id_ in ids]


def _compare_items(item: Group, reference: Group, cache: _CorrectnessCache) -> ItemComparison:
    scores: tuple[ComparedScore, ...] = ("primary", "object")
    asked = [(VALIDATION, scores[0]), *product(names_of_test_sets([reference, item]), scores)]
    findings = [
        ScoreComparison(split, score, found)
        for split, score in asked
        if (found := _compare_score(item, reference, cache, split, score)) or split == VALIDATION
    ]
    hard = _hardest_comparison(reference, findings)
    elsewhere = None if hard is None else _test_text(item, reference, findings[0], hard)
    return ItemComparison(
        item=item,
        reference=reference,
        validation_text=_validation_text(item, reference, findings[0]),
        test_text=elsewhere,
        test=hard,
        comparisons=tuple(findings),
    )


def _compare_score(
    item: Group, reference: Group, cache: _CorrectnessCache, split: str, score: ComparedScore
) -> PairedComparison | Difference | None:
    """Two runs by McNemar's test; as soon as one of the items has several, by their means."""
    a, b = cache.per_run(item, split, score), cache.per_run(reference, split, score)
    both = match_correctness([a, b])
    if len(a) == 1 and len(b) == 1:
        pair = compare_matched(both)
        return pair if pair.photos else None
    return group_difference(both.correct[0], both.correct[1], photos=both.photos)


def _hardest_comparison(
    item: Group, comparisons: Sequence[ScoreComparison]
) -> ScoreComparison | None:
    """The comparison on the set that verdicts are read on, by objects where there are any."""
    summary = item.evaluated_members()[0].summary or {}
    name = comparison_set(summary.get("sets", {}))
    found = {finding.score: finding for finding in comparisons if finding.split == name}
    return found.get("object") or found.get("primary")


def _validation_text(item: Group, reference: Group, comparison: ScoreComparison) -> str:
    found = comparison.result
    if found is None:
        return _("Validation cannot compare them: no photos in common.")
    if found.significant:
        return _(
            "Validation tells them apart: {finding}.",
            finding=_winner_text(item, reference, comparison),
        )
    if isinstance(found, PairedComparison):
        right = {"right": found.both_right, "photos": found.photos}
        if not found.better and not found.worse:
            return _(
                "Validation cannot tell them apart: both are right on {right} of {photos} photos.",
                **right,
            )
        return _(
            "Validation cannot tell them apart: both are right on {right} of {photos} "
            "photos; {run} is better on {better} and worse on {worse}.",
            run=item.title,
            better=found.better,
            worse=found.worse,
            **right,
        )
    return _(
        "Validation: {finding} ({photos} photos).", finding=comparison.text, photos=found.photos
    )


def _test_text(
    item: Group, reference: Group, validation: ScoreComparison, comparison: ScoreComparison
) -> str:
    where = {"set": comparison.split, "score": comparison.title}
    if not comparison.significant and isinstance(comparison.result, Difference):
        return _("{set} ({score}): {finding}.", finding=comparison.text, **where)
    if not comparison.significant:
        where["finding"] = comparison.counts_text
        if validation.significant:
            return _("{set} ({score}) cannot tell them apart: {finding}.", **where)
        return _("{set} ({score}) cannot tell them apart either: {finding}.", **where)
    won = _winner_text(item, reference, comparison)
    if validation.significant:
        return _("{set} ({score}) tells them apart: {finding}.", finding=won, **where)
    return _("{set} ({score}) can: {finding}.", finding=won, **where)


def _winner_text(item: Group, reference: Group, comparison: ScoreComparison) -> str:
    """A real difference, told of the item that is better: `a is better on 11 photos, worse on 1`
    or, of groups, `a is better by .35 (.25 to .44), .68 against .33`."""
    found = comparison.result
    if isinstance(found, PairedComparison):
        if found.better < found.worse:
            item, found = reference, replace(found, better=found.worse, worse=found.better)
        return _("{run} is {finding}", run=item.title, finding=found.text(_UNITS[comparison.score]))
    assert found is not None
    if found.value < 0:
        item, found = reference, found.swapped
    return _(
        "{run} is {size}, {values}",
        run=item.title,
        size=found.size_text(),
        values=found.values_text(),
    )


# --- drift ----------------------------------------------------------------------------------------


def drift_overlays(
    items: Sequence[Group], drifts: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """How far the items' backbone layers have moved, per backbone, as layers of different ones
    cannot be laid over each other. drifts: drift.csv by run id.

    Columns run, label, layer, name, change (1 - CKA: 0 nothing, 1 unrelated), weights (relative
    change), trained, runs; a row per item and layer. A group's numbers are means over its runs."""
    found: dict[str, list[pd.DataFrame]] = {}
    for item in items:
        frames = [
            frame
            for row in item.evaluated_members()
            if (frame := drifts.get(row.id)) is not None and len(frame)
        ]
        if not frames:
            continue
        recipe = item.evaluated_members()[0].recipe
        layers = head_start(recipe["backbone"], recipe["map_stride"])
        together = pd.concat(frames)
        together = together[together["layer"] < layers]
        mean = together.groupby(["layer", "name"], as_index=False).agg(
            cka=("cka", "mean"), weights=("weights", "mean"), trained=("trained", "any")
        )
        mean = mean.assign(
            run=item.id, label=item.title, change=1 - mean["cka"], runs=len(frames)
        ).drop(columns="cka")
        found.setdefault(recipe["backbone"], []).append(mean)
    return {backbone: pd.concat(frames) for backbone, frames in found.items()}


def build_comparison_table(
    items: Sequence[Group], comparisons: Sequence[ItemComparison]
) -> pd.DataFrame:
    """A row per item, the reference first: run, verdict, validation, objects, lift, then
    `by_validation` and `elsewhere`: the comparison with the reference."""
    words = {
        found.item.id: (found.comparisons[0].text, found.test.text if found.test else "")
        for found in comparisons
    }
    rows = []
    for item in items:
        hard, __, objects = headline_score(item)
        shares = [share_texts(item, "validation", "accuracy"), objects]
        validation, right = (value + (f" ({small})" if small else "") for value, small in shares)
        own = words.get(item.id, (_("reference"), _("reference")))
        lift = lift_text(item, hard)
        rows.append((item.title, verdict_text(item), validation, right, lift, *own))
    columns = ["run", "verdict", "validation", "objects", "lift", "by_validation", "elsewhere"]
    return pd.DataFrame(rows, columns=columns)
