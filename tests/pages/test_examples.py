"""Example runs on the pages: beside one's own, marked, unchangeable, and out of the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.store.examples import examples_hidden
from core.store.run import Run
from tests.factory import write_example, write_run
from tests.pages.conftest import visible_text
from tests.pages.test_runs import select, titles


@pytest.fixture
def example(tmp_path, dataset, monkeypatch) -> Run:
    """One of two examples, which validation cannot tell apart."""
    folder: Path = tmp_path / "examples"
    monkeypatch.setenv("OVERFIT_LENS_EXAMPLES", str(folder))
    write_example(folder, dataset, "looks-good-s0", "looks-good")
    return write_example(folder, dataset, "quick-s0")


def labels(app):
    return [button.label for button in app.button]


def test_without_own_runs_they_are_there_to_look_at(example, open_page):
    app = open_page("runs")
    assert not app.exception
    assert titles(app) == ["quick (example)", "looks-good (example)"]
    assert "These examples came with" in visible_text(app)
    for page in ("compare", "cams"):
        app = open_page(page)
        assert not app.exception
        assert set(app.multiselect[0].value) == {"example-quick-s0", "example-looks-good-s0"}


def test_own_runs_stand_above_and_are_chosen_first(example, runs, dataset, open_page):
    own = [write_run(runs, dataset), write_run(runs, dataset, "looks-good", minutes=1)]
    app = open_page("runs")
    assert titles(app) == ["looks-good", "quick", "quick (example)", "looks-good (example)"]
    assert "These examples came with" not in visible_text(app)
    assert set(open_page("compare").multiselect[0].value) == {run.id for run in own}


def test_an_example_has_no_delete_and_no_name_to_change(example, runs, dataset, open_page):
    own = write_run(runs, dataset)
    for page in ("run", "runs"):
        app = open_page(page, run=example.id)
        assert not app.exception
        assert ":violet-badge[:material/school: example]" in visible_text(app)
        assert "Delete" not in labels(app)
        assert f"runs.words.{example.id}.name" not in str([i.key for i in app.text_input])
    app = select(open_page("runs"), example)
    assert "Delete" not in labels(app)
    assert "Star" not in labels(app)
    assert "Examples cannot be changed" in visible_text(app)
    app = select(app, example, own)  # both: what can be done is done to one's own
    app.button(key="runs.table.bulk.delete").click().run()
    assert not app.exception
    assert titles(app) == ["quick (example)", "looks-good (example)"]


def test_they_are_hidden_by_a_switch_and_still_open_by_a_link(example, runs, dataset, open_page):
    write_run(runs, dataset)
    app = open_page("runs")
    app.toggle[0].set_value(False).run()
    assert not app.exception
    assert examples_hidden(runs)
    assert titles(app) == ["quick"]
    assert len(open_page("compare").multiselect[0].options) == 1
    shown = open_page("compare", runs=example.id)
    assert shown.multiselect[0].value == [example.id]
    app.toggle[0].set_value(True).run()
    assert len(titles(app)) == 3


def test_hidden_without_own_runs_the_page_offers_the_first_two(example, open_page):
    app = open_page("runs")
    app.toggle[0].set_value(False).run()
    assert not app.exception
    assert "No runs yet" in visible_text(app)
    app.toggle[0].set_value(True).run()
    assert titles(app) == ["quick (example)", "looks-good (example)"]
