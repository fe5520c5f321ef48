"""The Search page: what is missing, the plan, a search under way and its answer."""

from __future__ import annotations

import json

import pytest

from core.search import engine
from core.search.search import find_searches, open_search
from tests.conftest import fixed_clock
from tests.core.search.conftest import Workplace, workplace  # noqa: F401
from tests.pages.conftest import visible_text
from tests.pages.untranslated import untranslated


@pytest.fixture(autouse=True)
def no_engine(monkeypatch) -> None:
    monkeypatch.setattr(engine, "ensure_engine", lambda runs_dir: None)


def button(app, end: str):
    return next(each for each in app.button if str(each.key).endswith(end))


def test_a_search_is_planned_begun_stopped_and_goes_on(workplace: Workplace, open_page):  # noqa: F811
    random = json.dumps(
        {"weights": "none", "image_size": 64, "stages": [{"train": "head", "epochs": 1}]}
    )
    app = open_page("search", data="toy_books", file="mine", recipe=random, minutes="30")
    assert "The budget allows about" in visible_text(app) and not app.error
    button(app, "begin").click().run()
    [search_id] = find_searches(workplace.runs)
    assert app.query_params["search"] == search_id
    search = open_search(workplace.runs, search_id)
    assert search.names[0] == "mine" and search.request.minutes == 30
    button(app, "act").click().run()
    assert "stopped after 0 training runs" in visible_text(app)
    button(app, "act").click().run()
    assert open_search(workplace.runs, search_id).active
    button(app, "leave").click().run()
    assert "toy\\_books\\: 0 training runs done" in visible_text(app)


def test_the_race_and_the_answer_in_both_languages(workplace: Workplace, open_page):  # noqa: F811
    workplace.right = {"quick": 0.5, "deeper": 0.9, "no augmentation": 0.0}
    search = workplace.advance(workplace.begin(trainings=24))
    app = open_page("search", search=search.id)
    assert "0 training runs done" in visible_text(app) and not app.exception
    search = workplace.run_to_end(search)
    app = open_page("search", search=search.id)
    text = visible_text(app)
    assert "deeper is better than quick on 4 of 4 folds and seeds" in text
    assert "`bands`" in text and "read no test set" in text
    assert len(app.get("page_link")) == 3  # Train, Runs, and the class maps of both
    app = open_page("search", search=search.id, lang="ja")
    names = (*search.names, search.id.replace("-", "\\-"), "toy\\_books")
    assert untranslated(app, *names) == []


def test_a_row_that_is_clicked_opens_its_run(workplace: Workplace, open_page):  # noqa: F811
    search = workplace.advance(workplace.begin())
    app = open_page("search", search=search.id, run=search.trainings[0].run)
    assert app.query_params["run"] == search.trainings[0].run and app.title[0].value != "Search"


def test_what_is_not_there_is_a_plain_line(workplace: Workplace, open_page):  # noqa: F811
    app = open_page("search", search="20260101-000000-aaaaaa")
    assert "was not found here" in app.warning[0].value and not app.exception
    search = workplace.begin()
    engine.stop(search, fixed_clock, "no such weights")
    assert "no such weights" in visible_text(open_page("search", search=search.id))
