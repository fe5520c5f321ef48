"""Links that somebody else wrote: whatever their parameters hold, a page opens, says a plain line
or keeps to its default, and takes none of it for markup, a path or a number that it is not."""

from __future__ import annotations

import shutil

import pytest

from core.base.errors import RunError
from core.store.run import open_run
from core.store.trash import delete_runs
from tests.conftest import fixed_clock
from tests.factory import write_run
from tests.factory_hostile import LINK, MARKUP_TOKENS, SCRIPT
from tests.pages.conftest import visible_text
from tests.pages.rendered_text import html_texts, markdown_texts
from tests.pages.url_parameters import dynamic_readers, url_parameters

PAGES = (
    "lesson",
    "train",
    "data",
    "runs",
    "run",
    "compare",
    "cams",
    "challenge",
    "try_it",
    "capture",
    "search",
    "worker",
)
# Every parameter that some page reads. A new one is written down here, and is then tried with
# everything below, on every page.
PARAMETERS = {
    "again",
    "against",
    "axis",
    "box",
    "boxes",
    "cell",
    "class",
    "colour",
    "columns",
    "data",
    "edit",
    "evidence",
    "file",
    "find",
    "folds",
    "from",
    "group",
    "groups",
    "heat",
    "key",
    "keys",
    "lang",
    "log",
    "minutes",
    "moment",
    "of",
    "one",
    "open",
    "order",
    "page",
    "photo",
    "photos",
    "preset",
    "q",
    "recipe",
    "run",
    "runs",
    "scale",
    "search",
    "section",
    "seeds",
    "set",
    "show",
    "smooth",
    "sort",
    "space",
    "step",
    "teach",
    "unfold",
    "view",
    "vote",
    "with",
    "without",
}
# Places that read a parameter by a name that they are told.
BY_NAME = {
    "recipe_source.py _sync_url",
    "selection.py _is_example_linked",
    "selection.py write_url",
    "selection.py choose_one",
    "selection.py set_selection",
    "selection.py choose_items",
    "toolbar.py show_views",
    "sections.py show_section",
    "url_state.py retain_values",
    "url_state.py read",
    "url_state.py write",
    "photo_filter.py _clear_params",
    "photo_filter.py _write_param",
    "photo_filter.py _read_param",
    "photo_filter.py clear_photo_params",
    "run_table.py _handle_events",
}
VALUES = {
    "a path up": "../../../../../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "a hidden folder": ".trash",
    "a zero byte": "a\0b",
    "lines": "a\nb\r\n\r\nc",
    "a script": SCRIPT,
    "a link and an icon": f"{LINK}:red[pwn]$pwn^2$:material/bomb:",
    "below nothing": "-1",
    "a huge number": "9" * 400,
    "no number": "nan",
    "a raised digit": "²",
    "turned around": "\u202epwn\u202c\U0001f388",
    "very long": "x" * 4000,
    "nothing": "",
    "JSON": '{"seed": 1e999, "bands": [], "name": "<b>pwn"}',
    "deep": "[" * 2000,
}


def test_every_parameter_is_tried():
    found = url_parameters()
    assert set(found) == PARAMETERS, found
    assert dynamic_readers() == BY_NAME


@pytest.fixture
def store(runs, dataset):
    """Two finished runs, one that is deleted."""
    for minutes in (0, 1):
        write_run(runs, dataset, minutes=minutes, changes={"seed": minutes})
    gone = write_run(runs, dataset, "looks-good", minutes=2)
    delete_runs(runs, [gone.id], fixed_clock)
    return runs


def assert_harmless(app, value: str) -> None:
    assert not app.exception, app.exception[0].value
    said = visible_text(app)
    assert "root:" not in said and "Traceback" not in said
    for where, text in [*markdown_texts(app), *html_texts(app)]:
        assert len(value) < 5 or value not in text or not set(value) & set("<[$"), (where, text)
        assert not [token for token in MARKUP_TOKENS if token in text], (where, text)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_bears_any_value_of_any_parameter(page, store, open_page):
    app = open_page(page)
    for value in VALUES.values():
        for name in PARAMETERS - {"view"}:
            app.query_params[name] = value
        for key in ("train.begun", "train.linked"):  # as on a fresh visit
            if key in app.session_state:
                del app.session_state[key]
        app.run()
        assert_harmless(app, value)
    for name in PARAMETERS:  # given twice
        app.query_params[name] = ["a", SCRIPT]
    app.run()
    assert_harmless(app, SCRIPT)


def test_no_id_leads_out_of_the_folder_of_runs(store, tmp_path):
    """`open_run` is the one way from an id to a folder."""
    outside = next(path for path in store.iterdir() if path.is_dir() and path.name[0] != ".")
    gone = next((store / ".trash").glob("*looks-good*")).name
    shutil.copytree(outside, tmp_path / gone)
    for value in (*VALUES.values(), f".trash/{gone}", f"../{gone}", ".examples"):
        with pytest.raises(RunError):
            open_run(store, value)


def test_what_is_not_there_is_told_in_a_plain_line(store, open_page):
    for page, link in [
        ("run", {"run": SCRIPT}),
        ("runs", {"run": SCRIPT}),
        ("compare", {"runs": SCRIPT}),
        ("train", {"preset": SCRIPT}),
        ("train", {"again": SCRIPT}),
        ("train", {"data": SCRIPT}),
        ("train", {"with": "{"}),
        ("train", {"file": SCRIPT, "recipe": "{"}),
        ("train", {"file": SCRIPT}),
        ("data", {"photo": SCRIPT}),
    ]:
        app = open_page(page, **link)
        told = [box.value for box in (*app.warning, *app.error)]
        assert len(told) == 1 and "\n" not in told[0], (page, link, told)
        assert_harmless(app, SCRIPT)
