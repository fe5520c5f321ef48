"""The two recipes that the lesson tells of, each trained with several seeds, from the folder of
example runs. The pair of runs that it shows is that of their lowest seed, not the nicest."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from core.base.errors import RunError
from core.base.language import N_
from core.data.dataset import Dataset, TestSet, read_dataset
from core.lesson.seed_spread import SeedSpread, read_spread
from core.recipe.files import recipe_dict
from core.store.run import Run, find_runs
from core.store.test_sets import comparison_set

LOOKS_GOOD_VERDICT, GENERALISES_VERDICT = "overfit that looks good", "generalises"
MIN_RUNS = 3  # trainings; with fewer there is no spread to speak of


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
        return read_spread(self.summaries, *keys)

    def evidence_spread(self, *keys: str) -> SeedSpread:
        """A number of the evidence in diagnosis.json over the trainings."""
        return read_spread(self.evidence, *keys)

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
    sides = _sides(find_runs(folder))
    a = max(
        (side for side in sides if side.verdict == LOOKS_GOOD_VERDICT), key=_run_count, default=None
    )
    b = max(
        (side for side in sides if side.verdict == GENERALISES_VERDICT),
        key=_run_count,
        default=None,
    )
    if a is None or b is None or min(_run_count(a), _run_count(b)) < MIN_RUNS:
        raise RunError(f"{folder}: {N_('no example runs of both kinds')}")
    if _fingerprints(a.shown_run) != _fingerprints(b.shown_run):
        different = N_("the example runs of the two kinds saw different photos")
        raise RunError(f"{folder}: {different}")
    name = comparison_set(a.summaries[0]["sets"])
    if name is None:
        raise RunError(f"{folder}: {N_('the example runs have no test set to tell of')}")
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


def _run_count(side: Side) -> int:
    return len(side.runs)


def _fingerprints(run: Run) -> Any:
    return run.environment()["data"].get("fingerprints")
