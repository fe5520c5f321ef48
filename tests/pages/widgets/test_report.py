"""The button that gives a report."""

from __future__ import annotations

import pytest

from core.base import language
from pages.widgets.shared import report
from tests.core.report.html_page import Page
from tests.factory import write_run


def buttons(app) -> list:
    return [found.proto for found in app.get("download_button") if "Report" in found.proto.label]


@pytest.fixture
def two(runs, dataset):
    return [
        write_run(runs, dataset, preset, minutes=n)
        for n, preset in enumerate(["quick", "looks-good"])
    ]


@pytest.mark.parametrize(
    ("page", "link"), [("compare", {"runs": "{0},{1}"}), ("run", {"run": "{0}"})]
)
def test_compare_and_run_offer_one(open_page, two, page, link):
    ids = [run.id for run in two]
    app = open_page(page, **{name: value.format(*ids) for name, value in link.items()})
    assert not app.exception
    (button,) = buttons(app)
    assert button.label == "Report (HTML)"
    assert button.deferred_file_id  # nothing is made before it is asked for
    assert not button.url


def test_a_run_that_failed_has_one_too(open_page, runs, dataset):
    run = write_run(runs, dataset, state="failed")
    assert len(buttons(open_page("run", run=run.id))) == 1


def test_selected_runs_have_one(open_page, two):
    app = open_page("runs")
    assert buttons(app) == []
    app.session_state["runs.table.checked"] = [run.id for run in two]
    assert len(buttons(app.run())) == 1


def test_what_it_gives(runs, two):
    from core.compare.selection import grouped_items
    from core.store.index import RunIndex

    rows = RunIndex(runs).rows()
    items = grouped_items(list(reversed(rows)), rows)
    made = report._make(items, rows, runs, "ja").decode("utf-8")
    assert Page(made).elements("html")[0]["lang"] == "ja"
    assert language.language() == "en"
    assert "Overfit Lens" in Page(made).headings[0]


def test_an_error_becomes_a_line_in_the_file(runs):
    made = report._make([], [], runs, "en").decode("utf-8")
    assert "Cannot create the report: report: choose a run" in Page(made).text
