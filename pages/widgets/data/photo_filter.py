"""Which photos of a data set to look at: data set, split, folds, class, page; kept in the link."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.language import N_, _, translate
from core.data.dataset import Dataset
from core.data.near_copies import TRAIN
from core.data.photo_grid import GridPhoto, category_counts, category_text, grid_splits, max_folds
from pages.widgets.data import photo_grid
from pages.widgets.shared.first_runs import DEFAULT_DATA

_URL_STATE_KEY = "data_page.drawn"
_SPLITS_HELP = N_(
    "train and validation: the photos in `train/`, split as in the default recipe. The "
    "others are test sets, never used in training."
)
_FOLDS_HELP = N_(
    "Shows all photos in `train/` by the fold that uses them for validation. With "
    "`--folds`, a recipe is trained once per fold."
)


def linked_dataset(names: Sequence[str]) -> str:
    """The data set of the link, else the usual one."""
    return _read_param("data", names, DEFAULT_DATA if DEFAULT_DATA in names else names[0])


def choose_dataset(key: str, names: Sequence[str]) -> str:
    """The chosen data set's name."""
    place = names.index(linked_dataset(names))
    chosen = st.selectbox(_("Data set"), names, place, key=key, width=320, on_change=_clear_params)
    return _write_param("data", chosen)


def linked_split(dataset: Dataset) -> str:
    """The split of the link, else the last test set."""
    names = grid_splits(dataset)
    return _read_param("set", names, names[-1] if dataset.test_sets else TRAIN)


def choose_split(key: str, dataset: Dataset) -> str:
    """The chosen split's name."""
    chosen = st.segmented_control(
        _("Photos"),
        grid_splits(dataset),
        default=linked_split(dataset),
        key=key,
        required=True,
        format_func=formatting.escape_markdown,
        on_change=clear_photo_params,
        help=translate(_SPLITS_HELP),
    )
    return _write_param("set", chosen)


def linked_folds(dataset: Dataset, split: str) -> int | None:
    """Into how many folds the training photos are to be parted; None where nobody asked."""
    options = [str(number) for number in range(2, max_folds(dataset) + 1)]
    asked = _read_param("folds", options, "none")
    return None if asked == "none" or split != TRAIN else int(asked)


def choose_folds(key: str, dataset: Dataset, split: str) -> int | None:
    """The same, chosen."""
    options = ["none", *(str(number) for number in range(2, max_folds(dataset) + 1))]
    if split == TRAIN and len(options) > 1:
        place = options.index(str(linked_folds(dataset, split) or "none"))
        chosen = st.selectbox(
            _("Folds"),
            options,
            place,
            key=key,
            width=140,
            help=translate(_FOLDS_HELP),
            format_func=lambda name: _("none") if name == "none" else name,
            on_change=clear_photo_params,
        )
        if chosen == "none":
            st.query_params.pop("folds", None)
        else:
            _write_param("folds", chosen)
    return linked_folds(dataset, split)


def filter_by_class(photos: Sequence[GridPhoto]) -> list[GridPhoto]:
    """The photos of the link's class; all of them where it names none."""
    kind = st.query_params.get("class")
    return [photo for photo in photos if kind is None or kind in photo.categories()]


def choose_class(key: str, photos: Sequence[GridPhoto], classes: Sequence[str]) -> None:
    """The chips of classes, with how many photos show each; a click puts one into the link."""
    counts = category_counts(photos, classes)
    linked = st.query_params.get("class")
    chosen = st.pills(
        _("Classes and their photo counts"),
        list(counts),
        key=key,
        format_func=lambda name: formatting.escape_markdown(
            f"{category_text(name)} · {counts.get(name, 0)}"
        ),
        default=linked if linked in counts else None,
        on_change=clear_photo_params,
    )
    if chosen is None:
        st.query_params.pop("class", None)
    else:
        st.query_params["class"] = chosen


def choose_page(key: str, photos: Sequence[GridPhoto]) -> int:
    """The chosen page of a wall, from 1."""
    last = photo_grid.page_count(photos)
    if last == 1:
        st.query_params.pop("page", None)
        return 1
    place = int(_read_param("page", [str(number) for number in range(1, last + 1)], "1"))
    label = _("Page of {last} ({count} photos)", last=last, count=len(photos))
    chosen = st.number_input(label, 1, last, place, key=f"{key}.{last}", width=220)
    return int(_write_param("page", str(chosen)))


def store_url() -> None:
    """Notes the link that the page was drawn from, once it is drawn."""
    st.session_state[_URL_STATE_KEY] = st.query_params.to_dict()


def restore_url() -> None:
    """Puts that link back, for a click on what was drawn: a browser that is asked for a page's
    changes in quick succession may still send an older link with the click."""
    if _URL_STATE_KEY in st.session_state:
        st.query_params.from_dict(st.session_state[_URL_STATE_KEY])


def clear_photo_params() -> None:
    """What the link says of one photo or page does not hold for another choice."""
    for name in ("photo", "edit", "page"):
        st.query_params.pop(name, None)


def _clear_params() -> None:
    clear_photo_params()
    for name in ("set", "folds", "class"):
        st.query_params.pop(name, None)


def _read_param(name: str, options: Sequence[str], default: str) -> str:
    value = st.query_params.get(name, default)
    return value if value in options else default


def _write_param(name: str, value: object) -> str:
    st.query_params[name] = str(value)
    return str(value)
