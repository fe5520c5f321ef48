"""What a stranger may try at a server of ours, over the network alone. Each attack says in a word
what became of it, and raises AssertionError when it was let in."""

from __future__ import annotations

import contextlib
import http.client
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileURLsRequest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.sync.client import ClientConnection, connect

STREAM, UPLOAD = "/_stcore/stream", "/_stcore/upload_file/{session}/{file}"
MB = 1_000_000
FORM = (
    b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.zip"\r\n\r\n%s\r\n--x--\r\n',
    "multipart/form-data; boundary=x",
)
REFUSED = range(400, 500)


@dataclass(frozen=True)
class Target:
    """A server's address, and how much is tried: 1 all of it, less in a test."""

    url: str
    share: float = 1.0

    @property
    def place(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        assert parts.hostname and parts.port
        return parts.hostname, parts.port

    def times(self, number: int) -> range:
        return range(max(1, round(number * self.share)))

    def request(self, method: str, path: str, body: object = None, **headers: str) -> int:
        """The status of an answer; 0 where the connection was ended without one."""
        connection = http.client.HTTPConnection(*self.place, timeout=120)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, named, encode_chunked=isinstance(body, Iterator))
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def token(self) -> dict[str, str]:
        """What a page of ours sends along with an upload."""
        connection = http.client.HTTPConnection(*self.place, timeout=120)
        connection.request("GET", "/_stcore/health")
        found = re.search("_streamlit_xsrf=([^;]+)", connection.getresponse().headers["Set-Cookie"])
        connection.close()
        assert found is not None
        return {"Cookie": found[0], "X_Xsrftoken": found[1], "Content_Type": FORM[1]}

    @contextmanager
    def session(self, **headers: str) -> Iterator[ClientConnection]:
        origin = headers.pop("origin", self.url)
        with connect(
            self.url.replace("http", "ws", 1) + STREAM,
            subprotocols=["streamlit"],
            origin=origin,
            additional_headers=headers,
            max_size=None,
            open_timeout=120,
            ping_timeout=None,
        ) as opened:
            yield opened

    @contextmanager
    def raw(self, said: bytes = b"") -> Iterator[socket.socket]:
        with socket.create_connection(self.place, timeout=120) as opened:
            opened.sendall(said)
            yield opened


def send(session: ClientConnection, **kind: object) -> None:
    session.send(BackMsg(**kind).SerializeToString())  # type: ignore[arg-type]


def wait(session: ClientConnection, kind: str) -> ForwardMsg:
    while True:
        data = session.recv(timeout=120)
        assert isinstance(data, bytes)
        if (message := ForwardMsg.FromString(data)).WhichOneof("type") == kind:
            return message


def open_page(session: ClientConnection, page: str, query: str = "") -> None:
    send(session, rerun_script=ClientState(page_name=page, query_string=query))
    wait(session, "script_finished")


def upload_path(session: ClientConnection) -> str:
    """Where Streamlit would take a file of this session."""
    send(session, file_urls_request=FileURLsRequest(request_id="a", file_names=["a.zip"]))
    return wait(session, "file_urls_response").file_urls_response.file_urls[0].upload_url


def refused(status: int) -> int:
    assert status in REFUSED or status == 0, f"answered {status}"
    return status


# --- uploads --------------------------------------------------------------------------------------


def upload_for_nobody(target: Target) -> str:
    """400 files of 1 MB for sessions that are made up."""
    body, token = FORM[0] % (b"x" * MB), target.token()
    said = {
        refused(target.request("PUT", UPLOAD.format(session=secrets.token_hex(16), file=n), body))
        for n in target.times(200)
    }
    said |= {
        refused(target.request("PUT", UPLOAD.format(session="a", file=n), body, **token))
        for n in target.times(200)
    }
    return f"{sorted(said)}"


