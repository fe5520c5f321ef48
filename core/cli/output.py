"""What commands share: tables, JSON, lines on stderr, questions, and the runs that are named."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import typer

from core.store.index import RunRow
from core.store.run import open_run
from core.store.run_list import AllRuns


def print_json(data: object, indent: int | None = 1) -> None:
    """For programs; what JSON does not know is written as text."""
    print(json.dumps(data, indent=indent, default=str))


def print_table(frame: pd.DataFrame, indent: str = "  ", widest: int | None = None) -> None:
    """Columns side by side, each as wide as its longest text; all but the last one cut to
    `widest` characters."""
    rows: list[Any] = [frame.columns, *frame.itertuples(index=False, name=None)]
    texts = [[*(str(cell)[:widest] for cell in row[:-1]), str(row[-1])] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print((indent + "  ".join(cells)).rstrip())


def print_status(line: str) -> None:
    """On stderr, so that what a command answers stands alone on stdout."""
    print(line, file=sys.stderr, flush=True)


def print_errors(problems: Sequence[object]) -> None:
    """Of a command that goes on, or has gone on, with the others."""
    for problem in problems:
        print_status(f"error: {problem}")


def exit_with_errors(problems: Sequence[object]) -> None:
    """The same at the end of a command: the exit status is 2 where there is any."""
    print_errors(problems)
    if problems:
        raise typer.Exit(2)


def confirm(question: str, yes: bool) -> None:
    """Goes on when the answer is yes; anything else leaves the command."""
    if not yes and not typer.confirm(question, err=True):
        raise typer.Abort


def count_runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def named_rows(run_ids: Sequence[str], runs: Path) -> tuple[list[RunRow], list[RunRow]]:
    """The runs in the order in which they are named, and all. Raises RunError."""
    rows = AllRuns(runs).rows(include_hidden=True)
    known = {row.id: row for row in rows}
    return [known[open_run(runs, id_).id] for id_ in dict.fromkeys(run_ids)], rows
