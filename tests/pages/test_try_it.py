"""The Try it page: empty, normal and error case (drawing a box: tests/browser)."""

from __future__ import annotations

import numpy as np
import pytest

from core.jobs.messages import Message
from core.jobs.preview import client
from tests.factory import write_run
from tests.pages.conftest import visible_text

CLASSES = ("background", "blue", "red")


@pytest.fixture
def answered_requests(monkeypatch) -> list[dict[str, object]]:
    """Runs answer `red`; with a box, `background`. What was asked is listed."""
    found: list[dict[str, object]] = []

    def answer(runs_dir, question, check_cancelled):
        check_cancelled()
        if question.fields["what"] == "views":  # Train's, which is opened first
            return Message({"photos": []})
        found.append(question.fields)
        assert question.parts[0][:2] == b"\xff\xd8"
        hidden = None
        if question.fields["box"]:
            hidden = {
                "probabilities": dict(zip(CLASSES, (0.7, 0.1, 0.2), strict=True)),
                "elsewhere": dict(zip(CLASSES, (0.1, 0.1, 0.8), strict=True)),
            }
        facts = {
            "probabilities": dict(zip(CLASSES, (0.03, 0.02, 0.95), strict=True)),
            "shape": [3, 2, 2],
            "hidden": hidden,
        }
        pictures = question.parts * 3 if hidden else ()
        return Message(facts, (np.ones(12, "<f4").tobytes(), *pictures))

    monkeypatch.setattr(client, "_request", answer)
    return found


def test_without_runs_it_offers_the_two(dataset, open_page):
    app = open_page("try_it")
    assert not app.exception
    assert "Only finished runs can predict" in visible_text(app)


def test_two_runs_answer_side_by_side(runs, dataset, open_page, answered_requests):
    ids = [write_run(runs, dataset, "quick").id]
    ids.append(write_run(runs, dataset, "looks-good", minutes=1).id)
    app = open_page("try_it", runs=",".join(ids))
    assert not app.exception
    assert not app.error
    assert visible_text(app).count("Predicts red") == 2
    assert [facts["run"] for facts in answered_requests] == ids
    assert "With the box hidden" not in visible_text(app)
    app.selectbox(key="evidence").set_value("blue").run()
    assert "Bright areas are evidence for blue" in visible_text(app)
    assert len(answered_requests) == 2  # the same photo is not asked about again


def test_a_link_brings_photo_and_box(runs, dataset, open_page, answered_requests):
    run = write_run(runs, dataset, "quick")
    app = open_page("try_it", runs=run.id, photo="test/img_1.jpg", box="0.1,0.2,0.5,0.6")
    assert not app.exception
    assert app.selectbox(key="photo").value == "test/img_1.jpg"
    assert answered_requests[0]["box"] == [0.1, 0.2, 0.5, 0.6]
    words = visible_text(app).replace("\\", "")
    assert "With the box hidden, it predicts background (.70) instead of red." in words
    assert "With an equal area hidden elsewhere, it still predicts red (.80)." in words
    app.selectbox(key="photo").set_value("test/img_2.jpg").run()
    assert answered_requests[-1]["box"] is None  # another photo begins without a box


def test_only_finished_runs_are_asked_and_two_at_a_time(
    runs, dataset, open_page, answered_requests
):
    ids = [write_run(runs, dataset, "quick", minutes=m, changes={"seed": m}).id for m in range(3)]
    ids.append(write_run(runs, dataset, "looks-good", "running", minutes=9).id)
    app = open_page("try_it", runs=",".join(ids))
    assert not app.exception
    assert "Excluded: looks" in visible_text(app) and "The first two are shown." in visible_text(
        app
    )
    assert [facts["run"] for facts in answered_requests] == ids[:2]


def test_a_run_that_cannot_answer_is_one_line_beside_the_other(
    runs, dataset, open_page, answered_requests, monkeypatch
):
    ids = [write_run(runs, dataset, preset).id for preset in ("quick", "looks-good")]
    answer = client._request

    def fail(runs_dir, question, check_cancelled):
        if question.fields["run"] == ids[0]:
            raise client.PreviewError("quick: its weights are missing")
        return answer(runs_dir, question, check_cancelled)

    monkeypatch.setattr(client, "_request", fail)
    app = open_page("try_it", runs=",".join(ids))
    assert not app.exception
    assert [error.value for error in app.error] == [r"quick\: its weights are missing"]
    assert visible_text(app).count("Predicts red") == 1


def test_ones_own_photo(runs, dataset, open_page, answered_requests):
    run = write_run(runs, dataset, "quick")
    app = open_page("try_it", runs=run.id)
    answered_requests.clear()
    app.segmented_control(key="from").set_value("My photo").run()
    assert not app.exception
    assert "Choose a photo" in visible_text(app) and not answered_requests
    uploader = app.file_uploader(key="try.file")
    uploader.set_value(("bad.jpg", b"no photo", "image/jpeg")).run()
    assert [error.value.replace("\\", "").split(":")[0] for error in app.error] == ["bad.jpg"]
    photo = dataset.train[0].path.read_bytes()
    app.file_uploader(key="try.file").set_value(("mine.jpg", photo, "image/jpeg")).run()
    assert not app.error and visible_text(app).count("Predicts red") == 1
