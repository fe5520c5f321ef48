"""`runs`: the table of runs, one run, several compared, what people say of them, runs that others
have exported, and what becomes of those not wanted."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from typer import Argument, Option

from core.base.errors import InputError, RunError
from core.cli.common import (
    DATASETS,
    DEFAULT_RUNS,
    DatasetsOption,
    JsonOption,
    ProgressBar,
    RunArgument,
    RunsOption,
    YesOption,
    confirm,
    count_runs,
    exit_with_errors,
    named_rows,
    print_json,
    print_table,
)
from core.compare.comparison import ItemComparison, compare_to_reference, needed_run_ids
from core.compare.score_tables import numbers_table
from core.compare.selection import run_items
from core.compare.tables import labels_by_id
from core.jobs.local import mark_lost
from core.recipe.difference import recipe_difference
from core.recipe.files import recipe_yaml
from core.store import trash
from core.store.annotations import annotate, read_annotations
from core.store.backup import back_up
from core.store.fields import UNCONFIRMED
from core.store.groups import Group
from core.store.index import RunIndex, RunRow, all_rows
from core.store.provenance import read_provenance
from core.store.query import filter_rows, vocabulary
from core.store.run import Run, open_run
from core.store.status import status_text, utc_now
from core.store.test_sets import comparison_set_of
from core.transfer.submissions import find_import_requests, import_summary, import_table
from core.transfer.unpack import import_runs

app = typer.Typer(
    no_args_is_help=True,
    help="Runs: list, show, compare, import, name, tag, delete, restore, reindex.",
)


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
        notes = asdict(read_annotations(found))
        data = {"id": found.id, "status": asdict(status), "summary": summary}
        print_json(data | {"diagnosis": found.diagnosis(), "annotations": notes})
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
        f"{score['value']:.0%}{counts}, 95% interval {score['low']:.0%} to {score['high']:.0%}, "
        f"constant answer {score['constant']:.0%}"
    )


@app.command()
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
        print("\nscores with 95% intervals, and what needs no training:")
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
    return {
        "runs": [
            {"id": item.id, "title": item.title}
            | {"state": item.members[0].status.state, "summary": item.members[0].summary}
            for item in selected
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


@app.command()
def rename(
    run: RunArgument,
    name: Annotated[str, Argument(help="The new name; '' brings the recipe's back.")],
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Shows a run under another name; its recipe keeps its own."""
    found = open_run(runs, run)
    print(f"{run}: {annotate(found, name=name).name or found.recipe().name}")


@app.command()
def tag(
    run: RunArgument,
    tags: Annotated[list[str], Argument(help="Tags to give it.")],
    off: Annotated[bool, Option("--off", help="Take them off instead.")] = False,
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Gives a run tags, or takes them off."""
    found = open_run(runs, run)
    said = annotate(found, remove_tags=tags) if off else annotate(found, add_tags=tags)
    print(f"{run}: {' '.join(f'[{tag}]' for tag in said.tags) or 'no tags'}")


@app.command()
def star(
    run: RunArgument,
    off: Annotated[bool, Option("--off", help="Take the star off instead.")] = False,
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Marks a run with a star, or takes it off."""
    annotate(open_run(runs, run), starred=not off)
    print(f"{run}: {'not ' if off else ''}starred")


@app.command()
def note(
    run: RunArgument,
    words: Annotated[str | None, Argument(help="The note; '' deletes it.")] = None,
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Writes a run's note, or without words shows it."""
    found = open_run(runs, run)
    if words is not None:
        annotate(found, note=words)
    print(read_annotations(found).note or "no note")


@app.command("import")
def import_(
    places: Annotated[
        list[Path],
        Argument(metavar="ZIP...", help="Zip files of `export --zip`, or folders of them."),
    ],
    runs: RunsOption = DEFAULT_RUNS,
    datasets: DatasetsOption = DATASETS,
) -> None:
    """Takes runs out of zip files that `export --zip` has written, checks everything in them, and
    prints who sent what. What is refused has an error line of its own; the others are taken all the
    same, and the exit status is 2."""
    with ProgressBar() as bar:
        count = bar.count("zip files")
        entries = import_runs(
            find_import_requests(places),
            runs,
            datasets,
            utc_now,
            lambda done, total: count(done, total) if total > 1 else None,
        )
    print_table(import_table(entries), indent="", widest=40)
    print(import_summary(entries))
    refused = [entry for entry in entries if entry.outcome == "refused"]
    exit_with_errors([": ".join(filter(None, (e.file, e.run, e.reason))) for e in refused])
