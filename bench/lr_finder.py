"""What the learning-rate finder says, and what training at that rate, at a third of it and at three
times of it gives.

    .venv/bin/python bench/lr_finder.py --toy-seeds 602 --data PHOTO_SET

Searches for the rate of `--recipe` (quick) on each toy draw and photo set, then trains the recipe
as it stands and with its bands scaled so that the last one gets each rate, and prints a row for
each: mean over `--seeds` (0,1,2) with the lowest and highest.

A run that is finished already (in --runs) is not trained again, so the command can be stopped and
taken up. All rates share the frozen layers' features.
"""

from common import option_parser, print_head
from seeds import parse_photo_sets, scores_row, spread, train_seeds

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


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--recipe", default="quick")
    chosen, sets = parse_photo_sets(parser, seeds="0,1,2")
    from core.pipeline.setup import set_up
    from core.train.lr_finder import find_lr  # torch takes seconds to import: not for --help

    recipe = load_recipe(chosen.recipe)
    columns = "val loss", "val accuracy", "objects"
    for title, data in sets.items():
        folder = chosen.runs / f"rates-{title}"
        _, found = find_lr(set_up(search_recipe(recipe), data, folder))
        said = "cannot tell" if found.lr is None else f"{found.lr:.1e}"
        print(f"\n{title}: {said} ({found.why})\n")
        print_head("rates, last band", *columns, "verdict, seeds", "train loss")
        for name, rate in rates_of(recipe, found.lr).items():
            bands = {"bands": dict(scaled_bands(recipe, rate))}
            runs = train_seeds(folder, chosen.recipe, bands, chosen.seeds, data)
            losses = spread([float(run.history()["train_loss"].iloc[-1]) for run in runs])
            print(f"{scores_row(f'{name}, {rate:.1e}', runs, columns)} {losses} |", flush=True)


if __name__ == "__main__":
    main()
