"""The Lesson page: steps, vote, teacher's mode, links, languages, and no examples."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.lesson.steps import titles
from tests.factory_examples import write_examples
from tests.pages.conftest import APP, TIMEOUT, visible_text


@pytest.fixture
def examples(runs, dataset, monkeypatch, tmp_path):
    folder = write_examples(tmp_path / "examples", dataset)
    monkeypatch.setenv("OVERFIT_LENS_EXAMPLES", str(folder))
    return folder


def open_lesson(**link: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def html_body(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def page_links(app: AppTest) -> set[str]:
    return {link.proto.label for link in app.get("page_link")}


def test_it_is_the_first_page_and_asks_for_a_vote(examples):
    app = open_lesson()
    assert app.title[0].value == "Which one would you ship?"
    assert app.query_params["step"] == "1"
    assert app.button(key="lesson.next").disabled
    assert "cannot tell" not in html_body(app)
    assert "**Overfit Lens**" in app.markdown[0].value
    assert {"Skip to training", "Open your photos"} <= page_links(app)
    app.button(key="lesson.vote.B").click().run()
    assert app.query_params["vote"] == "B"
    assert "cannot tell" in html_body(app)
    app.button(key="lesson.next").click().run()
    assert app.title[0].value == titles()[1]
    assert "Skip to training" not in page_links(app)
    assert app.query_params["step"] == "2"
    app.button(key="lesson.back").click().run()
    assert app.title[0].value == titles()[0]
    assert not app.button(key="lesson.next").disabled


@pytest.mark.parametrize("step", range(1, len(titles()) + 1))
def test_every_step_is_a_link(examples, step):
    app = open_lesson(step=str(step), vote="A")
    assert app.title[0].value == titles()[step - 1]
    assert not app.error
    if step != 3:  # a component draws it
        assert html_body(app).count('class="lesson') >= 3


@pytest.mark.parametrize("step", ["0", "8", "x", "²"])
def test_a_link_to_no_step_opens_the_first(examples, step):
    assert open_lesson(step=step).title[0].value == titles()[0]


def test_the_teacher_shows_each_answer_with_a_key(examples):
    app = open_lesson(step="2", teach="true")
    assert 'class="answer"' not in html_body(app)
    assert "lesson large" in html_body(app)
    app.button(key="lesson.tell").click().run()
    assert 'class="answer"' in html_body(app)
    app.button(key="lesson.next").click().run()
    assert app.title[0].value == titles()[2]
    assert 'class="answer"' not in html_body(app)
    assert app.query_params["teach"] == "true"
    app.button(key="lesson.tell").click().run()
    app.button(key="lesson.back").click().run()
    assert 'class="answer"' in html_body(app)  # as the class has seen it


def test_a_class_needs_no_vote_in_the_page(examples):
    app = open_lesson(teach="true")
    app.button(key="lesson.tell").click().run()
    assert "You chose" not in html_body(app)
    assert not app.button(key="lesson.next").disabled


def test_what_is_taken_away_is_told_and_kept_in_the_link(examples):
    app = open_lesson(step="6", without="augmentation")
    assert "correct, instead of" in html_body(app)
    assert 'class="arm chosen"><span>Without augmentation' in html_body(app)
    app.button_group(key="lesson.without").set_value("dropout").run()
    assert app.query_params["without"] == "dropout"
    assert 'class="arm chosen"><span>Without dropout' in html_body(app)


def test_the_last_step_leads_to_the_failing_recipe_and_to_ones_own_photos(examples):
    app = open_lesson(step="7")
    first, *_, last = (each.proto for each in app.get("page_link"))
    assert (first.page, first.query_string) == ("train", "preset=looks-good")
    assert (last.page, last.query_string) == ("capture", "data=toy_books")


def test_it_is_told_in_japanese(examples):
    app = open_lesson(step="4", lang="ja")
    assert app.title[0].value == "本を隠すと"
    assert "塗りつぶし" in html_body(app)


def test_without_examples_it_says_where_they_are(runs, monkeypatch, tmp_path):
    monkeypatch.setenv("OVERFIT_LENS_EXAMPLES", str(tmp_path / "none"))
    app = open_lesson()
    assert "git checkout runs/examples" in visible_text(app)
    assert app.title[0].value == "Lesson"


def test_the_last_step_prints_the_covers(examples):
    app = open_lesson(step=str(len(titles())), teacher="1")
    (button,) = app.get("download_button")
    assert button.proto.label == "Print book covers"
    assert not open_lesson(step="1").get("download_button")
