"""The nginx of deploy/, before the real server: pages come through it, and slow or many
connections do not."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidMessage, InvalidStatus
from websockets.sync.client import connect

from tests.browser.conftest import ROOT, free_port
from tests.factory import write_dataset
from tests.waiting import TIMEOUT_SECONDS

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(
    not (NGINX and shutil.which("openssl")), reason="this machine has no nginx or no openssl"
)
NAME = "lens.example.org"
AROUND = """
daemon off; pid {root}/pid; error_log {root}/error.log;
events {{ worker_connections 512; }}
http {{
  client_body_temp_path {root}/body; proxy_temp_path {root}/proxy; fastcgi_temp_path {root}/f;
  uwsgi_temp_path {root}/u; scgi_temp_path {root}/s;
  {server}
}}
"""


def config(root: Path, port: int, upstream: str) -> str:
    """As it is deployed, with a certificate of its own, and one second where it waits for slow
    visitors."""
    server = (ROOT / "deploy" / "nginx.conf.template").read_text("utf-8")
    server = server.replace("${LENS_NAME}", NAME).replace("${LENS_CERTIFICATES}", str(root))
    server = server.replace("http://${LENS_APP}", upstream).replace("/var/log/nginx", str(root))
    server = server.replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
    server = server.replace("listen 80;", f"listen unix:{root}/plain;")
    server = re.sub(r"(client_\w+_timeout) \d+s", r"\1 1s", server)
    return AROUND.format(root=root, server=server)


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    (root / "runs").mkdir()
    write_dataset(root / "dataset" / "toy_books")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STREAMLIT_SERVER_ALLOWED_HOSTS", NAME)
        with serve(root / "runs", root / "dataset") as found:
            yield found


@pytest.fixture(scope="module")
def proxy(app, tmp_path_factory) -> Iterator[tuple[Path, int]]:
    """nginx's folder and port."""
    assert NGINX is not None
    root, port = tmp_path_factory.mktemp("nginx"), free_port()
    root.chmod(0o755)
    subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    files = ["-keyout", str(root / "privkey.pem"), "-out", str(root / "fullchain.pem")]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True)
    (root / "nginx.conf").write_text(config(root, port, app.url), "utf-8")
    process = subprocess.Popen([NGINX, "-p", str(root), "-c", str(root / "nginx.conf")])
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.05)
    assert process.poll() is None, (root / "error.log").read_text("utf-8")
    yield root, port
    process.terminate()
    process.wait()


def open_tls(proxy: tuple[Path, int], said: bytes = b"") -> ssl.SSLSocket:
    root, port = proxy
    context = ssl.create_default_context(cafile=str(root / "fullchain.pem"))
    plain = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
    wrapped = context.wrap_socket(plain, server_hostname=NAME)
    wrapped.sendall(said)
    return wrapped


def stream(proxy: tuple[Path, int], place: str = "/_stcore/stream?key=SECRET"):
    return connect(
        f"wss://{NAME}{place}",
        sock=socket.create_connection(("127.0.0.1", proxy[1])),
        ssl=ssl.create_default_context(cafile=str(proxy[0] / "fullchain.pem")),
        subprotocols=["streamlit"],
        origin=f"https://{NAME}",
        max_size=None,
    )


def ask(proxy: tuple[Path, int], place: str, extra: str = "") -> bytes:
    said = f"GET {place} HTTP/1.1\r\nHost: {NAME}\r\n{extra}Connection: close\r\n\r\n"
    with open_tls(proxy, said.encode()) as socket_:
        return b"".join(iter(lambda: socket_.recv(65536), b""))


def test_a_page_comes_through_with_every_header(proxy):
    answer = ask(proxy, "/train?key=SECRET")
    assert answer.startswith(b"HTTP/1.1 200 ") and b"<title>Streamlit</title>" in answer
    head = answer.partition(b"\r\n\r\n")[0].lower()
    for name in (b"content-security-policy", b"x-content-type-options", b"referrer-policy"):
        assert head.count(name + b":") == 1
    assert head.count(b"strict-transport-security:") == 1
    assert f"wss://{NAME}".encode() in head
    with stream(proxy) as page:
        asked = ClientState(page_name="runs", query_string="key=SECRET")
        page.send(BackMsg(rerun_script=asked).SerializeToString())
        while True:
            message = ForwardMsg.FromString(page.recv(timeout=TIMEOUT_SECONDS))
            if message.WhichOneof("type") == "script_finished":
                break
    ask(proxy, "/capture/SECRET")
    log = (proxy[0] / "lens.log").read_text("utf-8")
    assert '"GET /train" 200' in log and "SECRET" not in log and "capture" not in log


@pytest.mark.parametrize(
    "said",
    [
        "GET / HTTP/1.1\r\nX: ",
        f"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 9\r\n\r\nx",
    ],
)
def test_what_does_not_go_on_is_ended(proxy, said):
    with open_tls(proxy, said.encode()) as half:
        while half.recv(65536):
            pass


def test_one_address_has_no_more_than_its_share(proxy):
    refused, tried = set(), 0
    with ExitStack() as opened:
        while tried < 110:
            with suppress(InvalidMessage):  # slower than the second that nginx waits here: again
                try:
                    opened.enter_context(stream(proxy))
                except InvalidStatus as error:
                    refused.add(error.response.status_code)
                tried += 1
    assert refused and refused <= {403, 503}


def test_an_address_that_a_visitor_makes_up_is_not_believed(proxy, app):
    made_up = "Origin: https://evil.example\r\nX-Forwarded-For: 192.0.2.1\r\n"
    assert ask(proxy, "/train", made_up).startswith(b"HTTP/1.1 403 ")
    log = (app.runs.parent / "server.log").read_text("utf-8")
    assert '"client": "127.0.0.1"' in log and "192.0.2.1" not in log
