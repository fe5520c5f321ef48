"""What `quick` could be instead: frozen share, map stride, views; speed and evidence side by side.

    .venv/bin/python bench/quick_shape.py --toy-seeds 401,402 --seeds 0,1,2,3,4
    .venv/bin/python bench/quick_shape.py --data PHOTO_SET --shapes quick,fresh-views

Trains each shape over the seeds on each toy draw (and photo set) and prints, per set and shape, the
mean over seeds with the lowest and highest: validation loss, object accuracy and lift on
`test_difficult`, verdicts, and the seconds a run takes from its photos to its last answer
(median; features that seeds share are paid by the first). Then, for each shape, the difference to
`quick` in object accuracy and lift, seed by seed: mean and the 95 % interval of a t distribution
over all pairs. `fresh-views` is the pool's price: the same with new views in every epoch.

A run that is finished already (in --runs) is not trained again, so the command can be stopped and
taken up. About 10 seconds a run on two cores with bfloat16, a minute for `stride-16`. Seconds hold
only where nothing else runs meanwhile.
"""

import statistics

import numpy as np
from common import option_parser, print_head, table_row
from scipy import stats
from seeds import metric, parse_photo_sets, scores_row, train_seeds

from core.store.run import Run

VARIANTS: dict[str, dict[str, object]] = {
    "quick": {},
    "frozen-13": {"bands": {0: 0, 13: 1e-3, 16: 3e-3, 18: 1e-2}},
    "frozen-17": {"bands": {0: 0, 17: 3e-3, 18: 1e-2}},
    "frozen-18": {"bands": {0: 0, 18: 1e-2}},
    "stride-16": {"map_stride": 16},
    "views-4": {"views_per_photo": 4},
    "views-16": {"views_per_photo": 16},
    "fresh-views": {"views_per_photo": None},
}


def seconds(run: Run) -> float:
    """From the photos to the last answer."""
    return float(run.timing().query("phase not in ('measuring', 'diagnose')")["seconds"].sum())


def difference(pairs: np.ndarray) -> str:
    """Mean and 95 % interval of paired differences."""
    mean = pairs.mean()
    if len(pairs) < 2:
        return f"{mean:+.3f}"
    reach = stats.t.ppf(0.975, len(pairs) - 1) * stats.sem(pairs)
    return f"{mean:+.3f} ({mean - reach:+.3f} to {mean + reach:+.3f})"


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--shapes", default=",".join(VARIANTS))
    chosen, sets = parse_photo_sets(parser, seeds="0,1,2,3,4")
    found: dict[str, list[Run]] = {shape: [] for shape in chosen.shapes.split(",")}
    columns = "val loss", "objects", "lift"
    for title, data in sets.items():
        print(f"\n{title}, seeds {chosen.seeds}\n")
        print_head("shape", *columns, "verdict", "seconds")
        folder = chosen.runs / f"shape-{title}"
        for shape in found:
            runs = train_seeds(folder, "quick", VARIANTS[shape], chosen.seeds, data)
            found[shape] += runs
            taken = statistics.median(seconds(run) for run in runs)
            print(f"{scores_row(shape, runs, columns)} {taken:.1f} |", flush=True)
    if "quick" in found and len(found) > 1:
        print()
        print_head("shape less quick", "objects", "lift")
        for shape in [shape for shape in found if shape != "quick"]:
            pairs = (
                np.subtract(metric(name, found[shape]), metric(name, found["quick"]))
                for name in ("objects", "lift")
            )
            print(table_row(shape, *map(difference, pairs)))


if __name__ == "__main__":
    main()
