"""Who a request's cookie says it comes from. Streamlit alone would take a cookie for 30 days, also
after its owner has signed out; here a sign-in ends when the operator says, or when it is ended."""

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from streamlit.auth_util import get_cookie_with_chunks, get_secrets_auth_section
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from core.base.errors import InputError
from core.base.files import runs_root, write_json
from core.hosting import access

COOKIE = USER_COOKIE_NAME
LIST = ".signed-out.json"  # in the folder of runs: hashes of cookies, and until when they matter
LOGOUT_PATH = "/auth/logout"


def is_on() -> bool:
    """Whether people sign in here."""
    return access.sign_in_required() or bool(get_secrets_auth_section())


def user(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """What the provider said of whoever signed in; None where nobody has, it is too long ago, or
    they have signed out since."""
    content = _content(cookies)
    if content is None or _hash(content) in _signed_out(runs_root() / LIST):
        return None
    with suppress(ValueError):
        found = json.loads(content)
        return found if isinstance(found, dict) and found.get("is_logged_in") else None
    return None


def is_let_in(cookies: Mapping[str, str]) -> bool:
    """Whether that is somebody on the list."""
    with suppress(InputError):  # a mistyped list lets nobody in
        found = user(cookies)
        return found is not None and access.decide_access(found) == "in"
    return False


def sign_out(cookies: Mapping[str, str]) -> None:
    """Ends a sign-in: this cookie opens nothing any more. A full disk forgets that at a restart."""
    content, path = _content(cookies), runs_root() / LIST
    if content is None:
        return
    ended, now = _signed_out(path), time.time()
    ended[_hash(content)] = now + access.LONGEST_SIGN_IN.total_seconds()
    for each in [each for each, until in ended.items() if until < now]:
        del ended[each]
    with suppress(OSError):
        write_json(path, ended)


def _content(cookies: Mapping[str, str]) -> bytes | None:
    """What a cookie says that we have signed, lately enough. Its text may vary, this does not; the
    provider's times in it make it one sign-in's alone."""
    try:
        days = access.sign_in_lasts().total_seconds() / 86400
    except InputError:
        return None

    def read(name: str) -> bytes | None:
        signed = cookies.get(name, "").encode("latin-1", "replace")
        return decode_signed_value(get_cookie_secret(), name, signed, days)

    return get_cookie_with_chunks(read, COOKIE)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@cache
def _signed_out(path: Path) -> dict[str, float]:
    with suppress(OSError, ValueError):
        return dict(json.loads(path.read_text("utf-8")))
    return {}
