"""What app.py gives to the server: routes beside Streamlit's, and who may reach which."""

import asyncio
import importlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from streamlit import cli_util, config
from streamlit.web.server import server_util

from core.base.files import PROJECT_ROOT, runs_root
from core.jobs.service import maintain_runs
from server import connections, health, uploads
from server.request_checks import RequestChecks
from server.responses import ResponseHeaders, log_requests
from server.websockets import WebsocketLimits


async def _capture(scope: Scope, receive: Receive, send: Send) -> None:
    """Imported when the first phone comes: it takes seconds, as the first page of the dashboard."""
    module = await run_in_threadpool(importlib.import_module, "server.capture")
    await module.APP(scope, receive, send)


def _continue_searches() -> None:
    from core.search.engine import ensure_engine

    ensure_engine(runs_root())


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Around all that the server does; the port listens already."""
    os.umask(0o077)  # what people leave here is not for other users of this machine
    connections.install()
    log_requests()
    for line in health.start_problems():
        print(f"check: {line}", file=sys.stderr, flush=True)
    sweep = asyncio.create_task(uploads.sweep())
    if not config.get_option("server.headless"):
        # Where there is a display, as Streamlit does for a script, but not for an `App`.
        url = server_util.get_url("localhost")
        asyncio.get_running_loop().call_soon(cli_util.open_browser, url)
    with maintain_runs(runs_root(), _continue_searches):
        yield
    sweep.cancel()


MIDDLEWARE = [
    Middleware(each)
    for each in (ResponseHeaders, RequestChecks, uploads.UploadLimits, WebsocketLimits)
]
# Streamlit itself serves a folder `static` beside its script only, which is in pages/.
ROUTES = [
    Route("/healthz", health.healthz),
    Route("/readyz", health.readyz),
    Mount("/app/static", StaticFiles(directory=PROJECT_ROOT / "static")),
    Mount("/capture", _capture),
]
