"""Which photo is tried: a test photo, one's own file, or a picture of the camera."""

import streamlit as st

from core.base.language import N_, _, translate
from core.data.dataset import Dataset
from core.views.try_it import QueryPhoto, read_test_photo, read_upload
from pages.widgets.ui import messages, url_state

_TEST, _FILE, _CAMERA = N_("Test photo"), N_("My photo"), N_("Camera")
_TYPES = ["jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff"]


def show(key: str, dataset: Dataset | None, first_set: str | None) -> QueryPhoto | None:
    """The photo; None while there is none, or when it cannot be used (which is then said). Of a
    test photo the link keeps which one. first_set: the test set that is offered first."""
    known = dataset is not None and dataset.test_sets
    sources = [*([_TEST] if known else []), _FILE, _CAMERA]
    source = url_state.segments("from", _("Photo"), sources, sources[0], format_func=translate)
    with messages.show_errors():
        if source == _TEST and dataset is not None:
            return _choose_test_photo(dataset, first_set)
        if source == _CAMERA:
            taken = st.camera_input(_("Take a picture"), key=f"{key}.camera")
        else:
            taken = st.file_uploader(
                _("A photo of your own"),
                _TYPES,
                key=f"{key}.file",
                help=_("It is shown to the runs and kept nowhere."),
            )
        return None if taken is None else _cached_own_photo(taken.name, taken.getvalue())


def _choose_test_photo(dataset: Dataset, first_set: str | None) -> QueryPhoto:
    names = [f"{test_set.name}/{p.file}" for test_set in dataset.test_sets for p in test_set.photos]
    first = [name for name in names if name.startswith(f"{first_set}/")]
    name = st.selectbox(
        _("Which one"),
        names,
        index=names.index((first or names)[0]),
        key="photo",
        bind="query-params",
        help=_("No run has trained on these."),
    )
    set_name, __, file = str(name).partition("/")
    test_set = dataset.test_set(set_name)
    return _cached_test_photo(
        str(dataset.root), set_name, file, repr((test_set.labels, test_set.boxes)), dataset
    )


@st.cache_data(max_entries=20, show_spinner=False)
def _cached_own_photo(name: str, data: bytes) -> QueryPhoto:
    return read_upload(name, data)


@st.cache_data(max_entries=50, show_spinner=False)
def _cached_test_photo(
    root: str, set_name: str, file: str, truth: str, _dataset: Dataset
) -> QueryPhoto:
    """Label and boxes (`truth`) are only there to make the cache notice when they change."""
    del root, truth
    test_set = _dataset.test_set(set_name)
    return read_test_photo(test_set, next(p for p in test_set.photos if p.file == file))
