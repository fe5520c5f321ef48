"""Search: looks for a recipe that beats another one, and says when none does."""

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _
from core.search import engine
from core.search.search import Search, open_search
from core.store.status import utc_now
from pages import settings
from pages.widgets.search import begin, race
from pages.widgets.shared import access, worker_notice
from pages.widgets.ui import messages

KEY = "search"
POLL_SECONDS = 2.0


def show_live(search_id: str, polling: bool) -> None:
    """The search, drawn again while it goes on; starts its process where it is not alive."""
    with messages.show_errors():
        search = open_search(settings.runs_dir(), search_id)
        if search.active != polling:
            st.rerun()  # the whole page: begins or ends the polling
        engine.ensure_engine(settings.runs_dir())
        race.show(KEY, search)


def show_head(search: Search | None) -> None:
    """Title: which search it is, and what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(_("Search"), anchor=False, width="content")
        if search is None:
            return
        told = f"{search.data_dir.name} / {search.id}"
        st.caption(formatting.escape_markdown(told), width="content")
        st.space("stretch")
        args, key = (search, utc_now), f"{KEY}.act"
        if search.active:
            icon = ":material/stop_circle:"
            st.button(_("Stop"), icon=icon, key=key, on_click=engine.stop, args=args)
        elif search.answer is None:
            icon = ":material/play_arrow:"
            st.button(_("Continue"), icon=icon, key=key, on_click=engine.resume, args=args)
        st.button(
            _("Other searches"),
            icon=":material/arrow_back:",
            key=f"{KEY}.leave",
            on_click=begin.leave,
        )


def show_page() -> None:
    """The search of the link, or the choice of one."""
    linked, search = st.query_params.get("search", ""), None
    if linked:
        try:
            search = open_search(settings.runs_dir(), linked)
        except InputError:
            name = formatting.escape_markdown(linked)
            st.warning(_("Search {name} was not found here.", name=name))
    show_head(search)
    if search is not None:
        worker_notice.show(f"{KEY}.worker")
        st.fragment(show_live, run_every=POLL_SECONDS if search.active else None)(
            search.id, search.active
        )
        return
    st.caption(
        _(
            "Tries variations of one of your recipes on the same folds and seeds, drops "
            "those that do worse photo by photo, and confirms its choice on unused seeds. "
            "If none is measurably better, it says so."
        )
    )
    if not access.show_restriction("repeats"):
        begin.show(f"{KEY}.begin")


with messages.show_errors():
    show_page()
