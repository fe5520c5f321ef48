"""A capture session: a test set of a data set that is being photographed, and compares runs.

The session's folder is the test set's own. Its state is a fold over `capture.jsonl` beside the
photos, with labels.csv: a photo's label there, which people may edit later, goes before what was
asked for. Every change is made under the data set's lock in an order that a kill cannot halve: a
photo is written under a hidden name, its line is logged, it gets its name, then its label; whoever
changes the session next finishes what the last line began.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.base import files
from core.base.errors import DataError, InputError, os_error_line
from core.base.language import N_
from core.capture.asking import CIRCUMSTANCES, AskingHistory, Request, Taken, next_request
from core.capture.intake import clean_text, prepare_photo
from core.capture.log import Event, append_event, read_events
from core.data.archive import printable
from core.data.csv_files import read_rows
from core.data.dataset import BACKGROUND, VALIDATION, Dataset, read_dataset
from core.data.label_edits import locked_dataset, put_label
from core.data.label_tables import LABEL_COLUMNS, Label
from core.data.layout import UniqueNames, clean_name
from core.data.near_copies import nearest_copy
from core.data.origin import state_origin
from core.store.status import Clock, utc_now

DEFAULT_NAME = "elsewhere"
MAX_NAME = 24  # characters of a person's first name
WARNING_TEXTS = {
    "copy": N_("nearly the same as {other}"),
    "dark": N_("very dark"),
    "blurred": N_("blurred"),
}
_RESERVED = ("train", VALIDATION)


@dataclass(frozen=True)
class Warning:
    """What may be wrong with a photo. kind: a key of WARNING_TEXTS. other: the photo that it is
    nearly the same as, `split/file`."""

    kind: str
    other: str = ""


@dataclass(frozen=True)
class Answer:
    """A run's answer to a photo. probability: of the predicted class, 0..1."""

    predicted: str
    probability: float


@dataclass(frozen=True)
class Picture:
    """A photo of the session. file: in the test set. label: as labels.csv has it now. answers: by
    run. point: where somebody tapped the object, shares of width and height, 0..1. at: when it
    arrived, ISO 8601. kept: whether its warnings were seen and the photo kept."""

    id: str
    file: str
    label: str
    circumstance: str
    at: str
    upload_id: str = ""
    request: str = ""
    phone: str = ""
    name: str = ""
    warnings: tuple[Warning, ...] = ()
    kept: bool = False
    removed: bool = False
    point: tuple[float, float] | None = None
    answers: dict[str, Answer] = field(default_factory=dict)

    def right(self, run: str) -> bool | None:
        """Whether a run answered the photo's label; None where it has not answered."""
        answer = self.answers.get(run)
        return None if answer is None else answer.predicted == self.label

    @property
    def unsettled_warnings(self) -> tuple[Warning, ...]:
        """What is still to be decided: keep it, or throw it away."""
        return () if self.kept else self.warnings


@dataclass(frozen=True)
class OpenRequest:
    """What a phone was asked for last and has not sent yet."""

    request: Request
    phone: str


@dataclass(frozen=True)
class Session:
    """The state of a session when it was read. runs: one or two ids; of two, the first is A.
    times_begun: how often it was begun or gone on with; each has a code of its own."""

    folder: Path
    id: str
    runs: tuple[str, ...]
    seed: int
    classes: tuple[str, ...]
    ended: bool
    times_begun: int
    everything: tuple[Picture, ...]  # removed ones too
    open: tuple[OpenRequest, ...]
    skipped: tuple[tuple[str, Request], ...]  # by phone
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
        raise DataError(
            N_("{place}: no photo {name}").format(place=self.folder, name=printable(picture_id))
        )

    def path(self, picture: Picture) -> Path:
        """Where the photo's file is."""
        return self.folder / picture.file

    def history(self, phone: str) -> AskingHistory:
        """What decides what this phone is asked for next."""
        return AskingHistory(
            tuple(
                Taken(each.label, each.circumstance, disagreed(each, self.runs))
                for each in self.pictures
            ),
            tuple((o.request.label, o.request.circumstance) for o in self.open if o.phone != phone),
            tuple((r.label, r.circumstance) for who, r in self.skipped if who == phone),
            frozenset(
                (r.label, r.circumstance if r.circumstance == "copy" else "")
                for who, r in self.lacking
                if who == phone
            ),
        )


