"""The Run page: the letter of a bad and a good run, and what it says without one."""

from __future__ import annotations

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from core.evaluate.verdict import MEANINGS
from pages.widgets.words import VERDICTS
from tests.factory import write_dataset, write_run
from tests.pages.conftest import APP, texts


def test_without_runs_it_offers_some(dataset, open_page):
    app = open_page("run")
    assert not app.exception
    assert "A diagnosis comes with a finished run" in texts(app)


def test_a_bad_run_reads_as_finding_evidence_and_advice(runs, dataset, open_page):
    other = write_run(runs, dataset, "quick")
    run = write_run(runs, dataset, "looks-good", minutes=5)
    app = open_page("run", run=run.id)
    assert not app.exception
    page = texts(app)
    assert ":red-badge[:material/theater_comedy: overfit that looks good]" in page
    assert "Photos from elsewhere tell another story" in app.subheader[0].value
    assert MEANINGS["overfit that looks good"] in page
    assert page.count(":material/close: bad]") == 2
    assert "Right for 4 of 10 objects" in page
    assert "Freeze layers 0 to 12" in page
    assert len(app.get("image")) == 6 + 2 + 3
    assert len(app.get("plotly_chart")) == 3  # loss, controls, drift
    assert app.expander[0].label == "Why this verdict: most signs are bad"
    linked = [link.proto.query_string for link in app.get("page_link")]
    assert any(other.id in query for query in linked)


def test_a_good_run_gets_the_other_chip(runs, dataset, open_page):
    app = open_page("run", run=write_run(runs, dataset, "quick").id)
    assert not app.exception
    assert ":green-badge[:material/verified: generalises]" in texts(app)


def test_no_run_chosen_asks_for_one_and_the_box_changes_the_link(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick")
    app = open_page("run")
    assert not app.exception
    assert "Choose a run to read its diagnosis" in app.info[0].value
    app.selectbox(key="run").set_value(run.id).run()
    assert app.query_params["run"] == run.id
    assert "generalises" in texts(app)


def test_an_unknown_run_is_one_line(runs, dataset, open_page):
    write_run(runs, dataset, "quick")
    app = open_page("run", run="nobody")
    assert not app.exception
    assert [warning.value for warning in app.warning] == ["There is no run nobody here."]


@pytest.mark.parametrize(
    ("state", "words"),
    [("running", "not done yet"), ("failed", "stopped before its end"), ("done", "core evaluate")],
)
def test_a_run_without_a_diagnosis_says_what_to_do(runs, dataset, open_page, state, words):
    run = write_run(runs, dataset, "quick", state)
    (run.path / "diagnosis.json").unlink(missing_ok=True)
    app = open_page("run", run=run.id)
    assert not app.exception
    assert words in app.info[0].value


def test_photos_that_are_gone_and_damaged_files_are_one_line(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick")
    shutil.rmtree(dataset.root)
    app = open_page("run", run=run.id)
    assert not app.exception
    assert "Without pictures of photos" in app.warning[0].value
    (run.path / "diagnosis.json").write_text("no json", "utf-8")
    app = open_page("run", run=run.id)
    assert not app.exception
    assert "diagnosis.json: damaged" in app.error[0].value


def test_every_verdict_has_its_own_icon():
    assert set(VERDICTS) == set(MEANINGS)
    assert len({icon for icon, _ in VERDICTS.values()}) == len(VERDICTS)


def test_without_labelled_photos_from_elsewhere_it_says_that_little_can_be_told(runs, tmp_path):
    bare = write_dataset(tmp_path / "dataset" / "bare", labelled=False)
    run = write_run(runs, bare, "looks-good")
    app = AppTest.from_file(str(APP), default_timeout=20).run()
    app.switch_page("pages/run.py")
    app.query_params["run"] = run.id
    app.run()
    assert not app.exception
    page = texts(app)
    assert "too little evidence" in page
    assert "Label at least 10 photos" in page
