"""What can be done with the runs that are selected in the table."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _, ngettext
from core.compare.selection import grouped_items, selectable_items
from core.jobs.local import LocalExecutor
from core.store.annotations import annotate
from core.store.groups import Group
from core.store.index import RunRow
from core.store.run import Run, open_run
from pages import settings
from pages.widgets.runs import transfer, trash
from pages.widgets.shared import links, report, selection
from pages.widgets.ui import messages


def show(key: str, selected_key: str, rows: Sequence[RunRow]) -> None:
    """A bar of actions. selected_key: of the selected runs' ids in the session."""
    ids = st.session_state.get(selected_key, [])
    picked = [row for row in rows if row.id in ids]
    if not picked:
        return
    executor = LocalExecutor(settings.runs_dir())
    own = [row for row in picked if not row.example]  # examples stay as they are
    live = [row for row in own if not row.status.ended]
    stopped = [row for row in own if row.status.state in ("failed", "cancelled", "paused")]
    stopped = [row for row in stopped if not row.problem]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=key):
        words = ngettext("1 run selected", "{count} runs selected", len(picked))
        st.markdown(f"**{words}**", width="content")
        links.to("compare", _("Compare"), **selection.link_params(_group_selected(picked, rows)))
        report.button(key, grouped_items(picked, rows), rows)
        transfer.show_export(f"{key}.export", own)
        if len(picked) == 1 and not picked[0].problem:
            links.to(
                "train",
                _("Run again"),
                help=_("Opens the Train page with this recipe."),
                icon=":material/replay:",
                again=picked[0].id,
            )
        if own:
            starred = all(row.starred for row in own)
            _button(
                key,
                _("Unstar") if starred else _("Star"),
                "star",
                own,
                lambda row: annotate(_run(row), starred=not starred),
            )
            _tags(key, own)
        if live:
            _button(
                key,
                _("Cancel"),
                "stop_circle",
                live,
                lambda row: executor.cancel(row.id),
                help=_(
                    "Stops the selected waiting or training runs. Finished epochs are "
                    "kept, and Resume continues from them."
                ),
            )
        if stopped:
            _button(
                key,
                _("Resume"),
                "resume",
                stopped,
                lambda row: executor.resume(row.id),
                help=_("Continues the selected stopped runs."),
            )
        if own and st.button(
            _("Delete"),
            icon=":material/delete:",
            key=f"{key}.delete",
            help=_("Moves them to the trash, where they can be restored."),
        ):
            trash.delete(f"{key}.failed", [row.id for row in own])
        if st.button(
            _("Clear"),
            icon=":material/close:",
            key=f"{key}.clear",
            type="tertiary",
            help=_("Clears the selection."),
        ):
            st.session_state[selected_key] = []
            st.rerun()
        if len(own) < len(picked):
            st.caption(_("Examples cannot be changed."), width="content")
    for problem in st.session_state.pop(f"{key}.failed", []):
        messages.show_error(problem)


def _button(
    key: str,
    label: str,
    icon: str,
    rows: Sequence[RunRow],
    action: Callable[[RunRow], object],
    help: str | None = None,
) -> None:
    if st.button(label, icon=f":material/{icon}:", key=f"{key}.{icon}", help=help):
        _apply_to_each(key, rows, action)


def _apply_to_each(key: str, rows: Sequence[RunRow], action: Callable[[RunRow], object]) -> None:
    """Does it to each run, then draws the page again; what cannot be done is told."""
    problems = []
    for row in rows:
        try:
            action(row)
        except InputError as error:
            problems.append(str(error))
    st.session_state[f"{key}.failed"] = problems
    st.rerun()


def _remove_tag(tag: str) -> Callable[[RunRow], object]:
    return lambda row: annotate(_run(row), remove_tags=[tag])


def _tags(key: str, selected: Sequence[RunRow]) -> None:
    """Adds a tag to all selected runs, or takes off one that some have."""
    with st.popover(_("Tag"), icon=":material/label:", key=f"{key}.tags"):
        with st.form(f"{key}.form", clear_on_submit=True, border=False):
            tag = st.text_input(
                _("New tag"), key=f"{key}.tag", max_chars=30, placeholder=_("class-3")
            )
            if st.form_submit_button(_("Add")) and tag.strip():
                _apply_to_each(
                    key, selected, lambda row: annotate(_run(row), add_tags=[tag.strip()])
                )
        for old in dict.fromkeys(tag for row in selected for tag in row.tags):
            if st.button(
                _("Remove {tag}", tag=formatting.escape_markdown(old)),
                icon=":material/label_off:",
                key=f"{key}.off.{old}",
            ):
                _apply_to_each(key, selected, _remove_tag(old))


def _group_selected(selected: Sequence[RunRow], rows: Sequence[RunRow]) -> list[Group]:
    """The runs as Compare takes them: a group of repeats of which all are selected is one."""
    left, found = {row.id for row in selected}, []
    for item in selectable_items(rows):
        members = {row.id for row in item.members}
        if members <= left:
            found.append(item)
            left -= members
    return found


def _run(row: RunRow) -> Run:
    return open_run(settings.runs_dir(), row.id)
