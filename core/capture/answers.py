"""What a session's runs answer to its photos: asked of the preview process, noted in the log, so
that nothing is asked twice and a process that was killed costs one more try."""

import io
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.base import files
from core.base.errors import InputError
from core.capture.access import state_folder
from core.capture.session import Answer, Session, open_session, record_answer
from core.jobs.preview.client import PreviewError, request_prediction
from core.store.visitors import shared_root_of

_TRIES = 3  # of a question, as the process may be killed while it answers
_RETRY_SECONDS = 10.0  # after a run could not answer
_threads: dict[Path, threading.Thread] = {}
_problems: dict[Path, tuple[str, float]] = {}


@dataclass(frozen=True)
class ClassMap:
    """Where a run finds evidence in a photo (core.evaluate.localisation.density): (classes, rows,
    columns), one scale for all runs."""

    classes: tuple[str, ...]
    density: NDArray[np.float32]


def unanswered(session: Session) -> list[tuple[str, str]]:
    """Photos, newest first, and the runs that have not answered them."""
    photos = reversed(session.pictures)
    return [(p.id, run) for p in photos for run in session.runs if run not in p.answers]


def answer_pictures(runs_dir: Path, session: Session) -> Session:
    """Asks until every run has answered every photo, also those that come meanwhile. Of several who
    ask at once one does so and the others wait. Raises InputError, one line, where a run cannot
    answer, once all others have."""
    problems: dict[str, InputError] = {}
    while True:
        with files.locked(state_folder(runs_dir, session) / "answers.lock"):
            session = open_session(session.folder)
            waiting = [pair for pair in unanswered(session) if pair[1] not in problems]
            if not waiting:
                break
            photo, run = waiting[0]
            try:
                with suppress(FileNotFoundError):  # thrown away meanwhile
                    _answer(runs_dir, session, photo, run)
            except InputError as error:
                problems[run] = error
    for problem in problems.values():
        raise problem
    return session


def ensure_answering(runs_dir: Path, session: Session) -> None:
    """Has waiting photos answered by a thread of this process. Returns at once."""
    folder = session.folder.resolve()
    running = folder in _threads and _threads[folder].is_alive()
    resting = time.monotonic() < _problems.get(folder, ("", 0.0))[1]
    if running or resting or not unanswered(open_session(session.folder)):
        return
    thread = threading.Thread(target=_answer_in_thread, args=(runs_dir, session), daemon=True)
    _threads[folder] = thread
    thread.start()


def answering_problem(session: Session) -> str:
    """Why photos wait for an answer, in one line; "" while all is well."""
    waiting = unanswered(session)
    return _problems.get(session.folder.resolve(), ("", 0.0))[0] if waiting else ""


def read_map(runs_dir: Path, session: Session, picture_id: str, run: str) -> ClassMap | None:
    """A run's class map of a photo; None where this machine has none."""
    with (
        suppress(OSError, ValueError, KeyError, BadZipFile),
        np.load(_map_file(runs_dir, session, picture_id, run)) as kept,
    ):
        return ClassMap(tuple(map(str, kept["classes"])), kept["density"].astype(np.float32))
    return None


def _answer_in_thread(runs_dir: Path, session: Session) -> None:
    folder = session.folder.resolve()
    try:
        answer_pictures(runs_dir, session)
        _problems.pop(folder, None)
    except (InputError, OSError) as error:
        _problems[folder] = " ".join(str(error).split()), time.monotonic() + _RETRY_SECONDS


def _answer(runs_dir: Path, session: Session, picture_id: str, run: str) -> None:
    photo = session.path(session.picture(picture_id)).read_bytes()
    for trial in range(_TRIES):
        try:
            found = request_prediction(shared_root_of(runs_dir), run, photo)
            break
        except PreviewError:
            if trial == _TRIES - 1:
                raise
    buffer = io.BytesIO()
    density = found.evidence_density.astype(np.float16)
    np.savez(buffer, classes=np.array(list(found.probabilities)), density=density)
    files.write_bytes(_map_file(runs_dir, session, picture_id, run), buffer.getvalue())
    answer = Answer(found.predicted, found.probabilities[found.predicted])
    record_answer(session, picture_id, run, answer)


def _map_file(runs_dir: Path, session: Session, picture_id: str, run: str) -> Path:
    return state_folder(runs_dir, session) / f"{picture_id}-{run}.npz"
