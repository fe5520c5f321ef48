"""The preview process, for real; and how it takes questions that are wrong, slow or deadly."""

from __future__ import annotations

import io
import os
import signal
import socket
import stat
import threading
import time

import numpy as np
import pytest
from PIL import Image

from core.base.errors import InputError, RunError
from core.data.label_tables import Box
from core.evaluate.predictor import Answerer
from core.jobs import detached
from core.jobs.detached import Detached
from core.jobs.messages import Message, MessageError, receive, send
from core.jobs.preview import client as preview
from core.jobs.preview import server
from core.jobs.preview.answers import Answering, Kept
from core.jobs.preview.client import PreviewError, ask_answers, ask_views, socket_path
from core.pipeline.view_grid import view_wall
from tests.conftest import fast_recipe
from tests.waiting import LIMIT, wait_for

pytestmark = pytest.mark.slow


def end(runs):
    """Ends the process of a folder, so that no test leaves one behind."""
    pid = Detached(preview.COMMAND, runs).pid()
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not Detached(preview.COMMAND, runs).alive())


@pytest.fixture(scope="module")
def runs(trained):
    """The folder of the trained run, whose preview process is ended at last."""
    yield trained.path.parent
    end(trained.path.parent)


def pixels(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)), dtype=np.float32)


def test_views_come_as_training_shows_them_and_a_killed_process_is_replaced(runs, tiny):
    recipe = fast_recipe(augment={"mixup": 1.0, "cutout": None})
    found = ask_views(runs, recipe, tiny.root, (), 2)
    for seen, expected in zip(found, view_wall(recipe, tiny, (), 2), strict=True):
        assert (seen.file, seen.label) == (expected.file, expected.label)
        assert np.abs(pixels(seen.plain) - expected.plain).mean() < 6  # JPEG's loss, on grain
        for view, same in zip(seen.views, expected.views, strict=True):
            assert (view.epoch, view.share) == (same.epoch, pytest.approx(same.share))
            assert (view.partner, view.partner_label) == same.partner
            assert np.abs(pixels(view.picture) - same.picture).mean() < 6
    assert preview.wake(runs)
    assert stat.S_IMODE(socket_path(runs).stat().st_mode) & 0o077 == 0

    first = Detached(preview.COMMAND, runs).pid()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not Detached(preview.COMMAND, runs).alive())
    assert len(ask_views(runs, recipe, tiny.root, [tiny.train[0].file])) == 1
    assert Detached(preview.COMMAND, runs).pid() != first


def test_answers_are_the_runs_own(runs, trained, tiny):
    photo = tiny.test_sets[1].photos[0].path
    expected = next(Answerer(trained).answers([photo]))
    found = ask_answers(runs, trained.id, photo.read_bytes(), Box("box", 0.1, 0.1, 0.5, 0.7, 1))
    assert found.probabilities == pytest.approx(expected.probabilities, abs=1e-4)
    place = list(tiny.classes).index(found.predicted)
    assert np.allclose(found.density[place], expected.density, atol=0.01)
    assert found.hidden is not None and len(found.hidden.pictures) == 3
    assert sum(found.hidden.probabilities.values()) == pytest.approx(1, abs=1e-4)
    assert found.hidden.elsewhere is not None
    left, right = (
        pixels(found.hidden.pictures[1])[16:40, x] for x in (slice(10, 28), slice(40, 60))
    )
    plain = pixels(photo.read_bytes()).shape
    assert plain == (120, 160, 3) and left.std() < right.std()  # painted over on the left
    assert ask_answers(runs, trained.id, photo.read_bytes()).hidden is None


