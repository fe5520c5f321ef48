"""core.base.formatting: numbers and names as people read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.base import formatting
from core.store.status import Status, status_text, time_left, time_taken
from tests.factory import write_run

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def test_shares():
    assert formatting.percent(0.5833) == "58%"
    assert formatting.score_text({"value": 7 / 12, "correct": 7, "total": 12}) == "58% (7 of 12)"
    assert formatting.score_text({"value": 0.64, "correct": None, "total": 12}) == "64%"


@pytest.mark.parametrize(
    ("lr", "words"), [(0, "frozen"), (1e-3, "1e-3"), (0.00025, "2.5e-4"), (1, "1e0")]
)
def test_rates(lr, words):
    assert formatting.lr_text(lr) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (float("nan"), ""), (7.6, "8 s"), (80, "1 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations(seconds, words):
    assert formatting.duration(seconds) == words


def test_counts():
    assert [formatting.count_text(n) for n in (812, 46_400, 1_230_000)] == [
        "812",
        "46 thousand",
        "1.2 million",
    ]


def test_time_left_counts_from_the_heartbeat():
    beat = (NOW - timedelta(seconds=10)).isoformat()
    assert time_left(Status("running", eta_seconds=25, heartbeat=beat), NOW) == 15
    assert time_left(Status("running", eta_seconds=5, heartbeat=beat), NOW) is None
    assert time_left(Status("done", eta_seconds=25, heartbeat=beat), NOW) is None
    assert time_left(Status("running", eta_seconds=25, heartbeat="soon"), NOW) is None


def test_time_taken_ends_with_the_run():
    start = (NOW - timedelta(seconds=60)).isoformat()
    end = (NOW - timedelta(seconds=20)).isoformat()
    assert time_taken(Status("running", started=start), NOW) == 60
    assert time_taken(Status("done", started=start, finished=end), NOW) == 40
    assert time_taken(Status("queued"), NOW) is None


def test_time_taken_counts_every_stretch_of_a_resumed_run(tmp_path, tiny):
    run = write_run(tmp_path, tiny, state="failed")
    start, end = (f"2026-03-01T09:{minute}:00+00:00" for minute in ("00", "20"))
    run.write_status(replace(run.status(), started=start, heartbeat=end, finished=end))
    for earlier in (1200, 2400):
        run.requeue()
        status = run.status()
        assert time_taken(status, NOW) == status.earlier == earlier
        status = replace(status, state="failed", started=start, heartbeat=end, finished=end)
        assert time_taken(status, NOW) == earlier + 1200
        run.write_status(status)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status("queued"), "waiting"),
        (Status("running", phase="reading the photos"), "reading the photos"),
        (Status("running", 3, 32, "training"), "training, epoch 3 of 32"),
        (Status("failed", 3, 32), "failed after epoch 3 of 32"),
        (Status("done", 32, 32), "done"),
    ],
)
def test_states(status, words):
    assert status_text(status) == words


def test_labels_tell_runs_of_one_name_apart():
    labels = formatting.run_labels(
        [("a", "quick", 0), ("b", "quick", 1), ("c", "quick", 1), ("d", "looks-good", 0)]
    )
    assert labels == {
        "a": "quick, seed 0",
        "b": "quick, seed 1",
        "c": "quick, seed 1 (2)",
        "d": "looks-good",
    }


def test_a_share_as_statisticians_write_it():
    values = (0.678, 0, 1, -0.05, -0.001, 0.999, 12.3, -1)
    assert [formatting.decimal(value) for value in values] == [
        ".68",
        ".00",
        "1.00",
        "-.05",
        ".00",
        "1.00",
        "12.30",
        "-1.00",
    ]


def test_a_typed_name_is_shown_as_typed():
    assert formatting.escape_markdown("a *b* [c](d)") == r"a \*b\* \[c\]\(d\)"


@pytest.mark.parametrize(
    "typed",
    [
        ":material/bomb:",
        ":streamlit:",
        "https://evil.example/x",
        "www.evil.example",
        "WWW.evil.x",
        "a@evil.example",
        "a -> b",
        "a <- b",
        "a -- b",
        "a >= b",
        "a <= b",
        "a ~= b",
    ],
)
def test_what_streamlit_would_put_something_in_for_is_parted_unseen(typed):
    """Escapes do not hold that off; the word joiner between does, as a browser test shows."""
    plain = formatting.escape_markdown(typed)
    assert "\u2060" in plain and plain.replace("\u2060", "").replace("\\", "") == typed


@pytest.mark.parametrize("typed", ["a-b", "img_1.jpg", "12:30", "a: b", "C:/x", "5 > 3", "--x"])
def test_other_text_is_only_escaped(typed):
    assert formatting.escape_markdown(typed).replace("\\", "") == typed


def test_a_run_cannot_take_the_name_of_a_table_column():
    assert formatting.run_labels([("a", "score", 0)]) == {"a": "score (2)"}
    assert formatting.run_labels([("a", "label", 0)]) == {"a": "label (2)"}


def test_the_spread_of_several_runs():
    assert formatting.mean_range_text(0.68, 0.65, 0.71, 3) == "68% (65-71)"
    assert formatting.mean_range_text(0.68, 0.68, 0.68, 1) == "68%"


def test_of_many_names_the_first_are_listed():
    assert formatting.join_names(["a", "b"], 2) == "a, b"
    assert formatting.join_names(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert formatting.join_names([], 2) == ""
