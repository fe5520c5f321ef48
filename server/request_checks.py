"""Who may ask what: by which name, from which page, from which machine, and signed in or not."""

import ipaddress
import logging
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.web.server.server_util import is_allowed_origin
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from core.base.language import _, use_language
from core.hosting.phones import is_this_machine
from core.hosting.sign_in_setup import PROVIDER_FAILS
from server import sign_in
from server.responses import language_of

PROBES = ("/healthz", "/readyz", "/_stcore/health")  # asked by the machine's address, of anybody
_CLOSED = ("/_stcore/metrics",)
# What Streamlit's script asks for before it draws the page on which people sign in.
_BEFORE_SIGN_IN = ("/_stcore/stream", "/_stcore/host-config", "/auth/login", sign_in.LOGOUT_PATH)
_SIGNING_IN = ("/auth/login", "/oauth2callback")
LOG = logging.getLogger("overfit_lens")


class RequestChecks:
    """Refuses what comes under a wrong name, from another site's page, or before a sign-in.

    Where `server.allowedHosts` names this machine only, as it does by default, other machines
    reach the page for phones and nothing else. (Whoever writes their own requests can make up the
    name by which they came.)"""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        hosts = config.get_option("server.allowedHosts")
        self.local = bool(hosts) and all(map(is_this_machine, hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        path, cookies = scope["path"], connection.cookies
        if status := self._refusal(connection):
            if scope["type"] == "http":
                await Response(status_code=status)(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        if path == sign_in.LOGOUT_PATH:
            sign_in.sign_out(cookies)
        elif sign_in.COOKIE in cookies and sign_in.user(cookies) is None:
            _drop_cookies(scope)
        if path in _SIGNING_IN:
            await self._sign_in(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, connection: HTTPConnection) -> int:
        """The status of a refusal; 0 where it is let through."""
        path, headers = connection.scope["path"], connection.headers
        phone = connection.scope["type"] == "http" and path.startswith("/capture/")
        if self.local and not phone:
            client = connection.client.host if connection.client else "localhost"
            if not is_this_machine(client):
                return 404
        host, origin = headers.get("host", ""), headers.get("origin")
        if path not in PROBES and not is_host_allowed(host) and not (phone and _is_address(host)):
            return 403
        if origin is not None and not _is_own(origin, host):
            return 403
        if path in _CLOSED:
            return 404
        opens = path.startswith(("/static/", "/capture/")) or path in (*_BEFORE_SIGN_IN, *PROBES)
        page = path.count("/") == 1  # the same empty page for each, which then opens a websocket
        if opens or page or not sign_in.is_on():
            return 0
        return 0 if sign_in.is_let_in(connection.cookies) else 401

    async def _sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As Streamlit does it, but for its words where the provider does not answer as it should:
        its own are for nobody."""
        failed = False

        async def send_unless_failed(message: Message) -> None:
            nonlocal failed
            failed |= message["type"] == "http.response.start" and message["status"] >= 400
            if not failed:
                await send(message)

        try:
            await self.app(scope, receive, send_unless_failed)
        except Exception as error:
            LOG.error("%s", error)
            failed = True
        if failed:
            LOG.error(PROVIDER_FAILS)
            with use_language(language_of(HTTPConnection(scope))):
                words = _(
                    "Nobody can sign in now. Please try again later; the owner of this "
                    "server can find the reason in its log."
                )
            await PlainTextResponse(words, 503)(scope, receive, send)


def _is_own(origin: str, host: str) -> bool:
    """Whether a page is of this server; one of another port of this machine is not."""
    if is_allowed_origin(origin):
        return True
    with suppress(ValueError):
        found, named = urlsplit(origin), config.get_option("browser.serverAddress")
        own = config.is_manually_set("browser.serverAddress") and found.hostname == named
        return own or (bool(host) and found.netloc == host)
    return False


def _is_address(host: str) -> bool:
    """Whether a browser came by an address, which nobody can lead elsewhere (DNS rebinding)."""
    with suppress(ValueError):
        ipaddress.ip_address(urlsplit(f"//{host}").hostname or "")
        return True
    return False


def _drop_cookies(scope: Scope) -> None:
    """Takes a sign-in out of a request that has ended: Streamlit would still believe it."""
    headers = MutableHeaders(scope=scope)
    kept = [
        each
        for each in ";".join(headers.getlist("cookie")).split(";")
        if not each.strip().startswith(sign_in.COOKIE)
    ]
    headers["cookie"] = ";".join(kept)
