"""What commands share: options, tables, JSON, lines on stderr, questions, and named runs."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

import pandas as pd
import typer
from typer import Argument, Option

from core.base.errors import InputError
from core.base.files import PROJECT_ROOT
from core.base.formatting import duration
from core.recipe.layer_table import BACKBONES, find_backbone, timm_model
from core.store.index import AllRuns, RunRow
from core.store.run import open_run

DATASETS = PROJECT_ROOT / "dataset"
TOY_BOOKS = DATASETS / "toy_books"

RunArgument = Annotated[str, Argument(help="The run's id (its folder's name).")]
RunsArgument = Annotated[list[str], Argument(metavar="RUN...", help="Runs' ids.")]
FolderArgument = Annotated[Path, Argument(help="A data-set folder.")]
BackboneArgument = Annotated[str, Argument(help=f"One of: {', '.join(BACKBONES)}; or timm/NAME.")]
RunsOption = Annotated[Path, Option("--runs", help="Folder of run folders.")]
JsonOption = Annotated[bool, Option("--json", help="As JSON, for programs.")]
DataOption = Annotated[Path, Option("--data", help="Data-set folder.")]
DatasetsOption = Annotated[Path, Option("--datasets", help="Folder of data sets.")]

SetOption = Annotated[list[str] | None, Option("--set", help="Change a key: bands.1.lr=1e-4.")]
YesOption = Annotated[bool, Option("--yes", help="Do not ask.")]

DEFAULT_RUNS = PROJECT_ROOT / "runs"


def check_backbone(name: str) -> None:
    """Raises InputError: why there is no such backbone."""
    if timm_model(name) is not None:
        try:
            find_backbone(name)
        except ValueError as error:
            raise InputError(str(error)) from None
    elif name not in BACKBONES:
        known = ", ".join(BACKBONES)
        raise InputError(f"{name}: no such backbone (there are: {known}; timm/NAME)")


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


_WIDTH = 24
_TERMINAL_SECONDS, _FILE_SECONDS = 0.1, 10.0  # how often it is drawn


class ProgressBar:
    """On a terminal a line that changes; in a file a line now and then."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next, self._drawn = 0.0, False
        self._start: tuple[float, float] | None = None  # time and share

    def update(self, fraction: float, text: str, eta: float | None = None) -> None:
        """fraction: 0..1. eta: seconds left, None if nobody knows."""
        now = time.monotonic()
        if now < self._next and fraction < 1:
            return
        self._next = now + (_TERMINAL_SECONDS if self._terminal else _FILE_SECONDS)
        left = f", about {duration(eta)} left" if eta and fraction < 1 else ""
        if self._terminal:
            full = int(fraction * _WIDTH)
            print(
                f"\r\x1b[K[{'#' * full}{'.' * (_WIDTH - full)}] {text}{left}",
                end="",
                file=sys.stderr,
                flush=True,
            )
            self._drawn = True
        else:
            print(f"{fraction:.0%}: {text}{left}", file=sys.stderr, flush=True)

    def count(self, noun: str) -> Callable[[int, int], None]:
        """What is called with how many are done, of how many."""
        return lambda done, total: self.update(done / total, f"{done} of {total} {noun}")

    def seconds_left(self, fraction: float) -> float | None:
        """Seconds left at the pace since this was first asked."""
        now = time.monotonic()
        self._start = self._start or (now, fraction)
        done = fraction - self._start[1]
        return (now - self._start[0]) * (1 - fraction) / done if done > 0 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            print(file=sys.stderr)
