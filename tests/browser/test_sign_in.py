"""Signing in at a provider of ours, with the real server: what its cookie opens, and until when."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.browser import conftest
from tests.factory import write_dataset
from tests.waiting import TIMEOUT_SECONDS

jwt = pytest.importorskip("joserfc.jwt", reason="needs requirements-hosting.txt")
SECRETS = """
[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "a text that nobody guesses"
[auth.ours]
client_id = "lens"
client_secret = "secret"
server_metadata_url = "{provider}/openid"
"""


class Provider(http.server.ThreadingHTTPServer):
    """An OpenID provider that asks nobody for a password: it vouches for `account`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.account: dict[str, Any] = {}
        self.nonce = ""
        self.down = False


class _Answers(http.server.BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        from joserfc.jwk import OctKey

        url, path = self.server.url, urlsplit(self.path)
        if self.server.down:
            self.send_error(500)
        elif path.path == "/authorize":
            asked = {name: value[0] for name, value in parse_qs(path.query).items()}
            self.server.nonce = asked["nonce"]
            query = urlencode({"code": "c", "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{query}")
            self.end_headers()
        elif path.path == "/openid":
            names = {"authorization": "authorize", "token": "token"}
            found = {f"{name}_endpoint": f"{url}/{where}" for name, where in names.items()}
            found |= {"issuer": url, "jwks_uri": f"{url}/keys"}
            self._say(found | {"id_token_signing_alg_values_supported": ["HS256"]})
        else:
            self._say({"keys": [OctKey.import_key("k" * 32).as_dict(private=True)]})

    def do_POST(self) -> None:
        from joserfc.jwk import OctKey

        now = int(time.time())
        claims = {"iss": self.server.url, "aud": "lens", "sub": "1", "iat": now, "exp": now + 60}
        claims |= {"nonce": self.server.nonce, **self.server.account}
        token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("k" * 32))
        self._say({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _say(self, found: dict[str, Any]) -> None:
        data = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Browser:
    """As much of one as signing in takes: cookies, and a page."""

    def __init__(self, url: str) -> None:
        self.url, self.cookies = url, dict[str, str]()
        self.get("/_stcore/health")

    def get(self, place: str) -> tuple[int, str]:
        """Status, and where it leads."""
        asked = Request(place if "://" in place else self.url + place)
        asked.add_header("Cookie", self.cookie)
        try:
            answer = build_opener(_Stay).open(asked, timeout=TIMEOUT_SECONDS)
        except HTTPError as error:
            answer = error
        answer.close()
        for line in answer.headers.get_all("Set-Cookie") or ():
            for name, value in SimpleCookie(line).items():
                self.cookies[name] = value.value
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        return answer.status, answer.headers.get("Location", "")

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @contextmanager
    def page(self) -> Iterator[Page]:
        token = self.cookies["_streamlit_xsrf"]
        with connect(
            self.url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit", token],
            origin=self.url,
            additional_headers={"Cookie": self.cookie},
            max_size=None,
        ) as socket:
            yield Page(socket)

    def shown(self) -> str:
        with self.page() as page:
            return page.draw()

    def sign_in(self) -> int:
        """Presses the button and follows to the provider and back."""
        with self.page() as page:
            page.draw()
            place = page.press("Sign in")
        status = 302
        while place and status == 302:
            status, place = self.get(place)
            if place in ("/", self.url + "/"):
                break
        return status


class Page:
    def __init__(self, socket: Any) -> None:
        self.socket, self.buttons = socket, dict[str, str]()

    def draw(self, press: str = "") -> str:
        """The title of the page."""
        asked = ClientState(page_name="runs")
        self.socket.send(BackMsg(rerun_script=asked).SerializeToString())
        title = ""
        while True:
            message = ForwardMsg.FromString(self.socket.recv(timeout=TIMEOUT_SECONDS))
            kind, element = message.WhichOneof("type"), message.delta.new_element
            if kind == "script_finished":
                return title
            if element.WhichOneof("type") == "heading" and element.heading.tag == "h1":
                title = element.heading.body
            if element.WhichOneof("type") == "button":
                self.buttons[element.button.label] = element.button.id

    def press(self, label: str) -> str:
        """Where a button leads."""
        asked = ClientState(page_name="runs")
        asked.widget_states.widgets.add(id=self.buttons[label], trigger_value=True)
        self.socket.send(BackMsg(rerun_script=asked).SerializeToString())
        while True:
            message = ForwardMsg.FromString(self.socket.recv(timeout=TIMEOUT_SECONDS))
            if message.WhichOneof("type") == "auth_redirect":
                return message.auth_redirect.url


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    found = Provider()
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


@pytest.fixture(scope="module")
def app(serve, provider, tmp_path_factory):
    root = tmp_path_factory.mktemp("sign_in")
    (root / "runs").mkdir()
    write_dataset(root / "dataset" / "toy_books")
    with pytest.MonkeyPatch.context() as patch:
        port = conftest.free_port()
        patch.setattr(conftest, "usual_port", lambda: port)
        text = SECRETS.format(url=f"http://127.0.0.1:{port}", provider=provider.url)
        (root / "secrets.toml").write_text(text, "utf-8")
        patch.setenv("STREAMLIT_SECRETS_FILES", str(root / "secrets.toml"))
        patch.setenv("OVERFIT_LENS_ALLOW", "ann@example.org")
        with serve(root / "runs", root / "dataset") as found:
            yield found


def account(email: str, verified: bool = True) -> dict[str, Any]:
    return {"email": email, "email_verified": verified}


def test_who_is_listed_comes_in_until_signing_out(app, provider):
    provider.account = account("ann@example.org")
    browser = Browser(app.url)
    assert browser.shown() == "Overfit Lens"
    assert browser.get("/app/static/plotly-LICENSE.txt")[0] == 401
    browser.sign_in()
    assert browser.shown() == "Runs"
    assert browser.get("/app/static/plotly-LICENSE.txt")[0] == 200
    stolen, other = Browser(app.url), Browser(app.url)
    stolen.cookies |= browser.cookies
    provider.account["session"] = 2
    other.sign_in()
    with stolen.page() as open_page:
        assert open_page.draw() == "Runs"
        with browser.page() as page:
            page.draw()
            browser.get(page.press("Sign out"))
        with pytest.raises(Exception, match="1008"):
            open_page.draw()
    assert browser.shown() == stolen.shown() == "Overfit Lens"
    assert stolen.get("/app/static/plotly-LICENSE.txt")[0] == 401
    assert other.shown() == "Runs"


@pytest.mark.parametrize(
    "who", [account("bob@example.org"), account("ann@example.org", False), {}], ids=str
)
def test_nobody_else_does(app, provider, who):
    provider.account = who
    browser = Browser(app.url)
    browser.sign_in()
    assert browser.shown() == "Overfit Lens"
    assert browser.get("/app/static/plotly-LICENSE.txt")[0] == 401


def test_a_provider_that_is_down_is_said(app, provider):
    provider.down = True
    browser = Browser(app.url)
    assert browser.sign_in() == 503
    provider.down = False
