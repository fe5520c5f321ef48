from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.errors import InputError
from core.capture import session as sessions
from core.capture.asking import Request
from core.capture.session import (
    Answer,
    Session,
    add_photo,
    ask,
    begin,
    end,
    keep,
    lacking,
    open_session,
    record_answer,
    relabel,
    remove,
    set_point,
    skip,
)
from core.data.dataset import read_dataset, unused_files
from core.data.dataset_names import CAPTURE_LOG
from core.data.label_edits import Truth, save_truth
from core.data.label_tables import Label
from core.store.status import utc_now
from tests.core.capture.photos import phone_photo
from tests.factory import write_dataset


def _state(session: Session) -> dict[str, str]:
    """The set as everything else reads it: files and labels."""
    dataset = read_dataset(session.dataset_root)
    if session.set_name not in {each.name for each in dataset.test_sets}:
        return {}
    found = dataset.test_set(session.set_name)
    assert {photo.file for photo in found.photos} == found.labels.keys()
    return {file: label.primary for file, label in found.labels.items()}


def test_a_session_is_a_test_set_from_elsewhere(root: Path, session: Session) -> None:
    assert not _state(session)  # no photo yet: everything else is as it was
    asked = ask(session, "phone")
    assert asked is not None and ask(session, "phone") == asked  # goes on where it was
    picture = add_photo(session, asked, phone_photo(1), "u1", "phone", "Mia\n" + "x" * 99)
    dataset = read_dataset(root)
    found = dataset.test_set("elsewhere")
    assert found.origin == "elsewhere" and [p.file for p in found.photos] == ["p0001.jpg"]
    assert _state(session) == {"p0001.jpg": asked.label}
    assert unused_files(dataset) == []
    now = open_session(session.folder)
    assert now.pictures == (picture,) and picture.name == "Mia" + "x" * 21 and not now.open
    assert ask(session, "phone") != asked


def test_nothing_of_a_location_is_anywhere_in_the_data_set(root: Path, session: Session) -> None:
    add_photo(session, Request("red"), phone_photo(1), file_name="Secret.jpg")
    assert not [
        path for path in root.rglob("*") if path.is_file() and b"Secret" in path.read_bytes()
    ]


def test_the_same_upload_is_stored_once_however_often_it_is_sent(session: Session) -> None:
    def send(_: int) -> str:
        return add_photo(session, Request("red"), phone_photo(1), "same").id

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(8))) == {"p0001"}
    assert len(_state(session)) == 1
    remove(session, "p0001")
    assert send(0) == "p0001" and not _state(session)  # a late try does not bring it back


def test_every_change_is_seen_by_all(session: Session) -> None:
    for number, label in enumerate(("red", "blue", "background")):
        add_photo(session, Request(label), phone_photo(number), phone="p")
    relabel(session, "p0001", "blue")
    set_point(session, "p0002", (0.25, 1.0))
    record_answer(session, "p0002", "run-a", Answer("blue", 0.9))
    remove(session, "p0003")
    now = keep(session, "p0002")
    assert _state(session) == {"p0001.jpg": "blue", "p0002.jpg": "blue"}
    one, two = now.pictures
    assert one.right("run-a") is None and two.right("run-a") is True
    assert two.point == (0.25, 1.0) and two.kept
    remove(session, "p0002")
    # The number of a photo that went is not given again.
    assert add_photo(session, Request("red"), phone_photo(7)).id == "p0004"


def test_what_people_label_later_goes_before_what_was_asked(session: Session) -> None:
    add_photo(session, Request("red"), phone_photo(1))
    truth = Truth(Label("blue", ("blue", "red")), ())
    save_truth(session.dataset_root, "elsewhere", "p0001.jpg", truth, utc_now)
    keep(session, "p0001")
    assert open_session(session.folder).picture("p0001").label == "blue"
    assert _state(session) == {"p0001.jpg": "blue"}


def test_a_photo_that_is_nearly_the_same_is_told(session: Session) -> None:
    train = next((session.dataset_root / "train" / "red").glob("*.jpg"))
    copied = add_photo(session, Request("red"), train.read_bytes())
    assert next((w.kind, w.other) for w in copied.warnings) == ("copy", f"train/red/{train.name}")
    first = add_photo(session, Request("red"), phone_photo(1))
    again = add_photo(session, Request("red"), phone_photo(1))
    assert not first.warnings
    assert [(w.kind, w.other) for w in again.unsettled_warnings] == [
        ("copy", "elsewhere/p0002.jpg")
    ]
    assert not keep(session, again.id).picture(again.id).unsettled_warnings


def test_what_one_skips_or_lacks_is_not_asked_again(session: Session) -> None:
    asked = ask(session, "a")
    assert asked is not None
    skip(session, asked.id)
    second = ask(session, "a")
    assert second is not None and second.id != asked.id
    skip(session, asked.id)  # a second click: nothing
    for _ in range(40):
        request = ask(session, "a")
        if request is None:
            break
        lacking(session, request.id)
    assert request is None
    assert ask(session, "b") is not None  # others may have it


def test_phones_are_asked_for_different_things(session: Session) -> None:
    asked = [ask(session, f"phone {number}") for number in range(9)]
    pairs = {(each.label, each.circumstance) for each in asked if each}
    assert len(pairs) == 9


