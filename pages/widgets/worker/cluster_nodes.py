"""The nodes of the cluster that trains: what each has left, and why one trains nothing."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.language import _
from core.compare import tables
from core.jobs.cluster.state import read_cluster_state
from core.jobs.worker_settings import read_worker_settings
from core.store.index import RunRow
from pages import settings
from pages.widgets.shared import links


def show(rows: Sequence[RunRow]) -> None:
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
