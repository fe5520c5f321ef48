"""A capture session: a test set of a data set that is being photographed, and compares runs.

The session's folder is the test set's own. Its state is a fold over `capture.jsonl` beside the
photos and labels.csv: a label there, which people may edit later, goes before what was asked for.
Changes are made under the data set's lock, in an order that a kill cannot halve: a photo is written
under a hidden name, its line is logged, it gets its name, then its label. Whoever changes the
session next finishes what the last line began.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from core.base import event_log, files
from core.base.errors import DataError, InputError
from core.base.event_log import Event
from core.base.language import N_, translate
from core.capture.asking import Request, Taken, next_request
from core.capture.intake import clean_text, prepare_photo
from core.data.archive import printable
from core.data.csv_files import read_rows
from core.data.dataset import Dataset, read_dataset
from core.data.dataset_names import BACKGROUND, CAPTURE_LOG, VALIDATION, UniqueNames, clean_name
from core.data.label_edits import locked_dataset, put_label
from core.data.label_tables import LABEL_COLUMNS, Label
from core.data.near_copies import nearest_copy
from core.data.origin import state_origin
from core.hosting import limits
from core.store.status import Clock, utc_now

DEFAULT_NAME = "elsewhere"
MAX_NAME = 24  # characters of a person's first name
WARNING_TEXTS = {
    "copy": N_("almost identical to {other}"),
    "dark": N_("very dark"),
    "blurred": N_("blurred"),
}
_RESERVED = ("train", VALIDATION)


class Warning(NamedTuple):
    """What may be wrong with a photo. kind: a key of WARNING_TEXTS. other: the photo that it is
    nearly the same as, `split/file`."""

    kind: str
    other: str = ""


class Answer(NamedTuple):
    """A run's answer to a photo. probability: of the predicted class, 0..1."""

    predicted: str
    probability: float


@checked_dataclass(frozen=True)
class Picture:
    """A photo of the session. label: as labels.csv has it now. at: when it arrived, ISO 8601. name:
    whose it is. kept: whether it stays in spite of its warnings. point: where somebody tapped the
    object, shares of width and height, 0..1. answers: by run. Checked as it is read: a log may come
    from elsewhere, and an id names a file."""

    id: Annotated[str, Field(pattern=r"^p[0-9]{4,9}$")]
    label: str
    circumstance: str
    request: str
    upload_id: str
    phone: str
    name: str
    at: str
    warnings: tuple[Warning, ...] = ()
    kept: bool = False
    removed: bool = False
    point: tuple[float, float] | None = None
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Its file in the test set."""
        return f"{self.id}.jpg"

    @property
    def unsettled_warnings(self) -> tuple[Warning, ...]:
        """What is still to be decided: keep it, or throw it away."""
        return () if self.kept else self.warnings

    def right(self, run: str) -> bool | None:
        """Whether a run answered the photo's label; None where it has not answered."""
        answer = self.answers.get(run)
        return None if answer is None else answer.predicted == self.label


@checked_dataclass(frozen=True)
class Session:
    """The state when it was read. runs: one or two ids; of two, the first is A. times_begun: how
    often it was begun or gone on with; each has a code of its own. everything: all photos, removed
    ones too. open: what each phone was asked for last and has not sent yet; skipped, lacking: what
    phones passed over, and do not have."""

    folder: Path
    id: str
    runs: tuple[str, ...]
    seed: int
    classes: tuple[str, ...]
    ended: bool
    times_begun: int
    everything: tuple[Picture, ...]
    open: tuple[tuple[str, Request], ...]
    skipped: tuple[tuple[str, Request], ...]
    lacking: tuple[tuple[str, Request], ...]

    @property
    def dataset_root(self) -> Path:
        return self.folder.parent

    @property
    def set_name(self) -> str:
        return self.folder.name

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """In the order in which they arrived."""
        return tuple(each for each in self.everything if not each.removed)

    def picture(self, picture_id: str) -> Picture:
        """Raises DataError where there is none of that id."""
        for each in self.everything:
            if each.id == picture_id:
                return each
        problem = N_("{place}: no photo {name}")
        raise DataError(problem.format(place=self.folder, name=printable(picture_id)))

    def path(self, picture: Picture) -> Path:
        """Where the photo's file is."""
        return self.folder / picture.file


