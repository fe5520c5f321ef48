from dataclasses import replace

import pytest

from core.recipe.files import load_recipe
from core.store.status import Status
from core.views.run_ending import find_stop_reason, phase_text
from tests.factory import write_run

FAILED = Status(state="failed", epoch=16, epochs=32, pid=4242, started="2026-03-01T09:00:00+00:00")


@pytest.mark.parametrize(
    ("error", "happened", "advice", "helps"),
    [
        (
            "training diverged: the loss is nan in epoch 2, batch 1; try lower learning rates",
            "The training diverged: the loss is nan",
            "Run it again with lower learning rates",
            False,
        ),
        (
            "/runs/x/history.csv: No space left on device; free some space, then try again "
            "(a stopped run can be resumed)",
            "No space left",
            "Free up disk space",
            True,
        ),
        (
            "RuntimeError: not enough memory: you tried to allocate 9 bytes",
            "not enough memory",
            "smaller photos",
            True,
        ),
        ("train/a.jpg: cannot be read", "train/a.jpg", "Fix the problem above", True),
        (None, "no reason was recorded", "Resume continues after epoch 16", True),
    ],
)
def test_a_failed_run_says_what_happened_and_what_helps(
    tmp_path, tiny, error, happened, advice, helps
):
    run = write_run(tmp_path, tiny, state="failed")
    found = find_stop_reason(run, replace(FAILED, error=error))
    assert found is not None
    assert happened in found.cause
    assert advice in found.advice
    assert found.resume_helps is helps


def test_a_lost_run_and_cancelled_ones(tmp_path, tiny):
    run = write_run(tmp_path, tiny, state="failed")
    found = find_stop_reason(run, replace(FAILED, error=run.lost_process_text(FAILED)))
    assert found is not None
    assert found.cause.startswith("Its process ended in epoch 17 of 32: it was killed")
    assert "Resume continues after epoch 16; no" in found.advice
    for epoch, started, words in (
        (0, None, "It was cancelled before it started."),
        (0, FAILED.started, "It was cancelled before its first epoch finished."),
        (16, FAILED.started, "It was cancelled after epoch 16 of 32."),
    ):
        found = find_stop_reason(
            run, replace(FAILED, state="cancelled", epoch=epoch, started=started)
        )
        assert found is not None and found.cause == words


@pytest.mark.parametrize("state", ["done", "running", "queued"])
def test_other_runs_have_no_such_ending(tmp_path, tiny, state):
    run = write_run(tmp_path, tiny, state=state)
    assert find_stop_reason(run, run.status()) is None


def test_phases_are_told_in_plain_words():
    recipe = load_recipe("quick")  # 5 epochs of the head, then cycles of 9 and 18
    status = Status(state="running", phase="training", epochs=32)
    assert phase_text(status, recipe) == "Training the new head: first epoch"
    assert phase_text(replace(status, epoch=14), recipe) == (
        "Training the layer bands, cycle 2 of 2: epoch 14 of 32 done"
    )
    assert phase_text(replace(status, epoch=32), recipe) == "All epochs done"
    looking = replace(status, phase="evaluating", epoch=32)
    assert phase_text(looking, recipe).startswith("All epochs done: predicting the test photos")
    assert phase_text(replace(looking, phase="diagnosing"), recipe).startswith(
        "All epochs done: diagnosing"
    )
    assert phase_text(replace(status, state="queued"), recipe) == "Waiting in the queue"