def upload_large(target: Target) -> str:
    """Five files of 190 MB at once, into a session of one's own whose page takes none."""
    token, said = target.token(), []
    with target.session() as mine:
        open_page(mine, "")
        path = upload_path(mine)

        def put() -> None:
            body = (b"x" * MB for _ in target.times(190))
            said.append(target.request("PUT", path, body, **token))

        threads = [threading.Thread(target=put) for _ in target.times(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return f"{sorted({refused(status) for status in said})}"


def upload_by_another_verb(target: Target) -> str:
    said = set()
    for verb in ("POST", "PATCH", "DELETE", "OPTIONS", "PUT"):
        status = target.request(verb, UPLOAD.format(session="a", file=1), b"x")
        assert status != 200, verb
        said.add(status)
    return f"{sorted(said)}"


def upload_with_a_false_length(target: Target) -> str:
    """A body that is shorter, and one that is longer, than it says."""
    path = UPLOAD.format(session="a", file=1)
    for length, body in ((10 * MB, b"x"), (1, b"x" * MB), (-1, b"x"), (10**18, b"x")):
        head = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
        with target.raw(head.encode()) as opened, contextlib.suppress(OSError):
            opened.sendall(body)
            answer = opened.recv(100)
            assert not answer or re.match(rb"HTTP/1.1 4\d\d", answer), answer
    return "refused"


# --- messages -------------------------------------------------------------------------------------


def empty_all_caches(target: Target) -> str:
    """Streamlit's own message, which adds a thread each time."""
    with target.session() as mine:
        for _ in target.times(1000):
            send(mine, clear_cache=True)
        open_page(mine, "")
    return "not heard"


def read_the_repository(target: Target) -> str:
    with target.session() as mine:
        for _ in target.times(1000):
            send(mine, load_git_info=True)
        send(mine, rerun_script=ClientState(page_name=""))
        kinds = set()
        while "script_finished" not in kinds:
            data = mine.recv(timeout=120)
            assert isinstance(data, bytes)
            kinds.add(ForwardMsg.FromString(data).WhichOneof("type"))
    assert "git_info_changed" not in kinds
    return "not heard"


def end_the_server(target: Target) -> str:
    with target.session() as mine:
        send(mine, debug_shutdown_runtime=True)
        send(mine, debug_disconnect_websocket=True)
        open_page(mine, "")
    return "not heard"


def ask_for_a_million_addresses(target: Target) -> str:
    with target.session() as mine:
        names = ["a"] * round(1_000_000 * target.share)
        with contextlib.suppress(ConnectionClosed):
            send(mine, file_urls_request=FileURLsRequest(request_id="a", file_names=names))
            open_page(mine, "")
            return "not heard"
    return "ended"


def say_what_is_no_message(target: Target) -> str:
    for said in (b"\xff" * 1000, b"", b"x" * 5_000_000, "text", "x" * 5_000_000):
        with target.session() as mine, contextlib.suppress(ConnectionClosed):
            mine.send(said)
            open_page(mine, "")
    return "ended"


def rerun_without_end(target: Target) -> str:
    """A thousand reruns, none of whose answers is waited for."""
    with target.session() as mine:
        for _ in target.times(1000):
            send(mine, rerun_script=ClientState(page_name="compare"))
    return "one at a time"


def ask_with_a_link_of_megabytes(target: Target) -> str:
    long = "x" * round(3_000_000 * target.share)
    with target.session() as mine:
        open_page(mine, "", f"runs={long}")
        open_page(mine, "compare", "&".join(f"p{n}=1" for n in target.times(100_000)))
    return "bounded"


# --- other sites, other names ---------------------------------------------------------------------


def come_from_another_site(target: Target) -> str:
    host, port = target.place
    for origin in ("https://evil.example", f"http://{host}:{port + 1}", "null", "file://"):
        try:
            with target.session(origin=origin):
                raise AssertionError(origin)
        except InvalidHandshake:
            refused(target.request("PUT", UPLOAD.format(session="a", file=1), b"x", Origin=origin))
    return "refused"


def read_other_files(target: Target) -> str:
    for path in (
        "/app/static/../app.py",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/app/static/..%2f..%2fREADME.md",
        "/component/../../etc/passwd",
        "/_stcore/component/x/../../../app.py",
        "/media/../../../etc/passwd",
        "/media/" + "0" * 64 + ".zip",
        "/.git/config",
        "/runs/queue.sqlite",
    ):
        connection = http.client.HTTPConnection(*target.place, timeout=120)
        connection.request("GET", path)
        body = connection.getresponse().read()
        connection.close()
        assert b"root:" not in body and b"import " not in body and b"[core]" not in body, path
    return "nothing"


def ask_what_only_the_owner_asks(target: Target) -> str:
    for verb, path in (
        ("GET", "/_stcore/metrics"),
        ("GET", "/_stcore/bidi-components/../metrics"),
        ("POST", "/_stcore/metrics"),
        ("POST", "/_stcore/message"),
        ("PUT", "/_stcore/health"),
        ("TRACE", "/"),
        ("CONNECT", "example.org:80"),
    ):
        refused(target.request(verb, path))
    return "refused"


# --- connections ----------------------------------------------------------------------------------


def begin_requests_and_stop(target: Target) -> str:
    """1,100 requests whose head never ends."""
    with ExitStack() as opened:
        for _ in target.times(1100):
            with contextlib.suppress(OSError):
                opened.enter_context(target.raw(b"GET / HTTP/1.1\r\nX: "))
        healthy(target)
    return "answers beside them"


def send_bodies_slowly(target: Target) -> str:
    """200 bodies, of which a byte comes each second."""
    head = (
        b"PUT /_stcore/upload_file/a/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n"
    )
    with ExitStack() as opened:
        sockets = [opened.enter_context(target.raw(head)) for _ in target.times(200)]
        for _ in target.times(10):
            for each in sockets:
                with contextlib.suppress(OSError):
                    each.sendall(b"x")
            time.sleep(1)
        healthy(target)
    return "answers beside them"


def read_nothing(target: Target) -> str:
    """100 visitors who ask for the scripts and take nothing of them."""
    page = http.client.HTTPConnection(*target.place, timeout=120)
    page.request("GET", "/")
    script = re.search(rb'src="\.(/static/js/[^"]+)"', page.getresponse().read())
    page.close()
    assert script is not None
    ask = b"GET " + script[1] + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with ExitStack() as opened:
        for _ in target.times(100):
            with contextlib.suppress(OSError):
                opened.enter_context(target.raw(ask * 20))
        healthy(target)
    return "answers beside them"


def open_many_sessions(target: Target) -> str:
    """300 websockets; one address has 100."""
    with ExitStack() as opened:
        count = 0
        for _ in target.times(300):
            try:
                opened.enter_context(target.session())
                count += 1
            except (InvalidHandshake, InvalidMessage, OSError):
                continue
        assert count <= 100, count
        healthy(target)
    return f"{count} let in"


def come_and_go(target: Target) -> str:
    """200 sessions that ask for a page and leave before it is drawn."""
    for _ in target.times(200):
        with target.session() as mine:
            send(mine, rerun_script=ClientState(page_name="compare"))
    healthy(target)
    return "bounded"


def send_heads_of_megabytes(target: Target) -> str:
    for head in (
        b"GET /" + b"x" * (2 * MB) + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * (2 * MB) + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 300_000 + b"\r\n",
    ):
        with contextlib.suppress(OSError), target.raw() as opened:
            opened.sendall(head)
            answer = opened.recv(100)
            assert not answer or re.match(rb"HTTP/1.1 4\d\d", answer), answer
    return "refused"


def healthy(target: Target) -> None:
    assert target.request("GET", "/healthz") == 200


Attack = Callable[[Target], str]
ATTACKS: tuple[Attack, ...] = (
    upload_for_nobody,
    upload_large,
    upload_by_another_verb,
    upload_with_a_false_length,
    empty_all_caches,
    read_the_repository,
    end_the_server,
    ask_for_a_million_addresses,
    say_what_is_no_message,
    rerun_without_end,
    ask_with_a_link_of_megabytes,
    come_from_another_site,
    read_other_files,
    ask_what_only_the_owner_asks,
    begin_requests_and_stop,
    send_bodies_slowly,
    read_nothing,
    open_many_sessions,
    come_and_go,
    send_heads_of_megabytes,
)
