"""Trains presets over seeds and prints one table: what validation says, what the hard photos say.

    .venv/bin/python bench/contrast.py --recipes quick,looks-good --seeds 0,1,2

A run that is finished already (same recipe, seed and data set in --runs) is not trained again, so
the command can be stopped and taken up. On two cores a run of `quick` takes about a minute, one of
`looks-good` about two.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common import ROOT, TOY_BOOKS, option_parser

from core.recipe.files import load_recipe
from core.recipe.schema import Recipe
from core.store.run import Run, create_run, find_runs
from core.store.status import utc_now

COLUMNS = (
    ("val accuracy", ("validation", "accuracy", "value"), ".2f"),
    ("val loss", ("validation", "loss"), ".3f"),
    ("test primary", ("sets", "test", "scores", "primary", "value"), ".2f"),
    ("difficult primary", ("sets", "test_difficult", "scores", "primary", "value"), ".2f"),
    ("difficult objects", ("sets", "test_difficult", "scores", "object", "value"), ".2f"),
    ("lift", ("sets", "test_difficult", "localisation", "lift"), ".2f"),
)


def finished_run(runs: Path, recipe: Recipe, data: Path) -> Run | None:
    """A finished run of this very recipe and data set."""
    for run in find_runs(runs):
        same = run.status().state == "done" and run.data_dir() == data.resolve()
        if same and run.recipe() == recipe:
            return run
    return None


def train_or_reuse(runs: Path, recipe: Recipe, data: Path) -> Run:
    """The finished run of a recipe, trained now if need be."""
    from core.jobs.tasks.train_run import run_training

    run = finished_run(runs, recipe, data)
    if run is None:
        print(f"training {recipe.name}, seed {recipe.seed}", file=sys.stderr, flush=True)
        run = create_run(runs, recipe, data, utc_now)
        run_training(run, utc_now)
    return run


def find(summary: Any, path: tuple[str, ...]) -> float:
    """A number of summary.json."""
    for key in path:
        summary = summary[key]
    return float(summary)


def table(rows: dict[str, list[Any]]) -> Iterator[str]:
    """Lines of a Markdown table: mean over seeds, (lowest-highest)."""
    yield "| recipe | seeds | " + " | ".join(title for title, _, _ in COLUMNS) + " | verdict |"
    yield "|---|---|" + "---|" * (len(COLUMNS) + 1)
    for name, summaries in rows.items():
        cells = []
        for _, path, form in COLUMNS:
            values = [find(summary, path) for summary in summaries]
            mean = sum(values) / len(values)
            cells.append(f"{mean:{form}} ({min(values):{form}}-{max(values):{form}})")
        verdicts = Counter(summary["verdict"] for summary in summaries).most_common()
        cells.append(", ".join(f"{verdict} ({count})" for verdict, count in verdicts))
        yield f"| {name} | {len(summaries)} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--recipes", default="quick,looks-good")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--data", type=Path, default=TOY_BOOKS)
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "bench")
    chosen = parser.parse_args()
    seeds = [int(seed) for seed in chosen.seeds.split(",")]
    rows = {
        name: [
            train_or_reuse(chosen.runs, load_recipe(name, {"seed": seed}), chosen.data).summary()
            for seed in seeds
        ]
        for name in chosen.recipes.split(",")
    }
    print("\n".join(table(rows)))


if __name__ == "__main__":
    main()
