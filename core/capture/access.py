"""A session's code: whoever has the link with it may add photos, from any number of phones, until
the session ends.

It lies in the folder of runs, `.capture/<session>/code.json`, and not beside the photos, so that a
copy or a zip of the data set never holds it; it survives a restart of the server.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from contextlib import suppress
from pathlib import Path

from core.base import files
from core.base.errors import InputError, RunError, not_written_text
from core.base.language import N_
from core.capture.session import Session, open_session

STATE_FOLDER = ".capture"
_CODE_FILE = "code.json"


def state_folder(runs_dir: Path, session: Session) -> Path:
    """Where this machine keeps what is not part of the data set: the code, class maps."""
    place = f"{session.folder.resolve()}\0{session.id}"
    return Path(runs_dir) / STATE_FOLDER / hashlib.sha256(place.encode()).hexdigest()[:32]


def access_code(runs_dir: Path, session: Session) -> str:
    """The code of a session that has not ended, 192 random bits; the same each time. Raises
    InputError where it has ended or the code cannot be kept."""
    session = open_session(session.folder)
    if session.ended:
        raise InputError(N_("{name}: this session has ended").format(name=session.set_name))
    folder = state_folder(runs_dir, session)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with files.locked(folder / ".lock"):
            known = _read(folder)
            if known is not None and known["begun"] == session.times_begun:
                return str(known["code"])
            code = secrets.token_urlsafe(24)
            place = str(session.folder.resolve())
            files.write_json(
                folder / _CODE_FILE, {"code": code, "folder": place, "begun": session.times_begun}
            )
            return code
    except OSError as error:
        raise RunError(not_written_text(folder, error)) from None


def find_session(runs_dir: Path, code: str) -> Session | None:
    """The session that a code opens; None where it is no code of one that goes on."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{32}", code):
        return None
    found = None
    for path in sorted((Path(runs_dir) / STATE_FOLDER).glob(f"*/{_CODE_FILE}")):
        known = _read(path.parent)
        # All are compared, each in constant time: how long it takes tells nothing of any.
        if known is not None and hmac.compare_digest(str(known["code"]), code):
            found = known
    if found is None:
        return None
    with suppress(InputError):  # its data set is gone
        session = open_session(Path(str(found["folder"])))
        if not session.ended and session.times_begun == found["begun"]:
            return session
    return None


def _read(folder: Path) -> dict[str, str | int] | None:
    with suppress(OSError, ValueError):
        known = json.loads((folder / _CODE_FILE).read_text("utf-8"))
        if isinstance(known, dict) and {"code", "folder", "begun"} <= known.keys():
            return known
    return None
