"""Which photo is tried (a test photo, one's own file, or a picture of the camera), and the box that
a person draws on it (photo_box.js)."""

import streamlit as st

from core.base.language import N_, _, language, translate
from core.data.dataset import Dataset
from core.data.label_tables import Box
from core.views.try_it import QueryPhoto, box_payload, parse_box, read_test_photo, read_upload
from pages.widgets.ui import messages, url_state
from pages.widgets.ui.assets import script, style

_TEST, _FILE, _CAMERA = N_("Test photo"), N_("My photo"), N_("Camera")
_TYPES = ["jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff"]
_BOX = st.components.v2.component(
    "overfit_lens_photo_box",
    html='<div class="box-root"></div>',
    css=style("try_it/photo_box"),
    js=script("ui/fill", "ui/element", "try_it/photo_box"),
)


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
            taken = st.camera_input(_("Take a photo"), key=f"{key}.camera")
        else:
            taken = st.file_uploader(
                _("Your own photo"),
                _TYPES,
                key=f"{key}.file",
                help=_("It is only shown to the runs, not stored."),
            )
        return None if taken is None else _cached_own_photo(taken.name, taken.getvalue())


def _choose_test_photo(dataset: Dataset, first_set: str | None) -> QueryPhoto:
    names = [f"{test_set.name}/{p.file}" for test_set in dataset.test_sets for p in test_set.photos]
    first = [name for name in names if name.startswith(f"{first_set}/")]
    name = st.selectbox(
        _("Choose one"),
        names,
        index=names.index((first or names)[0]),
        key="photo",
        bind="query-params",
        help=_("No run has trained on these photos."),
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


def show_box(key: str, photo: QueryPhoto) -> Box | None:
    """The photo; the box that is on it, in shares of its sides. The link keeps it (`?box=`)."""
    stamp = f"{photo.name} {len(photo.data)}"
    linked = parse_box([part for part in st.query_params.get("box", "").split(",") if part])
    fresh = st.session_state.get(f"{key}.photo") not in (None, stamp)
    if fresh:  # another photo begins without the box of the one before
        linked = None
    st.session_state[f"{key}.photo"] = stamp
    data = box_payload(photo, stamp, linked) | {"words": _ui_text(), "language": language()}
    found = _BOX(key=key, data=data, default={"box": None}, on_box_change=lambda: None)
    told = found.box
    box = parse_box(told["corners"]) if told and told["photo"] == stamp else linked
    if box is None:
        st.query_params.pop("box", None)
    else:
        st.query_params["box"] = ",".join(f"{v:g}" for v in (box.x0, box.y0, box.x1, box.y1))
    return box


def _ui_text() -> dict[str, str]:
    """What the browser says by itself, for `fill` of fill.js."""
    return {
        "help": _(
            "{photo}. Photo. Enter places a box, arrow keys move it, Shift with arrow keys "
            "resizes it, Delete removes it."
        ),
        "draw": _("Draw a box over what you want to hide."),
        "hidden": _("Hidden: {share}% of the photo."),
        "hide": _("Hide {label}"),
        "middle": _("Place box in the centre"),
        "remove": _("Remove box"),
    }
