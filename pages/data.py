"""Data: the photos of a data set with their labels and boxes, and how new ones come in."""

import streamlit as st

from core.base.errors import InputError
from core.base.language import _
from core.data.dataset import Dataset, TestSet, find_datasets, read_dataset
from core.data.import_report import translate_report
from core.data.importer import REPORT_FILE
from core.data.photo_grid import grid_photos
from pages import settings
from pages.widgets.data import (
    about,
    add_photos,
    data_trash,
    expected_use,
    label_editor,
    label_versions,
    photo_filter,
    photo_grid,
    set_origin,
)
from pages.widgets.shared import access, near_copies, score_again, upload
from pages.widgets.ui import messages

KEY = "data_page"


def choose_dataset(dataset_names: list[str]) -> Dataset:
    """The data set of the link, and what can be done with it as a whole."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = photo_filter.choose_dataset(f"{KEY}.data", dataset_names)
        if not access.is_restricted("upload"):
            if st.button(_("Add photos"), key=f"{KEY}.add", icon=":material/add_photo_alternate:"):
                open_view("add")
            if st.button(_("New data set"), key=f"{KEY}.upload", icon=":material/upload:"):
                open_view("upload")
        data_trash.delete_button(f"{KEY}.trash", settings.datasets_dir() / name)
    return read_dataset(settings.datasets_dir() / name)


def open_view(name: str) -> None:
    """Draws the page again with that view instead of the photos."""
    st.query_params["view"] = name
    st.rerun()


def show_label_progress(
    dataset: Dataset, test_set: TestSet, pairs: near_copies.Pairs | None
) -> None:
    """How far the labels of a test set have come, and the runs that they have overtaken."""
    total, labelled = len(test_set.photos), len(test_set.labels)
    boxed = sum(bool(boxes) for boxes in test_set.boxes.values())
    words = _(
        "{labelled} of {total} labelled, {boxed} with boxes",
        labelled=labelled,
        total=total,
        boxed=boxed,
    )
    st.progress(labelled / total, text=words)
    if labelled < total:
        st.caption(
            _(
                "Open a photo to label it: its most prominent object, what else is "
                "visible, and a box around each object. Photos without a label are not "
                "scored."
            )
        )
    if labelled:
        set_origin.show(f"{KEY}.origin", dataset, test_set, pairs)
    score_again.show(f"{KEY}.again", dataset)


def show_photo_grid(dataset: Dataset) -> None:
    """All photos of a split, or those of a class."""
    about.show(dataset)
    expected_use.show(f"{KEY}.use", dataset)
    about.show_shortcuts(f"{KEY}.shortcuts", dataset)
    warning = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = photo_filter.choose_split(f"{KEY}.set.{dataset.root.name}", dataset)
        folds = photo_filter.choose_folds(f"{KEY}.folds.{dataset.root.name}", dataset, split)
    with warning:
        pairs = near_copies.show_when_found(dataset)
    everything = grid_photos(dataset, split, pairs or (), folds)
    photo_filter.choose_class(
        f"{KEY}.class.{dataset.root.name}.{split}", everything, dataset.classes
    )
    chosen = photo_filter.filter_by_class(everything)
    test_set = next((each for each in dataset.test_sets if each.name == split), None)
    if test_set is not None:
        show_label_progress(dataset, test_set, pairs)
    number = photo_filter.choose_page(f"{KEY}.page", chosen)
    photo_grid.show(f"{KEY}.wall", chosen, number, open_photo)
    if test_set is not None:
        label_versions.show(f"{KEY}.earlier", dataset.root)
    if (dataset.root / REPORT_FILE).is_file():
        with st.expander(_("Import details"), icon=":material/receipt_long:"):
            report = (dataset.root / REPORT_FILE).read_text("utf-8", errors="replace")
            st.code(translate_report(report), language=None)


def show_photo(dataset: Dataset) -> None:
    """The one photo that the link names, with all the room there is."""
    split = photo_filter.linked_split(dataset)
    pairs = near_copies.find_pairs(dataset) or ()
    everything = grid_photos(dataset, split, pairs, photo_filter.linked_folds(dataset, split))
    chosen = photo_filter.filter_by_class(everything)
    label_editor.show(f"{KEY}.photo", dataset, split, chosen, everything)


def open_photo(file: str) -> None:
    """A click on the wall."""
    photo_filter.restore_url()
    st.query_params["photo"] = file


st.title(_("Data"), anchor=False)
found = [path.name for path in find_datasets(settings.datasets_dir())]
view = st.query_params.get("view") if found else "upload"
if view in ("upload", "add"):
    if not found:
        st.write(_("No photos yet."))
    elif st.button(_("Back to the photos"), key=f"{KEY}.back", icon=":material/arrow_back:"):
        for widget in (upload, add_photos):
            widget.close_report(f"{KEY}.new")
        st.query_params.pop("view")
        st.rerun()
    if view == "add":
        try:
            name = photo_filter.linked_dataset(found)
            add_photos.show(f"{KEY}.new", settings.datasets_dir() / name)
        except InputError as problem:
            messages.show_error(problem)
    else:
        upload.show(f"{KEY}.new")
        data_trash.show_deleted(f"{KEY}.trash")
else:
    try:
        if "photo" in st.query_params:
            show_photo(read_dataset(settings.datasets_dir() / photo_filter.linked_dataset(found)))
        else:
            show_photo_grid(choose_dataset(found))
    except InputError as problem:
        messages.show_error(problem)
    if "photo" not in st.query_params:
        data_trash.show_deleted(f"{KEY}.trash")
photo_filter.store_url()
