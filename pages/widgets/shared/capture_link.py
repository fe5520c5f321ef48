"""The way to Capture, wherever photos from elsewhere are missing."""

from collections.abc import Sequence
from pathlib import Path

from core.base.language import _
from core.store.index import RunRow
from pages.widgets.shared import access, links


def show(data: str, runs: Sequence[str] = ()) -> None:
    """runs: ids that answer the photos; by default the page's own choice."""
    if access.is_restricted("capture"):
        return
    links.to(
        "capture",
        _("Capture photos from elsewhere"),
        help=_("Photos are labelled as you take them; 20 photos take minutes."),
        **({"data": data} | ({"runs": ",".join(runs)} if runs else {})),
    )


def show_for_run(row: RunRow, rows: Sequence[RunRow]) -> None:
    """From a finished run; from the newest one with the page's own choice of another. rows: all
    runs, newest first. Nothing where the run's photos are not here."""
    if not row.photos_missing:
        newest = next(each.id for each in rows if each.status.state == "done")
        show(Path(row.data_path).name, [] if row.id == newest else [row.id])
