"""Access: who may open the dashboard, whose runs they see, and what a demo does not offer.

Asked before each page is drawn; the rules are core.hosting.limits and core.hosting.access. A page
writes `if access.show_restriction("upload"): return`, which also draws the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core.base import demo_mode, formatting
from core.base.errors import InputError
from core.base.language import _
from core.data.dataset import Dataset
from core.hosting import access, sign_in_setup
from core.hosting import limits as demo
from core.jobs.queue import Queue
from core.jobs.visitor_sweep import start_cleanup_thread
from core.recipe.schema import Recipe
from core.store.status import utc_now
from core.store.visitors import is_key, visitor_dir
from pages import settings
from pages.widgets.shared import language
from pages.widgets.ui import messages

KEY_PARAM = "key"
_HERE = Path(__file__).parent


def require_access() -> None:
    """Called before any page: lets the visitor in, or stops here and says why not."""
    language.configure()
    try:
        hosted = demo_mode.is_enabled()
        demo_mode.is_training_allowed()
        _require_sign_in()
    except InputError as error:  # a mistyped setting opens nothing
        messages.show_error(error)
        st.stop()
    if hosted:
        _start_sweeper(str(settings.shared_root()))
        _read_visitor_key()


def draw_page(page: StreamlitPage) -> None:
    """The page, below the choice of a language; then who is signed in."""
    st.html(_HERE / "theme.css")
    language.show_choice()
    page.run()
    write_visitor_key()
    if _user().get("is_logged_in"):
        with st.container(horizontal=True, vertical_alignment="center", key="door.leave"):
            st.caption(
                _(
                    "Signed in as {email}",
                    email=formatting.escape_markdown(str(_user().get("email"))),
                ),
                width="content",
            )
            _sign_out()


# --- who comes in ---------------------------------------------------------------------------------


def _user() -> dict[str, Any]:
    """What is known of whoever looks; `is_logged_in` is there where signing in is set up."""
    return dict(st.user.to_dict())


def _require_sign_in() -> None:
    """Lets nobody on who has to sign in and has not, or is not on the list. Raises InputError where
    that is not set up as it should be."""
    user = _user()
    if "is_logged_in" not in user:
        if access.sign_in_required():
            raise InputError(
                _(
                    "{setting} is set, but secrets.toml has no [auth], so nobody can sign in",
                    setting=access.ALLOW_LIST_VARIABLE,
                )
            )
        return
    access.allow_list()
    if not user["is_logged_in"]:
        _show_sign_in()
        st.stop()
    answer = access.decide_access(user)
    if answer == "in":
        return
    email = formatting.escape_markdown(str(user.get("email") or _("an account without an address")))
    if answer == "unverified":
        _show_refusal(
            _(
                "You are signed in as {email}, but your provider does not say that this address "
                "was verified, so it does not count. Sign out, and sign in with another account.",
                email=email,
            )
        )
    else:
        _show_refusal(
            _(
                "You are signed in as {email}, which is not on this server's list. Sign out, "
                "and sign in with another address, or ask the owner to be listed.",
                email=email,
            )
        )
    _sign_out()
    st.stop()


def _show_sign_in() -> None:
    """A button for each provider. What is set wrongly is told to the server's owner, in its log."""
    try:
        auth = st.secrets.get("auth", {})
    except FileNotFoundError:  # a test's account
        auth = {}
    if auth and sign_in_setup.problems(auth):
        _show_refusal(
            _(
                "Nobody can sign in here yet: that is not set up as it should be. The owner of "
                "this server finds the reason in its log."
            )
        )
        return
    _show_refusal(
        _("Please sign in. Only addresses that this server's owner has listed are let in.")
    )
    providers = sign_in_setup.providers(auth)
    for name in providers:
        st.button(
            _("Sign in") if len(providers) == 1 else _("Sign in with {name}", name=name),
            icon=":material/login:",
            type="primary",
            on_click=st.login,
            args=(name,),
            key="door.login" if name == "default" else f"door.login.{name}",
        )


def _show_refusal(text: str) -> None:
    st.title("Overfit Lens", anchor=False)
    st.markdown(text)


def _sign_out() -> None:
    st.button(
        _("Sign out"),
        icon=":material/logout:",
        on_click=st.logout,
        key="door.logout",
        type="tertiary",
    )


# --- whose runs they see --------------------------------------------------------------------------


def _read_visitor_key() -> None:
    """The key of the link, where it opens a folder; the link carries it on from page to page once
    there is something to find."""
    linked = st.query_params.get(KEY_PARAM, "")
    if linked and linked != st.session_state.get(settings.VISITOR_STATE_KEY):
        if is_key(linked) and visitor_dir(settings.shared_root(), linked).is_dir():
            st.session_state[settings.VISITOR_STATE_KEY] = linked
        else:
            st.warning(
                _("Nothing is found under this link's key: runs of this demo go after a day."),
                icon=":material/key_off:",
            )
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
                "Your runs are found under the link in the address bar, by you and whoever has it, "
                "for {kept} each.",
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
        st.caption(f":material/lock: {demo.limits_text()}")


def limit_exceeded(recipe: Recipe, dataset: Dataset) -> str:
    """Why the demo does not train this, in a sentence; empty where it does, or elsewhere."""
    return demo.exceeded_limits_text(recipe, dataset.root)


def show_queue_position() -> bool:
    """Says where the visitor's run stands in everybody's queue, or how long that is; whether they
    have one there."""
    queue = Queue(settings.runs_dir())
    place = queue.position()
    if place is None:
        st.caption(
            _("Runs in the demo's queue: {count}. None of them is yours.", count=queue.length())
        )
    elif place.ahead:
        st.caption(
            _(
                "Your run is number {place} of {count} in the demo's queue.",
                place=place.ahead + 1,
                count=place.total,
            )
        )
    else:
        st.caption(_("Your run is the first of {count} in the demo's queue.", count=place.total))
    return place is not None


@st.cache_resource(show_spinner=False)
def _start_sweeper(shared_root: str) -> object:
    """One for the whole server: what is older than a day goes, also when nobody comes."""
    return start_cleanup_thread(Path(shared_root), utc_now, demo_mode.RETENTION)
