"""Access: who may open the dashboard, whose runs they see, and what a demo does not offer.

Asked before each page is drawn; the rules are core.hosting.limits and core.hosting.access. A page
writes `if access.show_restriction("upload"): return`, which also draws the reason."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core.base import demo_mode
from core.base.errors import InputError
from core.base.language import _
from core.data.dataset import Dataset
from core.hosting import limits as demo
from core.jobs.queue import Queue
from core.recipe.schema import Recipe
from core.store.visitors import is_key, note_address, visitor_dir
from pages import settings
from pages.widgets.shared import language, sign_in
from pages.widgets.ui import messages

KEY_PARAM = "key"
_HERE = Path(__file__).parent


def require_access() -> None:
    """Called before any page: lets the visitor in, or stops here and says why not."""
    language.configure()
    try:
        hosted = demo_mode.is_enabled()
        demo_mode.is_training_allowed()
        sign_in.require()
    except InputError as error:  # a mistyped setting opens nothing
        messages.show_error(error)
        st.stop()
    if hosted:
        _read_visitor_key()


def draw_page(page: StreamlitPage) -> None:
    """The page, below the choice of a language; then who is signed in."""
    st.html(_HERE / "theme.css")
    language.show_choice()
    page.run()
    write_visitor_key()
    sign_in.show_account()


# --- whose runs they see --------------------------------------------------------------------------


def _read_visitor_key() -> None:
    """Takes the visitor's key from the link, where it opens a folder."""
    linked = st.query_params.get(KEY_PARAM, "")
    if linked and linked != st.session_state.get(settings.VISITOR_STATE_KEY):
        if is_key(linked) and visitor_dir(settings.shared_root(), linked).is_dir():
            st.session_state[settings.VISITOR_STATE_KEY] = linked
        else:
            st.warning(
                _("No runs found for this link. Runs of this demo are deleted after a day."),
                icon=":material/key_off:",
            )
    note_address(settings.runs_dir(), st.context.ip_address)
    write_visitor_key()


def write_visitor_key() -> None:
    """Puts the visitor's key into the link once there is something to find; called again after the
    page, on which the first run may have been launched."""
    if not demo_mode.is_enabled():
        return
    if settings.runs_dir().is_dir():
        st.query_params[KEY_PARAM] = settings.visitor_key()
    else:
        st.query_params.pop(KEY_PARAM, None)


def show_link_notice() -> None:
    """Tells visitors with runs of their own how they find them again."""
    if demo_mode.is_enabled() and settings.runs_dir().is_dir():
        st.caption(
            _(
                "The link in the address bar leads back to your runs, for you and anyone "
                "who has it. Each run is kept for {kept}.",
                kept=demo_mode.retention_text(),
            )
        )


# --- what a demo does not do ----------------------------------------------------------------------


def show_restriction(action: demo_mode.Action) -> bool:
    """Whether the demo does not do this; says so where it does not."""
    words = demo_mode.blocked_reason(action)
    if words:
        st.caption(f":material/lock: {words}")
    return bool(words)


def is_restricted(action: demo_mode.Action) -> bool:
    """The same, silently: for a control that would only be in the way."""
    return bool(demo_mode.blocked_reason(action))


def limits() -> None:
    """What may be trained in the demo; nothing elsewhere."""
    if demo_mode.is_enabled():
        st.caption(f":material/lock: {demo.limits_text()} {demo.shares_text()}")


def limit_exceeded(recipe: Recipe, dataset: Dataset) -> str:
    """Why the demo does not train this, in a sentence; empty where it does, or elsewhere."""
    return demo.exceeded_limits_text(recipe, dataset.root)


def show_queue_position() -> bool:
    """The visitor's place in the shared queue, or its length; whether they have a run there."""
    queue = Queue(settings.runs_dir())
    place = queue.position()
    if place is None:
        st.caption(_("Runs in the demo's queue: {count}. None is yours.", count=queue.length()))
    elif place.ahead:
        st.caption(
            _(
                "Your run is number {place} of {count} in the demo's queue.",
                place=place.ahead + 1,
                count=place.total,
            )
        )
    else:
        st.caption(_("Your run is first of {count} in the demo's queue.", count=place.total))
    return place is not None
