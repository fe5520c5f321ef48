"""The Capture page: what is missing, one run and two, warnings, an end; what it leads to."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import numpy as np
import pytest

from core.capture import answers
from core.capture.asking import Request
from core.capture.session import (
    Answer,
    Session,
    add_photo,
    begin,
    end,
    find_sessions,
    open_session,
    record_answer,
)
from core.data.dataset import read_dataset
from core.hosting import phones
from core.jobs.messages import Message
from core.jobs.preview import client
from core.jobs.queue import Queue
from pages.widgets.shared import access
from tests.core.capture.photos import phone_photo
from tests.factory import write_run
from tests.pages.conftest import visible_text
from tests.pages.untranslated import untranslated
from tests.waiting import wait_for

CLASSES = ("background", "blue", "red")


@pytest.fixture(autouse=True)
def answered(monkeypatch) -> None:
    """`quick` answers what the photo was asked as (its number of pixels tells), the other `red`."""

    def answer(runs_dir, question, check_cancelled):
        likely = 2 if "looks-good" in question.fields["run"] else 1
        shares = np.full(3, 0.05)
        shares[likely] = 0.9
        facts = {
            "probabilities": dict(zip(CLASSES, map(float, shares), strict=True)),
            "shape": [3, 2, 2],
            "hidden": None,
        }
        return Message(facts, (np.ones(12, "<f4").tobytes(),))

    monkeypatch.setattr(client, "_request", answer)


@pytest.fixture
def finished(runs, dataset) -> Callable[..., str]:
    """Writes a finished run that can answer; its id."""

    def write(preset: str = "quick", minutes: int = 0) -> str:
        run = write_run(runs, dataset, preset, minutes=minutes)
        (run.path / "weights.safetensors").write_bytes(b"")
        return run.id

    return write


@pytest.fixture
def pair(finished) -> list[str]:
    return [finished("quick", 1), finished("looks-good")]


@pytest.fixture
def session(dataset, pair) -> Session:
    return begin(dataset.root, pair, seed=1)


def link(session: Session) -> dict[str, str]:
    return {"data": session.dataset_root.name, "set": session.set_name}


def answer_all(app, session: Session):
    """The page once every photo is answered."""
    wait_for(lambda: not answers.unanswered(open_session(session.folder)))
    return app.run()


def upload(app, *photos: bytes, name: str = "photo.jpg"):
    return app.file_uploader[0].set_value([(name, each, "image/jpeg") for each in photos]).run()


def button(app, name: str):
    return next(each for each in app.button if each.key.endswith(f".{name}"))


def keys(app) -> set[str]:
    return {each.key.rpartition(".")[2] for each in app.button}


# --- before ---------------------------------------------------------------------------------------


def test_without_runs_it_offers_the_two(dataset, open_page):
    app = open_page("capture")
    assert not app.exception
    assert "Finished runs predict the photos" in visible_text(app)
    assert "train" in keys(app)


def test_a_data_set_whose_runs_cannot_answer_leads_to_train(runs, dataset, open_page):
    write_run(runs, dataset)  # without weights
    app = open_page("capture", data="toy_books")
    assert "No finished run on these photos can predict yet" in visible_text(app)
    assert "begin" not in keys(app)
    [train] = [each for each in app.get("page_link") if each.proto.label == "Train on these photos"]
    assert train.proto.page.startswith("train") and "data=toy_books" in train.proto.query_string


def test_a_data_set_or_set_that_is_gone_is_told(session, open_page):
    assert "Not found here: gone, x." in visible_text(open_page("capture", data="gone", set="x"))
    shutil.rmtree(session.folder)
    app = open_page("capture", **link(session))
    assert "Not found here: elsewhere." in visible_text(app) and "begin" in keys(app)


def test_a_damaged_set_is_one_line(session, open_page):
    (session.folder / "capture.jsonl").write_text("{}\n")
    app = open_page("capture", **link(session))
    assert not app.exception and len(app.error) == 1


# --- a session ------------------------------------------------------------------------------------


def test_two_clicks_and_two_runs_answer_a_photo_that_was_asked_for(dataset, pair, open_page):
    app = open_page("capture", data="toy_books")
    assert app.multiselect[0].value == pair  # the newest, and the one unlike it
    button(app, "begin").click().run()
    [folder] = find_sessions(dataset.root)
    assert app.query_params["set"] == "elsewhere"
    [(_, asked)] = open_session(folder).open
    assert app.header[0].value.startswith("Photograph ")
    upload(app, phone_photo(1))
    assert not app.exception and not app.error
    [picture] = open_session(folder).pictures
    assert picture.label == asked.label and picture.request == asked.id
    app = answer_all(app, open_session(folder))
    text = visible_text(app)
    right = [picture.label == "blue", picture.label == "red"]
    assert text.count("1 of 1 correct") == sum(right) and text.count("0 of 1 correct") == 2 - sum(
        right
    )
    assert "blue (.90)" in text.replace("\\", "") and "red (.90)" in text.replace("\\", "")
    assert text.count("Bright areas are evidence for") == 2
    assert len(app.get("image")) == 4  # the photo, two maps, and in the grid
    assert app.header[0].value != "" and not app.file_uploader[0].value


def test_one_run_has_no_odds(dataset, finished, open_page):
    app = open_page("capture", data="toy_books", runs=finished())
    button(app, "begin").click().run()
    [folder] = find_sessions(dataset.root)
    app = answer_all(upload(app, phone_photo(1), phone_photo(2)), open_session(folder))
    text = visible_text(app)
    assert "of 2 correct" in text and " to " in text and "%" in text
    assert "cannot tell" not in text and "20 to 1" not in text
    assert "not sampled at random" in text


def test_skip_lack_undo_retake_and_another_label(session, open_page):
    app = open_page("capture", **link(session))
    button(app, "skip").click().run()
    button(app, "lacking").click().run()
    now = open_session(session.folder)
    assert len(now.skipped) == len(now.lacking) == 1
    upload(app, phone_photo(1))
    [picture] = open_session(session.folder).pictures
    other = next(name for name in CLASSES if name != picture.label)
    app.selectbox[0].set_value(other).run()
    assert open_session(session.folder).pictures[0].label == other
    button(app, "retake").click().run()
    assert not open_session(session.folder).pictures
    upload(app, phone_photo(2))
    [again] = open_session(session.folder).pictures
    assert (again.label, again.circumstance) == (other, picture.circumstance)
    button(app, "remove").click().run()
    assert not app.exception and not open_session(session.folder).pictures
    assert read_dataset(session.dataset_root).classes == CLASSES


def test_warnings_are_kept_or_thrown_away(session, dataset, open_page):
    app = open_page("capture", **link(session))
    upload(app, dataset.train[0].path.read_bytes(), phone_photo(1))
    app = open_page("capture", photo="p0001", **link(session))
    assert "almost identical to train/" in app.warning[0].value.replace("\\", "")
    button(app, "keep").click().run()
    assert not app.warning and open_session(session.folder).picture("p0001").kept
    upload(app, dataset.train[1].path.read_bytes())
    assert app.warning and "remove" not in keys(app)
    button(app, "discard").click().run()
    assert len(open_session(session.folder).pictures) == 2


def test_what_is_no_photo_is_one_line_until_the_next_click_and_loses_nothing(session, open_page):
    app = open_page("capture", **link(session))
    asked = app.header[0].value
    upload(app, b"no photo", name="<b>.jpg")
    assert [each.value.replace("\\", "").split(":")[0] for each in app.error] == ["<b>.jpg"]
    assert app.header[0].value == asked and not open_session(session.folder).pictures
    assert app.run().error
    assert not button(app, "skip").click().run().error


def test_a_click_shows_an_earlier_photo_and_the_link_brings_it_back(session, open_page):
    for number in range(3):
        add_photo(session, Request("red", "light"), phone_photo(number), name=f"Mia{number}")
    app = open_page("capture", **link(session))
    assert "by Mia2" in visible_text(app)
    button(app, "p0001").click().run()
    assert "by Mia0" in visible_text(app) and app.query_params["photo"] == "p0001"
    assert "by Mia0" in visible_text(open_page("capture", photo="p0001", **link(session)))


@pytest.fixture
def settled(session) -> Session:
    """Eight photos on which only `quick` is right."""
    for number in range(8):
        picture = add_photo(session, Request("blue", "room"), phone_photo(number))
        for run, said in zip(session.runs, ("blue", "red"), strict=True):
            record_answer(session, picture.id, run, Answer(said, 0.9))
    return open_session(session.folder)


def test_it_says_when_it_is_settled_and_lets_go_on(settled, open_page):
    app = open_page("capture", **link(settled))
    text = visible_text(app)
    assert "quick is better\\: decided after 7 photos" in text
    assert "You can stop here." in text and "8 of 8 correct" in text
    assert app.file_uploader and "skip" in keys(app)


def test_an_ended_session_shows_its_photos_and_can_go_on(settled, open_page):
    end(settled)
    app = open_page("capture", **link(settled))
    assert not app.file_uploader and "remove" not in keys(app)
    assert "quick is better" in visible_text(app)
    button(app, "resume").click().run()
    assert app.file_uploader and not open_session(settled.folder).ended


def test_an_earlier_set_is_opened_with_a_click(settled, open_page):
    app = open_page("capture")
    button(app, "elsewhere").click().run()
    assert app.query_params["set"] == "elsewhere" and "8 of 8 correct" in visible_text(app)
    button(app, "leave").click().run()
    assert "set" not in app.query_params and "begin" in keys(app)


def test_a_run_that_cannot_answer_is_one_line(session, open_page, monkeypatch):
    def fail(runs_dir, question, check_cancelled):
        raise client.PreviewError("quick: its weights are missing")

    monkeypatch.setattr(client, "_request", fail)
    app = upload(open_page("capture", **link(session)), phone_photo(1))
    wait_for(lambda: answers.answering_problem(open_session(session.folder)))
    assert [each.value for each in app.run().error] == ["quick\\: its weights are missing"]


def test_all_finished_runs_are_scored_on_the_set(settled, runs, open_page, no_worker):
    app = open_page("capture", **link(settled))
    ask = button(app, "ask")
    assert ask.label == "Score all 2 finished runs on this set"
    ask.click().run()
    assert not app.exception and Queue(runs).length() == 2
    assert app.get("progress")[-1].proto.text.startswith("Rescored 0 of 2 runs")


def test_in_japanese(settled, open_page):
    names = ("quick", r"looks\-good", "looks-good", r"toy\_books", "elsewhere", *CLASSES)
    for params in ({}, link(settled)):
        app = open_page("capture", lang="ja", **params)
        assert not app.exception and not untranslated(app, *names, "toy_books")


# --- phones, demo, the ways here ------------------------------------------------------------------


def test_phones_are_let_in_by_a_command_or_by_a_link(session, open_page, monkeypatch):
    app = open_page("capture", **link(session))
    assert any("streamlit run app.py" in each.value for each in app.code)
    monkeypatch.setattr(phones, "phones_url", lambda page, address: "http://192.0.2.7:8501")
    app = open_page("capture", **link(session))
    assert any(each.value.startswith("http://192.0.2.7:8501/capture/") for each in app.code)


def test_a_demo_captures_only_where_its_operator_allows_it(pair, open_page, monkeypatch):
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")
    app = open_page("capture")
    assert not app.exception and "Photos cannot be captured in this demo" in visible_text(app)
    assert "begin" not in keys(app)
    monkeypatch.setenv("OVERFIT_LENS_CAPTURE", "on")
    assert not access.is_restricted("capture")
    app = open_page("capture")
    assert "Photos cannot be captured" not in visible_text(app) and not app.exception


@pytest.mark.parametrize("page", ["run", "data", "cams"])
def test_pages_lead_here_where_photos_are_missing(page, finished, dataset, open_page):
    id_ = finished()
    if page in ("data", "cams"):
        for name in ("test", "test_difficult", "labels.csv", "boxes.csv"):
            path = dataset.root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    params = {"run": {"run": id_}, "data": {"data": "toy_books"}, "cams": {"runs": id_}}
    app = open_page(page, **params[page])
    assert not app.exception
    links = [each.proto for each in app.get("page_link")]
    found = [each for each in links if each.label == "Capture photos from elsewhere"]
    assert found and "data=toy_books" in found[0].query_string
