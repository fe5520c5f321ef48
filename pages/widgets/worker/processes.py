"""Training workers: state of each, and the controls to start, stop and count them."""

from collections.abc import Callable, Sequence
from datetime import datetime

import streamlit as st

from core.base import formatting
from core.base.language import N_, _, ngettext, translate
from core.compare import tables
from core.jobs.health import WorkerStatus, read_workers
from core.jobs.local import ensure_worker
from core.jobs.queue_forecast import entry_text
from core.jobs.stop_worker import clear_stop_request, request_stop, restart_worker, stop_now
from core.jobs.worker_settings import (
    MAX_WORKERS,
    bearable_workers,
    read_cluster_state,
    read_worker_settings,
    write_worker_count,
)
from core.store.index import RunRow
from core.store.status import status_text
from pages import settings
from pages.widgets.shared import links
from pages.widgets.shared.worker_notice import start_worker
from pages.widgets.ui import messages

_BADGES = {
    "off": (N_("not running"), ":material/power_settings_new:", "gray"),
    "idle": (N_("waiting for runs"), ":material/hourglass_empty:", "blue"),
    "working": (N_("working"), ":material/play_arrow:", "green"),
    "leaving": (N_("stopping after this epoch"), ":material/logout:", "orange"),
    "silent": (N_("not responding"), ":material/warning:", "red"),
}


def show(key: str, rows: Sequence[RunRow], now: datetime) -> None:
    """Raises InputError when the queue cannot be read."""
    workers = read_workers(settings.runs_dir(), now)
    with st.container(border=True):
        for number, worker in enumerate(workers, start=1):
            _heading(_("Worker {number}", number=number), worker.state)
            _facts(worker, rows, now)
        if not workers:
            _heading(_("Workers"), "off")
            st.markdown(
                _(
                    "A worker starts when a run is launched and exits after ten minutes "
                    "with an empty queue. None is needed unless runs are waiting."
                )
            )
        with st.container(horizontal=True):
            _buttons(key, workers)
        _count(f"{key}.count")


def _heading(name: str, state: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(name, anchor=False, width="content")
        label, icon, colour = _BADGES[state]
        st.badge(translate(label), icon=icon, color=colour)  # type: ignore[arg-type]


def _facts(worker: WorkerStatus, rows: Sequence[RunRow], now: datetime) -> None:
    facts = [_("Process {pid}", pid=worker.pid)]
    if worker.since is not None:
        up = formatting.duration((now - worker.since).total_seconds())
        facts.append(_("up for {time}", time=up))
    if worker.memory is not None:
        facts.append(_("{size:.1f} GB of memory", size=worker.memory / 1e9))
    st.caption(", ".join(facts))
    row = next((row for row in rows if row.id == worker.entry), None)
    if row is not None:
        name = tables.labels_by_id(rows)[row.id]
        links.to(
            "run",
            formatting.escape_markdown(f"{name}: {translate(status_text(row.status))}"),
            run=row.id,
        )
    elif worker.entry is not None:
        work = translate(entry_text(worker.entry, tables.labels_by_id(rows)))
        st.text(_("Working on: {work}", work=work))


def _buttons(key: str, workers: Sequence[WorkerStatus]) -> None:
    runs_dir = settings.runs_dir()
    if not workers:
        if st.button(_("Start"), icon=":material/play_arrow:", key=f"{key}.start"):
            start_worker()
        return
    busy = any(worker.entry is not None for worker in workers)
    if any(worker.state == "leaving" for worker in workers) and st.button(
        _("Keep running"), icon=":material/undo:", key=f"{key}.go_on"
    ):
        _run_action(lambda: clear_stop_request(runs_dir))
    if not busy:
        if st.button(_("Stop"), icon=":material/stop_circle:", key=f"{key}.stop"):
            _run_action(lambda: stop_now(runs_dir))
        if st.button(_("Restart"), icon=":material/restart_alt:", key=f"{key}.restart"):
            _run_action(lambda: restart_worker(runs_dir))
        return
    with st.popover(_("Stop"), icon=":material/stop_circle:", key=f"{key}.ask_stop"):
        st.write(
            _(
                "A run is training. It keeps its finished epochs and its place in the "
                "queue, and continues when a worker is started again."
            )
        )
        if st.button(_("Stop after this epoch"), type="primary", key=f"{key}.stop_later"):
            _run_action(lambda: request_stop(runs_dir))
        if st.button(_("Stop now"), help=_("The current epoch is lost."), key=f"{key}.stop_now"):
            _run_action(lambda: stop_now(runs_dir))
    with st.popover(_("Restart"), icon=":material/restart_alt:", key=f"{key}.ask_restart"):
        st.write(
            _(
                "A run is training. It continues after its last finished epoch; the "
                "current epoch is repeated."
            )
        )
        if st.button(_("Restart now"), type="primary", key=f"{key}.restart_now"):
            _run_action(lambda: restart_worker(runs_dir))


def _count(key: str) -> None:
    """How many there may be, and what the machine could bear."""
    current, most = read_worker_settings(settings.runs_dir()), bearable_workers()
    chosen = st.number_input(
        _("Parallel workers"),
        1,
        MAX_WORKERS,
        current.workers,
        key=key,
        help=_(
            "Workers share the cores: the more workers, the fewer threads per run. Runs "
            "with the same number of threads give bit-for-bit identical results. A run "
            "that is training keeps its threads."
        ),
    )
    st.caption(
        _("{cores} cores per run.", cores=current.share())
        + " "
        + ngettext(
            "This machine can handle 1 worker.", "This machine can handle {count} workers.", most
        )
    )
    if chosen > most:
        st.warning(
            _("More than this machine can handle: memory may run out, and runs take longer.")
        )
    if chosen != current.workers:
        _run_action(lambda: _apply(int(chosen)))


def _apply(count: int) -> None:
    write_worker_count(settings.runs_dir(), count)
    ensure_worker(settings.runs_dir())


def _run_action(action: Callable[[], None]) -> None:
    """`messages.rerun_after` for what may take some seconds."""
    with st.spinner(_("Please wait")):
        messages.rerun_after(action)


def show_cluster(rows: Sequence[RunRow]) -> None:
    """Nothing where runs are trained here."""
    if read_worker_settings(settings.runs_dir()).executor == "local":
        return
    state, labels = read_cluster_state(settings.runs_dir()), tables.labels_by_id(rows)
    with st.container(border=True):
        st.subheader(_("Cluster"), anchor=False)
        st.caption(_("Ray at {address}", address=formatting.escape_markdown(state.address)))
        for node in state.nodes.values():
            st.markdown(f"**{formatting.escape_markdown(node['host'])}**")
            gigabytes = {key: (node.get(key) or 0) / 1e9 for key in ("memory_free", "disk_free")}
            words = {
                "cpus": _("{n:.0f} cores", n=node["cpus"]),
                "gpus": _("{n:.0f} GPUs", n=node["gpus"]),
                "load": _("load {n:.1f}", n=node.get("load") or 0),
                "memory_free": _("{n:.1f} GB of memory free", n=gigabytes["memory_free"]),
                "disk_free": _("{n:.1f} GB of disk free", n=gigabytes["disk_free"]),
            }
            st.caption(_(", ").join(words[key] for key in words if node.get(key)))
            for row in rows:
                if row.status.state == "running" and row.status.place == node["host"]:
                    links.to("run", formatting.escape_markdown(labels[row.id]), run=row.id)