@pytest.mark.parametrize(
    ("facts", "parts", "words"),
    [
        ({"what": "everything"}, (), "asked for 'everything'"),
        ({}, (), "asked for 'None'"),
        ({"what": "views", "recipe": {"seed": -1}, "files": [], "epoch": 1}, (), "^seed: must be"),
        ({"what": "views", "recipe": {}, "files": "a", "epoch": 1}, (), "^photos: must be"),
        ({"what": "views", "recipe": {}, "files": [], "epoch": 0}, (), "^epoch: must be"),
        (
            {"what": "views", "recipe": {}, "files": [], "epoch": 1, "data": "/no"},
            (),
            "no such folder",
        ),
        ({"what": "answers", "run": "../x"}, (b"",), "not the id of a run"),
        ({"what": "answers", "run": "never"}, (b"",), "no such run"),
    ],
)
def test_a_wrong_question_is_one_line(tmp_path, facts, parts, words):
    with pytest.raises(InputError, match=words) as told:
        Answering(tmp_path).answer(Message(facts, parts))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("box", "parts", "words"),
    [
        (None, (), "photo: one is needed"),
        (None, (b"no photo",), "^the photo: not a photo we can read"),
        ([0, 0, 1], (b"",), "box: must be four numbers"),
        ([0.5, 0, 0.5, 1], (b"",), "box: must be x0 < x1"),
        ([0.5, 0.5, 0.51, 0.51], None, "too small"),
    ],
)
def test_a_wrong_photo_or_box_is_one_line(trained, tiny, box, parts, words):
    parts = (tiny.train[0].path.read_bytes(),) if parts is None else parts
    question = Message({"what": "answers", "run": trained.id, "box": box}, parts)
    with pytest.raises(InputError, match=words):
        Answering(trained.path.parent).answer(question)


def test_a_run_that_changed_is_loaded_anew(trained, tiny, tmp_path):
    import shutil

    shutil.copytree(trained.path, tmp_path / trained.id)
    answering = Answering(tmp_path)
    question = Message({"what": "answers", "run": trained.id}, (tiny.train[0].path.read_bytes(),))
    before = answering.answer(question)
    first = answering._answerer(trained.id)
    assert answering._answerer(trained.id) is first
    os.utime(tmp_path / trained.id / "weights.safetensors")
    assert answering._answerer(trained.id) is not first
    assert answering.answer(question) == before
    shutil.rmtree(tmp_path / trained.id)
    with pytest.raises(RunError, match="no such run"):
        answering.answer(question)


def test_memory_is_bounded():
    kept: Kept[int] = Kept(10, lambda size: size)
    made = []
    for size in (4, 5, 4, 6, 30, 30):
        kept.get(size, lambda size=size: made.append(size) or size)
    assert made == [4, 5, 6, 30]
    kept.get(4, lambda: made.append(4) or 4)
    assert made[-1] == 4  # the large one alone was kept


# --- the server, in a thread or in this process ---------------------------------------------------


