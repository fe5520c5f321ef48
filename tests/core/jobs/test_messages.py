"""core.jobs.messages: what is sent arrives, and what is no message is refused in one line."""

import json
import socket
import struct
from types import SimpleNamespace

import pytest

from core.jobs import messages
from core.jobs.messages import MAGIC, Message, MessageError, is_disconnected, receive, send
from tests.waiting import TIMEOUT_SECONDS


@pytest.fixture
def pair():
    ends = socket.socketpair()
    yield ends
    for end in ends:
        end.close()


def frame_message(fields: object, parts: object = (), tail: bytes = b"") -> bytes:
    text = json.dumps({"facts": fields, "parts": parts}).encode()
    return MAGIC + struct.pack(">I", len(text)) + text + tail


def test_a_message_arrives_as_it_was_sent(pair):
    sent = Message(
        {"what": "views", "rates": [1e-3, None], "name": "böok"}, (b"", b"\x00\xff", b"c")
    )
    send(pair[0], sent, TIMEOUT_SECONDS)
    send(pair[0], Message({}), TIMEOUT_SECONDS)  # the next one begins where this one ends
    assert receive(pair[1], TIMEOUT_SECONDS) == sent
    assert receive(pair[1], TIMEOUT_SECONDS) == Message({})


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        MAGIC + struct.pack(">I", 3) + b"{]}",
        MAGIC + struct.pack(">I", 2) + b"[]",
        frame_message([1]),
        frame_message({}, 5),
        frame_message({}, ["a"]),
        frame_message({}, [-1]),
        frame_message({}, [True], b"x"),
        MAGIC + struct.pack(">I", 40_000) + b"[" * 40_000,
    ],
)
def test_what_is_no_message_is_refused(pair, sent):
    pair[0].sendall(sent)
    with pytest.raises(MessageError, match="invalid message"):
        receive(pair[1], TIMEOUT_SECONDS)


@pytest.mark.parametrize(
    "sent",
    [
        MAGIC + struct.pack(">I", messages.MAX_JSON_BYTES + 1),
        frame_message({}, [messages.MAX_BYTES + 1]),
        frame_message({}, [0] * (messages.MAX_PARTS + 1)),
    ],
)
def test_what_is_too_large_is_refused_before_it_is_read(pair, sent):
    pair[0].sendall(sent)
    with pytest.raises(MessageError, match="too large"):
        receive(pair[1], TIMEOUT_SECONDS)


def test_what_is_too_large_is_not_sent(pair, monkeypatch):
    monkeypatch.setattr(messages, "MAX_BYTES", 10)
    with pytest.raises(MessageError, match="too large"):
        send(pair[0], Message({}, (b"x" * 11,)), TIMEOUT_SECONDS)
    assert not is_disconnected(pair[1])


def test_half_a_message_and_silence_are_told(pair, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(messages, "time", SimpleNamespace(monotonic=lambda: clock[-1]))
    pair[0].sendall(frame_message({}, [10], b"only"))
    with pytest.raises(MessageError, match="no reply arrived in time"):
        receive(pair[1], 30, lambda: clock.append(clock[-1] + 10))
    assert clock == [0, 10, 20, 30]  # it waited, and no longer
    pair[0].sendall(frame_message({}, [10], b"only"))
    pair[0].close()
    with pytest.raises(MessageError, match="disconnected midway"):
        receive(pair[1], TIMEOUT_SECONDS)


def test_check_cancelled_can_stop_the_waiting(pair):
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        receive(pair[1], TIMEOUT_SECONDS, stop)


def test_who_hung_up_is_noticed(pair):
    assert not is_disconnected(pair[1])
    pair[0].close()
    assert is_disconnected(pair[1])