def disagreed(picture: Picture, runs: Sequence[str]) -> bool | None:
    """Whether exactly one of two runs answered right; None where one has not answered."""
    right = [picture.right(run) for run in runs]
    return None if len(right) < 2 or None in right else right[0] != right[1]


# --- a session ------------------------------------------------------------------------------------


def find_sessions(dataset_root: Path) -> list[Path]:
    """The folders of a data set's captured test sets, by name."""
    return sorted(path.parent for path in Path(dataset_root).glob("[!._]*/capture.jsonl"))


def begin(
    dataset_root: Path,
    runs: Sequence[str],
    name: str = "",
    seed: int | None = None,
    clock: Clock = utc_now,
) -> Session:
    """Begins a session of one or two runs in a new test set, stated to be from elsewhere; or goes
    on with the one of that name, with these runs from now on (with those it has where none are
    given). Raises InputError, one line: no or too many runs, a name that will not do or is another
    test set's, a data set that cannot be read or written."""
    runs = tuple(dict.fromkeys(runs))
    if len(runs) > 2:
        raise InputError(N_("choose one or two runs, not {count}").format(count=len(runs)))
    if name and (name != clean_name(name) or name.casefold() in _RESERVED):
        raise InputError(
            N_("{name}: only letters, digits, - and _, such as {example}").format(
                name=printable(name), example=DEFAULT_NAME
            )
        )
    with _writing(Path(dataset_root)) as dataset:
        folder = dataset.root / (name or _new_name(dataset))
        events = read_events(folder) if name else []
        earlier = _fold(folder, events, {}) if events else None
        if earlier is None:
            _check_unused(folder)
        else:
            _finish(folder)
        runs = runs or (earlier.runs if earlier else ())
        if not runs:
            raise InputError(N_("choose one or two runs that answer the photos"))
        folder.mkdir(exist_ok=True)
        state_origin(dataset.root, folder.name, elsewhere=True)
        append_event(
            folder,
            clock,
            "begun",
            session=earlier.id if earlier else secrets.token_hex(8),
            runs=list(runs),
            classes=list(dataset.classes),
            seed=earlier.seed if earlier else secrets.randbits(32) if seed is None else seed,
        )
    return open_session(folder)


def open_session(folder: Path) -> Session:
    """The session as it is now; nothing is written. Raises DataError where the folder has none."""
    folder = Path(folder)
    events = read_events(folder)
    if not any(event["event"] == "begun" for event in events):
        raise DataError(N_("{folder}: no photos were captured here").format(folder=folder))
    return _fold(folder, events, _labels(folder))


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
        for each in now.open:
            if each.phone == phone:
                return each.request
        found = next_request(now.history(phone), now.classes, now.seed, phone)
        if found is None:
            return None
        found = replace(found, id=secrets.token_hex(4))
        append_event(
            session.folder,
            clock,
            "asked",
            request=found.id,
            label=found.label,
            circumstance=found.circumstance,
            phone=phone,
        )
        return found


def skip(session: Session, request_id: str, clock: Clock = utc_now) -> Session:
    """The person passes this over; one that is not open stays as it is."""
    return _close_request(session, request_id, "skipped", clock)


def lacking(session: Session, request_id: str, clock: Clock = utc_now) -> Session:
    """The person does not have it: this phone is not asked for the class again (for another copy of
    it, where that was asked for)."""
    return _close_request(session, request_id, "lacking", clock)


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
    if request.label not in session.classes:
        raise DataError(
            N_("{name}: no class of this data set").format(name=printable(request.label))
        )
    if (known := _by_upload(open_session(session.folder), upload_id)) is not None:
        return known
    photo = prepare_photo(data, file_name)
    dataset = read_dataset(session.dataset_root)
    warnings = [Warning(kind) for kind in photo.defects]
    if copy := nearest_copy(photo.image, dataset, session.set_name):
        warnings.insert(0, Warning("copy", copy[0]))
    with _changing(session) as now:
        if (known := _by_upload(now, upload_id)) is not None:
            return known  # sent twice at once
        if now.ended:
            raise DataError(N_("{name}: this session has ended").format(name=now.set_name))
        number = 1 + max((int(each.id[1:]) for each in now.everything), default=0)
        picture_id = f"p{number:04d}"
        files.write_bytes(_pending(session.folder, picture_id), photo.jpeg)
        append_event(
            session.folder,
            clock,
            "added",
            picture=picture_id,
            label=request.label,
            circumstance=request.circumstance if request.circumstance in CIRCUMSTANCES else "",
            request=request.id,
            upload=upload_id,
            phone=phone,
            name=clean_text(name, MAX_NAME),
            warnings=[[each.kind, each.other] for each in warnings],
        )
        _finish(session.folder)
    return open_session(session.folder).picture(picture_id)


