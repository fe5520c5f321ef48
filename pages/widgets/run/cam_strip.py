"""The strip of class maps: a few test photos, and where the run looked at each cycle's end."""

from html import escape
from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _, translate
from core.data.dataset import read_dataset
from core.data.photos import jpeg_data_url
from core.store.run import Run, open_run
from core.views.cam_strip import Snapshot, Strip, StripRow, cam_strip
from pages.widgets.ui.assets import style

_STYLE = style("run/cam_strip")


def show(run: Run) -> None:
    """Draws it; nothing before the first cycle's end, or without a test photo that serves."""
    try:
        root = run.data_dir()
        marks = [
            path.stat().st_mtime_ns
            for path in (run.path / "cams.npz", root / "boxes.csv", root / "labels.csv")
            if path.is_file()
        ]
        strip = _strip(str(run.path), str(root), tuple(marks))
    except InputError as error:
        problem = formatting.escape_markdown(translate(str(error)))
        st.caption(_("Cannot show class maps: {problem}", problem=problem))
        return
    if strip is None:
        return
    st.markdown(
        _("**Where it looks, cycle by cycle**"),
        help=_(
            "Bright areas are evidence for the object named on the left, whose box is "
            "shown. Below: whether the prediction for the whole photo was correct, and the "
            "probability of that object. The photos are always the same, so you can "
            "compare runs."
        ),
    )
    name = formatting.escape_markdown(strip.set_name)
    if strip.rows[0].labelled:
        st.caption(_("The first photos of {set} that show each object.", set=name))
    else:
        st.caption(
            _(
                "Photos of {set}. They are not labelled, so none is right or wrong: each "
                "row is about its last prediction.",
                set=name,
            )
        )
    st.html(f"<style>{_STYLE}</style>{_table(strip)}")


@st.cache_data(max_entries=16, show_spinner=False)
def _strip(path: str, root: str, stamps: tuple[int, ...]) -> Strip | None:
    """`stamps`: time stamps of what it is made from; they make the cache notice."""
    del stamps
    return cam_strip(open_run(Path(path).parent, Path(path).name), read_dataset(Path(root)))


def _table(strip: Strip) -> str:
    """Names of classes and files are a person's text: escaped."""
    ends = [*strip.epochs, *strip.upcoming_epochs]
    epochs = [_("epoch {epoch}", epoch=epoch) for epoch in ends]
    head = "".join(f'<th scope="col">{escape(words)}</th>' for words in epochs)
    rows = "".join(_row(row, strip) for row in strip.rows)
    return (
        '<div class="cam-strip" tabindex="0" role="region" '
        f'aria-label="{escape(_("Class maps by cycle"))}"><table>'
        f'<tr><th scope="col">{escape(_("photo"))}</th>{head}</tr>{rows}</table></div>'
    )


def _row(row: StripRow, strip: Strip) -> str:
    names = {"file": row.file, "set": strip.set_name, "label": row.label}
    alt, what = _("Photo {file} of {set}, with a box around {label}", **names), row.label
    if not row.labelled:
        alt = _("Photo {file} of {set}", **names)
        what = _("evidence for {label} (predicted)", **names)
    cells = [f"<td>{_image(row.photo, alt)}{escape(what)}</td>"]
    for epoch, look in zip(strip.epochs, row.snapshots, strict=True):
        image = _image(look.jpeg, _alt_text(row, look, epoch))
        cells.append(f"<td>{image}{_prediction_text(row, look)}</td>")
    empty = f'<td class="to-come"><div style="aspect-ratio: {row.aspect_ratio:.3f}"></div>'
    empty += f"{escape(_('pending'))}</td>"
    cells += [empty] * len(strip.upcoming_epochs)
    return f"<tr>{''.join(cells)}</tr>"


def _image(jpeg: bytes, alt: str) -> str:
    return f'<img alt="{escape(alt)}" src="{jpeg_data_url(jpeg)}">'


def _alt_text(row: StripRow, cell: Snapshot, epoch: int) -> str:
    return _(
        "Evidence for {label} in {file} after epoch {epoch}; prediction: {answer}",
        label=row.label,
        file=row.file,
        epoch=epoch,
        answer=cell.predicted,
    )


def _prediction_text(row: StripRow, cell: Snapshot) -> str:
    mark = "" if not row.labelled else "✓ " if cell.predicted == row.label else "✗ "
    return f"{mark}{formatting.percent(cell.probability)}"
