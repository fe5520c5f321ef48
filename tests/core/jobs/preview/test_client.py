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
from core.evaluate.predictor import Predictor
from core.jobs import detached
from core.jobs.detached import DetachedProcess
from core.jobs.messages import Message, MessageError, receive, send
from core.jobs.preview import client as preview
from core.jobs.preview import server
from core.jobs.preview.answers import LruCache, RequestHandler
from core.jobs.preview.client import PreviewError, request_prediction, request_views, socket_path
from core.pipeline.view_grid import build_view_grid
from core.recipe.files import recipe_dict
from tests.conftest import fast_recipe
from tests.waiting import TIMEOUT_SECONDS, wait_for

pytestmark = pytest.mark.slow


def kill_preview(runs):
    """Ends the process of a folder, so that no test leaves one behind."""
    pid = DetachedProcess(preview.COMMAND, runs).pid()
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not DetachedProcess(preview.COMMAND, runs).alive())


@pytest.fixture(scope="module")
def runs(trained):
    """The folder of the trained run, whose preview process is ended at last."""
    yield trained.path.parent
    kill_preview(trained.path.parent)


def pixels(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)), dtype=np.float32)


def test_views_come_as_training_shows_them_and_a_killed_process_is_replaced(runs, tiny):
    recipe = fast_recipe(augment={"mixup": 1.0, "cutout": None})
    found = request_views(runs, recipe, tiny.root, (), 2)
    for seen, expected in zip(found, build_view_grid(recipe, tiny, (), 2), strict=True):
        assert (seen.file, seen.label) == (expected.file, expected.label)
        assert np.abs(pixels(seen.unaugmented) - expected.plain).mean() < 6  # JPEG's loss, on grain
        for view, same in zip(seen.views, expected.views, strict=True):
            assert (view.epoch, view.mixup_weight) == (same.epoch, pytest.approx(same.share))
            assert (view.partner, view.partner_label) == same.partner
            assert np.abs(pixels(view.jpeg) - same.picture).mean() < 6
    assert preview.ensure_preview(runs)
    assert stat.S_IMODE(socket_path(runs).stat().st_mode) & 0o077 == 0

    first = DetachedProcess(preview.COMMAND, runs).pid()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not DetachedProcess(preview.COMMAND, runs).alive())
    assert len(request_views(runs, recipe, tiny.root, [tiny.train[0].file])) == 1
    assert DetachedProcess(preview.COMMAND, runs).pid() != first


def test_answers_are_the_runs_own(runs, trained, tiny):
    photo = tiny.test_sets[1].photos[0].path
    expected = next(Predictor(trained).predict_photos([photo]))
    found = request_prediction(
        runs, trained.id, photo.read_bytes(), Box("box", 0.1, 0.1, 0.5, 0.7, 1)
    )
    assert found.probabilities == pytest.approx(expected.probabilities, abs=1e-4)
    place = list(tiny.classes).index(found.predicted)
    assert np.allclose(found.evidence_density[place], expected.density, atol=0.01)
    assert found.masked is not None and len(found.masked.pictures) == 3
    assert sum(found.masked.probabilities.values()) == pytest.approx(1, abs=1e-4)
    assert found.masked.elsewhere_probabilities is not None
    left, right = (
        pixels(found.masked.pictures[1])[16:40, x] for x in (slice(10, 28), slice(40, 60))
    )
    plain = pixels(photo.read_bytes()).shape
    assert plain == (120, 160, 3) and left.std() < right.std()  # painted over on the left
    assert request_prediction(runs, trained.id, photo.read_bytes()).masked is None


def test_shifted_views_come_as_pictures(runs, trained):
    row = trained.shifted().iloc[0]
    found = preview.request_shifted(runs, trained.id, [(row["family"], row["file"], 0)])
    assert len(found) == 1 and pixels(found[0]).shape == (64, 64, 3)


