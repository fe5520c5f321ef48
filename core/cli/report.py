"""`report`: chosen runs as one HTML file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from typer import Option

from core.base import files
from core.base.errors import InputError
from core.cli.options import DEFAULT_RUNS, RunsArgument, RunsOption
from core.cli.output import named_rows
from core.compare.selection import grouped_items
from core.report.page import render_report


def report(
    run_ids: RunsArgument,
    output: Annotated[
        Path, Option("--output", "-o", metavar="FILE.html", help="Where it is written.")
    ],
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Writes a report on runs: one HTML file with its pictures inside and no script, to be read,
    printed or sent. Repeats of one recipe among them are told as a group."""
    if output.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--output {output}: must end in .html")
    if not output.parent.is_dir():
        raise InputError(f"--output {output}: there is no folder {output.parent}")
    named, rows = named_rows(run_ids, runs)
    page = render_report(grouped_items(named, rows), rows, runs, datetime.now(UTC).date())
    files.write_text(output, page)
    print(f"{output} ({len(page.encode()) / 1e6:.1f} MB)")
