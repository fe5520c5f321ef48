"""The two recipes that the lesson tells of, each trained with several seeds, from the folder of
example runs. The pair of runs that it shows is that of their lowest seed, not the nicest."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd

from core.base import formatting
from core.base.errors import RunError
from core.base.language import N_
from core.data.dataset import Dataset, TestSet, read_dataset
from core.recipe.files import recipe_dict
from core.store.run import Run, find_runs
from core.store.test_sets import comparison_set

LOOKS_GOOD_VERDICT, GENERALISES_VERDICT = "overfit that looks good", "generalises"
MIN_RUNS = 3  # trainings; with fewer there is no spread to speak of


@dataclass(frozen=True)
class SeedSpread:
    """One number over the trainings of a recipe. values: one for each training, at least one."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        return fmean(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    def format_percent(self) -> str:
        """`21% (18-23)`, for a share."""
        return formatting.mean_range_text(self.mean, self.low, self.high, len(self.values))

    def format_points(self) -> str:
        """`4 (3-6)` or `-1 (-3 … 0)`, for a change of probability in points."""
        return _format_spread(*(str(round(100 * value)) for value in self._mean_low_high()))

    def format_number(self, digits: int = 1) -> str:
        """`1.2 (1.1-1.3)`, with so many digits behind the point."""
        return _format_spread(*(f"{value:.{digits}f}" for value in self._mean_low_high()))

    def format_range(self) -> str:
        """`0.0001-0.06`, from the lowest to the highest, for a loss."""
        return f"{self.low:.1g}-{self.high:.1g}"

    def _mean_low_high(self) -> tuple[float, float, float]:
        return self.mean, self.low, self.high


def _read_spread(documents: Iterable[Mapping[str, Any]], *keys: str) -> SeedSpread:
    """The number at `keys` of each file. Raises KeyError where a file lacks it."""
    found = []
    for file in documents:
        value: Any = file
        for key in keys:
            value = value[key]
        found.append(float(value))
    return SeedSpread(tuple(found))


def _format_spread(mean: str, low: str, high: str) -> str:
    """Numbers below 0 are told with a minus and kept apart from the dash of a range."""
    mean, low, high = (number.replace("-", "\u2212") for number in (mean, low, high))
    if low == high:
        return mean
    return f"{mean} ({low} … {high})" if "\u2212" in low + high else f"{mean} ({low}-{high})"


@dataclass(frozen=True)
class Side:
    """A recipe and its trainings, by seed. verdict: that of most of them."""

    verdict: str
    runs: tuple[Run, ...]

    @property
    def shown_run(self) -> Run:
        """The one whose pictures are shown."""
        return self.runs[0]

    @cached_property
    def summaries(self) -> list[dict[str, Any]]:
        return [run.summary() or {} for run in self.runs]

    @cached_property
    def evidence(self) -> list[dict[str, Any]]:
        return [(run.diagnosis() or {})["evidence"] for run in self.runs]

    def summary_spread(self, *keys: str) -> SeedSpread:
        """A number of summary.json over the trainings."""
        return _read_spread(self.summaries, *keys)

    def evidence_spread(self, *keys: str) -> SeedSpread:
        """A number of the evidence in diagnosis.json over the trainings."""
        return _read_spread(self.evidence, *keys)

    def predictions(self, split: str) -> list[pd.DataFrame]:
        """What each training answered on a split: rows of predictions.csv."""
        tables = [run.predictions() for run in self.runs]
        return [table[table["split"] == split] for table in tables]


@dataclass(frozen=True)
class Pair:
    """a: looks good and is not; b: generalises. set_name: the test set that verdicts are read
    on."""

    a: Side
    b: Side
    dataset: Dataset
    set_name: str

    @property
    def sides(self) -> dict[str, Side]:
        """By the letters that the lesson calls them."""
        return {"A": self.a, "B": self.b}

    @property
    def test_set(self) -> TestSet:
        return self.dataset.test_set(self.set_name)


def find_pair(folder: Path) -> Pair:
    """Of each verdict the recipe with most trainings, both on the same photos.

    Raises RunError where the folder has no such two, DataError where their photos are gone."""
    sides = sorted(_sides(find_runs(folder)), key=lambda side: -len(side.runs))
    a, b = (
        next((side for side in sides if side.verdict == verdict), None)
        for verdict in (LOOKS_GOOD_VERDICT, GENERALISES_VERDICT)
    )
    if a is None or b is None or min(len(a.runs), len(b.runs)) < MIN_RUNS:
        raise RunError(f"{folder}: {N_('the example runs do not cover both recipes')}")
    if _fingerprints(a.shown_run) != _fingerprints(b.shown_run):
        different = N_("the example runs of the two recipes used different photos")
        raise RunError(f"{folder}: {different}")
    name = comparison_set(a.summaries[0]["sets"])
    if name is None:
        raise RunError(f"{folder}: {N_('the example runs have no test set to compare on')}")
    return Pair(a, b, read_dataset(a.shown_run.data_dir()), name)


def _sides(runs: Sequence[Run]) -> list[Side]:
    """The finished runs by photos and recipe, whatever its seed and name; each with its commonest
    verdict."""
    together: dict[str, list[tuple[int, Run]]] = {}
    for run in runs:
        if run.status().state != "done" or run.diagnosis() is None:
            continue
        recipe = recipe_dict(run.recipe())
        seed, _ = recipe.pop("seed"), recipe.pop("name")
        together.setdefault(json.dumps([recipe, _fingerprints(run)], sort_keys=True), []).append(
            (seed, run)
        )
    sides = []
    for found in together.values():
        ordered = tuple(run for _, run in sorted(found, key=lambda pair: (pair[0], pair[1].id)))
        verdicts = Counter(str((run.diagnosis() or {})["verdict"]) for run in ordered)
        sides.append(Side(verdicts.most_common(1)[0][0], ordered))
    return sides


def _fingerprints(run: Run) -> Any:
    return run.environment()["data"].get("fingerprints")
