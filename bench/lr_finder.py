"""What the learning-rate finder says, and what training at that rate, at a third of it and at three
times of it gives.

    .venv/bin/python bench/lr_finder.py --toy-seeds 602 --data PHOTO_SET

Searches for the rate of `--recipe` (quick) on each toy draw and photo set, then trains the recipe
as it stands and with its bands scaled so that the last one gets each rate, and prints a row for
each: mean over `--seeds` (0,1,2) with the lowest and highest.

A run that is finished already (in --runs) is not trained again, so the command can be stopped and
taken up. All rates share the frozen layers' features.
"""

from pathlib import Path

from common import BENCH_RUNS, numbers, print_head, run_script
from seeds import photo_sets, scores_row, spread, train_seeds

from core.recipe.bands import last_trained_band_index, scaled_bands
from core.recipe.files import load_recipe
from core.recipe.schema import Recipe
from core.store.lr_finder import search_recipe

TIMES = {"a third": 1 / 3, "the rate": 1.0, "three times": 3.0}


def rates_of(recipe: Recipe, found: float | None) -> dict[str, float]:
    """The last band's rates that are tried, by name."""
    last = last_trained_band_index(recipe)
    assert last is not None  # else the finder has refused the recipe
    tried = {} if found is None else {name: found * times for name, times in TIMES.items()}
    return {"as it stands": recipe.bands[last].lr, **tried}


def main(
    recipe: str = "quick",
    toy_seeds: str = "",
    data: list[Path] | None = None,
    seeds: str = "0,1,2",
    runs: Path = BENCH_RUNS,
) -> None:
    from core.pipeline.setup import set_up
    from core.train.lr_finder import find_lr  # torch takes seconds to import: not for --help

    preset, columns = load_recipe(recipe), ("val loss", "val accuracy", "objects")
    for title, photos in photo_sets(toy_seeds, data, runs).items():
        folder = runs / f"rates-{title}"
        _, found = find_lr(set_up(search_recipe(preset), photos, folder))
        said = f"{'cannot tell' if found.lr is None else f'{found.lr:.1e}'} ({found.why})"
        heads = ("rates, last band", *columns, "verdict, seeds", "train loss")
        print_head(*heads, title=f"{title}: {said}")
        for name, rate in rates_of(preset, found.lr).items():
            bands = {"bands": dict(scaled_bands(preset, rate))}
            trained = train_seeds(folder, recipe, bands, numbers(seeds), photos)
            losses = spread([float(run.history()["train_loss"].iloc[-1]) for run in trained])
            print(scores_row(f"{name}, {rate:.1e}", trained, columns, losses), flush=True)


if __name__ == "__main__":
    run_script(main)
