"""Trains presets over seeds and prints one table: what validation says, what the hard photos say.

    .venv/bin/python bench/contrast.py --recipes quick,looks-good --seeds 0,1,2

A run that is finished already (same recipe, seed and data set in --runs) is not trained again, so
the command can be stopped and taken up. On two cores a run of `quick` takes about a minute, one of
`looks-good` about two.
"""

from pathlib import Path

from common import BENCH_RUNS, TOY_BOOKS, numbers, print_head, run_script
from seeds import METRICS, scores_row, train_seeds

COLUMNS = [name for name in METRICS if name != "objects"]


def main(
    recipes: str = "quick,looks-good",
    seeds: str = "0,1,2",
    data: Path = TOY_BOOKS,
    runs: Path = BENCH_RUNS,
) -> None:
    print_head("recipe", *COLUMNS, "verdict, seeds")
    for name in recipes.split(","):
        trained = train_seeds(runs, name, {}, numbers(seeds), data)
        print(scores_row(name, trained, COLUMNS), flush=True)


if __name__ == "__main__":
    run_script(main)