def remove(session: Session, picture_id: str, clock: Clock = utc_now) -> Session:
    """Throws a photo away, with its label."""
    return _change_picture(session, clock, "removed", picture_id)


def undo(session: Session, phone: str = "", clock: Clock = utc_now) -> Session:
    """Throws away the last photo of this phone, if it has one."""
    own = [each.id for each in open_session(session.folder).pictures if each.phone == phone]
    return remove(session, own[-1], clock) if own else session


def relabel(session: Session, picture_id: str, label: str, clock: Clock = utc_now) -> Session:
    """Gives a photo another class. Raises DataError where there is no such class."""
    if label not in session.classes:
        raise DataError(N_("{name}: no class of this data set").format(name=printable(label)))
    with _changing(session) as now:
        picture = now.picture(picture_id)
        if not picture.removed and picture.label != label:
            _write_label(session.folder, picture.file, label)
            append_event(session.folder, clock, "relabelled", picture=picture_id, label=label)
    return open_session(session.folder)


def keep(session: Session, picture_id: str, clock: Clock = utc_now) -> Session:
    """Keeps a photo in spite of its warnings."""
    return _change_picture(session, clock, "kept", picture_id)


def set_point(
    session: Session, picture_id: str, point: tuple[float, float], clock: Clock = utc_now
) -> Session:
    """Notes where the object is: shares of the photo's width and height, 0..1. Raises DataError."""
    if len(point) != 2 or not all(0 <= value <= 1 for value in point):
        raise DataError(N_("a point must be two numbers from 0 to 1"))
    return _change_picture(session, clock, "point", picture_id, point=list(map(float, point)))


def record_answer(
    session: Session, picture_id: str, run: str, answer: Answer, clock: Clock = utc_now
) -> Session:
    """Notes what a run answers to a photo."""
    facts = {"run": run, "predicted": answer.predicted, "probability": answer.probability}
    return _change_picture(session, clock, "answered", picture_id, **facts)


# --- inside ---------------------------------------------------------------------------------------


@contextmanager
def _writing(dataset_root: Path) -> Iterator[Dataset]:
    try:
        with locked_dataset(dataset_root) as dataset:
            yield dataset
    except OSError as error:
        raise DataError(os_error_line(error)) from None


@contextmanager
def _changing(session: Session) -> Iterator[Session]:
    """The session as it is now, with what the last change began finished, and nobody changes it
    meanwhile."""
    with _writing(session.dataset_root):
        _finish(session.folder)
        yield open_session(session.folder)


def _close_request(session: Session, request_id: str, kind: Any, clock: Clock) -> Session:
    with _changing(session) as now:
        if any(each.request.id == request_id for each in now.open):
            append_event(session.folder, clock, kind, request=request_id)
    return open_session(session.folder)


def _change_picture(
    session: Session, clock: Clock, kind: Any, picture_id: str, **facts: Any
) -> Session:
    with _changing(session) as now:
        if not now.picture(picture_id).removed:
            append_event(session.folder, clock, kind, picture=picture_id, **facts)
            _finish(session.folder)
    return open_session(session.folder)


