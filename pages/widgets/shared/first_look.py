"""How a zip file of photos is read, before anything is written; folders are changed by clicks."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, translate
from core.data.archive import ENCODINGS, printable
from core.data.importer import read_upload
from core.data.layout import KINDS
from core.data.reading import Reading, ReadingOptions, folder_rows
from pages import settings
from pages.widgets.ui import messages

_SAMPLES = 10
_LISTED = 200  # files that are left out
_KINDS = {
    "class": N_("class"),
    "train": N_("training photos"),
    "test": N_("test set"),
    "out": N_("excluded"),
}


def show(key: str, uploaded: Any) -> ReadingOptions | None:
    """What a person has chosen of the readings; None while it cannot be imported."""
    place = f"{key}.options.{uploaded.file_id}"
    options: ReadingOptions = st.session_state.setdefault(place, ReadingOptions())
    try:
        reading, samples = _read(key, uploaded, options)
    except InputError as error:
        messages.show_error(error)
        if options != ReadingOptions() and st.button(_("Start over"), key=f"{key}.restart"):
            st.session_state[place] = ReadingOptions()
            st.rerun()
        return None
    chosen = _choose(key, uploaded, reading, options)
    if chosen != options:
        st.session_state[place] = chosen
        st.rerun()
    if reading.possible:
        st.warning(_("There are two ways to read this file. Choose one."), icon=":material/help:")
        for number, each in enumerate(reading.possible):
            if st.button(formatting.escape_markdown(translate(each.title)), key=f"{key}.{number}"):
                st.session_state[place] = replace(options, kinds=each.kinds, labels=each.labels)
                st.rerun()
    for line in reading.notes:
        st.caption(formatting.escape_markdown(translate(line)))
    for tables in reading.found:
        st.caption(_("Annotations: {tables}", tables=formatting.escape_markdown(tables)))
    if samples:
        with st.container(horizontal=True):
            for label, jpeg in samples:
                st.image(jpeg, caption=formatting.escape_markdown(label or "?"), width=96)
    if reading.rejected:
        rows = [
            {_("file"): printable(one.name), _("reason"): translate(one.reason)}
            for one in reading.rejected[:_LISTED]
        ]
        with st.expander(_("Excluded: {count} files", count=len(reading.rejected))):
            st.dataframe(rows, hide_index=True)
    return None if reading.possible else options


def _read(
    key: str, uploaded: Any, options: ReadingOptions
) -> tuple[Reading, list[tuple[str, bytes]]]:
    """The reading of this file with these options; kept until another is asked for."""
    asked = (uploaded.file_id, options)
    known = st.session_state.get(f"{key}.reading")
    if known is None or known[0] != asked:
        with st.spinner(_("Reading the zip file")):
            parent = settings.datasets_dir()
            known = asked, read_upload(uploaded, uploaded.name, parent, options, _SAMPLES)
        st.session_state[f"{key}.reading"] = known
    return known[1]


def _choose(key: str, uploaded: Any, reading: Reading, options: ReadingOptions) -> ReadingOptions:
    """The folders with what they are, and what else can be chosen."""
    rows = folder_rows(reading)
    st.markdown(_("**How the files are read**"))
    words = {kind: translate(word) for kind, word in _KINDS.items()}
    table = [
        {"folder": printable(row.path), "kind": row.kind, "photos": row.photos, "name": row.name}
        for row in rows
    ]
    edited = st.data_editor(
        table,
        key=f"{key}.folders.{uploaded.file_id}.{options!r}",  # another reading, another table
        column_config={
            "folder": st.column_config.TextColumn(_("folder"), disabled=True),
            "kind": st.column_config.SelectboxColumn(
                _("type"), options=list(KINDS), format_func=lambda kind: words[str(kind)]
            ),
            "photos": st.column_config.NumberColumn(_("photos"), disabled=True),
            "name": st.column_config.TextColumn(_("name"), disabled=True),
        },
        hide_index=True,
    )
    kinds = dict(options.kinds)
    for row, now in zip(rows, edited, strict=True):
        kind = next((each for each in KINDS if each == now["kind"]), row.kind)
        if kind != row.kind:
            kinds[row.path] = kind
    chosen = replace(options, kinds=kinds)
    with st.container(horizontal=True):
        if reading.encoding:
            encoding = st.selectbox(
                _("File name encoding"),
                ENCODINGS,
                key=f"{key}.encoding.{uploaded.file_id}",
                index=ENCODINGS.index(reading.encoding) if reading.encoding in ENCODINGS else 0,
            )
            if encoding != reading.encoding:
                chosen = ReadingOptions(encoding=encoding)
        if reading.several or options.largest:
            largest = st.toggle(
                _("For photos of several classes, use the class of the largest box"),
                value=options.largest,
                key=f"{key}.largest.{uploaded.file_id}",
            )
            chosen = replace(chosen, largest=largest)
    return chosen
