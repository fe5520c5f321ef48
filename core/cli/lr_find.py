"""`lr-find`: which learning rate to begin with."""

from dataclasses import asdict
from typing import Annotated

from typer import Argument, Option

from core.cli.options import DEFAULT_RUNS, TOY_BOOKS, DataOption, RunsOption, SetOption
from core.cli.output import print_json, print_status
from core.recipe.bands import last_trained_band_label
from core.recipe.files import load_recipe, parse_changes
from core.store.lr_finder import DEFAULT_HEAD_INITS, SUGGESTION_CAVEAT, search_recipe


def lr_find(
    recipe: Annotated[str, Argument(help="A preset's name or a YAML file.")],
    data: DataOption = TOY_BOOKS,
    runs: RunsOption = DEFAULT_RUNS,
    starts: Annotated[int, Option(min=1, max=20, help="How many searches.")] = DEFAULT_HEAD_INITS,
    set_: SetOption = None,
    as_json: Annotated[bool, Option("--json", help="Curves and suggestion as JSON.")] = False,
) -> None:
    """Searches for a learning rate: of the last band that trains, the others keeping their
    proportion to it, from a new head, whatever the recipe's stages."""
    chosen = load_recipe(recipe, parse_changes(set_ or []))
    from core.pipeline.setup import set_up
    from core.train.lr_finder import find_lr

    def print_progress(number: int) -> None:
        print_status(f"search {number + 1} of {starts} done")

    curves, suggestion = find_lr(set_up(search_recipe(chosen), data, runs), starts, print_progress)
    layers = last_trained_band_label(chosen)
    if as_json:
        told = {**asdict(suggestion), "layers": layers}
        print_json({**told, "curves": curves.to_dict("records")}, indent=None)
        return
    if suggestion.lr is None:
        print(f"cannot tell: {suggestion.why}")
    else:
        print(
            f"{suggestion.lr:.1e} for layers {layers}, agreement {suggestion.confidence}: "
            f"{suggestion.why}"
        )
        print(SUGGESTION_CAVEAT)
