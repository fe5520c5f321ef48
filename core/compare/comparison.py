"""What parts items (core.compare.selection), in words: photo by photo for two runs, by the mean
over seeds where one of them is a group. Validation is told first: it often cannot tell what others
can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from core.base.language import N_, _, translate
from core.compare.score_tables import sets_of
from core.data.dataset import VALIDATION
from core.evaluate.groups import Difference, group_difference
from core.evaluate.matched_answers import ComparedScore, answers, matched_answers
from core.evaluate.paired import Paired, paired
from core.evaluate.verdict import evidence_set
from core.recipe.layer_table import head_start
from core.store.groups import Group

Predictions = Mapping[str, pd.DataFrame]  # predictions.csv by run id
_TITLES = {"primary": N_("most prominent object"), "object": N_("objects cut out")}
_THINGS = {"primary": "photo", "object": "object"}


@dataclass(frozen=True)
class Finding:
    """One item against another on the photos of a split, by one score. found: None where they have
    no photo in common."""

    split: str
    score: ComparedScore
    found: Paired | Difference | None

    @property
    def real(self) -> bool:
        return self.found is not None and self.found.real

    @property
    def title(self) -> str:
        return _("accuracy") if self.split == VALIDATION else translate(_TITLES[self.score])

    @property
    def words(self) -> str:
        """`better on 11 photos, worse on 1: a real difference (p = .006)`, or, of groups,
        `accuracy .68 against .33: better by .35 (.25 to .44)`."""
        if self.found is None:
            return _("no photos in common: cannot tell")
        if isinstance(self.found, Paired):
            return self.found.words(_THINGS[self.score])
        return self.found.words(_("share right"))

    @property
    def numbers(self) -> str:
        """The same of two runs without its conclusion."""
        assert isinstance(self.found, Paired)
        return self.found.counts(_THINGS[self.score])


@dataclass(frozen=True)
class Against:
    """An item against the first one. validation, elsewhere: the two sentences that matter; the
    second is on the test set with most evidence and None without a labelled one. findings: every
    comparison, validation first."""

    item: Group
    first: Group
    validation: str
    elsewhere: str | None
    parted: bool  # photos from elsewhere tell apart what validation cannot
    findings: tuple[Finding, ...]

    def table(self) -> pd.DataFrame:
        """Columns photos, score, finding: every comparison in words."""
        lines = [(found.split, found.title, found.words) for found in self.findings]
        return pd.DataFrame(lines, columns=["photos", "score", "finding"])


def runs_needed(items: Sequence[Group]) -> list[str]:
    """The ids of the runs whose predictions `each_against_first` reads."""
    return list(dict.fromkeys(row.id for item in items for row in item.finished()))


def each_against_first(items: Sequence[Group], predictions: Predictions) -> list[Against]:
    """Every later item compared with the first one; items without predictions are left out."""
    read = _Answers(predictions)
    known = [item for item in items if read.runs(item)]
    return [_against(item, known[0], read) for item in known[1:]]


def words_table(compared: Sequence[Against]) -> pd.DataFrame:
    """Many comparisons with one reference, a row each: columns `run`, `validation`, `elsewhere`,
    both in words (empty where nothing is labelled), and `parted`, true where photos from elsewhere
    tell apart what validation cannot."""
    rows = []
    for found in compared:
        hard = _hardest(found.first, found.findings)
        words = "" if hard is None else hard.words
        rows.append((found.item.title, found.findings[0].words, words, found.parted))
    return pd.DataFrame(rows, columns=["run", "validation", "elsewhere", "parted"])


def elsewhere_title(compared: Sequence[Against]) -> str:
    """What `elsewhere` of `words_table` is read on: `test_difficult, objects cut out`."""
    for found in compared:
        hard = _hardest(found.first, found.findings)
        if hard is not None:
            return f"{hard.split}, {hard.title}"
    return _("photos from elsewhere")


class _Answers:
    """Who got which photo right, worked out once per run, set and score: the first item is compared
    with each of the others."""

    def __init__(self, predictions: Predictions) -> None:
        self._predictions = predictions
        self._known: dict[tuple[str, str, str], pd.DataFrame] = {}

    def runs(self, item: Group) -> list[str]:
        """The ids of the item's runs that have predictions."""
        found = ((row.id, self._predictions.get(row.id)) for row in item.finished())
        return [id_ for id_, frame in found if frame is not None and len(frame)]

    def of(self, item: Group, split: str, score: ComparedScore) -> list[pd.DataFrame]:
        return [self._answers(id_, split, score) for id_ in self.runs(item)]

    def _answers(self, id_: str, split: str, score: ComparedScore) -> pd.DataFrame:
        key = (id_, split, score)
        if key not in self._known:
            self._known[key] = answers(self._predictions[id_], split, score)
        return self._known[key]


