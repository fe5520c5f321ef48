"""`runs import`: runs that others have exported, one zip file or those of a whole class."""

from pathlib import Path
from typing import Annotated

from typer import Argument

from core.cli.options import DATASETS, DEFAULT_RUNS, DatasetsOption, RunsOption
from core.cli.output import exit_with_errors, print_table
from core.cli.progress import ProgressBar
from core.store.status import utc_now
from core.transfer.submissions import find_import_requests, import_summary, import_table
from core.transfer.unpack import import_runs

_WIDEST = 40  # characters of a column, but for the last


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
    parcels = find_import_requests(places)
    with ProgressBar() as bar:

        def show_progress(done: int, total: int) -> None:
            if total > 1:
                bar.update(done / total, f"{done} of {total} zip files")

        entries = import_runs(parcels, runs, datasets, utc_now, show_progress)
    print_table(import_table(entries), indent="", widest=_WIDEST)
    print(import_summary(entries))
    refused = [entry for entry in entries if entry.outcome == "refused"]
    exit_with_errors([": ".join(filter(None, (e.file, e.run, e.reason))) for e in refused])
