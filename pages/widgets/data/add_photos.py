"""Adds photos to a test set or a class: where they go, what they show, and what became of them."""

from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.language import _, ngettext, translate
from core.data.additions import Addition, add_photos
from core.data.dataset import ORIGINS, read_dataset
from core.data.dataset_names import TRAIN
from pages.widgets.shared import access

_MAX_FILE_MB = 50
_NEW_SET = _BY_FOLDER = ""  # no test set or class is called so


def show(key: str, root: Path) -> None:
    """The form, below what became of the photos before. Raises DataError when the data set cannot
    be read."""
    if access.show_restriction("upload"):
        return
    dataset = read_dataset(root)
    title = _("Add photos to {name}", name=formatting.escape_markdown(root.name))
    st.subheader(title, anchor=False)
    if done := st.session_state.get(f"{key}.done"):
        _report(*done)
    sets = [_NEW_SET, *(each.name for each in dataset.test_sets), TRAIN]
    split = st.selectbox(
        _("Add to"),
        sets,
        key=f"{key}.split",
        width=320,
        format_func=lambda name: _("a new test set") if name == _NEW_SET else name,
        help=_(
            "Test sets are never used in training. Photos in `train` are used for training or "
            "validation in later runs."
        ),
    )
    origin = None
    if split == _NEW_SET:
        name = st.text_input(
            _("Name of the test set"), "elsewhere", 60, key=f"{key}.name", width=320
        )
        split = name.strip()
        names = dict(zip(ORIGINS, (_("elsewhere"), _("same shoot")), strict=True))
        origin = st.segmented_control(
            _("Where is it from?"), ORIGINS, format_func=names.__getitem__, key=f"{key}.origin"
        )
    label = st.selectbox(
        _("Class"),
        [*dataset.classes, _BY_FOLDER],
        None,
        key=f"{key}.label",
        width=320,
        placeholder=_("Choose a class"),
        format_func=lambda name: _("folder name") if name == _BY_FOLDER else name,
        help=_("Test photos without a class can be labelled later; training photos need one."),
    )
    columns = {
        name: st.text_input(_("{column} of train.csv", column=name), key=f"{key}.column.{name}")
        for name in (dataset.train_columns if split == TRAIN else ())
    }
    # Another number makes another widget: an upload that is done lets go of its memory.
    number = st.session_state.setdefault(f"{key}.number", 0)
    sent = st.file_uploader(
        _("Folder with one subfolder per class") if label == _BY_FOLDER else _("Photos"),
        accept_multiple_files="directory" if label == _BY_FOLDER else True,
        key=f"{key}.files.{number}.{label == _BY_FOLDER}",
        max_upload_size=_MAX_FILE_MB,
    )
    ready = bool(sent and split) and (label is not None or split != TRAIN)
    if st.button(_("Add photos"), key=f"{key}.go", type="primary", disabled=not ready):
        sources = [(file.name, file.getvalue) for file in sent]
        with st.spinner(_("Adding photos")):
            found = add_photos(root, split, sources, label or "", origin or "", columns)
        st.session_state[f"{key}.done"] = split, found
        st.session_state[f"{key}.number"] += 1
        st.query_params["set"] = split
        st.rerun()


def close_report(key: str) -> None:
    """Forgets what became of the photos."""
    st.session_state.pop(f"{key}.done", None)


def _report(split: str, done: Addition) -> None:
    words = ngettext(
        "1 photo added to {set}.",
        "{count} photos added to {set}.",
        len(done.added),
        set=formatting.escape_markdown(split),
    )
    lines = (f"- {formatting.escape_markdown(translate(line))}" for line in done.lines())
    st.info("\n".join([words, "", *lines]), icon=":material/add_photo_alternate:")