def test_a_session_ends_and_goes_on(root: Path, session: Session) -> None:
    add_photo(session, Request("red"), phone_photo(1))
    assert end(end(session)).ended
    with pytest.raises(InputError, match="has ended"):
        add_photo(session, Request("red"), phone_photo(2))
    again = begin(root, ["run-c"], "elsewhere")
    assert not again.ended and again.runs == ("run-c",) and again.id == session.id
    assert len(again.pictures) == 1 and again.seed == session.seed
    assert begin(root, [], "elsewhere").runs == ("run-c",)
    assert begin(root, ["run-a"]).set_name == "elsewhere_2"


@pytest.mark.parametrize(
    "name", ["train", "Train", "validation", "../x", "a b", "test", ".x", "_x"]
)
def test_a_name_that_will_not_do_is_refused(root: Path, name: str) -> None:
    before = sorted(path for path in root.rglob("*"))
    with pytest.raises(InputError):
        begin(root, ["run-a"], name)
    assert [path for path in sorted(root.rglob("*")) if path not in before] in (
        [],
        [root / ".labels.lock"],
    )


def test_a_session_needs_one_run_or_two(root: Path) -> None:
    for runs in ([], ["a", "b", "c"]):
        with pytest.raises(InputError, match="one or two runs"):
            begin(root, runs)


@pytest.mark.parametrize("label", ["", "purple", "../red"])
def test_no_photo_gets_a_class_that_there_is_not(session: Session, label: str) -> None:
    with pytest.raises(InputError, match="not a class"):
        add_photo(session, Request(label), phone_photo(1))
    assert not _state(session)


@settings(max_examples=12)
@given(cut=st.integers(1, 400), garbage=st.binary(max_size=30))
def test_a_torn_log_keeps_all_lines_before(
    tmp_path_factory: pytest.TempPathFactory, cut: int, garbage: bytes
) -> None:
    root = tmp_path_factory.mktemp("torn") / "books"
    write_dataset(root)
    session = begin(root, ["run-a"], seed=1)
    add_photo(session, Request("red"), phone_photo(1))
    log = session.folder / CAPTURE_LOG
    whole = log.read_bytes()
    keep(session, "p0001")
    line = log.read_bytes()[len(whole) :]
    log.write_bytes(whole + line[: min(cut, len(line) - 2)] + garbage.replace(b"\n", b""))
    assert not open_session(session.folder).picture("p0001").kept
    assert keep(session, "p0001").picture("p0001").kept  # and the next line is whole
    assert _state(session) == {"p0001.jpg": "red"}


# --- kills ----------------------------------------------------------------------------------------


def _killed_at(step: int, session: Session, change: Callable[[], object]) -> bool:
    """Runs a change in a process that kills itself before its n-th step that writes; whether it
    got so far."""
    process = get_context("fork").Process(target=_run_and_die, args=(step, change))
    process.start()
    process.join()
    return process.exitcode == -signal.SIGKILL


def _run_and_die(step: int, change: Callable[[], object]) -> None:
    steps = iter(range(1000))

    def counted(function: Callable[..., object]) -> Callable[..., object]:
        def wrapper(*args: object, **options: object) -> object:
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **options)

        return wrapper

    for place, name in ((sessions.files, "write_bytes"), (sessions, "append_event")):
        setattr(place, name, counted(getattr(place, name)))
    for name in ("replace", "unlink"):
        setattr(Path, name, counted(getattr(Path, name)))
    change()
    os._exit(0)


@pytest.mark.slow
def test_a_kill_anywhere_loses_nothing_and_leaves_nothing_half(session: Session) -> None:
    add_photo(session, Request("blue"), phone_photo(1), "first")
    changes = (
        lambda: add_photo(session, Request("red"), phone_photo(2), "second"),
        lambda: relabel(session, "p0001", "red"),
        lambda: remove(session, "p0001"),
    )
    for number, change in enumerate(changes):
        step = 0
        while _killed_at(step, session, change):
            step += 1
            files_there = set(_state_unfinished(session))
            assert {"p0001.jpg"} <= files_there or number == 2
            keep(session, "p0001")  # whoever comes next finishes it
            state = _state(session)
            assert state.get("p0001.jpg") in ("blue", "red") or number == 2
        assert step >= (2 if number else 4)
    sent_again = add_photo(session, Request("red"), phone_photo(2), "second")
    assert _state(session) == {sent_again.file: "red"}
    assert [p.name for p in session.folder.iterdir() if p.suffix == ".jpg"] == [sent_again.file]


def _state_unfinished(session: Session) -> list[str]:
    """The photos as everything else reads them, in the middle of a change."""
    sets = {each.name: each for each in read_dataset(session.dataset_root).test_sets}
    return (
        [photo.file for photo in sets[session.set_name].photos] if session.set_name in sets else []
    )


def _add_many(session: Session, phone: str) -> None:
    for number in range(5):
        asked = ask(session, phone)
        assert asked is not None
        data = phone_photo(number + 100 * int(phone))
        add_photo(session, asked, data, f"{phone}-{number}", phone)
    os._exit(0)


@pytest.mark.slow
def test_processes_that_add_at_once_lose_nothing(session: Session) -> None:
    context = get_context("fork")
    phones = [context.Process(target=_add_many, args=(session, str(n))) for n in (1, 2, 3)]
    for phone in phones:
        phone.start()
    for phone in phones:
        phone.join()
    now = open_session(session.folder)
    assert {each.upload_id for each in now.pictures} == {
        f"{phone}-{number}" for phone in (1, 2, 3) for number in range(5)
    }
    assert _state(session) == {each.file: each.label for each in now.pictures}
    assert len(_state(session)) == 15
