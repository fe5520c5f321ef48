"""By which name, from which page and by whom the server may be asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from server import request_checks, sign_in
from tests.server.conftest import HOST, URL

SECRET = "s" * 40
AUTH = {
    "redirect_uri": "https://lens.example.org/oauth2callback",
    "cookie_secret": SECRET,
    "client_id": "us",
    "client_secret": "ours",
    "server_metadata_url": "https://provider.example.org/openid",
}
PATHS = ("/", "/train", "/_stcore/host-config", "/media/x.png", "/_stcore/upload_file/a/b", "/x/y")


def opens_stream(client: TestClient, **headers: str) -> bool:
    try:
        with client.websocket_connect("/_stcore/stream", headers={"Host": HOST} | headers):
            return True
    except WebSocketDisconnect:
        return False


# --- hosts and origins ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8501", "localhost.evil.example", "localhost@evil.example",
     "", "127.0.0.1.evil.example:8501", "localhost:8501/..", "169.254.169.254", "[::2]:8501"],
)  # fmt: skip
def test_another_name_reaches_nothing(client: TestClient, host: str) -> None:
    for path in PATHS:
        assert client.get(path, headers={"Host": host}).status_code == 403, path
    assert not opens_stream(client, Host=host)


@pytest.mark.parametrize("host", ["localhost", HOST, "127.0.0.1:8501", "[::1]:8501", "LOCALHOST."])
def test_its_own_names_do(client: TestClient, host: str) -> None:
    assert client.get("/train", headers={"Host": host}).status_code == 200
    assert opens_stream(client, Host=host)


@pytest.mark.parametrize("path", request_checks.PROBES)
def test_a_probe_asks_by_any_address(client: TestClient, path: str) -> None:
    assert client.get(path, headers={"Host": "10.0.0.7:8501"}).status_code == 200


def test_a_phone_comes_by_an_address_and_by_no_other_name(serve: Callable[..., TestClient]) -> None:
    phone = serve("192.168.0.9", "http://192.168.0.2:8501")
    assert phone.get("/capture/none").status_code == 404
    assert phone.get("/capture/none", headers={"Host": "evil.example"}).status_code == 403
    assert phone.get("/train").status_code == 404
    assert not opens_stream(phone)


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:9999", "http://localhost", "http://127.0.0.1:8501", "https://evil.example",
     "null", "", "http://localhost:8501.evil.example", "http://localhost:8501@evil.example",
     "file://", "http://[localhost:8501"],
)  # fmt: skip
def test_a_page_of_another_site_or_port_reaches_nothing(client: TestClient, origin: str) -> None:
    assert not opens_stream(client, Origin=origin)
    for method in ("GET", "PUT", "POST", "DELETE"):
        for path in PATHS:
            answer = client.request(method, path, headers={"Origin": origin})
            assert answer.status_code == 403, (method, path)


def test_its_own_page_does_and_one_that_is_listed(
    client: TestClient, options: dict[str, Any]
) -> None:
    assert opens_stream(client, Origin=URL)
    assert client.get("/train", headers={"Origin": URL}).status_code == 200
    options["server.corsAllowedOrigins"] = ["https://school.example.org"]
    assert opens_stream(client, Origin="https://school.example.org")
    assert not opens_stream(client, Origin="https://school.example.org:444")


def test_nobody_counts_the_caches_of_a_server(client: TestClient) -> None:
    assert client.get("/_stcore/metrics").status_code == 404


# --- signing in -----------------------------------------------------------------------------------


def cookie(email: str = "ann@example.org", number: int = 1, secret: str = SECRET) -> str:
    """What Streamlit gives to a browser after a sign-in."""
    content = (
        f'{{"is_logged_in": true, "email": "{email}", "email_verified": true, "iat": {number}}}'
    )
    return create_signed_value(secret, USER_COOKIE_NAME, content).decode()


@pytest.fixture
def signing(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A client of a server on which ann@example.org may sign in."""
    monkeypatch.setenv("OVERFIT_LENS_ALLOW", "ann@example.org")
    monkeypatch.setattr(sign_in, "get_secrets_auth_section", lambda: AUTH)
    monkeypatch.setattr(sign_in, "get_cookie_secret", lambda: SECRET)
    return client


