"""Where a session may be, and its code: whoever has the link with it may add photos, from any
number of phones, until the session ends.

The code lies in the folder of runs, `.capture/<session>/code.json`, and not beside the photos, so
that a copy or a zip of the data set never holds it; it survives a restart of the server.
"""

import hashlib
import hmac
import json
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from core.base import files
from core.base.errors import InputError, naming_os_errors
from core.base.language import N_
from core.capture.session import Session, open_session
from core.data.dataset import METADATA_FILE
from core.store.visitors import CAPTURE_DATA, is_visitor_dir, visitor_dirs

STATE_FOLDER = ".capture"
_CODE_FILE = "code.json"


def capture_root(runs_dir: Path, dataset_root: Path) -> Path:
    """The data set to capture in for whom the folder of runs is: the very one; for a visitor of a
    demo one of their own, which has the training photos of the bundled one by a link and none of
    its test sets, and goes with their other things. Raises RunError where it cannot be made."""
    if not is_visitor_dir(runs_dir):
        return Path(dataset_root)
    own = Path(runs_dir) / CAPTURE_DATA / Path(dataset_root).name
    with naming_os_errors(own):
        own.mkdir(parents=True, exist_ok=True)
        for name in ("train.csv", METADATA_FILE):
            if (dataset_root / name).is_file() and not (own / name).exists():
                shutil.copyfile(dataset_root / name, own / name)
        if not (own / "train").exists():
            (own / "train").symlink_to((dataset_root / "train").resolve())
    return own


def owner_dir(runs_dir: Path, session: Session) -> Path:
    """The folder of runs of whose the session is: a visitor's own where it is a visitor's."""
    visitor = session.folder.absolute().parents[2]
    return visitor if is_visitor_dir(visitor) else Path(runs_dir)


def state_folder(runs_dir: Path, session: Session) -> Path:
    """The folder, for its owner alone, of what is not part of the data set: the code, class maps.
    Raises RunError where it cannot be made."""
    place = f"{session.folder.resolve()}\0{session.id}"
    name = hashlib.sha256(place.encode()).hexdigest()[:32]
    folder = owner_dir(runs_dir, session) / STATE_FOLDER / name
    with naming_os_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def access_code(runs_dir: Path, session: Session) -> str:
    """The code of a session that has not ended, 192 random bits; the same each time. Raises
    InputError where it has ended or the code cannot be kept."""
    session = open_session(session.folder)
    if session.ended:
        raise InputError(N_("{name}: this session has ended").format(name=session.set_name))
    folder = state_folder(runs_dir, session)
    with naming_os_errors(folder), files.locked(folder / ".lock"):
        known = _read(folder)
        if known is not None and known["begun"] == session.times_begun:
            return str(known["code"])
        code = secrets.token_urlsafe(24)
        place = str(session.folder.resolve())
        files.write_json(
            folder / _CODE_FILE, {"code": code, "folder": place, "begun": session.times_begun}
        )
        return code


def find_session(runs_dir: Path, code: str, even_ended: bool = False) -> Session | None:
    """The session that a code opens, a visitor's too; None where none that goes on has it (even
    ended: nor one that has ended and has no other code since)."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{32}", code):
        return None
    found = None
    places = (Path(runs_dir), *visitor_dirs(runs_dir))
    for path in [file for at in places for file in at.glob(f"{STATE_FOLDER}/*/{_CODE_FILE}")]:
        known = _read(path.parent)
        # All are compared, each in constant time: how long it takes tells nothing of any.
        if known is not None and hmac.compare_digest(str(known["code"]), code):
            found = known
    if found is None:
        return None
    with suppress(InputError):  # its data set is gone
        session = open_session(Path(str(found["folder"])))
        if (even_ended or not session.ended) and session.times_begun == found["begun"]:
            return session
    return None


def _read(folder: Path) -> dict[str, str | int] | None:
    with suppress(OSError, ValueError):
        known = json.loads((folder / _CODE_FILE).read_text("utf-8"))
        if isinstance(known, dict) and {"code", "folder", "begun"} <= known.keys():
            return known
    return None
