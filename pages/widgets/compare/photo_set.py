"""The set of photos that a section of Compare shows, and its pictures."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, translate
from core.compare import score_tables
from core.data.dataset import VALIDATION
from core.store.groups import Group
from core.store.run import open_run
from core.views import thumbnails
from pages import settings
from pages.widgets.ui import url_state


def choose(selected: Sequence[Group], sets: Sequence[str]) -> str | None:
    """A choice of sets, kept in the link as `set`, at first the headlines'; None of none."""
    if not sets:
        st.caption(_("No selected run has predicted any photo yet."))
        return None
    names = {_param_value(name): name for name in sets}
    headline = score_tables.headline_set(selected)
    usual = _param_value(headline if headline in sets else sets[-1])
    chosen = url_state.segments(
        "set",
        _("Photos"),
        list(names),
        usual,
        format_func=lambda name: formatting.escape_markdown(_set_title(names[name])),
        help=_(
            "Validation photos come from the same shoot as the training photos. Objects cut "
            "out: each labelled object alone."
        ),
    )
    return names[chosen]


def _param_value(name: str) -> str:
    whole = name.removesuffix("/objects")
    return name if whole == name else N_("{set}, objects cut out").format(set=whole)


def _set_title(name: str) -> str:
    whole = name.removesuffix("/objects")
    words = _("validation") if whole == VALIDATION else whole
    return words if whole == name else _("{set}, objects cut out", set=words)


def read_thumbnails(item: Group, set_name: str, files: Sequence[str]) -> dict[str, bytes]:
    """A small JPEG per file, of the newest run's data set; says so where that cannot be read."""
    try:
        folder = open_run(settings.runs_dir(), item.members[-1].id).data_dir()
        stamp = thumbnails.fingerprint(folder, set_name)
        with st.spinner(_("Reading photos")):
            return _thumbnails(str(folder), set_name, tuple(files), stamp)
    except InputError as error:
        problem = formatting.escape_markdown(translate(str(error)))
        words = _("Photos cannot be shown: {problem}", problem=problem)
        st.caption(f":material/broken_image: {words}")
        return {}


@st.cache_data(max_entries=24, show_spinner=False)
def _thumbnails(folder: str, set_name: str, files: tuple[str, ...], stamp: str) -> dict[str, bytes]:
    del stamp  # only there to make the cache notice
    return thumbnails.thumbnails(Path(folder), set_name, files)


def pictures(item: Group, set_name: str, files: Sequence[str], names: Sequence[str]) -> None:
    """Small pictures with their names below."""
    found = read_thumbnails(item, set_name, files)
    with st.container(horizontal=True, gap="small"):
        for file, name in zip(files, names, strict=True):
            with st.container(width=110):
                if file in found:
                    st.image(found[file], alt=name, width=110)
                st.caption(formatting.escape_markdown(name))
