"""The runs that a person is looking at: kept in the link, and carried from page to page.

A link says `?runs=a,b&groups=g`: single runs by their ids, and groups of repeats
(core.store.groups) by theirs. A group's id is a fingerprint of its recipe and photos, so the link
shows the repeats that there are when it is opened, also those that came later.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.base import formatting
from core.base.language import _
from core.compare.selection import runs_on_same_photos, selectable_items
from core.store.examples import EXAMPLE_PREFIX, examples_dir
from core.store.groups import Group
from core.store.index import AllRuns, RunIndex, RunRow
from core.store.trash import TRASH
from pages import settings

_LAST_SELECTION_KEY = "chosen.runs"  # ids that the last page showed; not a widget's key
_MAX_LISTED = 9  # more are told by their number, in one line


@st.cache_resource(max_entries=4, show_spinner=False)
def _examples(folder: Path) -> RunIndex:
    return RunIndex(folder, examples=True)


@st.cache_resource(max_entries=64, show_spinner=False)
def _cached_runs(runs_dir: Path, examples: Path) -> AllRuns:
    """One for all who see these runs: it reads again what has changed, once."""
    return AllRuns(runs_dir, _examples(examples))


@st.cache_resource(max_entries=64, show_spinner=False)
def _trash(runs_dir: Path) -> RunIndex:
    return RunIndex(runs_dir / TRASH)


def all_runs() -> list[RunRow]:
    """Every run, newest first, then the examples. Their rows are shared: nobody may change them."""
    return snapshot()[1]


def snapshot() -> tuple[int, list[RunRow]]:
    """The same, after their `version`. Hidden examples are among them where the link names one."""
    return _cached_runs(settings.runs_dir(), examples_dir()).snapshot(_is_example_linked())


def version(at_most_old: float = 0) -> int:
    """A number that changes whenever the runs do (core.store.index.AllRuns.version)."""
    return _cached_runs(settings.runs_dir(), examples_dir()).version(
        at_most_old, _is_example_linked()
    )


def deleted_runs() -> list[RunRow]:
    """What is in the trash, newest run first."""
    return _trash(settings.runs_dir()).rows()


def has_examples() -> bool:
    """Whether examples came along, hidden or not."""
    return bool(_cached_runs(settings.runs_dir(), examples_dir()).examples())


def _is_example_linked() -> bool:
    linked = ",".join(value for name in st.query_params for value in st.query_params.get_all(name))
    return any(id_.startswith(EXAMPLE_PREFIX) for id_ in linked.split(","))


def remember(ids: Sequence[str]) -> None:
    """Remembers runs and groups for the next page that asks which ones."""
    st.session_state[_LAST_SELECTION_KEY] = list(ids)


def link_params(selected: Sequence[Group]) -> dict[str, str]:
    """The link's parameters that choose these items."""
    runs = [item.id for item in selected if item.id == item.members[0].id]
    groups = [item.id for item in selected if item.id not in runs]
    return {name: ",".join(ids) for name, ids in (("runs", runs), ("groups", groups)) if ids}


def set_selection(selected: Sequence[Group]) -> None:
    """Chooses these items instead, when the page is drawn next (for a button's callback)."""
    for name in ("groups", "runs"):
        st.query_params.pop(name, None)
    st.query_params.update(link_params(selected))


def choose_items(key: str, rows: Sequence[RunRow], max_items: int | None = None) -> list[Group]:
    """The chosen items: groups first, then single runs, each oldest first. Without a link, the last
    page's choice, or else the groups of the newest two recipes (a run without repeats stands
    alone). max_items: how many the page can show; None: any number."""
    items = {item.id: item for item in selectable_items(rows)}
    groups = {id_: item for id_, item in items.items() if len(item.members) > 1}
    linked = [
        id_
        for name in ("groups", "runs")
        for value in st.query_params.get_all(name)
        for id_ in value.split(",")
        if id_
    ]
    if linked != st.session_state.get(f"{key}.linked") or key not in st.session_state:
        asked = set(
            linked or st.session_state.get(_LAST_SELECTION_KEY) or _newest_ids(rows, groups)
        )
        found = [id_ for id_ in items if id_ in asked]
        st.session_state[key] = found[-max_items:] if max_items else found
        st.session_state[f"{key}.folded"] = len(st.session_state[key]) > _MAX_LISTED
        lost = [id_ for id_ in linked if id_ not in items]
        if lost:
            names = formatting.join_names(
                [formatting.escape_markdown(id_) for id_ in lost], _MAX_LISTED
            )
            st.warning(_("Not found here: {names}.", names=names))
    with _choice_container(key, items):
        ids = st.multiselect(
            _("Runs and groups of repeats") if groups else _("Runs"),
            list(items),
            key=key,
            format_func=lambda id_: items[id_].title if id_ in items else id_,
            max_selections=max_items,
            placeholder=_("Choose runs"),
            filter_mode="contains",
            select_all=max_items is None,
            help=_("Type part of a name and click *Select matches* to select many at once.")
            if max_items is None
            else None,
        )
    picked = set(ids)
    chosen = [item for id_, item in items.items() if id_ in picked]
    st.session_state[f"{key}.linked"] = [item.id for item in chosen]
    if [item.id for item in chosen] != linked:
        for name in ("groups", "runs"):
            st.query_params.pop(name, None)
        st.query_params.update(link_params(chosen) or {"runs": ""})
    remember([item.id for item in chosen])
    return chosen


def _choice_container(key: str, items: Mapping[str, Group]) -> DeltaGenerator:
    """Where items are chosen. Of many that a link chose it is behind a button, as their names would
    fill the page (and the browser builds the list when it is opened only); it stays where it is
    while somebody chooses."""
    if not st.session_state.get(f"{key}.folded"):
        return st.container()
    count = sum(id_ in items for id_ in st.session_state[key])
    label = _("{count} of {total} selected", count=count, total=len(items))
    return st.popover(label, icon=":material/checklist:", key=f"{key}.place")


def choose_one(
    key: str,
    label: str,
    items: Sequence[Group],
    param: str,
    help: str | None = None,
    in_popover: bool = False,
) -> Group:
    """One of the chosen items, kept in the link as `param`; the first without one. in_popover:
    behind a button that tells it."""
    known = {item.id: item for item in items}
    name = f"{key}.{param}"
    if st.session_state.get(name) not in known:
        linked = st.query_params.get(param, "")
        st.session_state[name] = linked if linked in known else items[0].id

    def write_url() -> None:
        st.query_params[param] = st.session_state[name]

    with (
        choice_popover(name, label, known[st.session_state[name]].title)
        if in_popover
        else st.container()
    ):
        id_ = st.selectbox(
            label,
            list(known),
            key=name,
            help=help,
            on_change=write_url,
            format_func=lambda id_: known[id_].title,
        )
    return known[id_]


def choice_popover(key: str, label: str, value: str) -> DeltaGenerator:
    """For a choice behind a button that tells it. label: of the choice, in the reader's words."""
    told = _("{what}: {value}", what=label, value=formatting.escape_markdown(value))
    return st.popover(told, key=f"{key}.place")


def _newest_ids(rows: Sequence[RunRow], groups: dict[str, Group]) -> list[str]:
    """The two items on the same photos that were finished last; a run of a group stands for it."""
    of = {row.id: id_ for id_, group in groups.items() for row in group.members}
    last = next((row for row in rows if row.summary), None)
    if last is None:
        return [row.id for row in rows][:2]
    finished = [last.id, *runs_on_same_photos(last, rows)]
    return list(dict.fromkeys(of.get(id_, id_) for id_ in finished))[:2]
