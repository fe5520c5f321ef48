"""Which photos of a data set to look at: data set, split, folds, class, page; kept in the link."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.language import N_, _, translate
from core.data.dataset import Dataset
from core.data.near_copies import TRAIN
from core.data.photo_grid import WallPhoto, kind_counts, kind_words, most_folds, wall_splits
from pages.widgets.data import photo_grid
from pages.widgets.shared.first_runs import DEFAULT_DATA

_DRAWN = "data_page.drawn"
_SPLITS = N_(
    "train and validation: the photos in `train/`, parted as a recipe does that says nothing else. "
    "The others are test sets: no training sees them."
)
_FOLDS = N_(
    "Shows all photos of `train/` by the fold in which each validates: with `--folds`, a recipe is "
    "trained once for each fold."
)


def linked_data(names: Sequence[str]) -> str:
    """The data set of the link, else the usual one."""
    return _linked("data", names, DEFAULT_DATA if DEFAULT_DATA in names else names[0])


def data(key: str, names: Sequence[str]) -> str:
    """The chosen data set's name."""
    place = names.index(linked_data(names))
    chosen = st.selectbox(_("Data set"), names, place, key=key, width=320, on_change=_forget_all)
    return _keep("data", chosen)


def linked_split(dataset: Dataset) -> str:
    """The split of the link, else the last test set."""
    names = wall_splits(dataset)
    return _linked("set", names, names[-1] if dataset.test_sets else TRAIN)


def split(key: str, dataset: Dataset) -> str:
    """The chosen split's name."""
    chosen = st.segmented_control(
        _("Photos"),
        wall_splits(dataset),
        default=linked_split(dataset),
        key=key,
        required=True,
        format_func=formatting.plain_markdown,
        on_change=forget,
        help=translate(_SPLITS),
    )
    return _keep("set", chosen)


def linked_folds(dataset: Dataset, split: str) -> int | None:
    """Into how many folds the training photos are to be parted; None where nobody asked."""
    options = [str(number) for number in range(2, most_folds(dataset) + 1)]
    asked = _linked("folds", options, "none")
    return None if asked == "none" or split != TRAIN else int(asked)


def folds(key: str, dataset: Dataset, split: str) -> int | None:
    """The same, chosen."""
    options = ["none", *(str(number) for number in range(2, most_folds(dataset) + 1))]
    if split == TRAIN and len(options) > 1:
        place = options.index(str(linked_folds(dataset, split) or "none"))
        chosen = st.selectbox(
            _("Folds"),
            options,
            place,
            key=key,
            width=140,
            help=translate(_FOLDS),
            format_func=lambda name: _("none") if name == "none" else name,
            on_change=forget,
        )
        if chosen == "none":
            st.query_params.pop("folds", None)
        else:
            _keep("folds", chosen)
    return linked_folds(dataset, split)


def of_linked_class(photos: Sequence[WallPhoto]) -> list[WallPhoto]:
    """The photos of the link's class; all of them where it names none."""
    kind = st.query_params.get("class")
    return [photo for photo in photos if kind is None or kind in photo.kinds()]


def kind(key: str, photos: Sequence[WallPhoto], classes: Sequence[str]) -> None:
    """The chips of classes, with how many photos show each; a click puts one into the link."""
    counts = kind_counts(photos, classes)
    linked = st.query_params.get("class")
    chosen = st.pills(
        _("Classes, with the number of photos that show them"),
        list(counts),
        key=key,
        format_func=lambda name: formatting.plain_markdown(
            f"{kind_words(name)} · {counts.get(name, 0)}"
        ),
        default=linked if linked in counts else None,
        on_change=forget,
    )
    if chosen is None:
        st.query_params.pop("class", None)
    else:
        st.query_params["class"] = chosen


def page(key: str, photos: Sequence[WallPhoto]) -> int:
    """The chosen page of a wall, from 1."""
    last = photo_grid.pages(photos)
    if last == 1:
        st.query_params.pop("page", None)
        return 1
    place = int(_linked("page", [str(number) for number in range(1, last + 1)], "1"))
    label = _("Page, of {last} ({count} photos)", last=last, count=len(photos))
    chosen = st.number_input(label, 1, last, place, key=f"{key}.{last}", width=220)
    return int(_keep("page", str(chosen)))


def drawn() -> None:
    """Notes the link that the page was drawn from, once it is drawn."""
    st.session_state[_DRAWN] = st.query_params.to_dict()


def as_drawn() -> None:
    """Puts that link back, for a click on what was drawn: a browser that is asked for a page's
    changes in quick succession may still send an older link with the click."""
    if _DRAWN in st.session_state:
        st.query_params.from_dict(st.session_state[_DRAWN])


def forget() -> None:
    """What the link says of one photo or page does not hold for another choice."""
    for name in ("photo", "edit", "page"):
        st.query_params.pop(name, None)


def _forget_all() -> None:
    forget()
    for name in ("set", "folds", "class"):
        st.query_params.pop(name, None)


def _linked(name: str, options: Sequence[str], usual: str) -> str:
    value = st.query_params.get(name, usual)
    return value if value in options else usual


def _keep(name: str, chosen: object) -> str:
    st.query_params[name] = str(chosen)
    return str(chosen)
