"""Connections that ask for nothing, against uvicorn itself."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server import connections, websockets

ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def answer(request: Request) -> Response:
    return PlainTextResponse("ok")


async def large(request: Request) -> Response:
    return PlainTextResponse("x" * 50_000_000)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    connections.install()
    yield


def against_server(attack: Callable[[Callable[..., Any]], Coroutine[Any, Any, None]]) -> None:
    """Has an attack done on a server with the limits; `attack(connect)`."""
    app = Starlette(routes=[Route("/", answer), Route("/large", large)], lifespan=lifespan)

    async def run() -> None:
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        assert server.config.ws_max_size == websockets.MAX_MESSAGE_BYTES
        port = server.servers[0].sockets[0].getsockname()[1]
        opened: list[asyncio.StreamWriter] = []

        async def connect(said: bytes = b"") -> Client:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            opened.append(writer)
            writer.write(said)
            await writer.drain()
            return reader, writer

        try:
            await attack(connect)
        finally:
            for each in opened:
                each.transport.abort()
            server.should_exit = True
            await task

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        asyncio.run(run())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert connections.BoundedProtocol._open == {}


async def ended(client: Client) -> bytes:
    """What came until the server ended it."""
    with suppress(ConnectionError):
        return await client[0].read()
    return b""


HALVES = (
    b"",
    b"G",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n",
    ASK + b"GET / HTTP/1.1\r\n",  # one whole request before
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx",  # answered before it has come
)


@pytest.mark.parametrize("said", HALVES)
def test_what_begins_and_does_not_go_on_is_ended(
    monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.1)

    async def attack(connect: Any) -> None:
        await ended(await connect(said))

    against_server(attack)


def test_nor_does_a_byte_now_and_then_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.2)

    async def attack(connect: Any) -> None:
        reader, writer = await connect(b"GET / HTTP/1.1\r\nX: ")
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b"a")
                await writer.drain()
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.02):
                        await reader.read(1)

    against_server(attack)


def test_a_reader_who_takes_nothing_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_SECONDS", 0.1)

    async def attack(connect: Any) -> None:
        _reader, writer = await connect(ASK.replace(b"/ ", b"/large "))
        writer.transport.pause_reading()
        while connections.BoundedProtocol._open:
            await asyncio.sleep(0.01)

    against_server(attack)


def test_nor_one_who_takes_a_byte_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_SECONDS", 0.2)

    async def attack(connect: Any) -> None:
        reader, _writer = await connect(ASK.replace(b"/ ", b"/large "))
        with suppress(ConnectionError):
            while connections.BoundedProtocol._open:
                await reader.read(1)
                await asyncio.sleep(0.01)

    against_server(attack)


def test_what_readers_leave_waiting_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_UNREAD", 120_000_000)

    async def attack(connect: Any) -> None:
        slow = [await connect(ASK.replace(b"/ ", b"/large ")) for _ in range(5)]
        while len(connections.BoundedProtocol._open) > 2:
            await asyncio.sleep(0.01)
        reader, _writer = await connect(ASK)
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        del slow

    against_server(attack)


def test_where_there_are_too_many_whoever_waits_longest_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(websockets.CONNECTIONS, "2")
    most = 2 * connections.ALL  # the loop is trusted as a proxy, so that only the sum counts

    async def attack(connect: Any) -> None:
        half = [await connect(HALVES[2]) for _ in range(3 * most)]
        reader, _writer = await connect(ASK)  # another's, meanwhile
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        for each in half[: 2 * most]:
            await ended(each)
        assert len(connections.BoundedProtocol._open) <= most

    against_server(attack)


def test_one_address_has_no_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(websockets.CONNECTIONS, "1")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "192.0.2.1")  # 127.0.0.1 is a visitor now

    async def attack(connect: Any) -> None:
        first = [await connect() for _ in range(8)]
        for each in first[:5]:
            await ended(each)
        assert len(connections.BoundedProtocol._open) == connections.ONE

    against_server(attack)


def test_the_server_takes_the_descriptors_that_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    set_: list[Any] = []
    monkeypatch.setattr(connections.BoundedProtocol, "room", 512)
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (1024, 4096))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, limits: set_.append(limits))

    async def start() -> None:
        connections.install()

    asyncio.run(start())
    assert set_ == [(4096, 4096)] and connections.BoundedProtocol.room == 2048
