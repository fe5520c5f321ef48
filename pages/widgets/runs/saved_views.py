"""Views of the table by name, and the link to what is on screen."""

import streamlit as st

from core.base import formatting
from core.base.language import _
from core.store.saved_views import MAX_NAME, VIEW_PARAMS, read_views, save_view, view_link
from pages import settings
from pages.widgets.shared import links
from pages.widgets.ui import messages


def show(key: str) -> None:
    """A button behind which views are opened, saved and deleted, and the link is copied."""
    with st.popover(_("Views"), icon=":material/bookmarks:", key=f"{key}.open"):
        for name, params in read_views(settings.runs_dir()).items():
            with st.container(horizontal=True, vertical_alignment="center"):
                label = formatting.escape_markdown(name)
                links.to("runs", label, icon="", **params)
                st.space("stretch")
                if st.button(
                    _("Delete {name}", name=label),
                    icon=":material/delete:",
                    key=f"{key}.delete.{name}",
                    type="tertiary",
                ):
                    _save(name, None)
        with st.form(f"{key}.form", border=False, clear_on_submit=True):
            name = st.text_input(
                _("Save this search, order, columns and grouping as"),
                max_chars=MAX_NAME,
                key=f"{key}.name",
            )
            if st.form_submit_button(_("Save view"), icon=":material/bookmark_add:") and name:
                linked = {each: st.query_params.get(each, "") for each in VIEW_PARAMS}
                _save(name, linked)
        st.caption(_("Link to this page as it is now"))
        st.code(view_link(st.context.url or "", st.query_params.to_dict()), language=None)


def _save(name: str, params: dict[str, str] | None) -> None:
    messages.rerun_after(lambda: save_view(settings.runs_dir(), name, params))
