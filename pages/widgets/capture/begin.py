"""Begin a session, or open one: data set, runs, and the sets captured so far."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _, ngettext
from core.capture.access import capture_root
from core.capture.scoring import default_runs, runs_that_can_answer
from core.capture.session import Session, begin, find_sessions, open_session
from core.data.dataset import find_datasets
from core.store.index import RunRow
from pages import settings
from pages.widgets.capture import actions
from pages.widgets.shared import first_runs
from pages.widgets.ui import url_state

_MAX_RUNS = 2


def linked_folder() -> Path | None:
    """The folder of the session that the link names."""
    data, name = st.query_params.get("data", ""), st.query_params.get("set", "")
    roots = [path for path in find_datasets(settings.datasets_dir()) if path.name == data]
    sets = [path for root in roots if name for path in find_sessions(_own(root))]
    found = [path for path in sets if path.name == name]
    lost = [text for text, known in ((data, roots), (name, found)) if text and not known]
    if lost:
        names = formatting.escape_markdown(_(", ").join(lost))
        st.warning(_("Not found here: {names}.", names=names))
        st.query_params.pop("set", None)
    return found[0] if found else None


def show(key: str, rows: Sequence[RunRow], labels: Mapping[str, str]) -> None:
    """The choice, and what is missing for it. labels: the runs' names, by id."""
    names = [path.name for path in find_datasets(settings.datasets_dir())]
    usual = [Path(row.data_path).name for row in rows if row.status.state == "done"]
    if not names or not usual:
        st.write(
            _(
                "Finished runs predict the photos you take. Train one on the Train page, "
                "or start with these two:"
            )
        )
        first_runs.show(f"{key}.first")
        return
    url_state.read("data", names, next((name for name in usual if name in names), names[0]))
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    name = str(left.selectbox(_("Data set"), names, key="data"))
    root = settings.datasets_dir() / name
    if ready := [row.id for row in runs_that_can_answer(settings.runs_dir(), rows, root)]:
        with right:
            if (choice := f"{key}.{name}.runs") not in st.session_state:
                st.session_state[choice] = _first_choice(rows, root, ready)
            chosen = _choose_runs(choice, ready, labels)
        actions.add_button(
            f"{key}.begin",
            _("Begin"),
            "play_arrow",
            lambda: open_(begin(_own(root), chosen)),
            type="primary",
            disabled=not chosen,
        )
    else:
        st.info(_("No finished run on these photos can predict yet. Train one on them first."))
        st.page_link(
            "train.py",
            label=_("Train on these photos"),
            icon=":material/model_training:",
            query_params={"data": name},
        )
    if folders := find_sessions(_own(root)):
        st.subheader(_("Continue a set"), anchor=False)
    for folder in folders:
        _show_earlier(f"{key}.open.{name}.{folder.name}", open_session(folder), labels)
    st.query_params["data"] = name


def open_(session: Session) -> None:
    """Puts a session into the link."""
    place = {"data": session.dataset_root.name, "set": session.set_name}
    st.query_params.update(place | {"runs": ",".join(session.runs)})


def leave() -> None:
    """Back to the choice."""
    st.query_params.pop("set", None)
    st.query_params.pop(actions.PHOTO_PARAM, None)


def _own(root: Path) -> Path:
    """Where whoever looks may capture."""
    return capture_root(settings.runs_dir(), root)


def _first_choice(rows: Sequence[RunRow], root: Path, ids: Sequence[str]) -> list[str]:
    """The runs of the link, else the newest and the one that answers least like it."""
    linked = [id_ for id_ in st.query_params.get("runs", "").split(",") if id_ in ids]
    if not linked:
        with suppress(InputError):  # of a damaged run; others can be chosen
            return list(default_runs(settings.runs_dir(), rows, root))
    return linked[:_MAX_RUNS]


def _choose_runs(key: str, ids: Sequence[str], labels: Mapping[str, str]) -> list[str]:
    chosen = st.multiselect(
        _("One or two runs"),
        ids,
        key=key,
        format_func=lambda id_: labels.get(id_, id_),
        max_selections=_MAX_RUNS,
        select_all=False,
        placeholder=_("Choose runs"),
        help=_("One run: how accurate it is. Two runs: which one is better."),
    )
    st.query_params["runs"] = ",".join(chosen)
    return chosen


def _show_earlier(key: str, session: Session, labels: Mapping[str, str]) -> None:
    name = formatting.escape_markdown(session.set_name)
    runs = _(", ").join(labels.get(run, run) for run in session.runs)
    photos = ngettext("1 photo", "{count} photos", len(session.pictures))
    with st.container(horizontal=True, vertical_alignment="center"):
        actions.add_button(key, name, "photo_library", open_, session)
        st.caption(f"{photos} · {formatting.escape_markdown(runs)}")