def warning_texts(picture: Picture) -> list[str]:
    """What is still to be decided of a photo, in the reader's words; a kind that only another
    version knows is passed over."""
    return [
        translate(WARNING_TEXTS[each.kind]).format(other=each.other)
        for each in picture.unsettled_warnings
        if each.kind in WARNING_TEXTS
    ]


def disagreed(picture: Picture, runs: Sequence[str]) -> bool | None:
    """Whether exactly one of two runs answered right; None where one has not answered."""
    right = [picture.right(run) for run in runs]
    return None if len(right) < 2 or None in right else right[0] != right[1]


# --- a session ------------------------------------------------------------------------------------


def find_sessions(dataset_root: Path) -> list[Path]:
    """The folders of a data set's captured test sets, by name."""
    return sorted(path.parent for path in Path(dataset_root).glob(f"[!._]*/{CAPTURE_LOG}"))


def begin(
    dataset_root: Path, runs: Sequence[str], name: str = "", seed: int = -1, clock: Clock = utc_now
) -> Session:
    """Begins a session of one or two runs in a new test set, stated to be from elsewhere; or goes
    on with the one of that name, with these runs from now on (where none are given, with its own).
    seed: of what it asks for, -1 for any. Raises InputError, one line: no or too many runs, a name
    that will not do or is another test set's, a data set that cannot be read or written."""
    if name and (name != clean_name(name) or name.casefold() in _RESERVED):
        problem = N_("{name}: use only letters, digits, - and _, such as {example}")
        raise InputError(problem.format(name=printable(name), example=DEFAULT_NAME))
    with _writing(Path(dataset_root)) as dataset:
        folder = dataset.root / (name or _new_name(dataset))
        earlier = open_session(folder) if read_events(folder) else None
        if earlier is None and any(path.name != CAPTURE_LOG for path in folder.glob("[!.]*")):
            problem = N_("{place}: already exists; choose another name")
            raise InputError(problem.format(place=folder))
        asked = list(dict.fromkeys(runs)) or list(earlier.runs if earlier else ())
        if not 1 <= len(asked) <= 2:
            raise InputError(N_("choose one or two runs, not {count}").format(count=len(asked)))
        folder.mkdir(exist_ok=True)
        state_origin(dataset.root, folder.name, elsewhere=True)
        _finish(folder)
        facts = {
            "id": earlier.id if earlier else secrets.token_hex(8),
            "seed": earlier.seed if earlier else secrets.randbits(32) if seed < 0 else seed,
        }
        append_event(folder, clock, "begun", **facts, runs=asked, classes=dataset.classes)
    return open_session(folder)


def open_session(folder: Path) -> Session:
    """The session as it is now; nothing is written. Raises DataError where the folder has none."""
    return _fold(Path(folder), read_events(Path(folder)), _labels(Path(folder)))


def end(session: Session, clock: Clock = utc_now) -> Session:
    """Ends it: its codes open nothing any more. `begin` goes on with it."""
    with _changing(session) as now:
        if not now.ended:
            append_event(session.folder, clock, "ended")
    return open_session(session.folder)


# --- asking ---------------------------------------------------------------------------------------


def ask(session: Session, phone: str = "", clock: Clock = utc_now) -> Request | None:
    """What this phone is asked for: what it was asked for last, while it has not sent, skipped or
    lacked that, else something new. None where it has nothing of any class."""
    with _changing(session) as now:
        if phone in dict(now.open):
            return dict(now.open)[phone]
        taken = [Taken(p.label, p.circumstance, disagreed(p, now.runs)) for p in now.pictures]
        passed = [each for who, each in now.open if who != phone]
        passed += [each for who, each in now.skipped if who == phone]
        lacks = {
            (each.label, "copy" if each.circumstance == "copy" else "")
            for who, each in now.lacking
            if who == phone
        }
        pairs = [(each.label, each.circumstance) for each in passed]
        found = next_request(taken, pairs, lacks, now.classes, now.seed, phone)
        if found is not None:
            found = replace(found, id=secrets.token_hex(4))
            append_event(session.folder, clock, "asked", phone=phone, **asdict(found))
        return found


def skip(session: Session, request_id: str, clock: Clock = utc_now) -> Session:
    """The person passes this over; a request that is not open stays as it is."""
    return _append(session, clock, "skipped", request_id)


