"""What the machine has left: processors, memory, disk; and the feature cache, to be emptied."""

from collections.abc import Sequence

import streamlit as st

from core.base.cpu import cores
from core.base.language import _
from core.jobs import resources
from core.jobs.detached import DetachedProcess
from core.jobs.health import LOW_DISK, LOW_MEMORY
from core.jobs.local import running_work_id
from core.jobs.preview import client
from core.store.feature_folder import MAX_BYTES, clear_feature_cache, feature_cache_bytes
from core.store.index import RunRow
from pages import settings
from pages.widgets.ui import messages


def show(key: str, rows: Sequence[RunRow]) -> None:
    """Bars of what is in use; what the system does not tell is left out."""
    with st.container(border=True):
        st.subheader(_("This machine"), anchor=False)
        load, count = resources.load(), cores()
        if load is not None:
            words = _("CPU: {busy:.1f} of {count} cores busy (last minute)", busy=load, count=count)
            if load > count:
                words = _(
                    "CPU: {busy:.1f} of {count} cores busy, with work for {more:.1f} more "
                    "waiting (last minute)",
                    busy=count,
                    count=count,
                    more=load - count,
                )
            st.progress(min(load / count, 1.0), text=words)
        _show_free(_("Memory"), resources.memory(), LOW_MEMORY)
        _show_free(_("Disk of the runs folder"), resources.disk(settings.runs_dir()), LOW_DISK)
    with st.container(border=True):
        st.subheader(_("Feature cache"), anchor=False)
        _cache(key, rows)


def _show_free(name: str, usage: resources.Capacity | None, warn_below: int) -> None:
    if usage is None:
        return
    mark = ":material/warning: " if usage.free < warn_below else ""
    words = _(
        "{name}: {free:.1f} of {total:.0f} GB free",
        name=name,
        free=usage.free / 1e9,
        total=usage.total / 1e9,
    )
    st.progress(1 - usage.free / usage.total if usage.total else 1.0, text=f"{mark}{words}")


def _cache(key: str, rows: Sequence[RunRow]) -> None:
    size = feature_cache_bytes(settings.runs_dir())
    st.caption(
        _(
            "{size:.0f} MB of at most {most:.0f} GB: the frozen layers' features of each "
            "photo, cached so that the next run starts sooner. A run that lacks them "
            "recomputes them.",
            size=size / 1e6,
            most=MAX_BYTES / 1e9,
        )
    )
    busy = any(row.status.state == "running" for row in rows)
    if busy:
        st.caption(_("You can empty it when no run is training."))
    if st.button(
        _("Empty cache"),
        icon=":material/delete_sweep:",
        key=f"{key}.empty",
        disabled=busy or not size,
    ):
        _empty()


def _empty() -> None:
    with messages.show_errors():
        if running_work_id(settings.runs_dir()):
            st.caption(_("A run has just started training. Try again when it is done."))
            return
        clear_feature_cache(settings.runs_dir())
        st.rerun()


def show_preview_process(key: str) -> None:
    """It starts when a page asks it something, so all it needs is a way to be rid of it."""
    pid = DetachedProcess(client.COMMAND, settings.runs_dir()).pid()
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_("Preview process"), anchor=False, width="content")
            if pid:
                st.badge(_("ready"), icon=":material/play_arrow:", color="green")
            else:
                st.badge(_("not running"), icon=":material/power_settings_new:", color="gray")
        st.caption(
            _(
                "Makes the augmented views on Train and the predictions on Try it, even "
                "while a run is training. It starts when a page needs it and exits after "
                "ten idle minutes."
            )
        )
        if not pid:
            return
        st.caption(_("Process {pid}", pid=pid))
        if st.button(
            _("Stop"),
            key=f"{key}.stop",
            icon=":material/stop_circle:",
            help=_("It starts again when needed."),
        ):
            messages.rerun_after(lambda: client.stop_preview(settings.runs_dir()))
