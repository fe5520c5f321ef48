"""`runs compare`: what parts runs, in their recipes and on the photos."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from core.base.errors import InputError, RunError
from core.cli.options import DEFAULT_RUNS, JsonOption, RunsOption
from core.cli.plain_tables import print_frame
from core.compare.comparison import ItemComparison, compare_to_reference, needed_run_ids
from core.compare.score_tables import numbers_table
from core.compare.selection import run_items
from core.recipe.difference import recipe_difference
from core.store.groups import Group
from core.store.index import RunRow
from core.store.run import open_run
from core.store.run_list import AllRuns
from core.store.status import status_text


def compare(
    run_ids: Annotated[list[str], typer.Argument(metavar="RUN RUN...", help="Runs' ids.")],
    runs: RunsOption = DEFAULT_RUNS,
    as_json: JsonOption = False,
) -> None:
    """Compares runs with the first one named: their recipes, their scores, and whether the photos
    can tell them apart."""
    items = _select_runs(run_ids, runs)
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
        print(json.dumps(_as_data(items, difference, compared), indent=1))
        return
    for item in items:
        print(f"{item.title}: {item.id} ({status_text(item.members[0].status)})")
    print("\nwhat differs in the recipes:" if len(difference) else "\nthe recipes are the same")
    if len(difference):
        print_frame(difference)
    if len(numbers):
        print("\nscores with 95 % intervals, and what needs no training:")
        print_frame(numbers)
    for against in compared:
        print(f"\n{against.item.title} against {against.reference.title}:")
        for sentence in (against.validation_text, against.test_text):
            if sentence:
                print(f"  {sentence}")
        print_frame(against.table(), indent="    ")


def _select_runs(run_ids: Sequence[str], runs: Path) -> list[Group]:
    """The runs in the order in which they are named. Raises RunError."""
    wanted = list(dict.fromkeys(run_ids))
    if len(wanted) < 2:
        raise InputError("runs compare: name two runs or more")
    rows = AllRuns(runs).rows(include_hidden=True)
    known: dict[str, RunRow] = {row.id: row for row in rows}
    for id_ in wanted:
        open_run(runs, id_)  # told when it is not there
        if known[id_].problem:
            raise RunError(f"{id_}: {known[id_].problem}")
    return run_items([known[id_] for id_ in wanted], rows)


def _as_data(
    selected: Sequence[Group], difference: pd.DataFrame, comparisons: Sequence[ItemComparison]
) -> dict[str, Any]:
    ids = {item.title: item.id for item in selected}
    rows = [item.members[0] for item in selected]
    return {
        "runs": [
            {
                "id": item.id,
                "title": item.title,
                "state": row.status.state,
                "summary": row.summary,
            }
            for item, row in zip(selected, rows, strict=True)
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