@pytest.mark.parametrize(
    ("facts", "parts", "words"),
    [
        ({"what": "everything"}, (), "support the request 'everything'"),
        ({}, (), "support the request 'None'"),
        ({"what": "views", "recipe": {"seed": -1}, "files": [], "epoch": 1}, (), "^seed: must be"),
        ({"what": "views", "recipe": {}, "files": "a", "epoch": 1}, (), "^photos: must be"),
        ({"what": "views", "recipe": {}, "files": [], "epoch": 0}, (), "^epoch: must be"),
        (
            {"what": "views", "recipe": {}, "files": [], "epoch": 1, "data": "/no"},
            (),
            "no such folder",
        ),
        ({"what": "answers", "run": "../x"}, (b"",), "not a run id"),
        ({"what": "answers", "run": "never"}, (b"",), "no such run"),
    ],
)
def test_a_wrong_question_is_one_line(tmp_path, facts, parts, words):
    with pytest.raises(InputError, match=words) as told:
        RequestHandler(tmp_path).handle(Message(facts, parts))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("box", "parts", "words"),
    [
        (None, (), "photo: exactly one photo is required"),
        (None, (b"no photo",), "^the photo: not a readable photo"),
        ([0, 0, 1], (b"",), "box: must be four numbers"),
        ([0.5, 0, 0.5, 1], (b"",), "box: values must be from 0 to 1, with x0 < x1"),
        ([0.5, 0.5, 0.51, 0.51], None, "too small"),
    ],
)
def test_a_wrong_photo_or_box_is_one_line(trained, tiny, box, parts, words):
    parts = (tiny.train[0].path.read_bytes(),) if parts is None else parts
    question = Message({"what": "answers", "run": trained.id, "box": box}, parts)
    with pytest.raises(InputError, match=words):
        RequestHandler(trained.path.parent).handle(question)


def test_a_run_that_changed_is_loaded_anew(trained, tiny, tmp_path):
    import shutil

    shutil.copytree(trained.path, tmp_path / trained.id)
    answering = RequestHandler(tmp_path)
    question = Message({"what": "answers", "run": trained.id}, (tiny.train[0].path.read_bytes(),))
    before = answering.handle(question)
    first = answering._predictor(trained.id)
    assert answering._predictor(trained.id) is first
    os.utime(tmp_path / trained.id / "weights.safetensors")
    assert answering._predictor(trained.id) is not first
    assert answering.handle(question) == before
    shutil.rmtree(tmp_path / trained.id)
    with pytest.raises(RunError, match="no such run"):
        answering.handle(question)


def test_photos_in_memory_serve_no_views_of_another_zoom(tmp_path, tiny):
    """Both ranges keep photos of one size; only the second needs small copies of them."""

    def question(*zoom):
        recipe = recipe_dict(fast_recipe(augment__zoom={"range": zoom, "p": 1}))
        facts = {"what": "views", "recipe": recipe, "files": [], "epoch": 1}
        return Message({**facts, "data": str(tiny.root)})

    warm = RequestHandler(tmp_path)
    warm.handle(question(1, 2))
    assert warm.handle(question(0.5, 2)) == RequestHandler(tmp_path).handle(question(0.5, 2))


def test_memory_is_bounded():
    kept: LruCache[int] = LruCache(10, lambda size: size)
    made = []
    for size in (4, 5, 4, 6, 30, 30):
        kept.get_or_create(size, lambda size=size: made.append(size) or size)
    assert made == [4, 5, 6, 30]
    kept.get_or_create(4, lambda: made.append(4) or 4)
    assert made[-1] == 4  # the large one alone was kept


# --- the server, in a thread or in this process ---------------------------------------------------


