"""One photo, large, with its labels and boxes, and the editor for those of a test photo (drawn in
the browser: label_editor_js/)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.base.errors import DataError, InputError
from core.base.language import N_, _, translate
from core.data.dataset import BACKGROUND, Dataset
from core.data.label_edits import save_truth, truth_data, truth_from
from core.data.photo_grid import WallPhoto
from core.data.thumbnails import for_browser
from core.store.status import utc_now
from pages import settings
from pages.widgets.data import photo_filter
from pages.widgets.data.label_words import editor_words
from pages.widgets.shared import access
from pages.widgets.ui.assets import script, style

_SCRIPTS = ("truth", "keys", "stage", "form", "editor")
_SIDE = 1280  # pixels of the longer side
_EDITOR = st.components.v2.component(
    "overfit_lens_label_editor",
    html='<div class="editor-root"></div>',
    css=style("data/label_editor_js/editor"),
    js=script("ui/fill", *(f"data/label_editor_js/{name}" for name in _SCRIPTS)),
)


def show(
    key: str,
    dataset: Dataset,
    split: str,
    chosen: Sequence[WallPhoto],
    everything: Sequence[WallPhoto],
) -> None:
    """The photo that the link names, with the way to its neighbours among the `chosen` ones.
    Raises DataError when there is no such photo or it cannot be read."""
    file = st.query_params["photo"]
    walk = chosen if any(one.photo.file == file for one in chosen) else everything
    files = [one.photo.file for one in walk]
    if file not in files:
        raise DataError(
            N_("{photo}: no such photo in {data}").format(
                photo=f"{split}/{file}", data=dataset.root.name
            )
        )
    place = files.index(file)
    one = walk[place]
    image, aspect = _image(str(one.photo.path), one.photo.path.stat().st_mtime_ns)
    editable = not access.shut("label") and any(
        split == test_set.name for test_set in dataset.test_sets
    )
    notes = [_copy_note(copy) for copy in one.copies]
    where = _(
        "{number} of {count} · {data}, {split}",
        number=place + 1,
        count=len(files),
        data=dataset.root.name,
        split=split,
    )
    if editable:
        labelled = sum(bool(each.primary) for each in everything)
        where = _(
            "{number} of {count} · {data}, {split}, {labelled} of {all} labelled",
            number=place + 1,
            count=len(files),
            data=dataset.root.name,
            split=split,
            labelled=labelled,
            all=len(everything),
        )
    if one.fold is not None:
        notes.append(_("It validates in fold {fold}.", fold=one.fold))
    _EDITOR(
        key=key,
        data={
            "key": f"{dataset.root}/{split}/{file}",
            "file": file,
            "where": where,
            "photo": image,
            "aspect": aspect,
            "previous": files[place - 1] if place else None,
            "next": files[place + 1] if place + 1 < len(files) else None,
            "unlabelled": _next_unlabelled(everything, file) if editable else None,
            "truth": truth_data(one.truth()),
            "classes": [
                *(c for c in dataset.classes if c != BACKGROUND),
                *(c for c in dataset.classes if c == BACKGROUND),
            ],
            "others": _other_things(dataset),
            "notes": notes,
            "editable": editable,
            "editing": editable and "edit" in st.query_params,
            "reply": st.session_state.get(f"{key}.reply"),
            "words": editor_words(),
        },
        on_go_change=lambda: _go(st.session_state[key]["go"]),
        on_edit_change=lambda: _edit(st.session_state[key]["edit"] == "on"),
        on_save_change=lambda: _save(key, dataset.root, split, file),
    )


def _copy_note(copy: str) -> str:
    """What the wall tells of a near-copy (core.data.photo_grid), as a sentence."""
    note = N_("This photo is {copy}.") if copy.startswith("a ") else N_("{copy}.")
    return translate(note.format(copy=copy))


def _next_unlabelled(photos: Sequence[WallPhoto], file: str) -> str | None:
    """The first photo without a label behind this one, or else before it."""
    files = [one.photo.file for one in photos]
    place = files.index(file)
    around = [*photos[place + 1 :], *photos[:place]]
    return next((one.photo.file for one in around if not one.primary), None)


def _other_things(dataset: Dataset) -> list[str]:
    """Boxed things that are in no training class."""
    boxes = (box for each in dataset.test_sets for found in each.boxes.values() for box in found)
    return sorted({box.label for box in boxes} - set(dataset.classes))


def _go(file: str) -> None:
    """To another photo, or back to the wall."""
    photo_filter.as_drawn()
    if file:
        st.query_params["photo"] = file
    else:
        st.query_params.pop("photo", None)
        st.query_params.pop("edit", None)


def _edit(on: bool) -> None:
    photo_filter.as_drawn()
    if on:
        st.query_params["edit"] = "1"
    else:
        st.query_params.pop("edit", None)


def _save(key: str, root: Path, split: str, file: str) -> None:
    """Saves what the browser sent, and goes where it asked to go after that."""
    sent, error = st.session_state[key]["save"], ""
    try:
        save_truth(root, split, file, truth_from(sent["truth"]), utc_now, truth_from(sent["seen"]))
    except InputError as problem:
        error = translate(str(problem))
    st.session_state[f"{key}.reply"] = {"id": sent["id"], "error": error}
    if not error and sent["then"] is False:
        _edit(False)
    elif not error and isinstance(sent["then"], str):
        _go(sent["then"])


@st.cache_data(max_entries=60, show_spinner=False)
def _image(path: str, stamp: int) -> tuple[str, float]:
    """A photo in base64, not larger than a screen needs, and its width by its height."""
    del stamp  # part of the cache's key: a replaced photo is read again
    return for_browser(Path(path), settings.house(), _SIDE)
