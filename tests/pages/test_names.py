"""Names and texts that people give are shown on every page as they are: none is ever markup."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.base.formatting import escape_markdown
from core.plots.figures import escape_label
from core.store.trash import delete_runs
from tests.conftest import fixed_clock
from tests.factory_hostile import (
    HOSTILE_FILE_PREFIX,
    HOSTILE_TAG,
    HOSTILE_TEST_SET,
    HOSTILE_TEXT,
    MARKUP_TOKENS,
    SCRIPT,
    hostile_dataset,
    hostile_runs,
)
from tests.pages.rendered_text import html_texts, markdown_texts

STATES = ("done", "repeat", "other", "failed", "running", "queued")
SECTIONS = ("Scores", "Curves", "Photos", "Confusion", "Layers", "Recipes")
PHOTO = {"set": HOSTILE_TEST_SET, "photo": f"{HOSTILE_FILE_PREFIX}img_0.jpg"}

# One's own note is Markdown on purpose, in which Streamlit shows HTML as text.
OWN_NOTE = HOSTILE_TEXT.replace("![", "[")


@pytest.fixture
def ids(runs, tmp_path) -> dict[str, str]:
    """The ids of the hostile runs, by their states."""
    found = hostile_runs(runs, hostile_dataset(tmp_path / "dataset" / "toy_books"))
    return {state: run.id for state, run in found.items()}


def nothing_is_markup(app) -> None:
    assert not app.exception, app.exception[0].value
    for where, text in markdown_texts(app):
        if text == OWN_NOTE:
            continue
        assert not [token for token in MARKUP_TOKENS if token in text], (where, text)
    for where, text in html_texts(app):
        assert not [token for token in MARKUP_TOKENS if "<" in token and token in text], (
            where,
            text,
        )


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("lesson", {}),
        ("train", {}),
        ("data", {}),
        ("data", {"set": "train"}),
        ("data", {"set": HOSTILE_TEST_SET}),
        ("data", PHOTO),
        ("data", {**PHOTO, "edit": "1"}),
        ("data", {"view": "upload"}),
        ("data", {"view": "add"}),
        ("runs", {}),
        ("compare", {}),
        ("cams", {}),
        ("cams", {"set": HOSTILE_TEST_SET}),
        ("challenge", {}),
        ("try_it", {}),
        ("try_it", {"photo": f"{HOSTILE_TEST_SET}/{HOSTILE_FILE_PREFIX}img_0.jpg"}),
        ("worker", {}),
    ],
    ids=str,
)
def test_on_a_page(page, link, ids, open_page):
    nothing_is_markup(open_page(page, **link))


@pytest.mark.parametrize("state", STATES)
def test_of_a_run(state, ids, open_page):
    nothing_is_markup(open_page("run", run=ids[state]))
    nothing_is_markup(open_page("runs", run=ids[state]))


@pytest.mark.parametrize("section", SECTIONS)
def test_of_compared_runs(section, ids, open_page):
    app = open_page("compare", runs=",".join(ids.values()), section=section)
    nothing_is_markup(app)


def test_of_runs_that_are_taken_up_again_compared_by_a_number_and_deleted(ids, runs, open_page):
    nothing_is_markup(open_page("train", again=ids["done"]))
    nothing_is_markup(open_page("cams", runs=",".join(ids.values())))
    delete_runs(runs, [ids["other"]], fixed_clock)
    nothing_is_markup(open_page("runs"))
    nothing_is_markup(open_page("run", run=ids["other"]))


def test_of_selected_runs(ids, open_page):
    app = open_page("runs")
    app.session_state["runs.table.checked"] = list(ids.values())
    app.run()
    assert any(escape_markdown(HOSTILE_TAG) in text for _, text in markdown_texts(app))
    nothing_is_markup(app)


def test_of_a_damaged_data_set(ids, tmp_path, open_page):
    """Errors quote the name of what is damaged."""
    with (tmp_path / "dataset" / "toy_books" / "labels.csv").open("a", encoding="utf-8") as table:
        table.write(f"{HOSTILE_TEST_SET},{HOSTILE_FILE_PREFIX}gone.jpg,{HOSTILE_TAG},\n")
    for page in ("train", "cams", "compare", "try_it", "run", "data"):
        app = open_page(page, run=ids["done"], runs=ids["done"])
        nothing_is_markup(app)
    said = " ".join(text for _, text in markdown_texts(app))
    assert escape_markdown(f"{HOSTILE_FILE_PREFIX}gone.jpg") in said


def test_of_damaged_runs(ids, runs, open_page):
    for name, text in (("summary.json", f'{{"{SCRIPT}": 1'), ("annotations.json", "[]")):
        Path(runs / ids["done"] / name).write_text(text, "utf-8")
    for state in ("repeat", "other"):
        Path(runs / ids[state] / "history.csv").write_text(
            f'epoch,"{SCRIPT}"\n1,{HOSTILE_TAG}', "utf-8"
        )
    for page in ("runs", "run", "compare", "cams", "try_it", "worker"):
        nothing_is_markup(open_page(page, run=ids["repeat"], runs=",".join(ids.values())))
    nothing_is_markup(open_page("run", run=ids["done"]))


def test_the_texts_are_such_that_would_be_markup():
    """The tests above look for them as they are, which is how markup would show them."""
    for token in MARKUP_TOKENS:
        assert token not in escape_markdown(HOSTILE_TEXT) and token in HOSTILE_TEXT
        assert "<" not in token or token not in escape_label(HOSTILE_TEXT)
