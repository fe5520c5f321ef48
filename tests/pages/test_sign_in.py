"""Signing in, with a made-up account: who has not, who is not on the list, and who is."""

from __future__ import annotations

from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.hosting import sign_in_setup
from tests.factory import write_run
from tests.pages.conftest import APP, TIMEOUT, visible_text
from tests.pages.test_demo import PAGES


class Account:
    """Stands for st.user."""

    def __init__(self, **claims: Any) -> None:
        self.claims = claims

    def to_dict(self) -> dict[str, Any]:
        return dict(self.claims)


@pytest.fixture
def sign_in(runs, dataset, monkeypatch):
    """Signs somebody in, or tells that they have not; a list with ann@example.org on it."""
    monkeypatch.setenv("OVERFIT_LENS_ALLOW", "ann@example.org")
    write_run(runs, dataset)

    def set_(**claims: Any) -> None:
        monkeypatch.setattr(st, "user", Account(**claims))

    return set_


def visit(page: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=TIMEOUT).run()
    app.switch_page(f"{page}.py")
    return app.run()


def titles(app: AppTest) -> list[str]:
    return [title.value for title in app.title]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"is_logged_in": False}, "Please sign in"),
        (
            {"is_logged_in": True, "email": "bob@example.org", "email_verified": True},
            "not on this server's list",
        ),
        ({"is_logged_in": True, "email": "ann@example.org"}, "has not reported this address"),
    ],
)
def test_nobody_else_sees_any_page(sign_in, page, facts, words):
    sign_in(**facts)
    app = visit(page)
    assert not app.exception
    assert titles(app) == ["Overfit Lens"]
    assert words in visible_text(app)
    labels = [button.label for button in app.button]
    assert labels == (["Sign out"] if facts["is_logged_in"] else ["Sign in"])
    assert len(app.markdown) == 1


def test_who_is_on_the_list_comes_in_and_can_leave(sign_in, monkeypatch):
    sign_in(is_logged_in=True, email="Ann@example.org", email_verified=True)
    left = []
    monkeypatch.setattr(st, "logout", lambda: left.append(True))
    app = visit("runs")
    assert not app.exception
    assert titles(app) == ["Runs"]
    assert "Signed in as Ann@example.org" in visible_text(app).replace("\\", "").replace(
        "\u2060", ""
    )
    app.button(key="door.logout").click().run()
    assert left == [True]


def test_the_button_asks_streamlit_to_sign_in(sign_in, monkeypatch):
    asked = []
    monkeypatch.setattr(st, "login", asked.append)
    sign_in(is_logged_in=False)
    app = visit("lesson")
    app.button(key="door.login").click().run()
    assert asked == ["default"]


def test_each_provider_has_its_button(sign_in, monkeypatch):
    """[auth.google] as well as [auth]; what is set wrongly only the owner is told."""
    asked = []
    monkeypatch.setattr(st, "login", asked.append)
    monkeypatch.setattr(sign_in_setup, "version", lambda name: "1.9.10")
    provider = {"client_id": "us", "client_secret": "s", "server_metadata_url": "https://p/openid"}
    auth = {
        "redirect_uri": "https://lens.example.org/oauth2callback",
        "cookie_secret": "s" * 32,
        "google": provider,
        "okta": dict(provider),
    }
    monkeypatch.setattr(st, "secrets", {"auth": auth})
    sign_in(is_logged_in=False)
    app = visit("lesson")
    assert [each.label for each in app.button] == ["Sign in with google", "Sign in with okta"]
    app.button(key="door.login.okta").click().run()
    assert asked == ["okta"]
    del provider["client_secret"]
    app = visit("lesson")
    assert not app.exception and [each.label for each in app.button] == []
    words = visible_text(app)
    assert "Nobody can sign in yet" in words and "client_secret" not in words


def test_who_is_taken_off_the_list_is_out_at_the_next_click(sign_in, monkeypatch):
    sign_in(is_logged_in=True, email="ann@example.org", email_verified=True)
    app = visit("runs")
    monkeypatch.setenv("OVERFIT_LENS_ALLOW", "bob@example.org")
    assert titles(app.run()) == ["Overfit Lens"]


def test_a_local_installation_asks_nobody(sign_in, monkeypatch):
    monkeypatch.delenv("OVERFIT_LENS_ALLOW")
    sign_in()
    app = visit("runs")
    assert titles(app) == ["Runs"]
    assert "Signed in" not in visible_text(app)


@pytest.mark.parametrize(
    ("allow", "facts"),
    [
        ("ann@example.org", {}),  # a list, but nobody can sign in
        ("", {"is_logged_in": True, "email": "ann@example.org", "email_verified": True}),
        ("example.org", {"is_logged_in": False}),
    ],
)
def test_a_half_made_setting_lets_nobody_in(sign_in, monkeypatch, allow, facts):
    monkeypatch.setenv("OVERFIT_LENS_ALLOW", allow)
    sign_in(**facts)
    app = visit("runs")
    assert not app.exception
    assert "OVERFIT_LENS_ALLOW" in visible_text(app).replace("\\", "")
    assert titles(app) == []


def test_a_link_to_a_page_passes_the_access_check_too(sign_in):
    """Streamlit takes a folder `pages` beside its script for an app without navigation, and would
    draw a page alone: so no such folder may stand beside main.py."""
    sign_in(is_logged_in=False)
    app = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
    app.switch_page("run.py")
    assert titles(app.run()) == ["Overfit Lens"]
    assert not (APP.parent / "pages").exists()
