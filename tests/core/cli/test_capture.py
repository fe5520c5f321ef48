"""`capture`, with a preview process that answers red."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.__main__ import main
from core.capture import answers
from core.capture.session import open_session
from core.jobs.local import LocalExecutor
from core.jobs.preview.client import PreviewPrediction
from tests.core.capture.photos import phone_photo
from tests.factory import write_dataset, write_run


@pytest.fixture
def cli_run(monkeypatch, tmp_path, capsys):
    """Runs the command on a data set; returns the exit status and what was printed."""
    dataset = write_dataset(tmp_path / "books")
    prediction = PreviewPrediction({"blue": 0.2, "red": 0.8}, np.ones((2, 2, 2), np.float32), None)
    monkeypatch.setattr(answers, "request_prediction", lambda *args, **options: prediction)

    def run(*arguments: object) -> tuple[int, str, str]:
        words = ["capture", dataset.root, "--runs", tmp_path / "runs", *arguments]
        status = main([str(word) for word in words])
        told = capsys.readouterr()
        return status, told.out, told.err

    run.dataset = dataset
    return run


def test_a_session_is_begun_filled_and_ended(cli_run, tmp_path: Path, monkeypatch) -> None:
    status, _, error = cli_run()
    assert status == 2 and "no finished run with its weights" in error
    run = write_run(tmp_path / "runs", cli_run.dataset)
    (run.path / "weights.safetensors").touch()
    status, out, error = cli_run()
    assert not error
    assert status == 0 and "next: " in out and out.strip().endswith("books/elsewhere")
    photos = []
    for number in range(2):
        photos.append(tmp_path / f"{number}.jpg")
        photos[-1].write_bytes(phone_photo(number))
    (tmp_path / "text.jpg").write_text("no photo")
    assert cli_run(photos[0])[0] == 2  # of which class?
    status, out, error = cli_run("--class", "red", *photos, tmp_path / "text.jpg")
    assert status == 2 and error.startswith("error: text.jpg: not a readable photo")
    assert f"p0002.jpg: red\n  {run.id}: red (0.80), correct" in out and "2 of 2 correct" in out
    status, out, _ = cli_run("--run", "other", "--run", run.id, "--class", "blue", photos[0])
    assert "almost identical to elsewhere/p0001.jpg" in out and "No photo yet" in out
    asked = []
    submit = lambda executor, run_ids: asked.extend(run_ids)  # noqa: E731
    monkeypatch.setattr(LocalExecutor, "submit_rescoring", submit)
    status, out, _ = cli_run("--end")
    assert status == 0 and asked == [run.id] and "runs to be scored on elsewhere: 1" in out
    assert open_session(cli_run.dataset.root / "elsewhere").ended
