"""What app.py gives to the server: routes beside Streamlit's, and who may reach which."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import cli_util, config
from streamlit.web.server import server_util

from core.base.files import PROJECT_ROOT
from core.hosting.phones import is_this_machine


class _StaticFiles(StaticFiles):
    def file_response(self, *args: Any, **options: Any) -> Response:
        response = super().file_response(*args, **options)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _load_capture() -> ASGIApp:
    from server.capture import APP

    return APP


async def _capture(scope: Scope, receive: Receive, send: Send) -> None:
    """Imported when the first phone comes: it takes seconds, as the first page of the dashboard."""
    app = await run_in_threadpool(_load_capture)
    await app(scope, receive, send)


class LocalOnly:
    """Where `server.allowedHosts` names this machine only, as it does by default, other machines
    reach the page for phones and nothing else. (Streamlit asks for the name by which a browser
    came, and whoever writes their own requests can make that up.)"""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        hosts = config.get_option("server.allowedHosts")
        self.local = bool(hosts) and all(map(is_this_machine, hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = (scope.get("client") or ("localhost",))[0]
        refused = self.local and scope["type"] != "lifespan" and not is_this_machine(client)
        if not refused or (scope["type"], scope["path"].split("/")[1]) == ("http", "capture"):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await Response(status_code=404)(scope, receive, send)
        else:
            await send({"type": "websocket.close"})


@asynccontextmanager
async def open_browser(app: st.App) -> AsyncIterator[None]:
    """Opens the dashboard where there is a display, as Streamlit does for a script, but not for an
    `App`. The port listens already."""
    if not config.get_option("server.headless"):
        url = server_util.get_url("localhost")
        asyncio.get_running_loop().call_soon(cli_util.open_browser, url)
    yield


MIDDLEWARE = [Middleware(LocalOnly)]
# Streamlit itself serves a folder `static` beside its script only, which is in pages/.
ROUTES = [
    Mount("/app/static", _StaticFiles(directory=PROJECT_ROOT / "static")),
    Mount("/capture", _capture),
]
