"""Asks the preview process what needs torch: augmented views, and a run's answer to any photo.

The process (core.jobs.preview.server) serves one folder of runs. It is started when it is first
asked, outlives the dashboard, leaves when nobody has asked for a while, and is started again when
it is gone. Free of torch: the dashboard never loads it.
"""

import hashlib
import os
import socket
import stat
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base.errors import InputError, RunError
from core.base.language import N_
from core.data.label_tables import Box
from core.jobs.detached import DetachedProcess
from core.jobs.messages import Message, MessageError, receive, send
from core.recipe.files import recipe_dict
from core.recipe.schema import Recipe

COMMAND = "preview"
MAX_PHOTOS = 8  # on the wall, and as many views
# The parts of a recipe that decide its views.
VIEW_RECIPE_KEYS = ("image_size", "crop", "augment", "balance", "split", "views_per_photo", "seed")
START_SECONDS = 300.0  # loading torch takes four, on a machine busy with ten others a minute
ANSWER_SECONDS = 40.0  # longer than the process gives itself for an answer
_TRIES = 2  # starts of the process before it is said that it cannot
_MAX_SOCKET_PATH_BYTES = 100  # bytes of a socket's path; systems allow 104 or 108
CancelCheck = Callable[[], None]


class PreviewError(InputError):
    """The preview process could not answer. The message is one line and says why."""


@dataclass(frozen=True)
class View:
    """A training view: when it is shown, as JPEG, and what it is mixed with. share: of the photo
    itself, 0.5..1; 1 without mixup, whose partner is then empty."""

    epoch: int
    jpeg: bytes
    mixup_weight: float
    partner: str
    partner_label: str


@dataclass(frozen=True)
class PhotoViews:
    """A photo of `train/` and views that training shows of it. plain: as the network would see it
    unchanged, as JPEG. Without views the recipe's split keeps it aside for validation."""

    file: str
    label: str
    unaugmented: bytes
    views: tuple[View, ...]


@dataclass(frozen=True)
class MaskedPrediction:
    """Answers with a part of the photo painted over, by class; the mean over three fillings.

    pictures: what was looked at, as JPEG. elsewhere: with an equal area painted over elsewhere;
    None where there is no room for one."""

    probabilities: dict[str, float]
    pictures: tuple[bytes, ...]
    elsewhere_probabilities: dict[str, float] | None


@dataclass(frozen=True)
class PreviewPrediction:
    """What a run answers to a photo. probabilities: by class, summing to 1. density: where the
    evidence for each class lies (classes, rows, columns; core.evaluate.localisation.density)."""

    probabilities: dict[str, float]
    evidence_density: NDArray[np.float32]
    masked: MaskedPrediction | None

    @property
    def predicted(self) -> str:
        return most_likely(self.probabilities)


def most_likely(probabilities: dict[str, float]) -> str:
    """The class with the highest probability."""
    return max(probabilities, key=lambda name: probabilities[name])


def request_views(
    runs_dir: Path,
    recipe: Recipe,
    data_dir: Path,
    files: Sequence[str] = (),
    first_epoch: int = 1,
    check_cancelled: CancelCheck = lambda: None,
) -> list[PhotoViews]:
    """Eight views, shared out among photos of `train/` (one of each of a few classes where no
    `files` are named), in the epochs from `first_epoch` on in which training shows them.

    `check_cancelled` is called again and again while the process starts and works; raising from it
    stops. Raises PreviewError, or the InputError of the recipe or the photos: one line."""
    facts = {
        "what": "views",
        "recipe": view_recipe(recipe),
        "data": str(Path(data_dir).resolve()),
        "files": list(files),
        "epoch": first_epoch,
    }
    answer = _request(runs_dir, Message(facts), check_cancelled)
    parts = iter(answer.parts)
    try:
        return [
            PhotoViews(
                photo["file"],
                photo["label"],
                next(parts),
                tuple(
                    View(v["epoch"], next(parts), v["share"], v["partner"], v["partner_label"])
                    for v in photo["views"]
                ),
            )
            for photo in answer.fields["photos"]
        ]
    except (KeyError, TypeError, RuntimeError) as error:  # RuntimeError: too few parts
        raise _version_error(runs_dir) from error


def view_recipe(recipe: Recipe) -> dict[str, Any]:
    """What decides a recipe's views, as plain data: another learning rate shows the same ones."""
    whole = recipe_dict(recipe)
    return {part: whole[part] for part in VIEW_RECIPE_KEYS}