def _against(item: Group, first: Group, read: _Answers) -> Against:
    findings = [Finding(VALIDATION, "primary", _compare(item, first, read, VALIDATION, "primary"))]
    scores: tuple[ComparedScore, ...] = ("primary", "object")
    for name in sets_of([first, item]):
        for score in scores:
            found = _compare(item, first, read, name, score)
            if found is not None:
                findings.append(Finding(name, score, found))
    hard = _hardest(first, findings)
    elsewhere = None if hard is None else _elsewhere(item, first, findings[0], hard)
    return Against(
        item=item,
        first=first,
        validation=_validation(item, first, findings[0]),
        elsewhere=elsewhere,
        parted=hard is not None and hard.real and not findings[0].real,
        findings=tuple(findings),
    )


def _compare(
    item: Group, first: Group, read: _Answers, split: str, score: ComparedScore
) -> Paired | Difference | None:
    """Two runs by McNemar's test; as soon as one of the items has several, by their means."""
    a, b = read.of(item, split, score), read.of(first, split, score)
    both = matched_answers([a, b])
    if len(a) == 1 and len(b) == 1:
        pair = paired(both)
        return pair if pair.photos else None
    return group_difference(both.correct[0], both.correct[1], photos=both.photos)


def _hardest(item: Group, findings: Sequence[Finding]) -> Finding | None:
    """The comparison on the set that verdicts are read on, by objects where there are any."""
    summary = item.finished()[0].summary or {}
    name = evidence_set(summary.get("sets", {}))
    found = {finding.score: finding for finding in findings if finding.split == name}
    return found.get("object") or found.get("primary")


def _validation(item: Group, first: Group, finding: Finding) -> str:
    found = finding.found
    if found is None:
        return _("Validation cannot compare them: no photos in common.")
    if found.real:
        return _("Validation tells them apart: {finding}.", finding=_won(item, first, finding))
    if isinstance(found, Paired):
        right = {"right": found.both_right, "photos": found.photos}
        if not found.better and not found.worse:
            return _(
                "Validation cannot tell them apart: both right on {right} of {photos}.", **right
            )
        return _(
            "Validation cannot tell them apart: both right on {right} of {photos}, {run} better "
            "on {better}, worse on {worse}.",
            run=item.title,
            better=found.better,
            worse=found.worse,
            **right,
        )
    return _("Validation: {finding} ({photos} photos).", finding=finding.words, photos=found.photos)


def _elsewhere(item: Group, first: Group, validation: Finding, finding: Finding) -> str:
    where = {"set": finding.split, "score": finding.title}
    if not finding.real and isinstance(finding.found, Difference):
        return _("{set} ({score}): {finding}.", finding=finding.words, **where)
    if not finding.real:
        if validation.real:
            return _(
                "{set} ({score}) cannot tell them apart: {finding}.",
                finding=finding.numbers,
                **where,
            )
        return _(
            "{set} ({score}) cannot tell them apart either: {finding}.",
            finding=finding.numbers,
            **where,
        )
    won = _won(item, first, finding)
    if validation.real:
        return _("{set} ({score}) tells them apart: {finding}.", finding=won, **where)
    return _("{set} ({score}) can: {finding}.", finding=won, **where)


def _won(item: Group, first: Group, finding: Finding) -> str:
    """A real difference, told of the item that is better: `a is better on 11 photos, worse on 1`
    or, of groups, `a is better by .35 (.25 to .44), .68 against .33`."""
    found = finding.found
    if isinstance(found, Paired):
        if found.better < found.worse:
            item, found = first, replace(found, better=found.worse, worse=found.better)
        return _("{run} is {finding}", run=item.title, finding=found.words(_THINGS[finding.score]))
    assert found is not None
    if found.value < 0:
        item, found = first, found.turned
    return _("{run} is {size}, {values}", run=item.title, size=found.size(), values=found.values())


# --- drift ----------------------------------------------------------------------------------------


def drift_overlays(
    items: Sequence[Group], drifts: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """How far the items' backbone layers have moved, per backbone, as layers of different ones
    cannot be laid over each other. drifts: drift.csv by run id.

    Columns run, label, layer, name, change (1 - CKA: 0 nothing, 1 unrelated), weights (relative
    change), trained, runs; a row per item and layer. A group's numbers are means over its runs.
    """
    found: dict[str, list[pd.DataFrame]] = {}
    for item in items:
        frames = [
            frame
            for row in item.finished()
            if (frame := drifts.get(row.id)) is not None and len(frame)
        ]
        if not frames:
            continue
        recipe = item.finished()[0].recipe
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
