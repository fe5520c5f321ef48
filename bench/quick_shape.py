"""What `quick` could be instead: frozen share, map stride, views; speed and evidence side by side.

    .venv/bin/python bench/quick_shape.py --toy-seeds 401,402 --seeds 0,1,2,3,4
    .venv/bin/python bench/quick_shape.py --data PHOTO_SET --shapes quick,fresh-views

Trains each shape over the seeds on each set of photos and prints means (lowest-highest), verdicts
and the median seconds of a run; then each shape's difference to `quick` in object accuracy and
lift, seed by seed: mean and the 95% interval of a t distribution over all pairs. `fresh-views` is
the pool's price: the same with new views in every epoch. Finished runs (in --runs) are not trained
again. About 10 seconds a run on two cores with bfloat16, a minute for `stride-16`.
"""

import statistics
from pathlib import Path

import numpy as np
from common import BENCH_RUNS, numbers, print_head, print_row, run_script
from scipy import stats
from seeds import metric, photo_sets, scores_row, train_seeds

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


def seconds_taken(run: Run) -> float:
    """From the photos to the last answer."""
    return float(run.timing().query("phase not in ('measuring', 'diagnose')")["seconds"].sum())


def difference(pairs: np.ndarray) -> str:
    """Mean and 95% interval of paired differences."""
    mean = pairs.mean()
    if len(pairs) < 2:
        return f"{mean:+.3f}"
    reach = stats.t.ppf(0.975, len(pairs) - 1) * stats.sem(pairs)
    return f"{mean:+.3f} ({mean - reach:+.3f} to {mean + reach:+.3f})"


def main(
    shapes: str = ",".join(VARIANTS),
    toy_seeds: str = "",
    data: list[Path] | None = None,
    seeds: str = "0,1,2,3,4",
    runs: Path = BENCH_RUNS,
) -> None:
    found: dict[str, list[Run]] = {shape: [] for shape in shapes.split(",")}
    columns = "val loss", "objects", "lift"
    for name, photos in photo_sets(toy_seeds, data, runs).items():
        print_head("shape", *columns, "verdict", "seconds", title=f"{name}, seeds {seeds}")
        for shape in found:
            folder = runs / f"shape-{name}"
            trained = train_seeds(folder, "quick", VARIANTS[shape], numbers(seeds), photos)
            found[shape] += trained
            taken = statistics.median(map(seconds_taken, trained))
            print(scores_row(shape, trained, columns, f"{taken:.1f}"), flush=True)
    base = found.pop("quick", None)
    if base and found:
        print_head("shape less quick", "objects", "lift", title="differences")
        for shape, trained in found.items():
            pairs = (np.subtract(metric(n, trained), metric(n, base)) for n in ("objects", "lift"))
            print_row(shape, *map(difference, pairs))


if __name__ == "__main__":
    run_script(main)
