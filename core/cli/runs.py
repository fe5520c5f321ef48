"""`runs`: the table of runs, one run, several compared, and what becomes of those not wanted."""

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from typer import Argument, Option

from core.base.errors import InputError, RunError
from core.cli.annotate import note, rename, star, tag
from core.cli.compare import compare
from core.cli.import_runs import import_
from core.cli.options import DEFAULT_RUNS, JsonOption, RunArgument, RunsOption, YesOption
from core.cli.output import confirm, count_runs, print_json, print_table
from core.compare.tables import labels_by_id
from core.jobs.local import mark_lost
from core.recipe.files import recipe_yaml
from core.store import trash
from core.store.annotations import read_annotations
from core.store.backup import back_up
from core.store.fields import UNCONFIRMED
from core.store.index import RunIndex, RunRow
from core.store.provenance import read_provenance
from core.store.query import filter_rows, vocabulary
from core.store.run import Run, open_run
from core.store.run_list import all_rows
from core.store.status import utc_now
from core.store.test_sets import comparison_set_of

app = typer.Typer(
    no_args_is_help=True,
    help="Runs: list, show, compare, import, name, tag, delete, restore, reindex.",
)
app.command("compare")(compare)
app.command("import")(import_)
for command in (rename, tag, star, note):
    app.command()(command)


@app.command("list")
def list_(
    query: Annotated[
        list[str] | None,
        Argument(
            metavar="[QUERY]...",
            help="As in the search box of Runs; after -- where a term begins with a minus.",
        ),
    ] = None,
    runs: RunsOption = DEFAULT_RUNS,
    as_json: JsonOption = False,
) -> None:
    """Lists the runs, newest first, then the examples; or those that fit a query:
    verdict:generalises 'lr<1e-2' -is:example."""
    if runs.exists() and not runs.is_dir():
        raise RunError(f"{runs}: is a file, not a folder of runs")
    every = all_rows(runs)
    rows = filter_rows(every, " ".join(query or ()), vocabulary(every))
    if as_json:
        print_json([asdict(row) | {"example": row.example} for row in rows])
        return
    if not rows:
        none = f"no runs in {runs}; begin with: python -m core train quick"
        print(f"no run of {len(every)} fits" if every else none)
        return
    names = labels_by_id(every)
    print_table(pd.DataFrame([_cells(row, names[row.id]) for row in rows]), indent="")


@app.command()
def show(run: RunArgument, runs: RunsOption = DEFAULT_RUNS, as_json: JsonOption = False) -> None:
    """Shows one run: state, scores, verdict, recipe."""
    found = open_run(runs, run)
    status, summary = found.status(), found.summary()
    if as_json:
        data = {
            "id": found.id,
            "status": asdict(status),
            "summary": summary,
            "diagnosis": found.diagnosis(),
            "annotations": asdict(read_annotations(found)),
        }
        print_json(data)
        return
    _print_annotations(found)
    if arrival := read_provenance(runs, run):
        print(f"came from {arrival.sender_text}, in {arrival.file}, {arrival.arrived[:10]}")
        if arrival.unconfirmed:
            print(f"{UNCONFIRMED}: {arrival.unconfirmed}")
    print(f"{found.path}\nstate: {status.state}, epoch {status.epoch} of {status.epochs}")
    if status.error:
        print(f"error: {status.error}")
    if summary:
        _print_scores(summary)
    if diagnosis := found.diagnosis():
        print(f"verdict: {diagnosis.get('verdict')} ({diagnosis.get('rule')})")
        print(f"  {diagnosis.get('finding')}")
    print(f"\n{recipe_yaml(found.recipe())}")


