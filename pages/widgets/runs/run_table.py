"""The table of all runs with its search box, drawn in the browser (run_table_js/), and
what can be done with the selected ones. The link says what is searched for (`q`), the order
(`sort`), the columns, the grouping (`group`, `unfold`) and which run is open (`run`)."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _, language, translate
from core.store.annotations import annotate
from core.store.fields import DEFAULT_COLUMNS, field_info
from core.store.index import RunRow
from core.store.query import FLAGS, QueryError, QueryKey, filter_rows, vocabulary
from core.store.run import open_run
from core.store.status import utc_now
from core.views import run_table
from pages import settings
from pages.widgets.runs import bulk_actions, toolbar, transfer, trash
from pages.widgets.shared import selection
from pages.widgets.shared.verdict import VERDICT_STYLES
from pages.widgets.ui import messages, url_state
from pages.widgets.ui.assets import icon_name, script, style

_SCRIPTS = ("search", "order", "rows", "table")
_TABLE = st.components.v2.component(
    "overfit_lens_run_table",
    html='<div class="runs-root"></div>',
    css=style("ui/tables", "runs/run_table_js/table"),
    js=script(
        "ui/fill", "ui/element", "ui/chips", *(f"runs/run_table_js/{name}" for name in _SCRIPTS)
    ),
)
_URL_PARAMS = ("q", "sort", "unfold", "run", "columns")
_FIRST_KEYS = ("verdict", "objects", "difficult", "lift", "lr", "tag", "state", "backbone", "is")


def opened_run(rows: Sequence[RunRow]) -> RunRow:
    """The run of the link (`?run=<id>`), else the one that is training, else the newest."""
    known = {row.id: row for row in rows}
    linked = st.query_params.get("run", "")
    if linked and linked not in known:
        st.warning(
            _(
                "Run {run} does not exist here; showing another one.",
                run=formatting.escape_markdown(linked),
            )
        )
    training = next((row for row in rows if row.status.state == "running"), rows[0])
    return known.get(linked, training)


def show(key: str, opened: str) -> None:
    """The table, its search box and the bulk actions. opened: the open run's id."""
    st.fragment(_show_table)(key, opened)


def _show_table(key: str, opened: str) -> None:
    """Everything about the table; drawn again alone where only the table changes."""
    if _handle_events(key):
        st.rerun()  # the open run is shown outside
    version, rows = selection.snapshot()
    if not rows:
        st.rerun()  # the last one was deleted
    keys, columns, groupings = _search_choices(str(settings.runs_dir()), version, rows)
    with st.container(horizontal=True, vertical_alignment="center"):
        by = _group_choice(f"{key}.group", groupings)
        shown_columns = _column_choice(f"{key}.columns", columns)
        toolbar.show_views(f"{key}.views")
        toolbar.show_queue(f"{key}.queue", rows)
        transfer.show_import(f"{key}.import")
        trash.show(f"{key}.trash")
        toolbar.show_examples_toggle(f"{key}.examples")
    query, problem, found = st.query_params.get("q", ""), "", rows
    try:
        found = filter_rows(rows, query, keys)
    except QueryError as error:
        problem = str(error)
    ids = {row.id for row in rows}
    checked = [id_ for id_ in st.session_state.get(f"{key}.checked", []) if id_ in ids]
    _TABLE(
        key=f"{key}.table",
        data={
            **run_table.build_table(found, rows, shown_columns, by, utc_now()),
            "keys": _suggestions(keys),
            "chips": {
                name: [icon_name(icon), colour] for name, (icon, colour) in VERDICT_STYLES.items()
            },
            "opened": opened,
            "query": query,
            "error": problem,
            "shown": len(found),
            "all": len(rows),
            "checked": checked,
            "heard": st.session_state.get(f"{key}.heard", 0),
            "words": _ui_text(),
        },
        on_events_change=lambda: None,
    )
    if failed := st.session_state.pop(f"{key}.failed", ""):
        messages.show_error(failed)
    bulk_actions.show(f"{key}.bulk", f"{key}.checked", rows)