def _finish(folder: Path) -> None:
    """Makes the files say what the last line of the log does: all later lines were written after
    this was done for those before."""
    events = [event for event in read_events(folder) if "picture" in event]
    if not events:
        return
    kind, picture_id = events[-1]["event"], events[-1]["picture"]
    path, pending = folder / f"{picture_id}.jpg", _pending(folder, picture_id)
    if kind == "added" and pending.is_file():
        pending.replace(path)
    if kind == "added" and path.is_file() and path.name not in _labels(folder):
        _write_label(folder, path.name, events[-1]["label"])
    if kind == "removed":
        put_label(folder.parent, folder.name, path.name, None)
        path.unlink(missing_ok=True)


def _pending(folder: Path, picture_id: str) -> Path:
    return folder / f".{picture_id}.jpg"


def _write_label(folder: Path, file: str, label: str) -> None:
    present = () if label == BACKGROUND else (label,)
    put_label(folder.parent, folder.name, file, Label(label, present))


def _by_upload(session: Session, upload_id: str) -> Picture | None:
    """The photo of that upload; a removed one too: a late second try does not bring it back."""
    found = (each for each in session.everything if upload_id and each.upload_id == upload_id)
    return next(found, None)


def _new_name(dataset: Dataset) -> str:
    return UniqueNames([*_RESERVED, *(path.name for path in dataset.root.iterdir())]).reserve(
        DEFAULT_NAME
    )


def _check_unused(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise InputError(N_("{place}: is there already; choose another name").format(place=folder))


def _labels(folder: Path) -> dict[str, str]:
    """What labels.csv says of the set's photos now, by file. Raises DataError."""
    rows = read_rows(folder.parent / "labels.csv", LABEL_COLUMNS, optional=True)
    return {row["file"]: row["primary"] for _, row in rows if row["split"] == folder.name}


def _fold(folder: Path, events: Sequence[Event], labels: dict[str, str]) -> Session:
    """The state that the events lead to. An event of another version, or of a photo that is gone,
    is passed over."""
    begun: Event = {}
    times, ended = 0, False
    requests: dict[str, OpenRequest] = {}
    closed: dict[str, list[tuple[str, Request]]] = {"skipped": [], "lacking": []}
    pictures: dict[str, Picture] = {}
    for event in events:
        with suppress(KeyError, TypeError, ValueError):
            kind = event["event"]
            if kind == "begun":
                begun, times, ended = event, times + 1, False
                requests.clear()  # of phones that have long gone
            elif kind == "ended":
                ended = True
            elif kind == "asked":
                request = Request(event["label"], event["circumstance"], event["request"])
                requests[request.id] = OpenRequest(request, event["phone"])
            elif kind in closed:
                answered = requests.pop(event["request"])
                closed[kind].append((answered.phone, answered.request))
            elif kind == "added":
                requests.pop(event["request"], None)
                pictures[event["picture"]] = _added(event)
            else:
                before = pictures[event["picture"]]
                pictures[before.id] = _changed(before, event)
    there = tuple(
        replace(each, label=labels.get(each.file, each.label))
        for each in pictures.values()
        if each.removed or (folder / each.file).is_file()
    )
    return Session(
        folder=folder,
        id=str(begun["session"]),
        runs=tuple(map(str, begun["runs"])),
        seed=int(begun["seed"]),
        classes=tuple(map(str, begun["classes"])),
        ended=ended,
        times_begun=times,
        everything=there,
        open=tuple(requests.values()),
        skipped=tuple(closed["skipped"]),
        lacking=tuple(closed["lacking"]),
    )


def _added(event: Event) -> Picture:
    return Picture(
        id=event["picture"],
        file=f"{event['picture']}.jpg",
        label=event["label"],
        circumstance=event["circumstance"],
        at=event["at"],
        upload_id=event["upload"],
        request=event["request"],
        phone=event["phone"],
        name=event["name"],
        warnings=tuple(Warning(kind, other) for kind, other in event["warnings"]),
    )


def _changed(picture: Picture, event: Event) -> Picture:
    kind = event["event"]
    if kind == "relabelled":
        return replace(picture, label=event["label"])
    if kind == "removed":
        return replace(picture, removed=True)
    if kind == "kept":
        return replace(picture, kept=True)
    if kind == "point":
        x, y = event["point"]
        return replace(picture, point=(float(x), float(y)))
    if kind == "answered":
        answer = Answer(event["predicted"], float(event["probability"]))
        return replace(picture, answers=picture.answers | {event["run"]: answer})
    return picture
