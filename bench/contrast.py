"""Trains presets over seeds and prints one table: what validation says, what the hard photos say.

    .venv/bin/python bench/contrast.py --recipes quick,looks-good --seeds 0,1,2

A run that is finished already (same recipe, seed and data set in --runs) is not trained again, so
the command can be stopped and taken up. On two cores a run of `quick` takes about a minute, one of
`looks-good` about two.
"""

from pathlib import Path

from common import ROOT, TOY_BOOKS, option_parser, print_head
from seeds import METRICS, numbers, scores_row, train_seeds

COLUMNS = [name for name in METRICS if name != "objects"]


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--recipes", default="quick,looks-good")
    parser.add_argument("--seeds", default=[0, 1, 2], type=numbers)
    parser.add_argument("--data", type=Path, default=TOY_BOOKS)
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "bench")
    chosen = parser.parse_args()
    print_head("recipe", *COLUMNS, "verdict, seeds")
    for name in chosen.recipes.split(","):
        runs = train_seeds(chosen.runs, name, {}, chosen.seeds, chosen.data)
        print(scores_row(name, runs, COLUMNS), flush=True)


if __name__ == "__main__":
    main()
