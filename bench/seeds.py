"""What benchmarks that train recipes over seeds share: photo sets, runs, and rows of scores."""

import csv
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from common import log, numbers, table_row

from core.base.errors import RunError
from core.recipe.files import load_recipe
from core.recipe.schema import Recipe
from core.store.run import Run, Trial, create_run, find_runs
from core.store.status import utc_now

DIVERGED = "diverged"


def train_or_reuse(runs: Path, recipe: Recipe, data: Path, *, with_controls: bool = False) -> Run:
    """The run of this very recipe and data set, trained now if none has ended; or as it
    diverged."""
    from core.jobs.tasks.train_run import run_training

    for run in find_runs(runs):
        over = run.status().state == "done" or DIVERGED in (run.status().error or "")
        if over and run.data_dir() == data.resolve() and run.recipe() == recipe:
            return run
    log(f"training {recipe.name}, seed {recipe.seed}")
    run = create_run(runs, recipe, data, utc_now)
    try:
        run_training(run, utc_now, with_controls=with_controls)
    except RunError as error:
        if DIVERGED not in str(error):
            raise
    return run


def train_seeds(
    runs: Path, preset: str, changes: dict[str, Any], seeds: Sequence[int], data: Path
) -> list[Run]:
    """A preset with changes over seeds."""
    recipes = [load_recipe(preset, {"seed": seed, **changes}) for seed in seeds]
    return [train_or_reuse(runs, recipe, data) for recipe in recipes]


@contextmanager
def throwaway_run(
    recipe: Recipe, data: Path, runs: Path, trial: Trial | None = None
) -> Iterator[Run]:
    """A run trained now, whose folder goes when the block ends; the cached features stay."""
    from core.jobs.tasks.train_run import run_training

    run = create_run(runs, recipe, data, utc_now, trial=trial)
    try:
        run_training(run, utc_now, with_controls=False)
        yield run
    finally:
        shutil.rmtree(run.path)


def known_rows(table: Path, *columns: str) -> set[tuple[Any, ...]]:
    """What a table of rows holds already, by these columns."""
    frame = pd.read_csv(table) if table.is_file() else pd.DataFrame(columns=list(columns))
    return set(frame[list(columns)].itertuples(index=False, name=None))


def append_row(table: Path, columns: Sequence[str], row: Mapping[str, Any]) -> None:
    """Writes a row at the end of a table; what it lacks stays empty."""
    with table.open("a", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
        if file.tell() == 0:
            writer.writeheader()
        writer.writerow(row)


def draw_toy_set(folder: Path, seed: int) -> Path:
    """The toy set of a seed, drawn if it is not there."""
    from core.toy_books import draw_toy_books

    data = folder / f"toy-{seed}"
    if not (data / "boxes.csv").is_file():
        shutil.rmtree(data, ignore_errors=True)
        draw_toy_books(data, seed)
    return data


def photo_sets(toy_seeds: str, data: Sequence[Path] | None, runs: Path) -> dict[str, Path]:
    """The folders of the photo sets that are asked for by their names, drawn if need be."""
    if not toy_seeds and not data:
        sys.exit("--toy-seeds or --data: name a set of photos")
    draws = [draw_toy_set(runs, seed) for seed in numbers(toy_seeds)]
    return {folder.name: folder for folder in (*draws, *(data or ()))}


# --- scores ---------------------------------------------------------------------------------------


def hard_set(summary: dict[str, Any]) -> dict[str, Any]:
    """The numbers of the hardest test set there is."""
    sets: dict[str, dict[str, Any]] = summary["sets"]
    return sets.get("test_difficult") or next(iter(sets.values()))


def _set_score(name: str, score: str) -> Callable[[dict[str, Any]], float]:
    return lambda summary: summary["sets"][name]["scores"][score]["value"]


def _hard_share(summary: dict[str, Any]) -> float:
    """Of the hardest set's cut-out objects; of its photos, where none are boxed."""
    scores = hard_set(summary)["scores"]
    return float((scores.get("object") or scores["primary"])["value"])


# Numbers of summary.json and their formats; None where there are no boxes.
METRICS: dict[str, tuple[Callable[[dict[str, Any]], float | None], str]] = {
    "val accuracy": (lambda s: s["validation"]["accuracy"]["value"], ".2f"),
    "val loss": (lambda s: s["validation"]["loss"], ".3f"),
    "test primary": (_set_score("test", "primary"), ".2f"),
    "difficult primary": (_set_score("test_difficult", "primary"), ".2f"),
    "difficult objects": (_set_score("test_difficult", "object"), ".2f"),
    "objects": (_hard_share, ".2f"),
    "lift": (lambda s: (hard_set(s).get("localisation") or {}).get("lift"), ".2f"),
}


def metric(name: str, runs: Sequence[Run]) -> list[float]:
    """One of METRICS of the runs that have it."""
    found = [METRICS[name][0](summary) for run in runs if (summary := run.summary())]
    return [value for value in found if value is not None]


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """Mean (lowest-highest)."""
    if len(values) < 2:
        return "".join(f"{value:{form}}" for value in values)
    return f"{sum(values) / len(values):{form}} ({min(values):{form}}-{max(values):{form}})"


def verdict(run: Run) -> str:
    summary = run.summary()
    return str(summary["verdict"]) if summary else DIVERGED


def verdicts(runs: Sequence[Run]) -> str:
    """The verdicts of runs, with how often each came."""
    return ", ".join(f"{words} {n}" for words, n in Counter(map(verdict, runs)).most_common())


def scores_row(name: str, runs: Sequence[Run], columns: Sequence[str], *more: object) -> str:
    """A line of a table: means over runs of some METRICS (lowest-highest), verdicts, and more."""
    cells = [spread(metric(column, runs), METRICS[column][1]) for column in columns]
    return table_row(name, *cells, verdicts(runs), *more)
