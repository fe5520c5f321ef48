"""Streamlit's websocket: how many, what may be said on them, and for how long somebody is in."""

import asyncio
import ipaddress
import os
import time
from collections import Counter
from contextlib import suppress
from functools import lru_cache

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from server import sign_in
from server.uploads import MAX_FILES

CONNECTIONS = "OVERFIT_LENS_CONNECTIONS"  # of one address; the usual number is for a class
USUAL, EVERYBODY = 100, 4  # all addresses together: so many times what one may have
# A new session costs more than a page of an old one. Of one address half of its websockets may be
# opened at once, then one each PACE seconds: the others wait.
PACE = 0.5
MAX_MESSAGE_BYTES = 4_000_000  # as server.maxWidgetStateSize
# What a browser asks of our pages. Among the others: to empty everybody's caches, and to look at
# the git repository.
_USED = {
    "rerun_script",
    "stop_script",
    "app_heartbeat",
    "file_urls_request",
    "backend_operation_request",
}
_USED_OPERATIONS = {"deferred_file", "dataframe_chunk"}
_POLICY_VIOLATION, _TOO_BIG = 1008, 1009  # RFC 6455, 7.4.1


class WebsocketLimits:
    """Lets only so many websockets through, and only messages that our pages need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.count: Counter[str] = Counter()
        self.paced: dict[str, float] = {}  # until when an address has used up what it opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        group, most = address_group((scope.get("client") or ("",))[0]), most_per_address()
        if self.count[group] >= most or self.count.total() >= EVERYBODY * most:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        cookies = HTTPConnection(scope).cookies
        signed_in, closed = sign_in.COOKIE in cookies, False

        async def receive_checked() -> Message:
            nonlocal closed
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or closed:
                    return message
                data = message.get("bytes")
                if data is None or len(data) > MAX_MESSAGE_BYTES:
                    code = _TOO_BIG if data else _POLICY_VIOLATION
                elif signed_in and sign_in.user(cookies) is None:
                    code = _POLICY_VIOLATION  # signed out since, in another tab; or too long ago
                elif is_used(data):
                    return message
                else:
                    continue
                closed = True
                await send({"type": "websocket.close", "code": code})
                return {"type": "websocket.disconnect", "code": code}

        async def send_checked(message: Message) -> None:
            if not closed:
                await send(message)

        self.count[group] += 1
        try:
            await asyncio.sleep(self._wait(group, most // 2, time.monotonic()))
            await self.app(scope, receive_checked, send_checked)
        finally:
            self.count[group] -= 1
            self.count += Counter()  # forgets who has none

    def _wait(self, group: str, burst: int, now: float) -> float:
        """Seconds that a new websocket waits (the generic cell rate algorithm, ITU-T I.371)."""
        self.paced = {name: until for name, until in self.paced.items() if until > now}
        self.paced[group] = self.paced.get(group, now) + PACE
        return max(0.0, self.paced[group] - now - burst * PACE)


def is_used(data: bytes) -> bool:
    """Whether a page of ours sends such a message."""
    try:
        message = BackMsg.FromString(data)
    except Exception:  # protobuf's DecodeError: Streamlit ends the connection
        return True
    kind = message.WhichOneof("type")
    if kind == "file_urls_request":
        return len(message.file_urls_request.file_names) <= MAX_FILES
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in _USED_OPERATIONS
    return kind in _USED


def most_per_address() -> int:
    """How many connections one address may have: the usual number where the setting is none."""
    told = os.environ.get(CONNECTIONS, "")
    return int(told) if told.isdecimal() and int(told) else USUAL


@lru_cache(4096)
def address_group(host: str | None) -> str:
    """The address itself; of IPv6 the first 64 bits, which are one household's."""
    with suppress(ValueError):
        address = ipaddress.ip_address(host or "")
        address = getattr(address, "ipv4_mapped", None) or address
        wide = address.version == 6
        return str(ipaddress.ip_network((address, 64), strict=False) if wide else address)
    return str(host)
