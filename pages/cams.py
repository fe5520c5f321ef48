"""CAMs: where each run looks, photo by photo."""

from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.language import _
from core.compare.score_tables import headline_set
from core.compare.selection import items_on_other_photos
from core.data.dataset import VALIDATION, read_dataset
from core.store.groups import Group
from core.store.index import RunRow
from core.store.run import open_run
from pages import settings
from pages.widgets.cams import cam_grid
from pages.widgets.shared import capture_link, first_runs, selection
from pages.widgets.ui import messages

KEY = "cams"
MAX_COLUMNS = 6  # columns of class maps


def show_page(all_rows: list[RunRow]) -> None:
    """The grid of the runs and the test set in the page's link."""
    left, right = st.columns([3, 1])
    with left:
        items = selection.choose_items(KEY, all_rows, MAX_COLUMNS)
    items = [item for item in items if not item.members[0].problem]
    if not items:
        st.info(
            _("Choose runs to see their class maps. A group of repeats is one column: their mean.")
        )
        return
    if away := [item for item in items if item.members[0].photos_missing]:
        missing = ", ".join(formatting.escape_markdown(item.title) for item in away)
        st.info(
            _(
                "Excluded because they were imported and their photos are not here: {names}",
                names=missing,
            ),
            icon=":material/broken_image:",
        )
    items = [item for item in items if item not in away]
    if not items:
        return
    folder = _data_dir(items[0])
    dataset = read_dataset(folder)
    names = [*(test_set.name for test_set in dataset.test_sets), VALIDATION]
    headline = headline_set(items)
    if len(names) == 1:
        st.info(
            _(
                "This data set has no test set, so you see validation photos from the same "
                "shoot. Add a folder of photos from elsewhere next to `train/`."
            )
        )
        capture_link.show(folder.name, [items[0].members[0].id])
    with right:
        set_name = st.selectbox(
            _("Photos"),
            names,
            index=names.index(headline) if headline in names else 0,
            key="set",
            bind="query-params",
            help=_(
                "Photos not used in training. Validation photos are held out from the "
                "training photos, so they come from the same shoot."
            ),
        )
    others = [item for item in items_on_other_photos(items, items[0]) if _data_dir(item) != folder]
    if others:
        st.warning(
            formatting.escape_markdown(
                _(
                    "Excluded because they were trained on different photos than {run}: {runs}",
                    run=items[0].title,
                    runs=_(", ").join(item.title for item in others),
                )
            )
        )
    shown = [item for item in items if item not in others]
    cam_grid.show(f"{KEY}.grid", shown, dataset, str(set_name))


def _data_dir(item: Group) -> Path:
    return open_run(settings.runs_dir(), item.members[0].id).data_dir()


st.title(_("CAMs"), anchor=False)
st.caption(
    _(
        "A class activation map shows which parts of a photo are evidence for a class. A "
        "network that has learned the objects looks at them. For a dense head, the map is "
        "its Grad-CAM."
    )
)
runs = selection.all_runs()
if runs:
    with messages.show_errors():
        show_page(runs)
else:
    st.write(
        _(
            "Class maps appear when a run finishes. Train one on the Train page, or start with "
            "these two:"
        )
    )
    first_runs.show(f"{KEY}.first")
