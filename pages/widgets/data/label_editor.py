"""One photo, large, with its labels and boxes, and the editor for those of a test photo, or for the
boxes of a training photo (drawn in the browser: label_editor_js/)."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.base.errors import DataError, InputError
from core.base.language import N_, _, translate
from core.data.dataset import BACKGROUND, VALIDATION, Dataset
from core.data.dataset_names import TRAIN
from core.data.label_edits import save_truth, truth_from_dict, truth_to_dict
from core.data.photo_grid import GridPhoto
from core.data.photos import thumbnail_base64
from core.store.status import utc_now
from pages import settings
from pages.widgets.data import photo_filter
from pages.widgets.data.label_words import editor_text
from pages.widgets.shared import access
from pages.widgets.ui.assets import script, style

_SCRIPTS = ("truth", "keys", "stage", "form", "editor")
_SIDE = 1280  # pixels of the longer side
_EDITOR = st.components.v2.component(
    "overfit_lens_label_editor",
    html='<div class="editor-root"></div>',
    css=style("data/label_editor_js/editor"),
    js=script("ui/fill", "ui/element", *(f"data/label_editor_js/{name}" for name in _SCRIPTS)),
)


def show(
    key: str,
    dataset: Dataset,
    split: str,
    filtered: Sequence[GridPhoto],
    all_photos: Sequence[GridPhoto],
) -> None:
    """The photo that the link names, with the way to its neighbours among the `filtered` ones.
    Raises DataError when there is no such photo or it cannot be read."""
    file = st.query_params["photo"]
    walk = filtered if any(one.photo.file == file for one in filtered) else all_photos
    files = [one.photo.file for one in walk]
    if file not in files:
        raise DataError(
            N_("{photo}: not found in {data}", photo=f"{split}/{file}", data=dataset.root.name)
        )
    place = files.index(file)
    one = walk[place]
    image, aspect = _image(str(one.photo.path), one.photo.path.stat().st_mtime_ns)
    editable = not access.is_restricted("label")
    fixed = split in (TRAIN, VALIDATION)  # the folder, or train.csv, says the class
    notes = [_copy_note(copy) for copy in one.copy_texts]
    where = _(
        "{number} of {count} · {data}, {split}",
        number=place + 1,
        count=len(files),
        data=dataset.root.name,
        split=split,
    )
    if editable and not fixed:
        labelled = sum(bool(each.primary) for each in all_photos)
        where = _(
            "{number} of {count} · {data}, {split}, {labelled} of {all} labelled",
            number=place + 1,
            count=len(files),
            data=dataset.root.name,
            split=split,
            labelled=labelled,
            all=len(all_photos),
        )
    if one.fold is not None:
        notes.append(_("Validation photo in fold {fold}.", fold=one.fold))
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
            "unlabelled": _next_open(all_photos, file, fixed) if editable else None,
            "truth": truth_to_dict(one.truth),
            "classes": [
                *(c for c in dataset.classes if c != BACKGROUND),
                *(c for c in dataset.classes if c == BACKGROUND),
            ],
            "others": _other_labels(dataset),
            "notes": notes,
            "editable": editable,
            "fixed": fixed,
            "editing": editable and "edit" in st.query_params,
            "reply": st.session_state.get(f"{key}.reply"),
            "words": editor_text(fixed),
        },
        on_go_change=lambda: _open_photo(st.session_state[key]["go"]),
        on_edit_change=lambda: _set_editing(st.session_state[key]["edit"] == "on"),
        on_save_change=lambda: _save(key, dataset.root, split, file),
    )


def _copy_note(copy: str) -> str:
    """What the wall tells of a near-copy (core.data.photo_grid), as a sentence."""
    note = N_("This photo is {copy}.") if copy.startswith("a ") else N_("{copy}.")
    return translate(note.format(copy=copy))


def _next_open(photos: Sequence[GridPhoto], file: str, boxes: bool) -> str | None:
    """The first photo without a label behind this one, or else before it; of training photos the
    first without a box."""
    place = [one.photo.file for one in photos].index(file)
    for one in (*photos[place + 1 :], *photos[:place]):
        if not one.truth.boxes and one.primary != BACKGROUND if boxes else not one.primary:
            return one.photo.file
    return None


def _other_labels(dataset: Dataset) -> list[str]:
    """Boxed things that are in no training class."""
    tables = (dataset.train_boxes, *(each.boxes for each in dataset.test_sets))
    boxes = (box for table in tables for found in table.values() for box in found)
    return sorted({box.label for box in boxes} - set(dataset.classes))


def _open_photo(file: str) -> None:
    """To another photo, or back to the wall."""
    photo_filter.restore_url()
    if file:
        st.query_params["photo"] = file
    else:
        st.query_params.pop("photo", None)
        st.query_params.pop("edit", None)


def _set_editing(on: bool) -> None:
    photo_filter.restore_url()
    if on:
        st.query_params["edit"] = "1"
    else:
        st.query_params.pop("edit", None)


def _save(key: str, root: Path, split: str, file: str) -> None:
    """Saves what the browser sent, and goes where it asked to go after that."""
    sent, error = st.session_state[key]["save"], ""
    try:
        truth, seen = truth_from_dict(sent["truth"]), truth_from_dict(sent["seen"])
        save_truth(root, split, file, truth, utc_now, seen)
    except InputError as problem:
        error = translate(str(problem))
    st.session_state[f"{key}.reply"] = {"id": sent["id"], "error": error}
    if not error and sent["then"] is False:
        _set_editing(False)
    elif not error and isinstance(sent["then"], str):
        _open_photo(sent["then"])


@st.cache_data(max_entries=60, show_spinner=False)
def _image(path: str, stamp: int) -> tuple[str, float]:
    """A photo in base64, not larger than a screen needs, and its width by its height."""
    del stamp  # part of the cache's key: a replaced photo is read again
    return thumbnail_base64(Path(path), settings.shared_root(), _SIDE)