def lacking(session: Session, request_id: str, clock: Clock = utc_now) -> Session:
    """The person does not have it: this phone is not asked for the class again (for another copy of
    it, where that was asked for)."""
    return _append(session, clock, "lacking", request_id)


# --- photos ---------------------------------------------------------------------------------------


def add_photo(
    session: Session,
    request: Request,
    data: bytes,
    upload_id: str = "",
    phone: str = "",
    name: str = "",
    file_name: str = "",
    clock: Clock = utc_now,
) -> Picture:
    """Takes a photo, labelled with the class that was asked for. request: of `ask`, or made by hand
    for a file whose class is known. upload_id: of the phone, the same for each try to send one
    photo, which is stored once. Raises DataError, one line: what is wrong with the photo
    (core.capture.intake), no such class, the session has ended, or nothing can be written."""
    _check_class(session, request.label)
    upload_id, phone, name = upload_id[:80], phone[:80], clean_text(name, MAX_NAME)
    limits.check_capture_allowed(session.dataset_root, len(open_session(session.folder).pictures))
    photo = prepare_photo(data, file_name)
    warnings = [Warning(kind) for kind in photo.defects]
    copy = nearest_copy(photo.image, read_dataset(session.dataset_root), session.set_name)
    with _changing(session) as now:
        # A removed one too: a late second try does not bring it back.
        for each in now.everything:
            if upload_id and each.upload_id == upload_id:
                return each
        if now.ended:
            raise DataError(N_("{name}: this session has ended").format(name=now.set_name))
        number = 1 + max((int(each.id[1:]) for each in now.everything), default=0)
        facts = {"label": request.label, "circumstance": request.circumstance}
        facts |= {"request": request.id, "upload_id": upload_id, "phone": phone}
        picture_id = f"p{number:04d}"
        files.write_bytes(session.folder / f".{picture_id}.jpg", photo.jpeg)
        told = [Warning("copy", copy[0]), *warnings] if copy else warnings
        append_event(
            session.folder, clock, "added", id=picture_id, name=name, warnings=told, **facts
        )
        _finish(session.folder)
    return open_session(session.folder).picture(picture_id)


def remove(session: Session, picture_id: str, clock: Clock = utc_now) -> Session:
    """Throws a photo away, with its label."""
    return _append(session, clock, "removed", picture_id, removed=True)


def relabel(session: Session, picture_id: str, label: str, clock: Clock = utc_now) -> Session:
    """Gives a photo another class. Raises DataError where there is no such class."""
    _check_class(session, label)
    with _changing(session) as now:
        picture = now.picture(picture_id)
        if not picture.removed and picture.label != label:
            _write_label(now.path(picture), label)
            append_event(session.folder, clock, "relabelled", id=picture_id, label=label)
    return open_session(session.folder)


def keep(session: Session, picture_id: str, clock: Clock = utc_now) -> Session:
    """Keeps a photo in spite of its warnings."""
    return _append(session, clock, "kept", picture_id, kept=True)


def set_point(
    session: Session, picture_id: str, point: tuple[float, float], clock: Clock = utc_now
) -> Session:
    """Notes where the object is: shares of the photo's width and height, 0..1. Raises DataError."""
    if len(point) != 2 or not all(0 <= value <= 1 for value in point):
        raise DataError(N_("a point must be two numbers from 0 to 1"))
    return _append(session, clock, "point", picture_id, point=tuple(map(float, point)))


def record_answer(
    session: Session, picture_id: str, run: str, answer: Answer, clock: Clock = utc_now
) -> Session:
    """Notes what a run answers to a photo."""
    return _append(session, clock, "answered", picture_id, run=run, answer=answer)


# --- inside ---------------------------------------------------------------------------------------


def read_events(folder: Path) -> list[Event]:
    """The events of a set's session. Raises DataError where the log cannot be read."""
    return event_log.read_events(folder / CAPTURE_LOG)


def append_event(folder: Path, clock: Clock, kind: str, **facts: Any) -> None:
    """Only inside the data set's lock. Raises OSError."""
    event_log.append_event(folder / CAPTURE_LOG, clock, kind, **facts)


@contextmanager
def _writing(dataset_root: Path) -> Iterator[Dataset]:
    limits.check_capture_allowed(dataset_root)
    with locked_dataset(dataset_root, None) as dataset:
        yield dataset