@app.command()
def delete(
    run_ids: Annotated[list[str] | None, Argument(metavar="RUN...", help="Ids.")] = None,
    runs: RunsOption = DEFAULT_RUNS,
    yes: YesOption = False,
    empty: Annotated[
        bool, Option("--empty-trash", help="Delete for good what was deleted before.")
    ] = False,
) -> None:
    """Moves runs to the trash, from which `runs restore` brings them back for 30 days."""
    if bool(run_ids) == empty:
        raise InputError("runs delete: name the runs, or say --empty-trash")
    if run_ids:
        for id_ in run_ids:
            found = open_run(runs, id_)
            with suppress(RunError):  # a damaged run may go
                mark_lost(found, utc_now)
        ids = [run.id for run in trash.deletable_runs(runs, run_ids)]
        confirm(f"Move {count_runs(len(ids))} to the trash?", yes)
        trash.delete_runs(runs, ids, utc_now)
        print(
            f"{count_runs(len(ids))} moved to the trash; back with: python -m core runs restore RUN"
        )
        trash.delete_expired_runs(runs, utc_now)
    else:
        waiting = [run.id for run in trash.deleted_runs(runs)]
        if waiting:
            confirm(f"Delete {count_runs(len(waiting))} for good? Nothing brings them back.", yes)
        print(f"{count_runs(len(trash.empty_trash(runs)))} deleted for good")


@app.command()
def restore(run: RunArgument, runs: RunsOption = DEFAULT_RUNS) -> None:
    """Brings a deleted run back."""
    print(trash.restore_run(runs, run).path)


@app.command()
def backup(
    file: Annotated[Path, Argument(help="The zip file to write.")], runs: RunsOption = DEFAULT_RUNS
) -> None:
    """Writes the whole folder of runs into a zip file, while it is in use. Unpacked, it is a folder
    of runs: python -m zipfile -e FILE FOLDER"""
    print(f"{count_runs(back_up(runs, file))} in {file}")


@app.command()
def reindex(runs: RunsOption = DEFAULT_RUNS) -> None:
    """Makes the index of the runs anew from their folders, which it only mirrors."""
    rows = RunIndex(runs).rebuild()
    print(f"{count_runs(len(rows))} in the index")
    for row in rows:
        if row.problem:
            print(f"{row.id}: cannot be read: {row.problem}")


def _cells(row: RunRow, name: str) -> dict[str, str]:
    """A line of the table of runs."""
    tested = comparison_set_of([row.summary]) or "-"

    def number(form: str, *keys: str) -> str:
        value = row.summary_value(*keys)
        return "-" if value is None else f"{value:{form}}"

    tags = [f"[{tag}]" for tag in row.tags]
    sender = [f"(from {row.came_from})"] if row.came_from else []
    return {
        "run": row.id,
        "state": row.status.state,
        "epoch": f"{row.status.epoch}/{row.status.epochs}",
        "val acc": number(".0%", "validation", "accuracy", "value"),
        "photos": number(".0%", "sets", tested, "scores", "primary", "value"),
        "objects": number(".0%", "sets", tested, "scores", "object", "value"),
        "lift": number(".2f", "sets", tested, "localisation", "lift"),
        "of set": tested,
        "name": " ".join(["*"] * row.starred + [name, *tags, *sender]),
    }


def _print_annotations(run: Run) -> None:
    """What people say of the run; nothing where they say nothing."""
    said = read_annotations(run)
    heads = [said.name, "starred" if said.starred else "", " ".join(f"[{t}]" for t in said.tags)]
    for line in (", ".join(head for head in heads if head), said.note):
        if line:
            print(line)


def _print_scores(summary: dict[str, Any]) -> None:
    accuracy = summary["validation"]["accuracy"]
    print(f"validation: loss {summary['validation']['loss']:.4f}, accuracy {_score(accuracy)}")
    for name, results in summary["sets"].items():
        print(f"{name} ({results['photos']} photos):")
        for score, found in results["scores"].items():
            print(f"  {score:<9} {_score(found)}")
        if located := results["localisation"]:
            print(
                f"  lift {located['lift']:.2f} (evidence in the boxes {located['share']:.0%}, "
                f"boxes cover {located['area']:.0%}); "
                f"points into {located['pointing']['value']:.0%}"
            )


def _score(score: dict[str, Any]) -> str:
    counts = f" ({score['correct']} of {score['total']})" if score["correct"] is not None else ""
    return (
        f"{score['value']:.0%}{counts}, 95 % interval {score['low']:.0%} to {score['high']:.0%}, "
        f"constant answer {score['constant']:.0%}"
    )