def status(client: TestClient, path: str, text: str) -> int:
    return client.get(path, headers={"Cookie": f"{USER_COOKIE_NAME}={text}"}).status_code


CLOSED = ("/media/x.png", "/app/static/plotly-LICENSE.txt", "/_stcore/upload_file/a/b",
          "/component/x/y", "/_stcore/bidi-components/x/y", "/_stcore/agent/mcp", "/train/x",
          "/_stcore/script-health-check")  # fmt: skip


def test_before_signing_in_there_is_only_the_page_for_that(signing: TestClient) -> None:
    for path in CLOSED:
        assert signing.get(path).status_code == 401, path
        for text in ("", "x", cookie("bob@example.org"), cookie(secret="t" * 40)):
            assert status(signing, path, text) == 401, (path, text)
    for path in ("/", "/train", "/static/js/index.js", "/_stcore/host-config", "/healthz"):
        assert signing.get(path).status_code == 200, path
    assert signing.get("/capture/none").status_code == 404  # its code is asked for
    assert opens_stream(signing)


def test_who_is_on_the_list_reaches_everything(signing: TestClient) -> None:
    for path in CLOSED[:2]:
        assert status(signing, path, cookie()) == 200


@pytest.mark.parametrize("allow", ["", "example.org"])
def test_a_half_made_setting_lets_nobody_in(
    signing: TestClient, monkeypatch: pytest.MonkeyPatch, allow: str
) -> None:
    monkeypatch.setenv("OVERFIT_LENS_ALLOW", allow)
    assert status(signing, "/media/x.png", cookie()) == 401


def test_a_cookie_does_nothing_after_its_sign_out(signing: TestClient, tmp_path: Path) -> None:
    mine, other = cookie(), cookie(number=2)
    assert status(signing, "/media/x.png", mine) == 200
    status(signing, sign_in.LOGOUT_PATH, mine)
    for text in (mine, cookie()):  # signed anew with the same content, too
        assert status(signing, "/media/x.png", text) == 401
    assert status(signing, "/media/x.png", other) == 200
    # Streamlit does not even see it, nor after a restart.
    sign_in._signed_out.cache_clear()
    headers = {"Cookie": f"a=1; {USER_COOKIE_NAME}={mine}; {USER_COOKIE_NAME}_tokens=x; b=2"}
    assert signing.get("/", headers=headers).json()["cookies"] == ["a", "b"]
    assert "ann" not in (tmp_path / sign_in.LIST).read_text("utf-8")


def test_a_sign_out_ends_what_is_open_elsewhere(signing: TestClient) -> None:
    headers = {"Host": HOST, "Cookie": f"{USER_COOKIE_NAME}={cookie()}"}
    with signing.websocket_connect("/_stcore/stream", headers=headers) as socket:
        socket.send_bytes(b"\x5a\x00")  # rerun_script
        assert socket.receive_bytes() == b"\x5a\x00"
        status(signing, sign_in.LOGOUT_PATH, cookie())
        socket.send_bytes(b"\x5a\x00")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_bytes()


def test_a_sign_in_lasts_as_long_as_the_setting_says(
    signing: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from itsdangerous import TimestampSigner

    old = int(TimestampSigner("x").get_timestamp()) - 5 * 3600
    with monkeypatch.context() as patch:
        patch.setattr(TimestampSigner, "get_timestamp", lambda self: old)
        text = cookie()
    for hours, wanted in (("6", 200), ("", 200), ("4", 401), ("0", 401), ("a week", 401)):
        monkeypatch.setenv("OVERFIT_LENS_SIGN_IN_HOURS", hours)
        assert status(signing, "/media/x.png", text) == wanted, hours


@pytest.mark.parametrize("query", ["", "?crash"])
def test_a_provider_that_does_not_answer_is_said_in_words(
    signing: TestClient, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    answer = signing.get(f"/auth/login{query}", headers={"Accept-Language": "ja"})
    assert answer.status_code == 503 and "サインイン" in answer.text
    assert "server_metadata_url" in caplog.text and "Traceback" not in caplog.text
