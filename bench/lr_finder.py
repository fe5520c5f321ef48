"""What the learning-rate finder says, and what training at that rate, at a third of it and at three
times of it gives.

    .venv/bin/python bench/lr_finder.py --toy-seeds 602 --data PHOTO_SET

Searches for the rate of `--recipe` (quick) on each toy draw and photo set, then trains the recipe
as it stands and with its bands scaled so that the last one gets each rate, and prints a row for
each: mean over `--seeds` (0,1,2) with the lowest and highest.

A run that is finished already (in --runs) is not trained again, so the command can be stopped and
taken up. All rates share the frozen layers' features.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from common import ROOT, option_parser
from contrast import train_or_reuse
from verdicts import draw_toy_set, hard_set, spread

from core.recipe.bands import last_trained_band_index, scaled_bands
from core.recipe.files import load_recipe
from core.recipe.schema import Recipe
from core.store.lr_finder import search_recipe
from core.store.run import Run

TIMES = {"a third": 1 / 3, "the rate": 1.0, "three times": 3.0}


def row(name: str, rate: float, runs: list[Run]) -> str:
    """A line of the table."""
    summaries = [run.summary() or {} for run in runs]
    scores = [hard_set(summary)["scores"] for summary in summaries]
    hard = [(score.get("object") or score["primary"])["value"] for score in scores]
    verdicts = Counter(str(summary["verdict"]) for summary in summaries).most_common()
    cells = (
        name,
        f"{rate:.1e}",
        spread([float(run.history()["train_loss"].iloc[-1]) for run in runs]),
        spread([summary["validation"]["loss"] for summary in summaries], ".3f"),
        spread([summary["validation"]["accuracy"]["value"] for summary in summaries]),
        spread(hard),
        ", ".join(f"{words} {count}" for words, count in verdicts),
    )
    return f"| {' | '.join(cells)} |"


def rates_of(recipe: Recipe, found: float | None) -> dict[str, float]:
    """The last band's rates that are tried, by name."""
    last = last_trained_band_index(recipe)
    assert last is not None  # else the finder has refused the recipe
    tried = {} if found is None else {name: found * times for name, times in TIMES.items()}
    return {"as it stands": recipe.bands[last].lr, **tried}


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--recipe", default="quick")
    parser.add_argument("--toy-seeds", default="", help="draw toy sets with these seeds")
    parser.add_argument("--data", type=Path, action="append", default=[])
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "bench")
    chosen = parser.parse_args()
    from core.pipeline.setup import set_up
    from core.train.lr_finder import find_lr  # torch takes seconds to import: not for --help

    draws = [int(seed) for seed in chosen.toy_seeds.split(",") if seed]
    sets = {f"toy {seed}": draw_toy_set(chosen.runs, seed) for seed in draws}
    sets |= {data.name: data for data in chosen.data}
    recipe = load_recipe(chosen.recipe)
    for title, data in sets.items():
        runs_dir = chosen.runs / f"rates-{title}"
        _, found = find_lr(set_up(search_recipe(recipe), data, runs_dir))
        said = "cannot tell" if found.lr is None else f"{found.lr:.1e}"
        print(f"\n{title}: {said} ({found.why})\n")
        print("| rates | last band | train loss | val loss | val accuracy | hard set | verdict |")
        print("|---|---|---|---|---|---|---|", flush=True)
        for name, rate in rates_of(recipe, found.lr).items():
            bands = dict(scaled_bands(recipe, rate))
            recipes = [
                load_recipe(chosen.recipe, {"bands": bands, "seed": int(seed)})
                for seed in chosen.seeds.split(",")
            ]
            runs = [train_or_reuse(runs_dir, each, data) for each in recipes]
            print(row(name, rate, runs), flush=True)


if __name__ == "__main__":
    main()
