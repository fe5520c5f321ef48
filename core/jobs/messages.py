"""Messages between the dashboard and the preview process, over a local socket.

A message is a JSON object and any number of binary parts (pictures, arrays). On the wire: the mark
`OLP1`, the length of the JSON text as four bytes, the text, then the parts one after the other;
their lengths stand in the text. No pickle: nothing that is read can carry code.
"""

import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.base.errors import InputError
from core.base.language import N_

MAGIC = b"OLP1"
_HEADER = struct.Struct(">4sI")
MAX_JSON_BYTES = 1 << 20  # bytes of the JSON text
MAX_PARTS = 64  # how many
MAX_BYTES = 64 << 20  # of all parts together
_POLL_SECONDS = 0.05  # seconds between two calls of `tick` while waiting


class MessageError(InputError):
    """What came is no message, is too large, or did not come in time."""


@dataclass(frozen=True)
class Message:
    """`facts`: plain data, as JSON can hold it. `parts`: bytes."""

    fields: dict[str, Any]
    parts: tuple[bytes, ...] = ()


def send(connection: socket.socket, message: Message, timeout: float) -> None:
    """Sends a message. Raises MessageError when it is too large, OSError when nobody takes it."""
    sizes = [len(part) for part in message.parts]
    text = json.dumps({"facts": message.fields, "parts": sizes}, allow_nan=False).encode()
    _check_sizes(len(text), sizes)
    connection.settimeout(timeout)
    connection.sendall(b"".join((_HEADER.pack(MAGIC, len(text)), text, *message.parts)))


def receive(
    connection: socket.socket, timeout: float, check_cancelled: Callable[[], None] = lambda: None
) -> Message:
    """Waits for a message. `check_cancelled` is called again and again meanwhile; raising from it
    stops.

    Raises MessageError: it is none, too large, late, or the other side went away."""
    deadline = time.monotonic() + timeout
    mark, length = _HEADER.unpack(_read(connection, _HEADER.size, deadline, check_cancelled))
    try:
        if mark != MAGIC:
            raise ValueError
        _check_sizes(length, [])
        told = json.loads(_read(connection, length, deadline, check_cancelled))
        fields, sizes = dict(told["facts"]), list(told["parts"])
        if not all(type(size) is int and size >= 0 for size in sizes):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise MessageError(N_("invalid message")) from None
    _check_sizes(length, sizes)
    parts = (_read(connection, size, deadline, check_cancelled) for size in sizes)
    return Message(fields, tuple(parts))


def is_disconnected(connection: socket.socket) -> bool:
    """Whether the other side has gone away (after it sent its message)."""
    connection.setblocking(False)
    try:
        return not connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _check_sizes(text: int, parts: list[int]) -> None:
    if text > MAX_JSON_BYTES or len(parts) > MAX_PARTS or sum(parts) > MAX_BYTES:
        raise MessageError(
            N_(
                "the message is too large: {size:.1f} MB in {count} parts; the limits are "
                "{most:.0f} MB and {parts} parts",
                size=(text + sum(parts)) / 1e6,
                count=len(parts),
                most=MAX_BYTES / 1e6,
                parts=MAX_PARTS,
            )
        )


def _read(
    connection: socket.socket, size: int, deadline: float, check_cancelled: Callable[[], None]
) -> bytes:
    found = bytearray()
    while len(found) < size:
        left = deadline - time.monotonic()
        if left <= 0:
            raise MessageError(N_("no reply arrived in time"))
        connection.settimeout(min(left, _POLL_SECONDS))
        try:
            chunk = connection.recv(min(size - len(found), 1 << 20))
        except TimeoutError:
            check_cancelled()
            continue
        except OSError:
            chunk = b""
        if not chunk:
            raise MessageError(N_("the other side disconnected midway"))
        found += chunk
    return bytes(found)
