"""Groups: runs of one recipe on the same photos that differ only by their seed or fold.

One run alone cannot say what is the recipe's doing and what is luck; a group can.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean, stdev
from typing import Any

import pandas as pd

from core.base.language import _, translate
from core.recipe.difference import short_difference
from core.store.examples import EXAMPLE_PREFIX
from core.store.index import RunRow

CURVES = ("train_loss", "val_loss", "val_accuracy")


@dataclass(frozen=True)
class SampleStats:
    """A number over the members that have it: mean, lowest, highest, standard deviation (None for
    one member) and how many there are."""

    mean: float
    low: float
    high: float
    sd: float | None
    n: int


@dataclass(frozen=True)
class VerdictCounts:
    """How many of `n` diagnosed members have which verdict, the commonest first."""

    counts: tuple[tuple[str, int], ...]
    n: int

    @property
    def majority(self) -> str | None:
        """The verdict of more than half of the members; None when no verdict has so many."""
        verdict, count = self.counts[0]
        return verdict if 2 * count > self.n else None

    def text(self) -> str:
        """`generalises, 4 of 5`, or `no majority: generalises 2, never learned 2 of 4`."""
        if self.majority:
            return _(
                "{verdict}, {n} of {total}",
                verdict=translate(self.majority),
                n=self.counts[0][1],
                total=self.n,
            )
        each = _(", ").join(f"{translate(verdict)} {count}" for verdict, count in self.counts)
        return _("no majority: {verdicts} of {total}", verdicts=each, total=self.n)


@dataclass(frozen=True)
class Group:
    """Runs that are repeats of each other, by seed, then fold; a run alone is a group of one, and
    runs that share anything else may be shown as one too (core.views.run_table).

    The same recipe, seed and fold may be there twice. As both give the same bits, the newer one
    counts and the older is not one more observation."""

    id: str
    title: str
    members: tuple[RunRow, ...]

    def summary_values(self, *keys: str) -> list[float]:
        """A number of the members' summaries, one for each seed and fold that has it: `numbers(
        "sets", "test", "scores", "primary", "value")`."""
        return [
            value
            for value in self._per_observation(lambda row: row.summary_value(*keys))
            if value is not None
        ]

    def summary_stats(self, *keys: str) -> SampleStats | None:
        """The same numbers in short; None when no member has one."""
        found = self.summary_values(*keys)
        if not found:
            return None
        deviation = stdev(found) if len(found) > 1 else None
        return SampleStats(fmean(found), min(found), max(found), deviation, len(found))

    def field_numbers(self, key: str) -> list[float]:
        """A fact of the members (core.store.fields) as `numbers` gives it."""
        found = self._per_observation(lambda row: row.field_values.get(key))
        return [value for value in found if isinstance(value, int | float)]

    def verdict_counts(self) -> VerdictCounts | None:
        """What the members' diagnoses say; None before the first."""
        found = [
            v for v in self._per_observation(lambda row: (row.summary or {}).get("verdict")) if v
        ]
        if not found:
            return None
        counts = sorted(Counter(found).items(), key=lambda pair: (-pair[1], pair[0]))
        return VerdictCounts(tuple(counts), len(found))

    @property
    def repeats(self) -> int:
        """How many different seeds and folds there are."""
        return len({_seed_and_fold(row) for row in self.members})

    def evaluated_members(self) -> tuple[RunRow, ...]:
        """The evaluated members, the newest one of each seed and fold."""
        return tuple(
            row for row in self._per_observation(lambda row: row if row.summary else None) if row
        )

    def _per_observation(self, read: Callable[[RunRow], Any]) -> list[Any]:
        """What `read` finds in each observation: in its newest member that has something."""
        return [
            next((value for value in map(read, rows) if value is not None), None)
            for rows in self._observations
        ]

    @cached_property
    def _observations(self) -> list[list[RunRow]]:
        """The members that would give the same bits, the newest first; by seed, then fold."""
        found: dict[tuple[int, int, str], list[RunRow]] = {}
        for row in sorted(self.members, key=lambda row: row.id, reverse=True):
            found.setdefault((*_seed_and_fold(row), row.recipe_identity), []).append(row)
        return [found[key] for key in sorted(found)]


def find_groups(rows: Sequence[RunRow]) -> list[Group]:
    """The groups of runs, given newest first as the index does; the group with the newest run
    comes first.

    Runs belong together when their recipes are the same but for name, seed and `split.fold`, and
    their photos are the same. A run that has not begun does not know its photos' fingerprint yet:
    it is taken to have those that the newest run on its folder saw. A run that cannot be read is
    alone; examples are no repeats of one's own runs, and their groups' ids begin as theirs do."""
    known = {row.data_path: row.photos for row in reversed(rows) if row.photos}
    together: dict[str, list[RunRow]] = {}
    for row in rows:
        photos = row.photos or known.get(row.data_path) or row.data_path
        together.setdefault(_group_id(row, photos), []).append(row)
    groups, names = [], recipe_names(rows)
    for id_, found in together.items():
        title = _title(found, names)
        ordered = sorted(found, key=lambda row: (_seed_and_fold(row), row.id))
        groups.append(Group(id_, title, tuple(ordered)))
    return _with_unique_titles(groups)


def recipe_names(rows: Sequence[RunRow]) -> dict[tuple[str, str], str]:
    """The name of each recipe by the run's title and `recipe_identity`. Of several recipes of one
    title all but the oldest are named with what they change of it: `quick, rotate 45`. rows: newest
    first."""
    oldest: dict[str, RunRow] = {}
    found: dict[tuple[str, str], str] = {}
    for row in reversed(rows):
        base, key = oldest.setdefault(row.title, row), (row.title, row.recipe_identity)
        if key not in found:
            change = "" if row is base else short_difference(row.recipe, base.recipe)
            found[key] = f"{row.title}, {change}" if change else row.title
    return found


def mean_history(histories: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The curves of a group: a row per epoch and name (train_loss, val_loss, val_accuracy) with
    mean, low, high (over the members that have the epoch) and n, how many those are.

    histories: the members' history.csv. Members may still run or have stopped: an epoch is shown
    when at least two of them have it, as a mean of one is none. With one member alone (or one
    that has begun) its own curve is given, low and high being the mean."""
    begun = [frame[["epoch", *CURVES]] for frame in histories if not frame.empty]
    if not begun:
        return pd.DataFrame(columns=["epoch", "name", "mean", "low", "high", "n"])
    long = pd.concat(begun).melt("epoch", var_name="name")
    found = long.groupby(["name", "epoch"])["value"].agg(
        mean="mean", low="min", high="max", n="size"
    )
    found = found[found["n"] >= min(2, len(begun))]
    return found.reset_index()[["epoch", "name", "mean", "low", "high", "n"]]


def mean_curves(histories: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The same as a history: a row per epoch with the means as train_loss, val_loss and
    val_accuracy, and beside each its `<name>_low` and `<name>_high`."""
    long = mean_history(histories)
    wide = long.pivot(index="epoch", columns="name", values=["mean", "low", "high"])
    wide.columns = [
        name if what == "mean" else f"{name}_{what}" for what, name in wide.columns.to_flat_index()
    ]
    return wide.reset_index()


def _seed_and_fold(row: RunRow) -> tuple[int, int]:
    """What a run may differ in from the others of its group: seed and fold."""
    return row.recipe["seed"], row.recipe["split"].get("fold") or 0


def _group_id(row: RunRow, photos: str) -> str:
    if row.problem:
        return row.id
    text = f"[{row.recipe_identity}, {json.dumps(photos)}]"
    return EXAMPLE_PREFIX * row.example + hashlib.sha256(text.encode()).hexdigest()[:12]


def _title(newest_first: Sequence[RunRow], names: Mapping[tuple[str, str], str]) -> str:
    """The runs' name (`recipe_names`), and how many seeds and folds there are where there are
    several. Where one has been renamed, the group is called by the newest recipe's name."""
    newest = newest_first[0]
    alike = len({row.name for row in newest_first}) == 1
    title = str(newest.recipe["name"])
    if alike:
        title = names[newest.title, newest.recipe_identity]
    seeds, folds = (
        len(set(numbers)) for numbers in zip(*map(_seed_and_fold, newest_first), strict=True)
    )
    if seeds > 1:
        title = _("{name}, {count} seeds", name=title, count=seeds)
    if folds > 1:
        title = _("{name}, {count} folds", name=title, count=folds)
    return title


def _with_unique_titles(groups: list[Group]) -> list[Group]:
    """The groups with a number behind each title that an older group has already."""
    seen: Counter[str] = Counter()
    told = []
    for group in reversed(groups):
        seen[group.title] += 1
        again = seen[group.title]
        told.append(replace(group, title=f"{group.title} ({again})") if again > 1 else group)
    return told[::-1]
