"""Files that browsers send to Streamlit, which keeps them in memory: only from a page that takes
one, within a budget, and no longer than the page's session."""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from core.base import demo_mode
from core.base.errors import InputError

PATH = "/_stcore/upload_file/"
MAX_FILES = 2000  # that one session holds: a folder of photos
SESSION_SHARE, SERVER_SHARE = 2.5, 5  # of server.maxUploadSize: bytes that one, or all, may hold
SWEEP_SECONDS = 30


class UploadLimits:
    """Refuses what no page of ours asks for, and what is too much while it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.coming: Counter[str] = Counter()  # bytes of requests under way, by session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PATH):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        session, put = scope["path"].removeprefix(PATH).split("/")[0], request.method == "PUT"
        status = self._refusal(session, request) if request.method != "OPTIONS" else 0
        if status:
            await Response(status_code=status, headers=_CLOSE)(scope, receive, send)
            return
        taken = 0

        async def receive_counted() -> Message:
            nonlocal taken
            message = await receive()
            size = len(message.get("body", b""))
            taken, self.coming[session] = taken + size, self.coming[session] + size
            if put and self._is_full(session):
                raise HTTPException(413, headers=_CLOSE)
            return message

        try:
            await self.app(scope, receive_counted, send)
        finally:
            self.coming[session] -= taken
            self.coming += Counter()
            forget_gone_sessions()  # one may have ended while its file came

    def _refusal(self, session: str, request: Request) -> int:
        """The status of a refusal; 0 where it may go on."""
        with suppress(InputError):  # a mistyped setting opens nothing
            if demo_mode.is_capture_allowed():
                open_session = runtime.get_instance().get_app_session(session)
                if open_session is None:
                    return 403
                if request.method != "PUT":
                    return 0  # a page takes its files away when its uploader has gone already
                if not has_uploader(open_session):
                    return 403
                declared = request.headers.get("content-length", "0")
                more = int(declared) if declared.isdecimal() else 0
                return 413 if self._is_full(session, more) else 0
        return 403

    def _is_full(self, session: str, more: int = 0) -> bool:
        """Whether so many bytes more, and a file more, are too much for a session or for all."""
        unit = config.get_option("server.maxUploadSize") * 1024 * 1024
        own = [len(file.data) for file in list(_files().file_storage.get(session, {}).values())]
        return (
            len(own) >= MAX_FILES
            or sum(own) + self.coming[session] + more > SESSION_SHARE * unit
            or _files()._total_bytes + self.coming.total() + more > SERVER_SHARE * unit
        )


_CLOSE = {"Connection": "close"}  # the rest of what comes is not read


def has_uploader(session: Any) -> bool:
    """Whether the page that a session shows has a control for files (or a camera). Streamlit keeps
    what it knows of a control after it has gone, but not the value."""
    state = session.session_state
    drawn = {*state._new_widget_state.states, *state._old_state}
    known = state._new_widget_state.widget_metadata
    return any(
        each in known and known[each].value_type == "file_uploader_state_value" for each in drawn
    )


def forget_gone_sessions() -> None:
    """Deletes the files of sessions that nobody can come back to."""
    for session in list(_files().file_storage):
        if runtime.get_instance()._session_mgr.get_session_info(session) is None:
            _files().remove_session_files(session)


async def sweep() -> None:
    """Does so again and again: sessions that ended by themselves are not told of."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        forget_gone_sessions()


def _files() -> MemoryUploadedFileManager:
    return cast(MemoryUploadedFileManager, runtime.get_instance().uploaded_file_mgr)
