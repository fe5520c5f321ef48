"""`runs compare`: what parts runs, in their recipes and on the photos."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import pandas as pd
from typer import Argument

from core.base.errors import InputError, RunError
from core.cli.options import DEFAULT_RUNS, JsonOption, RunsOption
from core.cli.output import named_rows, print_json, print_table
from core.compare.comparison import ItemComparison, compare_to_reference, needed_run_ids
from core.compare.score_tables import numbers_table
from core.compare.selection import run_items
from core.recipe.difference import recipe_difference
from core.store.groups import Group
from core.store.run import open_run
from core.store.status import status_text


def compare(
    run_ids: Annotated[list[str], Argument(metavar="RUN RUN...", help="Runs' ids.")],
    runs: RunsOption = DEFAULT_RUNS,
    as_json: JsonOption = False,
) -> None:
    """Compares runs with the first one named: their recipes, their scores, and whether the photos
    can tell them apart."""
    if len(set(run_ids)) < 2:
        raise InputError("runs compare: name two runs or more")
    named, rows = named_rows(run_ids, runs)
    for row in named:
        if row.problem:
            raise RunError(f"{row.id}: {row.problem}")
    items = run_items(named, rows)
    difference = recipe_difference({item.title: item.members[0].recipe for item in items})
    controls = {
        row.id: open_run(runs, row.id).controls()
        for item in items
        for row in item.evaluated_members()
    }
    numbers = numbers_table(items, controls)
    answers = {id_: open_run(runs, id_).predictions() for id_ in needed_run_ids(items)}
    compared = compare_to_reference(items, answers)
    if as_json:
        print_json(_as_data(items, difference, compared))
        return
    for item in items:
        print(f"{item.title}: {item.id} ({status_text(item.members[0].status)})")
    print("\nwhat differs in the recipes:" if len(difference) else "\nthe recipes are the same")
    if len(difference):
        print_table(difference)
    if len(numbers):
        print("\nscores with 95 % intervals, and what needs no training:")
        print_table(numbers)
    for against in compared:
        print(f"\n{against.item.title} against {against.reference.title}:")
        for sentence in (against.validation_text, against.test_text):
            if sentence:
                print(f"  {sentence}")
        print_table(against.table(), indent="    ")


def _as_data(
    selected: Sequence[Group], difference: pd.DataFrame, comparisons: Sequence[ItemComparison]
) -> dict[str, Any]:
    ids = {item.title: item.id for item in selected}
    runs = [(item, item.members[0]) for item in selected]
    return {
        "runs": [
            {"id": item.id, "title": item.title}
            | {"state": row.status.state, "summary": row.summary}
            for item, row in runs
        ],
        "recipe_difference": difference.rename(columns=ids).to_dict("records"),
        "against_first": [
            {
                "run": against.item.id,
                "first": against.reference.id,
                "validation": against.validation_text,
                "elsewhere": against.test_text,
                "parted": against.only_test_differs,
                "findings": [
                    {
                        "photos": found.split,
                        "score": found.score,
                        "words": found.text,
                        "real": found.significant,
                        **({} if found.result is None else asdict(found.result)),
                    }
                    for found in against.comparisons
                ],
            }
            for against in comparisons
        ],
    }
