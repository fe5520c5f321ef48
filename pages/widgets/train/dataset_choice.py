"""Which photos to train on, with a look at them."""

from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.data.dataset import Dataset, find_datasets, read_dataset
from core.data.photos import jpeg_bytes, open_photo
from pages import settings
from pages.widgets.shared import near_copies
from pages.widgets.shared.first_runs import DEFAULT_DATA
from pages.widgets.ui import messages


def show(key: str) -> Dataset | None:
    """The chosen data set; None when there is none or it cannot be read (which is then said)."""
    datasets = find_datasets(settings.datasets_dir())
    if not datasets:
        messages.show_error(
            _(
                "No data set in {folder}. A data set is a folder with train/, which "
                "contains one folder of photos per class.",
                folder=settings.datasets_dir(),
            )
        )
        return None
    names = [path.name for path in datasets]
    _read_url(key, names)
    name = st.selectbox(
        _("Data set"),
        names,
        index=names.index(DEFAULT_DATA) if DEFAULT_DATA in names else 0,
        key=f"{key}.data",
        persist_state="session",
        help=_("Every folder of photos next to `train/` is a test set, never used for training."),
    )
    st.query_params["data"] = st.session_state[f"{key}.data_linked"] = str(name)
    with messages.show_errors():
        dataset = read_dataset(settings.datasets_dir() / str(name))
        _photos(dataset)
        _caption(dataset)
        near_copies.show(dataset)
        return dataset


def _read_url(key: str, names: list[str]) -> None:
    """A link that names another data set (`?data=`) chooses it."""
    linked = st.query_params.get("data")
    if linked is None or linked == st.session_state.get(f"{key}.data_linked"):
        return
    if linked in names:
        st.session_state[f"{key}.data"] = linked
    else:
        st.warning(_("No data set named {name}.", name=formatting.escape_markdown(linked)))


def _caption(dataset: Dataset) -> None:
    plain = formatting.escape_markdown
    tests = ", ".join(
        _("{name} ({count} photos)", name=plain(each.name), count=len(each.photos))
        for each in dataset.test_sets
    )
    st.caption(
        _(
            "{title}: {photos} training photos in {classes} classes. Test sets: {tests}.",
            title=plain(translate(dataset.title)),
            photos=len(dataset.train),
            classes=len(dataset.classes),
            tests=tests or _("none"),
        )
    )


def _photos(dataset: Dataset) -> None:
    """One training photo per class, with the number of photos."""
    counts = dataset.class_counts()
    with st.container(horizontal=True, gap="small"):
        for number, name in enumerate(dataset.classes):
            photo = dataset.train[dataset.train_labels.index(number)]
            st.image(
                _thumbnail(str(photo.path), photo.path.stat().st_mtime_ns),
                caption=formatting.escape_markdown(f"{name}: {counts[name]}"),
                width=84,
            )


@st.cache_data(max_entries=200, show_spinner=False)
def _thumbnail(path: str, stamp: int) -> bytes:
    del stamp  # part of the cache's key: a replaced photo is read again
    image = open_photo(Path(path), at_least=104)
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side))
    return jpeg_bytes(square.resize((208, 208)))
