"""A wall of photos with their boxes, drawn in the browser; a click opens one."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.base.errors import DataError
from core.base.language import _, translate
from core.data.label_edits import truth_to_dict
from core.data.photo_grid import GridPhoto
from core.data.photos import thumbnail_base64
from pages import settings
from pages.widgets.ui.assets import script, style

_SIDE = 320  # pixels of a small copy's longer side: sharp on a screen of double density
PER_PAGE = 60
_GRID = st.components.v2.component(
    "overfit_lens_photo_wall",
    html='<div class="wall-root"></div>',
    css=style("data/photo_grid"),
    js=script("ui/fill", "ui/element", "data/photo_grid"),
)


def show(key: str, photos: Sequence[GridPhoto], page: int, on_open: Callable[[str], None]) -> None:
    """One page of the photos, from 1. `on_open` is called with the file that is clicked."""
    shown = photos[PER_PAGE * (page - 1) : PER_PAGE * page]
    words = {
        "unlabelled": _("not labelled"),
        "fold": _("fold {fold}"),
        "copy": _("near-copy"),
        "open": _("Open {file}: {label}"),
        "also": _("also {names}"),
        "boxes": _("boxes: {names}"),
    }
    _GRID(
        key=key,
        data={"photos": [_tile(one) for one in shown], "words": words},
        on_open_change=lambda: on_open(str(st.session_state[key]["open"])),
    )


def page_count(photos: Sequence[GridPhoto]) -> int:
    """How many pages the photos take, at least one."""
    return max(1, -(-len(photos) // PER_PAGE))


def _tile(photo: GridPhoto) -> dict[str, Any]:
    truth = truth_to_dict(photo.truth)
    tile: dict[str, Any] = {
        "file": photo.photo.file,
        "primary": photo.primary,
        "also": [name for name in truth["present"] if name != photo.primary],
        "boxes": truth["boxes"],
        "copies": [translate(copy) for copy in photo.copy_texts],
        "fold": photo.fold,
    }
    try:
        image, aspect = _image(str(photo.photo.path), photo.photo.path.stat().st_mtime_ns)
    except (DataError, OSError) as error:
        return tile | {"image": "", "aspect": 1.0, "problem": translate(str(error))}
    return tile | {"image": image, "aspect": aspect, "problem": ""}


@st.cache_data(max_entries=1000, show_spinner=False)
def _image(path: str, stamp: int) -> tuple[str, float]:
    """A photo's small copy in base64, and its width by its height."""
    del stamp  # part of the cache's key: a replaced photo is read again
    return thumbnail_base64(Path(path), settings.shared_root(), _SIDE)
