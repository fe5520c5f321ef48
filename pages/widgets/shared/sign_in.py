"""Signing in, where a server asks for it (`[auth]` of secrets.toml)."""

from typing import Any

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _
from core.hosting import access, sign_in_setup


def _user() -> dict[str, Any]:
    """What is known of whoever looks; `is_logged_in` is there where signing in is set up."""
    return dict(st.user.to_dict())


def require() -> None:
    """Stops the page unless the visitor may enter. Raises InputError for a bad set-up."""
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
    email = formatting.escape_markdown(
        str(user.get("email") or _("an account without an email address"))
    )
    if answer == "unverified":
        _show_refusal(
            _(
                "You are signed in as {email}, but your provider has not reported this "
                "address as verified, so it is not accepted. Sign out, then sign in with "
                "another account.",
                email=email,
            )
        )
    else:
        _show_refusal(
            _(
                "You are signed in as {email}, which is not on this server's list. Sign "
                "out and sign in with another address, or ask the owner to add yours.",
                email=email,
            )
        )
    _sign_out()
    st.stop()


def show_account() -> None:
    """Who is signed in, and the way out."""
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


def _show_sign_in() -> None:
    """A button for each provider. What is set wrongly is told to the server's owner, in its log."""
    try:
        auth = st.secrets.get("auth", {})
    except FileNotFoundError:  # a test's account
        auth = {}
    if auth and sign_in_setup.problems(auth):
        _show_refusal(
            _(
                "Nobody can sign in yet because sign-in is not set up correctly. The owner "
                "of this server can find the reason in its log."
            )
        )
        return
    _show_refusal(_("Please sign in. Only addresses listed by this server's owner have access."))
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
