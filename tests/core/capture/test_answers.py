from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.base.errors import InputError, RunError
from core.capture import answers
from core.capture.answers import (
    answer_pictures,
    answering_problem,
    ensure_answering,
    read_map,
    unanswered,
)
from core.capture.asking import Request
from core.capture.session import Session, add_photo, begin, open_session, remove
from core.jobs.detached import DetachedProcess
from core.jobs.preview import client
from core.jobs.preview.client import PreviewError, PreviewPrediction
from core.store.run import Run
from tests.core.capture.photos import phone_photo
from tests.waiting import TIMEOUT_SECONDS, wait_for

PREDICTION = PreviewPrediction({"blue": 0.25, "red": 0.75}, np.ones((2, 3, 3), np.float32), None)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Runs that the preview process was asked; it answers red. `broken` cannot answer."""
    seen: list[str] = []

    def predict(runs_dir: Path, run: str, photo: bytes) -> PreviewPrediction:
        seen.append(run)
        if run == "broken":
            raise RunError("broken: its trained weights are not stored here")
        if seen.count(run) == 1:
            raise PreviewError("the preview process did not respond")  # it was just killed
        return PREDICTION

    monkeypatch.setattr(answers, "request_prediction", predict)
    return seen


def test_each_run_answers_each_photo_once(
    tmp_path: Path, session: Session, asked: list[str]
) -> None:
    for label in ("red", "blue"):
        add_photo(session, Request(label), phone_photo(len(label)))
    now = answer_pictures(tmp_path / "runs", session)
    assert [each.right("run-a") for each in now.pictures] == [True, False]
    assert sorted(asked) == sorted(["run-a", "run-b"] * 3)
    answer_pictures(tmp_path / "runs", session)
    assert len(asked) == 6
    found = read_map(tmp_path / "runs", now, "p0001", "run-b")
    assert (
        found is not None and found.classes == ("blue", "red") and found.density.shape == (2, 3, 3)
    )
    assert read_map(tmp_path / "runs", now, "p0009", "run-b") is None


def test_a_run_that_cannot_answer_keeps_no_other_from_it(
    tmp_path: Path, root: Path, asked: list[str]
) -> None:
    session = begin(root, ["broken", "run-b"])
    for number in range(3):
        add_photo(session, Request("red"), phone_photo(number))
    with pytest.raises(InputError, match="weights are not stored"):
        answer_pictures(tmp_path / "runs", session)
    assert [run for _, run in unanswered(open_session(session.folder))] == ["broken"] * 3
    ensure_answering(tmp_path / "runs", session)
    wait_for(lambda: answering_problem(open_session(session.folder)))
    before = len(asked)
    ensure_answering(tmp_path / "runs", session)  # it rests, whoever looks how often
    assert len(asked) == before


def test_a_photo_thrown_away_meanwhile_is_passed_over(
    tmp_path: Path, session: Session, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_photo(session, Request("red"), phone_photo(1))
    add_photo(session, Request("red"), phone_photo(2))
    stale = open_session(session.folder)
    remove(session, "p0002")
    states = iter([stale])
    monkeypatch.setattr(
        answers, "open_session", lambda folder: next(states, None) or open_session(folder)
    )
    assert [each.id for each in answer_pictures(tmp_path / "runs", session).pictures] == ["p0001"]


@pytest.fixture
def preview(trained: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[DetachedProcess]:
    for name in ("START_SECONDS", "ANSWER_SECONDS"):
        monkeypatch.setattr(client, name, TIMEOUT_SECONDS)
    process = DetachedProcess(client.COMMAND, trained.path.parent)
    yield process
    if (pid := process.pid()) is not None:
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not process.alive())


def test_a_killed_preview_process_costs_one_more_try(
    root: Path, trained: Run, preview: DetachedProcess, warm_starts: object
) -> None:
    runs_dir = trained.path.parent
    session = begin(root, [trained.id])
    add_photo(session, Request("red"), phone_photo(1))
    ensure_answering(runs_dir, session)
    wait_for(lambda: not unanswered(open_session(session.folder)))
    pid = preview.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    add_photo(session, Request("blue"), phone_photo(2))
    now = answer_pictures(runs_dir, session)
    assert len(now.pictures) == 2 and not unanswered(now)
    found = read_map(runs_dir, now, "p0002", trained.id)
    assert found is not None and set(found.classes) == {"background", "blue", "red"}