def ask_server(answer, question: Message | bytes) -> Message:
    """One question through `handle`, in the main thread, as in the process."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        if isinstance(question, bytes):
            ours.sendall(question)
        else:
            send(ours, question, TIMEOUT_SECONDS)
        server.handle_connection(theirs, answer)
        return receive(ours, TIMEOUT_SECONDS)


def test_a_question_that_breaks_the_code_does_not_break_the_process(capsys):
    def broken(question):
        raise ZeroDivisionError("of\nall things")

    told = ask_server(broken, Message({"what": "views"})).fields["error"]
    assert told == (
        "the preview failed (ZeroDivisionError: of all things); see preview.log for details"
    )
    assert "ZeroDivisionError" in capsys.readouterr().out
    assert ask_server(lambda q: Message({"fine": 1}), Message({})).fields == {"fine": 1}


def test_a_question_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(server, "WORK_SECONDS", 0.2)

    def slow(question):
        try:
            time.sleep(TIMEOUT_SECONDS)
        except Exception:
            pytest.fail("nothing in between may catch it")
        return Message({})

    assert "timed out after" in ask_server(slow, Message({})).fields["error"]
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_what_is_no_question_and_too_large_an_answer_are_told():
    told = ask_server(lambda q: Message({}), b"GET / HTTP/1.1\r\n").fields["error"]
    assert "invalid message" in told
    large = ask_server(lambda q: Message({}, (b"x",) * 65), Message({}))
    assert "too large" in large.fields["error"]


def test_nobody_works_for_who_has_left():
    ours, theirs = socket.socketpair()
    send(ours, Message({}), TIMEOUT_SECONDS)
    ours.close()
    server.handle_connection(theirs, lambda q: pytest.fail("somebody works"))
    theirs.close()


class Stub:
    """A server in a thread of this process that does one thing with each connection."""

    def __init__(self, runs, act):
        self.process = DetachedProcess(preview.COMMAND, runs)
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


def replying(fields):
    return lambda c: (receive(c, TIMEOUT_SECONDS), send(c, Message(fields), TIMEOUT_SECONDS))


def test_a_process_that_dies_over_a_question_is_told_and_the_next_one_works(tmp_path):
    acts = iter([lambda c: receive(c, TIMEOUT_SECONDS), replying({"photos": []})])
    stub = Stub(tmp_path, lambda connection: next(acts)(connection))
    with pytest.raises(PreviewError, match=r"did not respond .*disconnected.* try again"):
        request_views(tmp_path, fast_recipe(), tmp_path)
    assert request_views(tmp_path, fast_recipe(), tmp_path) == []
    stub.close()


def test_an_answer_of_another_version_is_told(tmp_path):
    stub = Stub(tmp_path, replying({"photos": [{}]}))
    with pytest.raises(PreviewError, match="another version"):
        request_views(tmp_path, fast_recipe(), tmp_path)
    with pytest.raises(PreviewError, match="another version"):
        request_prediction(tmp_path, "a", b"")
    stub.close()


def test_silence_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(preview, "ANSWER_SECONDS", 0.3)
    told = threading.Event()
    stub = Stub(tmp_path, lambda connection: told.wait(TIMEOUT_SECONDS))
    with pytest.raises(PreviewError, match="no reply arrived in time"):
        request_views(tmp_path, fast_recipe(), tmp_path)
    told.set()
    stub.close()


def test_a_process_that_cannot_start_is_told_with_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setattr(detached, "PROJECT_ROOT", tmp_path)  # where there is no `core`
    with pytest.raises(PreviewError, match=r"cannot start the preview process: .*core"):
        request_views(tmp_path / "runs", fast_recipe(), tmp_path)


def test_a_page_is_told_when_it_cannot_start_and_may_try_again(tmp_path, monkeypatch):
    monkeypatch.setattr(detached, "PROJECT_ROOT", tmp_path)
    runs = tmp_path / "runs"
    for _ in range(2):
        assert not preview.ensure_preview(runs)
        wait_for(lambda: not DetachedProcess(preview.COMMAND, runs).starting())
        with pytest.raises(PreviewError, match=r"cannot start the preview process: .*core"):
            preview.ensure_preview(runs)


def test_one_at_a_time(tmp_path):
    one, other = DetachedProcess("preview", tmp_path), DetachedProcess("preview", tmp_path)
    assert not one.alive()
    with one.hold_lock() as mine:
        assert mine and other.alive() and other.pid() == os.getpid()
        with other.hold_lock() as second:
            assert not second
    assert not other.alive() and other.pid() is None


def test_it_leaves_when_nobody_asks_and_answers_who_came_at_the_last_moment(tmp_path):
    path, answered = tmp_path / "s", []
    with server._listening(path) as listener:
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(path))
        send(client, Message({"what": "last"}), TIMEOUT_SECONDS)
        server._loop(listener, lambda q: answered.append(q.fields) or Message({}), 0.2)
    assert answered == [{"what": "last"}]
    assert receive(client, TIMEOUT_SECONDS) == Message({})
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
    with pytest.raises(RunError, match="other users can open it"):
        socket_path(long)


def test_a_message_error_is_bad_input():
    assert issubclass(MessageError, InputError)


def test_asking_needs_no_torch():
    import subprocess
    import sys

    code = "import sys, core.jobs.preview.client; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
