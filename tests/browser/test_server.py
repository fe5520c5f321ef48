"""The running server against requests that no page of it makes."""

from __future__ import annotations

import http.client
import tomllib

import pytest
from streamlit.proto.Common_pb2 import FileURLsRequest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from server.websockets import MAX_MESSAGE_BYTES
from tests.attacks.attacks import Target, open_page, send, upload_path
from tests.browser.conftest import ROOT
from tests.factory import write_dataset
from tests.waiting import TIMEOUT_SECONDS

UPLOAD = "/_stcore/upload_file/somebody/something"
STREAM = "/_stcore/stream"
# Where files are served from, each with ways out of it.
ROOTS = ("/", "/static/", "/app/static/", "/media/", "/component/x/", "/_stcore/bidi-components/x/")
TRAVERSALS = (
    "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "..%5c..%5cetc%5cpasswd",
    "..%252f..%252fetc%252fpasswd",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "....//....//etc/passwd",
    "../app.py",
    "..%2fapp.py",
    "../.streamlit/config.toml",
    "../runs/index.sqlite",
    "%00",
    "a%00.txt",
)
SECRET = (b"root:", b"import streamlit", b"[server]", b"SQLite")


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("server")
    (root / "runs").mkdir()
    write_dataset(root / "dataset" / "toy_books")
    with serve(root / "runs", root / "dataset") as app:
        yield app


def send_request(app, method: str, path: str, body: bytes | None = None, **headers: str):
    """Status, headers and body of an answer; the path goes as it is."""
    host = app.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer.status, answer.headers, b"" if answer.status == 101 else answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("root", ROOTS)
def test_no_address_leads_out_of_what_is_served(app, root):
    for way in TRAVERSALS:
        status, _, body = send_request(app, "GET", root + way)
        assert status in (200, 400, 404), (root, way, status)
        assert not [secret for secret in SECRET if secret in body], (root, way)
        assert status != 200 or b"<title>Streamlit</title>" in body, (root, way)  # the empty page


def test_static_serves_its_files_and_no_list_of_them(app):
    for path in (ROOT / "static").iterdir():
        status, headers, _ = send_request(app, "GET", f"/app/static/{path.name}")
        assert status == 200 and headers["X-Content-Type-Options"] == "nosniff"
    assert send_request(app, "GET", "/app/static/")[0] == 404


def test_an_upload_needs_a_page_that_takes_one_and_its_token(app):
    cookie = send_request(app, "GET", "/_stcore/health")[1]["Set-Cookie"].split(";")[0]
    assert cookie.startswith("_streamlit_xsrf=")
    known = {"Cookie": cookie, "X_Xsrftoken": cookie.partition("=")[2]}
    form = (
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.zip"\r\n\r\nx\r\n--x--\r\n'
    )
    known["Content_Type"] = "multipart/form-data; boundary=x"
    assert send_request(app, "PUT", UPLOAD, form, **known)[0] == 403
    with Target(app.url).session() as session:
        open_page(session, "lesson")
        path = upload_path(session)
        assert send_request(app, "PUT", path, form, **known)[0] == 403
        open_page(session, "runs")
        for wrong in ({}, {"Cookie": cookie}, {**known, "X_Xsrftoken": "2|00|00|0"}):
            assert send_request(app, "PUT", path, form, **wrong)[0] == 403
        assert send_request(app, "PUT", path, form, **known)[0] == 204
        large = {**known, "Content_Length": str(600 * 1024 * 1024)}
        assert send_request(app, "PUT", path, form, **large)[0] == 413
        open_page(session, "lesson")
        assert send_request(app, "PUT", path, form, **known)[0] == 403
        assert send_request(app, "DELETE", path, **known)[0] == 204
    assert send_request(app, "PUT", path, form, **known)[0] == 403


def test_messages_that_no_page_sends_are_not_heard(app):
    """They would empty everybody's caches, tell of the repository, or end the server."""
    with Target(app.url).session() as session:
        open_page(session, "lesson")
        send(session, load_git_info=True)
        send(session, clear_cache=True)
        send(session, debug_shutdown_runtime=True)
        send(session, file_urls_request=FileURLsRequest(request_id="a", file_names=["b"]))
        kinds = set()
        while "file_urls_response" not in kinds:
            message = ForwardMsg.FromString(session.recv(timeout=TIMEOUT_SECONDS))
            kinds.add(message.WhichOneof("type"))
    assert "git_info_changed" not in kinds


def test_the_cookie_stays_on_this_site(app):
    assert "SameSite=Lax" in send_request(app, "GET", "/_stcore/health")[1]["Set-Cookie"]


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        (None, None, 101),
        (None, "same", 101),
        (None, "https://evil.example", 403),
        (None, "http://127.0.0.1:9", 403),  # another port of this machine
        (None, "http://localhost:8501", 403),
        ("evil.example", "http://evil.example", 403),  # a name that was led here (DNS rebinding)
    ],
    ids=str,
)
def test_another_site_cannot_open_a_session(app, host, origin, status):
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    if host:
        headers["Host"] = host
    if origin:
        headers["Origin"] = app.url if origin == "same" else origin
    assert send_request(app, "GET", STREAM, **headers)[0] == status


def test_nothing_but_a_page_drives_the_app(app):
    for path in ("/_stcore/agent/interact", "/_stcore/agent/mcp"):
        status, _, body = send_request(app, "POST", path, b"{}", Content_Type="application/json")
        assert 400 <= status < 500 and b"enableAgentApi" in body, body


def test_the_settings_are_on():
    """Those that Streamlit has on by default, too: another default must not switch them off."""
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    server = settings["server"]
    assert server["enableXsrfProtection"] is True and server["enableCORS"] is True
    assert server["enableAgentApi"] is False and server["address"] == "localhost"
    assert set(server["allowedHosts"]) == {"localhost", "127.0.0.1", "::1"}
    assert server["maxWidgetStateSize"] * 1_000_000 == MAX_MESSAGE_BYTES
    assert server["fileWatcherType"] == "none" and server["maxUploadSize"] <= 200
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none"
    assert "--runner.fastReruns false" in (ROOT / "bin" / "serve").read_text("utf-8")
