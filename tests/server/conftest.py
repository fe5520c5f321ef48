"""A stand-in for Streamlit behind the doors of the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from server import setup, sign_in

HOST = "localhost:8501"
URL = f"http://{HOST}"


async def answer(request: Request) -> Response:
    """What came: the path, the cookies, and how much of a body."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
    return JSONResponse(
        {"path": request.url.path, "cookies": list(request.cookies), "size": size},
    )


async def refuse(request: Request) -> Response:
    if "crash" in request.query_params:
        raise RuntimeError("no such provider")
    return PlainTextResponse("Authentication error", 400)


async def stream(socket: WebSocket) -> None:
    """Echoes what comes through."""
    await socket.accept()
    with suppress(WebSocketDisconnect):
        while True:
            await socket.send_bytes(await socket.receive_bytes())


@pytest.fixture
def allowed_hosts() -> list[str]:
    return ["localhost", "127.0.0.1", "::1"]


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch, allowed_hosts: list[str]) -> dict[str, Any]:
    """Streamlit's settings, as the project's own file has them."""
    own: dict[str, Any] = {"server.allowedHosts": allowed_hosts, "server.corsAllowedOrigins": []}
    real = setup.config.get_option
    monkeypatch.setattr(
        setup.config, "get_option", lambda name: own[name] if name in own else real(name)
    )
    return own


@pytest.fixture
def serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> Iterator[Callable[..., TestClient]]:
    monkeypatch.setenv("OVERFIT_LENS_RUNS", str(tmp_path))
    sign_in._signed_out.cache_clear()
    routes = [
        *setup.ROUTES,
        Route("/auth/login", refuse),
        WebSocketRoute("/_stcore/stream", stream),
        Route("/{path:path}", answer, methods=["GET", "PUT", "POST", "DELETE"]),
    ]
    app = Starlette(routes=routes, middleware=setup.MIDDLEWARE)

    def serve_(machine: str = "127.0.0.1", url: str = URL) -> TestClient:
        return TestClient(app, url, client=(machine, 5000), raise_server_exceptions=False)

    yield serve_
    sign_in._signed_out.cache_clear()


@pytest.fixture
def client(serve: Callable[..., TestClient]) -> TestClient:
    return serve()
