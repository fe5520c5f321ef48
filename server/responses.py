"""What all answers have: headers that tell the browser what a page may do, a number, and a line in
the log (without links' parameters and codes); and how long a request may take to come."""

import asyncio
import json
import logging
import os
import re
import secrets
import time
from datetime import UTC, datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.base.errors import InputError
from core.base.language import LANGUAGES

FRAMES = "OVERFIT_LENS_FRAMES"
LOG_REQUESTS = "OVERFIT_LENS_LOG"
CHUNK_SECONDS, BODY_SECONDS = 30.0, 900.0  # for the next part of a request's body, and for all
LOG = logging.getLogger("overfit_lens.requests")
# Streamlit's own scripts are built into its page, and components come as blobs.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'{sockets}; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "frame-ancestors 'self'{frames}"
)
# What follows opens something: a capture session, a file, somebody's session.
_KEY = re.compile(r"^(/capture/|/media/|/_stcore/upload_file/).*?(/[a-z]+)?$", re.DOTALL)
_QUIET = ("/static/", "/app/static/", "/healthz", "/readyz", "/_stcore/health")


class ResponseHeaders:
    """Around everything that answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        number, begun, status = secrets.token_hex(8), time.monotonic(), 0
        host = Headers(scope=scope).get("host", "")
        comes = scope["type"] == "http"

        async def receive_checked() -> Message:
            nonlocal comes
            if not comes:
                return await receive()
            try:
                async with asyncio.timeout(min(CHUNK_SECONDS, begun + BODY_SECONDS - now())):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, headers={"Connection": "close"}) from None
            comes = bool(message.get("more_body"))
            return message

        async def send_checked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", policy(host))
                headers.setdefault("Referrer-Policy", "no-referrer")
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Request-ID"] = number
            elif message["type"].startswith("websocket."):
                status = status or (403 if message["type"] == "websocket.close" else 101)
            await send(message)

        now = time.monotonic
        try:
            await self.app(scope, receive_checked, send_checked)
        except BaseException:
            status = status or 500
            raise
        finally:
            _log(scope, number, status, time.monotonic() - begun)


def policy(host: str) -> str:
    """The Content-Security-Policy of a page that came by that name."""
    known = re.fullmatch(r"[\w.:\[\]-]+", host)
    sockets = f" ws://{host} wss://{host}" if known else ""  # not all browsers' 'self' has them
    try:
        frames = "".join(f" {each}" for each in frame_owners())
    except InputError:
        frames = ""
    return _POLICY.format(sockets=sockets, frames=frames)


def frame_owners() -> list[str]:
    """Sites that may show the dashboard in a frame. Raises InputError where one is no origin."""
    named = os.environ.get(FRAMES, "").replace(",", " ").split()
    for each in named:
        if not re.fullmatch(r"https?://(\*\.)?[A-Za-z0-9.-]+(:\d+)?", each):
            raise InputError(f"{FRAMES}: {each} is not an origin, as https://example.org")
    return named


def log_requests() -> None:
    """Has each request logged, not only what was refused, where the operator wants that."""
    if os.environ.get(LOG_REQUESTS, "").lower() == "on" and not LOG.handlers:
        LOG.addHandler(logging.StreamHandler())
        LOG.setLevel(logging.INFO)
        LOG.propagate = False


def _log(scope: Scope, number: str, status: int, seconds: float) -> None:
    refused = status >= 400 and status != 404
    if not refused and scope["path"].startswith(_QUIET):
        return
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "id": number,
        "method": scope.get("method", "WEBSOCKET"),
        "path": shown_path(scope["path"]),
        "status": status,
        "ms": round(1000 * seconds),
    }
    if refused:
        line["client"] = (scope.get("client") or ("",))[0]
    LOG.log(logging.WARNING if refused else logging.INFO, json.dumps(line))


def shown_path(path: str) -> str:
    """A path without what would open something."""
    return _KEY.sub(r"\1…\2", path[:200])


def language_of(request: HTTPConnection) -> str:
    """Of an answer that no page of Streamlit gives: the link's, else the browser's first known."""
    asked = [request.query_params.get("lang", "")]
    asked += request.headers.get("accept-language", "").split(",")
    known = (each.strip()[:2].lower() for each in asked)
    return next((each for each in known if each in LANGUAGES), "en")
