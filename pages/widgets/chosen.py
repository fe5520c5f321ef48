"""The runs that a person is looking at: kept in the link, and carried from page to page.

A link says `?runs=a,b&groups=g`: single runs by their ids, and groups of repeats
(core.store.groups) by theirs. A group's id is a fingerprint of its recipe and photos, so the link
shows the repeats that there are when it is opened, also those that came later. A page that shows
single runs only takes a group's first finished run for it.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import charts
from core.items import item_colours, items_of
from core.store.groups import Group
from core.store.index import RunIndex, RunRow
from pages import settings

_CARRIED = "chosen.runs"  # ids that the last page showed; not a widget's key
_MOST_ALONE = 6  # where single runs are chosen: columns of class maps
_MANY = 9  # more are told by their number, in one line


def all_runs() -> list[RunRow]:
    """Every run, newest first."""
    return RunIndex(settings.runs_dir()).rows()


def colours(rows: Sequence[RunRow], chosen: Sequence[str] = ()) -> dict[str, str]:
    """A colour per run, the same on every page."""
    return charts.run_colours([row.id for row in reversed(rows)], chosen)


def paint(items: Sequence[Group], rows: Sequence[RunRow]) -> dict[str, str]:
    """A colour per item, by its id."""
    return item_colours(items, rows)


def carry(ids: Sequence[str]) -> None:
    """Remembers runs and groups for the next page that asks which ones."""
    st.session_state[_CARRIED] = list(ids)


def link(items: Sequence[Group]) -> dict[str, str]:
    """The link's parameters that choose these items."""
    runs = [item.id for item in items if item.id == item.members[0].id]
    groups = [item.id for item in items if item.id not in runs]
    return {name: ",".join(ids) for name, ids in (("runs", runs), ("groups", groups)) if ids}


def replace(items: Sequence[Group]) -> None:
    """Chooses these items instead, when the page is drawn next (for a button's callback)."""
    for name in ("groups", "runs"):
        st.query_params.pop(name, None)
    st.query_params.update(link(items))


def show(key: str, rows: Sequence[RunRow]) -> list[RunRow]:
    """The chosen ones of `rows`, oldest first, where only single runs can be chosen."""
    return [item.members[0] for item in _choose(key, rows, grouped=False)]


def show_items(key: str, rows: Sequence[RunRow]) -> list[Group]:
    """The chosen items: groups first, then single runs, each oldest first."""
    return _choose(key, rows, grouped=True)


def _choose(key: str, rows: Sequence[RunRow], grouped: bool) -> list[Group]:
    """Without a link, the last page's choice, or else the two newest finished runs (where groups
    can be chosen: the groups of the newest two recipes)."""
    most = None if grouped else _MOST_ALONE
    items = {item.id: item for item in items_of(rows)}
    groups = {id_: item for id_, item in items.items() if len(item.members) > 1}
    known = items if grouped else {id_: items[id_] for id_ in items if id_ not in groups}
    linked = [
        id_
        for name in ("groups", "runs")
        for text in st.query_params.get_all(name)
        for id_ in text.split(",")
        if id_
    ]
    if linked != st.session_state.get(f"{key}.linked") or key not in st.session_state:
        wanted = linked or st.session_state.get(_CARRIED) or _newest(rows, groups, grouped)
        if not grouped:
            wanted = [_lead(groups[id_]) if id_ in groups else id_ for id_ in wanted]
        asked = set(wanted)
        found = [id_ for id_ in known if id_ in asked]
        st.session_state[key] = found[-most:] if most else found
        lost = [id_ for id_ in linked if id_ not in items]
        if lost:
            rest = f" and {len(lost) - _MANY} more" if len(lost) > _MANY else ""
            st.warning(f"Not found here: {', '.join(lost[:_MANY])}{rest}.")
    ids = st.multiselect(
        "Runs and groups of repeats" if grouped and groups else "Runs",
        list(known),
        key=key,
        format_func=lambda id_: known[id_].title if id_ in known else id_,
        max_selections=most,
        placeholder="Choose runs",
        filter_mode="contains",
        select_all=grouped,
        wrap=len(st.session_state[key]) <= _MANY,
        help="Type a part of a name and press *Select matches* to take many at once."
        if grouped
        else None,
    )
    if len(ids) > _MANY:
        st.caption(f"{len(ids)} chosen of {len(known)}. The list above scrolls sideways.")
    picked = set(ids)
    chosen = [item for id_, item in known.items() if id_ in picked]
    st.session_state[f"{key}.linked"] = [item.id for item in chosen]
    if [item.id for item in chosen] != linked:
        for name in ("groups", "runs"):
            st.query_params.pop(name, None)
        st.query_params.update(link(chosen) or {"runs": ""})
    carry([item.id for item in chosen])
    return chosen


def pick(
    key: str, label: str, items: Sequence[Group], param: str, help: str | None = None
) -> Group:
    """One of the chosen items, kept in the link as `param`; the first without one."""
    known = {item.id: item for item in items}
    name = f"{key}.{param}"
    if st.session_state.get(name) not in known:
        linked = st.query_params.get(param, "")
        st.session_state[name] = linked if linked in known else items[0].id

    def keep() -> None:
        st.query_params[param] = st.session_state[name]

    id_ = st.selectbox(label, list(known), key=name, help=help, on_change=keep,
                       format_func=lambda id_: known[id_].title)  # fmt: skip
    return known[id_]


def _newest(rows: Sequence[RunRow], groups: dict[str, Group], grouped: bool) -> list[str]:
    """The two items that were finished last; a run of a group stands for its group."""
    ids = [row.id for row in rows if row.summary][:2] or [row.id for row in rows][:2]
    if not grouped:
        return ids
    of = {row.id: id_ for id_, group in groups.items() for row in group.members}
    finished = [of.get(row.id, row.id) for row in rows if row.summary]
    return list(dict.fromkeys(finished))[:2] or ids


def _lead(group: Group) -> str:
    """The run that stands for a group where only one can be shown."""
    return (group.finished() or group.members)[0].id
