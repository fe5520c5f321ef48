"""What may be said on Streamlit's websocket, and how many may be open."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg

from server import websockets
from tests.server.conftest import HOST

RERUN = BackMsg()
RERUN.rerun_script.query_string = "a=b"
OPEN = {"headers": {"Host": HOST}}


def message(kind: str, *names: str) -> bytes:
    """A message of a kind; of what it holds, those fields."""
    found = BackMsg()
    value = getattr(found, kind)
    if isinstance(value, bool):
        setattr(found, kind, True)
    else:
        value.SetInParent()
        for name in names:
            getattr(value, name).SetInParent()
    return found.SerializeToString()


UNUSED = (
    message("clear_cache"),
    message("load_git_info"),
    message("set_run_on_save"),
    message("debug_disconnect_websocket"),
    message("debug_shutdown_runtime"),
    message("backend_operation_request"),
    message("backend_operation_request", "install_skills"),
    message("backend_operation_request", "dismiss_skills_nudge"),
    b"",
    b"\xa2\x06\x01x",  # a field that there is not yet
)
USED = (
    RERUN.SerializeToString(),
    message("stop_script"),
    message("app_heartbeat"),
    message("file_urls_request"),
    message("backend_operation_request", "deferred_file"),
    message("backend_operation_request", "dataframe_chunk"),
)


def test_of_every_kind_it_is_known_whether_pages_send_it() -> None:
    """A new version of Streamlit that has another one is looked at before it is let through."""
    kinds = {bytes(message(each.name)) for each in BackMsg.DESCRIPTOR.fields}
    operation = BackMsg.DESCRIPTOR.fields_by_name["backend_operation_request"].message_type
    assert {f.name for f in operation.fields if f.containing_oneof} == {
        "deferred_file", "dataframe_chunk", "install_skills", "dismiss_skills_nudge"
    }  # fmt: skip
    assert len(kinds) == 10


@pytest.mark.parametrize("said", UNUSED)
def test_what_no_page_says_does_not_reach_streamlit(client: TestClient, said: bytes) -> None:
    with client.websocket_connect("/_stcore/stream", **OPEN) as socket:
        for _ in range(3):
            socket.send_bytes(said)
        socket.send_bytes(USED[0])
        assert socket.receive_bytes() == USED[0]


@pytest.mark.parametrize("said", USED)
def test_what_pages_say_does(client: TestClient, said: bytes) -> None:
    with client.websocket_connect("/_stcore/stream", **OPEN) as socket:
        socket.send_bytes(said)
        assert socket.receive_bytes() == said


def test_addresses_for_a_million_files_are_not_made(client: TestClient) -> None:
    asked = BackMsg()
    asked.file_urls_request.file_names.extend(["a"] * (websockets.MAX_FILES + 1))
    assert not websockets.is_used(asked.SerializeToString())
    asked.file_urls_request.file_names.pop()
    assert websockets.is_used(asked.SerializeToString())


@pytest.mark.parametrize("text", [True, False])
def test_a_message_that_is_too_large_or_text_ends_it(client: TestClient, text: bool) -> None:
    with client.websocket_connect("/_stcore/stream", **OPEN) as socket:
        if text:
            socket.send_text("x")
        else:
            socket.send_bytes(b"x" * (websockets.MAX_MESSAGE_BYTES + 1))
        with pytest.raises(WebSocketDisconnect):
            socket.receive_bytes()


def test_an_address_has_so_many_and_others_are_not_kept_out(
    serve: Callable[..., TestClient], options: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(websockets.CONNECTIONS, "2")
    options["server.allowedHosts"] = ["lens.example.org"]
    headers = {"headers": {"Host": "lens.example.org"}}

    def is_open(machine: str) -> bool:
        connection = serve(machine).websocket_connect("/_stcore/stream", **headers)
        try:
            opened.enter_context(connection)
        except WebSocketDisconnect:
            return False
        return True

    with ExitStack() as opened:
        assert [is_open("192.0.2.1") for _ in range(3)] == [True, True, False]
        same = ("2001:db8::1", "2001:db8::2", "2001:db8:0:0:9::")  # one household
        assert [is_open(each) for each in same] == [True, True, False]
        others = [is_open(f"192.0.2.{number}") for number in (2, 3, 4, 5, 6)]
        assert others == [True] * 4 + [False]  # as many as there may be of all
    with ExitStack() as opened:
        assert is_open("192.0.2.1")  # once they have left


def test_who_opens_many_at_once_waits_and_others_do_not() -> None:
    limits = websockets.WebsocketLimits(None)  # type: ignore[arg-type]

    def waits(group: str, times: int, now: float) -> list[float]:
        return [limits._wait(group, 10, now) for _ in range(times)]

    assert waits("a", 10, 100.0) == [0.0] * 10
    assert waits("a", 3, 100.0) == pytest.approx([0.5, 1.0, 1.5])
    assert waits("b", 1, 100.0) == [0.0]
    assert waits("a", 1, 101.5) == pytest.approx([0.5])
    assert waits("a", 11, 200.0) == pytest.approx([0.0] * 10 + [0.5])
    assert set(limits.paced) == {"a"}  # b is forgotten
