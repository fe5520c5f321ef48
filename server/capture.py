"""The page for phones: `/capture/CODE`, plain HTML beside Streamlit. The code: core.capture.access.

Every answer needs the code of a session. A request that changes something also needs a header that
no page of another site can send. What blocks (files, decoding) is done in threads.
"""

import asyncio
import json
import re
import secrets
import tempfile
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route, Router

from core.base import demo_mode
from core.base.errors import DataError, InputError
from core.base.files import runs_root
from core.base.language import N_, language, translate, use_language
from core.capture import session as sessions
from core.capture.access import find_session, owner_dir
from core.capture.asking import Request
from core.capture.intake import MAX_BYTES, prepare_photo, too_large_text
from core.capture.session import Picture, Session
from server.phone_state import page_texts, phone_state
from server.responses import language_of

HEADER = "X-Overfit-Lens"
_POLICY = (
    "default-src 'none'; script-src 'nonce-{0}'; style-src 'nonce-{0}'; img-src 'self' blob: data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HERE = Path(__file__).parent
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")  # that a phone has made for itself or for a photo
_IN_MEMORY = 1_000_000  # bytes of an upload before it goes to a file
# Two photos at a time: decoding one may take the memory of 80 million pixels.
_DECODERS = ThreadPoolExecutor(2, "capture")
_OF_REQUEST = {"skip": sessions.skip, "lacking": sessions.lacking}
_OF_PICTURE = {"keep": sessions.keep, "remove": sessions.remove}
Answer = Callable[[Session, HttpRequest, IO[bytes]], Response]


def _page(session: Session, request: HttpRequest, body: IO[bytes]) -> Response:
    nonce = secrets.token_urlsafe(16)
    data = {"texts": page_texts(), "language": language(), "ended": session.ended}
    page = (_HERE / "phone.html").read_text("utf-8")
    for name, text in {
        "language": language(),
        "nonce": nonce,
        "style": (_HERE / "phone.css").read_text("utf-8"),
        "script": (_HERE / "phone.js").read_text("utf-8"),
        "data": json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
    }.items():
        page = page.replace(f"{{{{{name}}}}}", text)
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY.format(nonce)})


def _state(session: Session, request: HttpRequest, body: IO[bytes]) -> Response:
    runs_dir = owner_dir(runs_root(), session)
    return JSONResponse(phone_state(runs_dir, session, _id(request, "phone")))


def _photo(session: Session, request: HttpRequest, body: IO[bytes]) -> Response:
    return FileResponse(session.path(_own_picture(session, request)), media_type="image/jpeg")


def _add(session: Session, request: HttpRequest, body: IO[bytes]) -> Response:
    """Takes the photo that is the body; with `picture`, in place of that one."""
    query, data = request.query_params, body.read()
    upload, phone, file = _id(request, "upload"), _id(request, "phone"), query.get("file", "")
    asked = Request(*(query.get(key, "") for key in ("label", "circumstance", "request")))
    if "picture" in query:
        earlier = _own_picture(session, request)
        prepare_photo(data, file)  # is refused before the earlier one goes
        sessions.remove(session, earlier.id)
        asked = Request(earlier.label, earlier.circumstance)
    sessions.add_photo(session, asked, data, upload, phone, query.get("name", ""), file)
    return _state(sessions.open_session(session.folder), request, body)


def _change(session: Session, request: HttpRequest, body: IO[bytes]) -> Response:
    action, query = request.url.path.rpartition("/")[2], request.query_params
    if action in _OF_REQUEST:
        session = _OF_REQUEST[action](session, query.get("request", ""))
    elif action in _OF_PICTURE:
        session = _OF_PICTURE[action](session, _own_picture(session, request).id)
    else:
        with suppress(ValueError):
            point = float(query.get("x", "")), float(query.get("y", ""))
            session = sessions.set_point(session, _own_picture(session, request).id, point)
    return _state(session, request, body)


def _endpoint(answer: Answer, takes_photo: bool = False) -> Callable[..., Awaitable[Response]]:
    """Finds the code's session, reads the body where a photo is taken, and has the answer made in a
    thread, in the reader's language."""

    async def endpoint(request: HttpRequest) -> Response:
        session = await run_in_threadpool(_find, request.path_params["code"])
        if session is None:
            raise HTTPException(404)
        if request.method == "POST" and HEADER not in request.headers:
            raise HTTPException(403)
        with use_language(language_of(request)), tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:

            def work() -> Response:
                try:
                    if session.ended and answer is not _page:
                        raise DataError(N_("this session has ended"))
                    return answer(session, request, body)
                except InputError as error:
                    line = {"error": translate(str(error))}
                    # What this machine cannot write now is no fault of the photo: it is sent again.
                    ours = getattr(error.__context__, "errno", None) is not None
                    return JSONResponse(line, 410 if session.ended else 503 if ours else 422)

            if takes_photo and not await _read(request, body):
                line = translate(too_large_text(request.query_params.get("file", "")))
                response: Response = JSONResponse({"error": line}, 413)
            else:
                pool, loop = _DECODERS if takes_photo else None, asyncio.get_running_loop()
                response = await loop.run_in_executor(pool, copy_context().run, work)
        response.headers["Cache-Control"] = "no-store"
        return response

    return endpoint


async def _read(request: HttpRequest, body: IO[bytes]) -> bool:
    """Whether it is not too large; no more than that is read of it."""
    size = int(request.headers.get("content-length") or 0)
    with suppress(ClientDisconnect):  # then what has come is no photo
        if size <= MAX_BYTES:
            size = 0
            async for chunk in request.stream():
                size += len(chunk)
                if size > MAX_BYTES:
                    break
                await run_in_threadpool(body.write, chunk)
    body.seek(0)
    return size <= MAX_BYTES


def _find(code: str) -> Session | None:
    with suppress(InputError):  # a mistyped setting opens nothing
        if demo_mode.is_capture_allowed():
            return find_session(runs_root(), code, even_ended=True)
    return None


def _id(request: HttpRequest, key: str) -> str:
    found = request.query_params.get(key, "")
    if not _ID.fullmatch(found):
        raise HTTPException(400)
    return found


def _own_picture(session: Session, request: HttpRequest) -> Picture:
    """The photo that is asked for, which this phone has sent."""
    wanted, phone = request.query_params.get("picture", ""), _id(request, "phone")
    for each in session.everything:
        if each.id == wanted and each.phone == phone:
            return each
    raise HTTPException(404)


APP = Router(
    [
        Route("/{code}", _endpoint(_page)),
        Route("/{code}/state", _endpoint(_state)),
        Route("/{code}/photo", _endpoint(_photo), methods=["GET"]),
        Route("/{code}/photo", _endpoint(_add, takes_photo=True), methods=["POST"]),
        *(
            Route(f"/{{code}}/{action}", _endpoint(_change), methods=["POST"])
            for action in (*_OF_REQUEST, *_OF_PICTURE, "point")
        ),
    ]
)
