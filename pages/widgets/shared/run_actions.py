"""What can be done with a run: cancel, resume, run again with changes, delete and bring back."""

from contextlib import suppress

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, translate
from core.jobs.local import LocalExecutor
from core.store.index import RunRow
from core.store.run import open_run
from core.store.status import utc_now
from core.store.trash import TRASH, delete_runs, restore_run, retention_text
from core.views.run_ending import find_stop_reason
from pages import settings
from pages.widgets.shared import access, links
from pages.widgets.ui import messages

_TRAINED = {"bands": N_("Head and backbone bands"), "head": N_("Head only")}


def show(key: str, row: RunRow) -> None:
    """Cancel while it is under way, Resume when it stopped early and that helps, Run again."""
    if not row.status.ended:
        _cancel(key, row)
    elif _can_resume(row) and st.button(
        _("Resume"),
        icon=":material/resume:",
        key=f"{key}.resume.{row.id}",
        help=_(
            "Continues after the last finished epoch; the result is bit-for-bit the same "
            "as without the stop."
        ),
    ):
        messages.rerun_after(lambda: LocalExecutor(settings.runs_dir()).resume(row.id))
    if not row.problem:
        links.to(
            "train",
            _("Run again with changes"),
            help=_("Opens the Train page with this run's recipe and photos."),
            icon=":material/tune:",
            again=row.id,
        )
        links.to(
            "train",
            _("Repeat with 3 seeds"),
            help=_(
                "Opens the Train page with this recipe and three seeds, to show how much is luck."
            ),
            icon=":material/repeat:",
            again=row.id,
            seeds="3",
        )


def delete_button(key: str, row: RunRow) -> None:
    """Delete, for a run of one's own that has ended; `deleted` brings it back."""
    if (
        row.status.ended
        and not row.example
        and st.button(
            _("Delete"),
            icon=":material/delete:",
            key=f"{key}.delete.{row.id}",
            help=_(
                "Moves it to the trash, where it can be restored for {kept}.",
                kept=retention_text(settings.runs_dir()),
            ),
        )
    ):
        messages.rerun_after(lambda: delete_runs(settings.runs_dir(), [row.id], utc_now))


def show_deleted(key: str, run_id: str) -> bool:
    """Whether the run of that id is in the trash; says so and offers to bring it back."""
    try:
        name = open_run(settings.runs_dir() / TRASH, run_id).recipe().name
    except InputError:
        return False
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            ":material/delete: "
            + _(
                "**{name}** is in the trash. It is kept for {kept} after deletion.",
                name=formatting.escape_markdown(name),
                kept=retention_text(settings.runs_dir()),
            )
        )
        if st.button(_("Restore"), icon=":material/undo:", key=f"{key}.undo.{run_id}"):
            messages.rerun_after(lambda: restore_run(settings.runs_dir(), run_id))
    return True


def _can_resume(row: RunRow) -> bool:
    """Whether resuming it would end otherwise."""
    if row.problem or row.example:
        return False
    with suppress(InputError):  # deleted this instant
        found = find_stop_reason(open_run(settings.runs_dir(), row.id), row.status)
        return found is not None and found.resume_helps
    return False


def _cancel(key: str, row: RunRow) -> None:
    with messages.show_errors():
        if open_run(settings.runs_dir(), row.id).cancel_requested():
            st.badge(_("stopping"), icon=":material/stop_circle:", color="orange")
            return
        with st.popover(_("Cancel"), icon=":material/stop_circle:", key=f"{key}.cancel.{row.id}"):
            st.write(_("Stop this run? Finished epochs are kept, and you can resume it."))
            if st.button(_("Stop run"), type="primary", key=f"{key}.stop.{row.id}"):
                messages.rerun_after(lambda: LocalExecutor(settings.runs_dir()).cancel(row.id))


def train_on(key: str, row: RunRow) -> None:
    """A button with the further stage behind it; nothing for a run that is not done."""
    if row.problem or row.status.state != "done" or access.is_restricted("repeats"):
        return
    with st.popover(
        _("Train further"), icon=":material/step_over:", key=f"{key}.train_on.{row.id}"
    ):
        st.caption(
            _(
                "Adds a stage to the recipe. The new run starts from this run's "
                "checkpoint; its results are bit-for-bit those of training the whole "
                "recipe."
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
