"""`report`: chosen runs as one HTML file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from core.base import files
from core.base.errors import InputError
from core.cli.options import DEFAULT_RUNS, RunsOption
from core.compare.selection import grouped_items
from core.report.page import render_report
from core.store.run import open_run
from core.store.run_list import AllRuns


def report(
    run_ids: Annotated[list[str], typer.Argument(metavar="RUN...", help="Runs' ids.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE.html", help="Where it is written.")
    ],
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Writes a report on runs: one HTML file with its pictures inside and no script, to be read,
    printed or sent. Repeats of one recipe among them are told as a group."""
    if output.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--output {output}: must end in .html")
    if not output.parent.is_dir():
        raise InputError(f"--output {output}: there is no folder {output.parent}")
    wanted = list(dict.fromkeys(run_ids))
    for id_ in wanted:
        open_run(runs, id_)  # told when it is not there
    rows = AllRuns(runs).rows(include_hidden=True)
    known = {row.id: row for row in rows}
    items = grouped_items([known[id_] for id_ in wanted], rows)
    page = render_report(items, rows, runs, datetime.now(UTC).date())
    files.write_text(output, page)
    print(f"{output} ({len(page.encode()) / 1e6:.1f} MB)")
