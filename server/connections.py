"""Connections that ask for nothing: uvicorn itself keeps one for ever that begins a request and
does not end it, and when a process has no descriptors left, it answers nobody."""

from __future__ import annotations

import asyncio
import resource
from contextlib import suppress
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.websockets import MAX_MESSAGE_BYTES, address_group, most_per_address

HEADER_SECONDS = 20.0  # from connecting, or the last answer, to the end of a request's headers
READ_SECONDS, LEAST_READ = 60.0, 100_000  # in which a reader takes at least so many bytes
MOST_UNREAD = 200_000_000  # bytes that readers leave waiting in memory, all together
ONE, ALL = 3, 10  # times the websockets of an address: beside its own a browser opens six others
DESCRIPTORS = 8192  # of which half may be connections


def install() -> None:
    """Makes the server that runs this lifespan use the class below. Streamlit passes uvicorn none
    of these settings on; uvicorn reads them for each connection, and none is accepted yet. Other
    servers (a test's) are left as they are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    BoundedProtocol.room = most // 2
    task = asyncio.current_task()
    frame = getattr(task and task.get_coro(), "cr_frame", None)  # of uvicorn's LifespanOn.main
    config = getattr(frame and frame.f_locals.get("self"), "config", None)
    if isinstance(config, Config):
        config.http_protocol_class = BoundedProtocol
        config.ws_max_size = MAX_MESSAGE_BYTES


class BoundedProtocol(HttpToolsProtocol):
    """Ends what waits for too long; where there are too many, first whoever has waited longest."""

    _open: dict[BoundedProtocol, None] = {}  # noqa: RUF012 (all of the process, the oldest first)
    room = 512
    _timer: asyncio.TimerHandle | None = None
    _asks = False  # a request has come whose answer is not complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._open[self] = None
        self._set_timer(HEADER_SECONDS)
        host, most = self.client and self.client[0], ONE * most_per_address()
        crowd = [each for each in self._open if each._group() == self._group()]
        # Where all come from their proxy's address, WebsocketLimits counts them one by one.
        if len(crowd) <= most or host in self._proxies():
            crowd, most = list(self._open), min(ALL * most_per_address(), self.room)
        if len(crowd) > most:
            next((each for each in crowd if not each._asks), self).transport.abort()

    def on_headers_complete(self) -> None:
        self._asks = True
        self._set_timer(None)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._asks = not self.cycle.response_complete  # another had been sent behind it
        self._set_timer(None if self._asks else HEADER_SECONDS)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._set_timer(READ_SECONDS)
        unread = {each: each.transport.get_write_buffer_size() for each in self._open}
        if sum(unread.values()) > MOST_UNREAD:
            max(unread, key=lambda each: unread[each]).transport.abort()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._set_timer(None if self._asks else HEADER_SECONDS)

    def handle_websocket_upgrade(self) -> None:
        self._leave()  # from here on it is another protocol's
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        super().connection_lost(exc)

    def _leave(self) -> None:
        self._open.pop(self, None)
        self._set_timer(None)

    def _set_timer(self, seconds: float | None) -> None:
        """Ends the connection after so long, unless something happens that sets another."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if seconds is not None and self in self._open:
            unread = self.transport.get_write_buffer_size()
            seconds = READ_SECONDS if unread else seconds
            self._timer = self.loop.call_later(seconds, self._end, unread)

    def _end(self, unread: int) -> None:
        left = self.transport.get_write_buffer_size()
        if unread - left >= (LEAST_READ if left else 1):
            self._set_timer(HEADER_SECONDS)
        else:
            self.transport.abort()

    def _group(self) -> str:
        return address_group(self.client and self.client[0])

    def _proxies(self) -> Any:
        with suppress(AttributeError):  # uvicorn's ProxyHeadersMiddleware, with FORWARDED_ALLOW_IPS
            return self.app.trusted_hosts
        return ()