def talk(answer, question: Message | bytes) -> Message:
    """One question through `handle`, in the main thread, as in the process."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        if isinstance(question, bytes):
            ours.sendall(question)
        else:
            send(ours, question, LIMIT)
        server.handle(theirs, answer)
        return receive(ours, LIMIT)


def test_a_question_that_breaks_the_code_does_not_break_the_process(capsys):
    def broken(question):
        raise ZeroDivisionError("of\nall things")

    told = talk(broken, Message({"what": "views"})).facts["error"]
    assert told == "the preview failed (ZeroDivisionError: of all things); preview.log tells more"
    assert "ZeroDivisionError" in capsys.readouterr().out
    assert talk(lambda q: Message({"fine": 1}), Message({})).facts == {"fine": 1}


def test_a_question_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(server, "WORK_SECONDS", 0.2)

    def slow(question):
        try:
            time.sleep(LIMIT)
        except Exception:
            pytest.fail("nothing in between may catch it")
        return Message({})

    assert "took longer than" in talk(slow, Message({})).facts["error"]
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_what_is_no_question_and_too_large_an_answer_are_told():
    assert "no message" in talk(lambda q: Message({}), b"GET / HTTP/1.1\r\n").facts["error"]
    large = talk(lambda q: Message({}, (b"x",) * 65), Message({}))
    assert "too large" in large.facts["error"]


def test_nobody_works_for_who_has_left():
    ours, theirs = socket.socketpair()
    send(ours, Message({}), LIMIT)
    ours.close()
    server.handle(theirs, lambda q: pytest.fail("somebody works"))
    theirs.close()


class Stub:
    """A server in a thread of this process that does one thing with each connection."""

    def __init__(self, runs, act):
        self.process = Detached(preview.COMMAND, runs)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(socket_path(runs)))
        self._listener.listen()
        self._act = act
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._act(connection)

    def close(self):
        self._listener.close()


def answering(facts):
    return lambda c: (receive(c, LIMIT), send(c, Message(facts), LIMIT))


def test_a_process_that_dies_over_a_question_is_told_and_the_next_one_works(tmp_path):
    acts = iter([lambda c: receive(c, LIMIT), answering({"photos": []})])
    stub = Stub(tmp_path, lambda connection: next(acts)(connection))
    with pytest.raises(PreviewError, match=r"gave no answer .*went away.* try again"):
        ask_views(tmp_path, fast_recipe(), tmp_path)
    assert ask_views(tmp_path, fast_recipe(), tmp_path) == []
    stub.close()


def test_an_answer_of_another_version_is_told(tmp_path):
    stub = Stub(tmp_path, answering({"photos": [{}]}))
    with pytest.raises(PreviewError, match="another version"):
        ask_views(tmp_path, fast_recipe(), tmp_path)
    with pytest.raises(PreviewError, match="another version"):
        ask_answers(tmp_path, "a", b"")
    stub.close()


def test_silence_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(preview, "ANSWER_SECONDS", 0.3)
    told = threading.Event()
    stub = Stub(tmp_path, lambda connection: told.wait(LIMIT))
    with pytest.raises(PreviewError, match="no answer came in time"):
        ask_views(tmp_path, fast_recipe(), tmp_path)
    told.set()
    stub.close()


def test_a_process_that_cannot_start_is_told_with_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setattr(detached, "PROJECT_ROOT", tmp_path)  # where there is no `core`
    with pytest.raises(PreviewError, match=r"could not be started: .*core"):
        ask_views(tmp_path / "runs", fast_recipe(), tmp_path)


def test_a_page_is_told_when_it_cannot_start_and_may_try_again(tmp_path, monkeypatch):
    monkeypatch.setattr(detached, "PROJECT_ROOT", tmp_path)
    runs = tmp_path / "runs"
    for _ in range(2):
        assert not preview.wake(runs)
        wait_for(lambda: not Detached(preview.COMMAND, runs).starting())
        with pytest.raises(PreviewError, match=r"could not be started: .*core"):
            preview.wake(runs)


def test_one_at_a_time(tmp_path):
    one, other = Detached("preview", tmp_path), Detached("preview", tmp_path)
    assert not one.alive()
    with one.hold() as mine:
        assert mine and other.alive() and other.pid() == os.getpid()
        with other.hold() as second:
            assert not second
    assert not other.alive() and other.pid() is None


def test_it_leaves_when_nobody_asks_and_answers_who_came_at_the_last_moment(tmp_path):
    path, answered = tmp_path / "s", []
    with server._listening(path) as listener:
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(path))
        send(client, Message({"what": "last"}), LIMIT)
        server._loop(listener, lambda q: answered.append(q.facts) or Message({}), 0.2)
    assert answered == [{"what": "last"}]
    assert receive(client, LIMIT) == Message({})
    client.close()
    assert not path.exists()


def test_a_long_folder_gets_a_short_private_path(tmp_path, monkeypatch):
    long = tmp_path / ("x" * 90)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    path = socket_path(long)
    assert path.parent.parent == tmp_path / "t" and len(path.name) == 21
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert socket_path(long) == path != socket_path(long.with_name("y" * 90))
    path.parent.chmod(0o755)
    with pytest.raises(RunError, match="others can open it"):
        socket_path(long)


def test_a_message_error_is_bad_input():
    assert issubclass(MessageError, InputError)


def test_asking_needs_no_torch():
    import subprocess
    import sys

    code = "import sys, core.jobs.preview.client; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