def request_prediction(
    runs_dir: Path,
    run_id: str,
    photo: bytes,
    box: Box | None = None,
    check_cancelled: CancelCheck = lambda: None,
) -> PreviewPrediction:
    """What a finished run answers to a photo (the bytes of its file), and with the box of it
    painted over. `check_cancelled` as in `request_views`. Raises PreviewError, or the InputError of
    the run."""
    corners = None if box is None else [box.x0, box.y0, box.x1, box.y1]
    answer = _request(
        runs_dir,
        Message({"what": "answers", "run": run_id, "box": corners}, (photo,)),
        check_cancelled,
    )
    try:
        told, (maps, *pictures) = answer.fields, answer.parts
        density = np.frombuffer(maps, "<f4").reshape(told["shape"])
        hidden = told["hidden"]
        if hidden is not None:
            hidden = MaskedPrediction(hidden["probabilities"], tuple(pictures), hidden["elsewhere"])
        return PreviewPrediction(told["probabilities"], density, hidden)
    except (KeyError, TypeError, ValueError) as error:
        raise _version_error(runs_dir) from error


def request_shifted(
    runs_dir: Path,
    run_id: str,
    asked: Sequence[tuple[str, str, int]],
    check_cancelled: CancelCheck = lambda: None,
) -> list[bytes]:
    """Shifted views of a run's validation photos as JPEG. asked: family, file and number of each,
    at most MAX_PHOTOS. `check_cancelled` as in `request_views`. Raises PreviewError, or the
    InputError of the run or the photos."""
    facts = {"what": "shifted", "run": run_id, "asked": [list(one) for one in asked]}
    answer = _request(runs_dir, Message(facts), check_cancelled)
    if len(answer.parts) != len(asked):
        raise _version_error(runs_dir)
    return list(answer.parts)


def ensure_preview(runs_dir: Path) -> bool:
    """Whether the process is there and listens, so that an answer takes well under a second; it is
    started where there is none. Returns at once.

    Raises PreviewError when it has ended by itself before it listened; the next call starts it
    again."""
    process = DetachedProcess(COMMAND, runs_dir)
    if process.alive():
        return socket_path(runs_dir).exists()
    if not process.starting():
        if (process.exit_status() or 0) > 0:  # not by a signal, from whoever wanted it gone
            raise _start_error(process)
        process.start()
    return False


def socket_path(runs_dir: Path) -> Path:
    """Where the process listens: in the runs folder, or, since the path of a socket must be short,
    in a folder of the temporary one that only its owner can open. Raises RunError."""
    path = Path(runs_dir).resolve() / f"{COMMAND}.sock"
    if len(os.fsencode(path)) <= _MAX_SOCKET_PATH_BYTES:
        return path
    folder = Path(tempfile.gettempdir()) / f"overfit-lens-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise RunError(
            N_("{folder}: cannot be created ({reason})", folder=folder, reason=error.strerror)
        ) from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise RunError(
            N_(
                "{folder}: other users can open it; delete it, and it will be created again",
                folder=folder,
            )
        )
    return folder / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}.sock"


def _request(runs_dir: Path, request: Message, check_cancelled: CancelCheck) -> Message:
    with _connect(runs_dir, check_cancelled) as connection:
        try:
            send(connection, request, ANSWER_SECONDS)
            answer = receive(connection, ANSWER_SECONDS, check_cancelled)
        except (MessageError, OSError) as error:
            raise PreviewError(
                N_(
                    "the preview process did not respond ({reason}); try again, and if "
                    "this persists, see {log}"
                ).format(reason=error, log=DetachedProcess(COMMAND, runs_dir).log)
            ) from None
    if "error" in answer.fields:
        raise PreviewError(str(answer.fields["error"]))
    return answer


def _connect(runs_dir: Path, check_cancelled: CancelCheck) -> socket.socket:
    """A connection to the process, which is started where there is none."""
    process, path = DetachedProcess(COMMAND, runs_dir), socket_path(runs_dir)
    deadline, tries = time.monotonic() + START_SECONDS, 0
    while time.monotonic() < deadline:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(1)
        try:
            connection.connect(str(path))
            return connection
        except (FileNotFoundError, ConnectionRefusedError, BlockingIOError, TimeoutError):
            connection.close()
        if not process.alive() and not process.starting():
            if tries == _TRIES:
                raise _start_error(process)
            process.start()
            tries += 1
        check_cancelled()
        time.sleep(0.05)
    told = N_("the preview process did not respond within {limit:.0f} seconds; {log} may show why")
    raise PreviewError(told.format(limit=START_SECONDS, log=process.log))


def _start_error(process: DetachedProcess) -> PreviewError:
    why = process.last_log_line()
    why = why or N_("exit status {number}", number=process.exit_status())
    process.reset()
    return PreviewError(N_("cannot start the preview process: {why}", why=why))


def stop_preview(runs_dir: Path) -> None:
    """Ends the process, if there is one; the next question starts another."""
    pid = DetachedProcess(COMMAND, runs_dir).pid()
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, 15)


def _version_error(runs_dir: Path) -> PreviewError:
    """A process that was started before the program was changed goes on with what it loaded."""
    stop_preview(runs_dir)
    return PreviewError(
        N_("the preview process was from another version and was stopped; try again")
    )