@contextmanager
def _changing(session: Session) -> Iterator[Session]:
    """The session as it is now, what the last change began finished; nobody else changes it."""
    with _writing(session.dataset_root):
        _finish(session.folder)
        yield open_session(session.folder)


def _append(session: Session, clock: Clock, kind: str, id_: str, **facts: Any) -> Session:
    """Logs a change of an open request or of a photo that is there; others stay as they are."""
    with _changing(session) as now:
        requests = {request.id for _, request in now.open}
        if id_ in requests if kind in ("skipped", "lacking") else not now.picture(id_).removed:
            append_event(session.folder, clock, kind, id=id_, **facts)
            _finish(session.folder)
    return open_session(session.folder)


def _finish(folder: Path) -> None:
    """Makes the files say what the last line of the log does: it was done for all lines before."""
    last = (read_events(folder) or [{"event": ""}])[-1]
    if last["event"] not in ("added", "removed"):
        return
    path = folder / Path(f"{last.get('id')}.jpg").name
    hidden = path.with_name(f".{path.name}")
    if last["event"] == "removed":
        put_label(folder.parent, folder.name, path.name, None)
        path.unlink(missing_ok=True)
    else:
        if hidden.is_file():
            hidden.replace(path)
        if path.is_file() and path.name not in _labels(folder):
            _write_label(path, last["label"])


def _write_label(path: Path, label: str) -> None:
    present = () if label == BACKGROUND else (label,)
    put_label(path.parent.parent, path.parent.name, path.name, Label(label, present))


def _check_class(session: Session, label: str) -> None:
    if label not in session.classes:
        raise DataError(N_("{name}: not a class of this data set").format(name=printable(label)))


def _new_name(dataset: Dataset) -> str:
    taken = (path.name for path in dataset.root.iterdir())
    return UniqueNames([*_RESERVED, *taken]).reserve(DEFAULT_NAME)


def _labels(folder: Path) -> dict[str, str]:
    """What labels.csv says of the set's photos now, by file. Raises DataError."""
    rows = read_rows(folder.parent / "labels.csv", LABEL_COLUMNS, optional=True)
    return {row["file"]: row["primary"] for _, row in rows if row["split"] == folder.name}


def _fold(folder: Path, events: Sequence[Event], labels: dict[str, str]) -> Session:
    """The state that the events lead to. Events that are not of this form, or of a photo that is
    gone, are passed over. Raises DataError where none of them begins it."""
    begun: dict[str, Any] = {}
    times, ended = 0, False
    requests: dict[str, tuple[str, Request]] = {}
    closed: dict[str, list[tuple[str, Request]]] = {"skipped": [], "lacking": []}
    pictures: dict[str, Picture] = {}
    for event in events:
        kind, facts = event["event"], {k: v for k, v in event.items() if k not in ("event", "at")}
        with suppress(KeyError, TypeError, ValueError):
            if kind == "begun":
                begun = {name: facts[name] for name in ("id", "seed", "runs", "classes")}
                times, ended = times + 1, False
                requests.clear()  # of phones that have long gone
            elif kind == "ended":
                ended = True
            elif kind == "asked":
                requests[facts["id"]] = facts.pop("phone"), Request(**facts)
            elif kind in closed:
                closed[kind].append(requests.pop(facts["id"]))
            elif kind == "added":
                pictures[facts["id"]] = Picture(**facts, at=event["at"])
                requests.pop(facts["request"], None)
            elif kind == "answered":
                before = pictures[facts["id"]]
                answers = before.answers | {facts["run"]: facts["answer"]}
                pictures[before.id] = replace(before, answers=answers)
            elif kind in ("relabelled", "removed", "kept", "point"):
                pictures[facts["id"]] = replace(pictures[facts["id"]], **facts)
    if not begun:
        raise DataError(N_("{folder}: no photos were captured here").format(folder=folder))
    there = (each for each in pictures.values() if each.removed or (folder / each.file).is_file())
    return Session(
        folder=folder,
        everything=tuple(replace(p, label=labels.get(p.file, p.label)) for p in there),
        open=tuple(requests.values()),
        skipped=tuple(closed["skipped"]),
        lacking=tuple(closed["lacking"]),
        times_begun=times,
        ended=ended,
        **begun,
    )
