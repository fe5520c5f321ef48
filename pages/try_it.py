"""Try it: one photo through two runs, side by side; and does the answer stay when it is hidden?"""

import streamlit as st

from core.base import formatting, palette
from core.base.errors import InputError
from core.base.language import _, translate
from core.compare import tables
from core.data.dataset import Dataset, read_dataset
from core.store.index import RunRow
from core.store.run import open_run
from core.store.test_sets import comparison_set_of
from pages import settings
from pages.widgets.shared import access, first_runs, preview_wait, selection
from pages.widgets.try_it import answer, tried_photo
from pages.widgets.ui import messages, url_state

KEY = "try"
MAX_RUNS = 2


def dataset_of(row: RunRow) -> Dataset | None:
    """The data set of a run; None where its folder is gone, which leaves one's own photos."""
    try:
        return read_dataset(open_run(settings.runs_dir(), row.id).data_dir())
    except InputError:
        return None


def show_runs(rows: list[RunRow], all_rows: list[RunRow]) -> None:
    """The photo, and each run's answer beside it."""
    paint = {row.id: palette.run_colour(row.id) for row in rows}
    marks = palette.assign_markers(paint)
    labels = tables.labels_by_id(all_rows)
    left, *columns = st.columns([4, *(3 for __ in rows)], gap="large")
    with left:
        photo = tried_photo.show(
            KEY, dataset_of(rows[0]), comparison_set_of(row.summary for row in rows)
        )
        if photo is None:
            st.info(_("Choose a photo to see what each run predicts."))
            return
        box = tried_photo.show_box(f"{KEY}.box", photo)
        if photo.label is not None:
            label = formatting.escape_markdown(photo.label.primary)
            st.caption(_("Most prominent object: **{label}**", label=label))
        classes = list(dict.fromkeys(c for row in rows for c in (row.summary or {})["classes"]))
        options = [answer.PREDICTED, *classes]
        explain = url_state.select(
            "evidence",
            _("Evidence for"),
            options,
            answer.PREDICTED,
            format_func=lambda name: translate(name) if name == answer.PREDICTED else name,
            help=_("The maps show where each run finds evidence for this class."),
        )
        st.caption(
            _(
                "A run that has learned the object changes its prediction when the object "
                "is hidden, but not when an equal area is hidden elsewhere."
            )
        )
    with columns[0]:
        if not preview_wait.show(KEY):
            return
    for column, row in zip(columns, rows, strict=True):
        with column, messages.show_errors():
            look = paint[row.id], marks[row.id]
            answer.show(KEY, row, labels[row.id], look, photo, box, explain)


def show_page(all_rows: list[RunRow]) -> None:
    """All of the page, for the first two finished runs in its link."""
    items = selection.choose_items(KEY, all_rows, max_items=6)
    rows = [(item.evaluated_members() or item.members)[0] for item in items]
    if any(len(item.members) > 1 for item in items):
        st.caption(_("For repeats, the first finished run is used."))
    finished = [row for row in rows if row.status.state == "done" and row.summary]
    unfinished = [row for row in rows if row not in finished]
    if unfinished:
        names = _(", ").join(formatting.escape_markdown(row.name) for row in unfinished)
        st.info(_("Only finished runs can predict. Excluded: {runs}.", runs=names))
    if len(finished) > MAX_RUNS:
        st.caption(_("The first two are shown."))
    if finished:
        show_runs(finished[:MAX_RUNS], all_rows)
    elif not rows:
        st.info(_("Choose one or two runs."))


st.title(_("Try it"), anchor=False)
st.caption(
    _(
        "Show a photo to two runs: what do they predict, and where do they look? Then hide "
        "part of it."
    )
)
runs = selection.all_runs()
if access.show_restriction("photo"):
    pass
elif runs:
    show_page(runs)
else:
    st.write(
        _("Only finished runs can predict. Train one on the Train page, or start with these two:")
    )
    first_runs.show(f"{KEY}.first")
