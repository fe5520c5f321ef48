"""`search`: a search for a recipe, carried on in the background."""

from pathlib import Path
from typing import Annotated

import pandas as pd
from typer import Argument, Option, Typer

from core.cli.common import DEFAULT_RUNS, JsonOption, RunsOption, SetOption, print_json, print_table
from core.recipe.files import load_recipe, parse_changes
from core.search import engine
from core.search.plan import Budget, plan_search
from core.search.search import create_search, find_searches, open_search
from core.search.space import DEFAULT_SPACE
from core.search.words import plan_text, recipe_table, state_text, unused_text
from core.store.status import utc_now

app = Typer(no_args_is_help=True, help="Search for a recipe.")
SearchArgument = Annotated[str, Argument(metavar="SEARCH", help="The search's id.")]


@app.command()
def run(
    dataset: Annotated[Path, Argument(help="A data-set folder.")],
    minutes: Annotated[float | None, Option(help="Budget in minutes of training.")] = None,
    trainings: Annotated[int | None, Option(help="Budget in trainings.")] = None,
    space: Annotated[str, Option(help="A ready-made space, or a YAML file.")] = DEFAULT_SPACE,
    recipe: Annotated[str, Option(help="The recipe to search around, and to beat.")] = "quick",
    set_: SetOption = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Print the plan only.")] = False,
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Searches for a recipe that beats another one, in the background. The last line printed is the
    search's id."""
    if minutes is None and trainings is None:
        minutes = 10
    base = load_recipe(recipe, parse_changes(set_ or []))
    budget = Budget(None if trainings is not None else minutes, trainings)
    request = plan_search(runs, dataset, base, space, budget, utc_now)
    print(plan_text(request))
    if not dry_run:
        search = create_search(runs, request)
        engine.ensure_engine(runs)
        print(search.id)


@app.command("list")
def list_searches(runs: RunsOption = DEFAULT_RUNS) -> None:
    """Lists searches, newest first."""
    searches = [open_search(runs, search_id) for search_id in find_searches(runs)]
    rows = [(s.id, s.data_dir.name, s.request.base, state_text(s)) for s in searches]
    print_table(pd.DataFrame(rows, columns=["search", "data", "recipe", "state"]), indent="")


@app.command()
def show(search: SearchArgument, json: JsonOption = False, runs: RunsOption = DEFAULT_RUNS) -> None:
    """Shows what was tried, what was dropped after how many folds, and the answer."""
    found = open_search(runs, search)
    engine.ensure_engine(runs)
    if json:
        table = recipe_table(found).to_dict("records")
        print_json({"id": found.id, "active": found.active, "answer": found.answer, "tried": table})
        return
    print(state_text(found))
    print_table(recipe_table(found))
    if text := unused_text(found):
        print(text)


@app.command()
def stop(search: SearchArgument, runs: RunsOption = DEFAULT_RUNS) -> None:
    """Stops a search; the training under way keeps its epochs."""
    engine.stop(open_search(runs, search), utc_now)


@app.command()
def resume(search: SearchArgument, runs: RunsOption = DEFAULT_RUNS) -> None:
    """Lets a stopped search go on."""
    engine.resume(open_search(runs, search), utc_now)


def search_engine(runs: RunsOption = DEFAULT_RUNS) -> None:
    """Carries searches on; started when needed."""
    engine.run_engine(runs, utc_now)
