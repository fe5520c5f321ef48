"""Train on: a new run whose recipe has a further stage, and that begins where this one ends."""

import streamlit as st

from core.base.language import N_, _, translate
from core.jobs.local import LocalExecutor
from core.store.index import RunRow
from pages import settings
from pages.widgets.shared import access
from pages.widgets.ui import messages

_TRAINED = {"bands": N_("Head and backbone bands"), "head": N_("Head only")}


def show(key: str, row: RunRow) -> None:
    """A button with the further stage behind it; nothing for a run that is not done."""
    if row.problem or row.status.state != "done" or access.is_restricted("repeats"):
        return
    with st.popover(_("Train on"), icon=":material/step_over:", key=f"{key}.train_on.{row.id}"):
        st.caption(
            _(
                "Adds a stage to the recipe. The new run starts from this run's checkpoint, and "
                "its results are those of training the whole recipe, to the last bit."
            )
        )
        trained = st.segmented_control(
            _("Train"),
            list(_TRAINED),
            default="bands",
            required=True,
            key=f"{key}.train_on.what",
            format_func=lambda what: translate(_TRAINED[what]),
        )
        epochs = st.number_input(
            _("Epochs (one cosine cycle)"), 1, 500, 9, key=f"{key}.train_on.epochs"
        )
        if st.button(_("Launch"), type="primary", key=f"{key}.train_on.go"):
            stage = {"train": trained, "cycles": 1, "cycle_len": int(epochs)}
            with messages.show_errors():
                run = LocalExecutor(settings.runs_dir()).train_on(row.id, stage)
                st.query_params["run"] = run.id
                st.rerun()
