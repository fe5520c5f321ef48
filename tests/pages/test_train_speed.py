"""The Train page's estimate of the time and its search for a learning rate."""

from __future__ import annotations

import os
import threading
from collections import Counter
from dataclasses import replace
from types import FrameType

from core.base.formatting import duration
from core.jobs.queue import Queue
from core.recipe.files import load_recipe
from core.store.lr_finder import LrSearch, Suggestion
from core.store.run import find_runs
from core.train.estimate import count_photos, estimate
from tests.factory import write_lr_search, write_run
from tests.pages.conftest import visible_text

QUICK = load_recipe("quick")
MOST_CALLS = 500_000  # three times what a page of Train takes


def test_the_estimate_follows_the_controls(runs, dataset, open_page):
    app = open_page("train")
    assert not app.exception
    before = next(m.value for m in app.markdown if ":material/timer:" in m.value)
    app.number_input(key="train.quick.stages.0.1.cycles").set_value(4).run()
    after = next(m.value for m in app.markdown if ":material/timer:" in m.value)
    assert before != after


def test_the_estimate_is_of_all_the_runs(runs, dataset, open_page):
    seconds = estimate(runs, QUICK, count_photos(dataset, QUICK)).seconds
    app = open_page("train", seeds="3")
    (timer,) = [m for m in app.markdown if m.value.startswith(":material/timer:")]
    assert timer.value == f":material/timer: **{duration(3 * seconds)}**"
    assert f"Roughly {duration(seconds)} per run" in timer.help
    assert f"3 runs: {duration(3 * seconds)}." in timer.help


def test_a_change_of_a_control_is_drawn_with_little_work(runs, dataset, open_page):
    """Counted in calls of functions, of ours and of libraries', as no machine's speed changes
    them."""
    app = open_page("train")
    calls = Counter()

    def count(frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            calls[on] += 1

    threading.setprofile(count)  # the page is drawn in a thread of its own
    try:
        for on in range(4):
            app.toggle(key="train.quick.augment.0.zoom").set_value(on % 2 == 1).run()
    finally:
        threading.setprofile(None)
    assert not app.exception
    assert app.toggle(key="train.quick.augment.0.zoom").value
    assert len(calls) == 4 and max(calls.values()) < MOST_CALLS


def test_a_search_is_asked_for_followed_and_cancelled(runs, dataset, open_page, no_worker):
    write_run(runs, dataset)
    app = open_page("train")
    app.button(key="train.lr.ask").click().run()
    assert not app.exception
    (search,) = LrSearch.find_all(runs)
    assert [entry.work_id for entry in Queue(runs).entries()] == [search.work_id]
    assert no_worker == [runs]
    assert len(find_runs(runs)) == 1
    # Nothing is before it, and the worker has just been asked for.
    assert [bar.proto.text for bar in app.get("progress")] == ["Starting"]
    assert not [button for button in app.button if button.label == "Start the worker"]
    old = search.path / "status.json"
    os.utime(old, (0, 0))
    assert [button for button in app.run().button if button.key == "train.lr.worker"]
    app.button(key="train.lr.stop").click().run()
    assert not app.exception
    assert search.status().state == "cancelled"
    assert "The search was cancelled." in visible_text(app)
    app.button(key="train.lr.ask").click().run()
    assert search.status().state == "queued"
    search.write_status(replace(search.status(), state="running", pid=2**22 + 1, phase="search 2"))
    app.run()
    assert "you can start it again" in app.error[0].value.replace("\\", "")


def test_an_answer_is_shown_and_used(runs, dataset, open_page):
    write_lr_search(runs, QUICK, dataset, Suggestion(2.04e-2, "good", 1.5e-2, 3e-2, "they agree"))
    app = open_page("train")
    assert not app.exception
    assert (app.metric[0].label, app.metric[0].value) == (
        "Suggested learning rate, layers 18-26",
        "2e-2",
    )
    assert app.metric[0].delta == "agreement: good"
    assert "They agree. Found in 100 steps of increasing rates" in visible_text(app)
    app.button(key="train.lr.use").click().run()
    assert not app.exception
    assert "The bands use this rate." in visible_text(app)
    rates = [app.selectbox(key=f"train.quick.bands.1.lr.{place}").value for place in range(4)]
    assert rates == [0.0, 2e-3, 6e-3, 2e-2]


def test_cannot_tell_says_why(runs, dataset, open_page):
    write_lr_search(runs, QUICK, dataset, Suggestion(None, "cannot tell", None, None, "it is flat"))
    app = open_page("train")
    assert not app.exception
    assert "**Cannot tell.** It is flat." in visible_text(app)
    assert not [button for button in app.button if button.label == "Use this rate"]
