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

from __future__ import annotations

import statistics
from collections import Counter
from pathlib import Path

import numpy as np
from common import ROOT, option_parser
from contrast import train_or_reuse
from scipy import stats
from verdicts import draw_toy_set, hard_set, spread

from core.recipe.files import load_recipe
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
Metrics = dict[str, list[float]]


def collect_metrics(runs: list[Run]) -> Metrics:
    """Object accuracy, lift, validation loss and seconds of each run."""
    summaries = [run.summary() or {} for run in runs]
    return {
        "loss": [s["validation"]["loss"] for s in summaries],
        "objects": [hard_set(s)["scores"]["object"]["value"] for s in summaries],
        "lift": [hard_set(s)["localisation"]["lift"] for s in summaries],
        "seconds": [
            float(run.timing().query("phase not in ('measuring', 'diagnose')")["seconds"].sum())
            for run in runs
        ],
    }


def difference(pairs: list[float]) -> str:
    """Mean and 95 % interval of paired differences."""
    values = np.array(pairs)
    mean = values.mean()
    if len(values) < 2:
        return f"{mean:+.3f}"
    reach = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{mean:+.3f} ({mean - reach:+.3f} to {mean + reach:+.3f})"


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--toy-seeds", default="", help="draw toy sets with these seeds")
    parser.add_argument("--data", type=Path, action="append", default=[])
    parser.add_argument("--shapes", default=",".join(VARIANTS))
    parser.add_argument("--seeds", default="0,1,2,3,4")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "bench")
    chosen = parser.parse_args()
    seeds = [int(seed) for seed in chosen.seeds.split(",")]
    shapes = chosen.shapes.split(",")
    draws = [int(seed) for seed in chosen.toy_seeds.split(",") if seed]
    sets = {f"toy {seed}": draw_toy_set(chosen.runs, seed) for seed in draws}
    sets |= {data.name: data for data in chosen.data}
    found: dict[str, dict[str, Metrics]] = {}
    for title, data in sets.items():
        print(f"\n{title}, seeds {chosen.seeds}\n", flush=True)
        print(
            "| shape | val loss | objects | lift | seconds | verdict |\n|---|---|---|---|---|---|"
        )
        for shape in shapes:
            recipes = [load_recipe("quick", VARIANTS[shape] | {"seed": seed}) for seed in seeds]
            runs = [
                train_or_reuse(chosen.runs / f"shape-{title}", recipe, data) for recipe in recipes
            ]
            told = found.setdefault(shape, {})[title] = collect_metrics(runs)
            verdicts = Counter(str((run.summary() or {})["verdict"]) for run in runs).most_common()
            print(
                f"| {shape} | {spread(told['loss'], '.3f')} | {spread(told['objects'])} | "
                f"{spread(told['lift'])} | {statistics.median(told['seconds']):.1f} | "
                f"{', '.join(f'{words} {count}' for words, count in verdicts)} |",
                flush=True,
            )
    if "quick" in found and len(found) > 1:
        print("\n| shape less quick | objects | lift |\n|---|---|---|")
        for shape in shapes:
            if shape != "quick":
                cells = [
                    difference(
                        [
                            other - own
                            for title in sets
                            for other, own in zip(
                                found[shape][title][name], found["quick"][title][name], strict=True
                            )
                        ]
                    )
                    for name in ("objects", "lift")
                ]
                print(f"| {shape} | {cells[0]} | {cells[1]} |")


if __name__ == "__main__":
    main()