def _ui_text() -> dict[str, Any]:
    """What the browser says by itself, for `fill` and `fillCount` of fill.js."""
    return {
        "search": _("Search runs"),
        "search_hint": _("Search: a word, verdict:generalises, objects>60%, -tag:old"),
        "search_clear": _("Clear search"),
        "all": [_("{count} run"), _("{count} runs")],
        "some": _("{shown} of {all} runs"),
        "locale": "en-GB" if language() == "en" else language(),
        "now": _("just now"),
        "minutes_ago": _("{minutes} min ago"),
        "hours_ago": _("{hours} h ago"),
        "run": _("run"),
        "run_words": _("Run name"),
        "sort": _("{column}. Click to sort."),
        "select": _("Select {run}"),
        "select_all": _("Select all shown"),
        "star": _("Star {run}"),
        "unstar": _("Unstar {run}"),
        "none_fits": _("No matching runs"),
        "none": _("No runs yet"),
        "table": _("Runs with their state and scores"),
        "from": _("From {sender}"),
    }


@st.cache_data(max_entries=4, show_spinner=False)
def _search_choices(
    runs_dir: str, version: int, _rows: Sequence[RunRow]
) -> tuple[dict[str, QueryKey], list[str], list[str]]:
    """What can be asked for, shown and grouped by; the same for all until a run changes."""
    return vocabulary(_rows), *run_table.column_and_group_choices(_rows)


def _suggestions(keys: dict[str, QueryKey]) -> list[dict[str, Any]]:
    """Keys as the search box offers them, those that are asked for most first."""
    flags = {"key": "is", "sign": ":", "words": ", ".join(FLAGS), "values": list(FLAGS)}
    found = {
        key.key: {
            "key": key.key,
            "sign": ">" if key.numeric else ":",
            "words": translate(key.description),
            "values": [] if key.key in ("id", "note", "started") else key.values,
        }
        for key in keys.values()
        if ".N." not in key.key
    } | {"is": flags}
    first = [found.pop(key) for key in _FIRST_KEYS if key in found]
    return [*first, *found.values()]


def _group_choice(key: str, groupings: Sequence[str]) -> str:
    words = {
        run_table.NO_GROUPS: _("No grouping"),
        run_table.REPEATS: _("Group repeats (seeds, folds)"),
    }
    linked = st.query_params.get("group", run_table.REPEATS)
    _set_widget(key, linked if linked in groupings else run_table.REPEATS)
    return st.selectbox(
        _("Group by"),
        groupings,
        format_func=lambda by: (
            words.get(by) or _("Group by {column}", column=translate(field_info(by).title))
        ),
        key=key,
        on_change=lambda: url_state.write("group", st.session_state[key], run_table.REPEATS),
        label_visibility="collapsed",
        width=260,
    )


def _column_choice(key: str, columns: Sequence[str]) -> list[str]:
    standard = ",".join(DEFAULT_COLUMNS)
    linked = st.query_params.get("columns", standard).split(",")
    _set_widget(key, [column for column in linked if column in columns])
    with st.popover(_("Columns"), icon=":material/view_column:", key=f"{key}.open"):
        return st.multiselect(
            _("Columns of the table"),
            columns,
            format_func=lambda column: translate(field_info(column).title),
            key=key,
            on_change=lambda: url_state.write("columns", ",".join(st.session_state[key]), standard),
            help=_("Scores, and every recipe key in which these runs differ."),
        )


def _set_widget(key: str, value: Any) -> None:
    """Lets a widget say what the link says. The link is read by hand because a widget that is bound
    to it would write its labels there, not its keys."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _handle_events(key: str) -> bool:
    """Does what was done in the browser since the last time; whether another run was opened. Events
    are numbered, and come again with later ones in case a message was overtaken. Not in a callback:
    Streamlit ends one at any use of the session's state when a new run of the page waits, and does
    not call it again."""
    opened = False
    for number, kind, value in st.session_state.get(f"{key}.table", {}).get("events") or []:
        if number <= st.session_state.get(f"{key}.heard", 0):
            continue
        if kind == "check":
            st.session_state[f"{key}.checked"] = [str(id_) for id_ in value]
        elif kind == "link":
            for name, linked in value.items():
                if name in _URL_PARAMS:
                    url_state.write(name, str(linked), "")
            opened = opened or "run" in value
        elif kind == "star":
            try:
                annotate(open_run(settings.runs_dir(), str(value[0])), starred=bool(value[1]))
            except InputError as error:
                st.session_state[f"{key}.failed"] = str(error)
        st.session_state[f"{key}.heard"] = number  # last: what was ended half-way is done again
    return opened
