"""What is worked out once for all who look at the same runs."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from core.base.language import language, use_language
from core.store.groups import Group
from core.store.index import RunRow, read_row
from pages.widgets.shared import selection
from pages.widgets.shared.cached import cached
from pages.widgets.shared.run_files import RunFiles, read
from tests.factory import write_run

calls: list[str] = []


@cached
def words(*arguments: object) -> str:
    calls.append(language())
    return f"{language()} {len(arguments)}"


@cached
def other_words(*arguments: object) -> str:
    return "others"


@pytest.fixture
def run_row(runs, dataset) -> RunRow:
    calls.clear()
    return replace(read_row(write_run(runs, dataset)), stamp="a")


def test_it_runs_once_per_arguments_and_language(run_row):
    group = Group("g", "two", (run_row,))
    for arguments in (("a",), ("b",), (1, "b"), ({"a": 1.5},), ([group], None)):
        calls.clear()
        assert words(*arguments) == words(*arguments) == f"en {len(arguments)}"
        with use_language("ja"):
            assert words(*arguments) == f"ja {len(arguments)}"
        assert calls == ["en", "ja"]
        assert other_words(*arguments) == "others"
    assert words("a, b") == "en 1"
    assert words("a", "b") == "en 2"


def test_a_row_or_file_that_changes_on_disk_is_another(run_row):
    words([run_row])
    words([replace(run_row, stamp="b")])
    assert len(calls) == 2
    words(RunFiles({}, ["file 1"]))
    words(RunFiles({}, ["file 2"]))
    assert len(calls) == 4


def test_what_is_in_the_arguments_is_not_looked_at(run_row):
    calls.clear()
    for _ in range(2):
        words(RunFiles({"a": threading.Lock()}, ["of one state"]))  # Streamlit cannot hash a lock
    assert len(calls) == 1


def test_the_index_stamps_rows_anew_when_a_file_is_written(runs, dataset):
    run = write_run(runs, dataset)
    before = selection.all_runs()[0].stamp
    assert before == selection.all_runs()[0].stamp != ""
    run.write_status(replace(run.status(), epoch=99))
    assert selection.all_runs()[0].stamp != before


def test_files_are_known_by_their_state(runs, dataset):
    run = write_run(runs, dataset)
    before = read("history.csv", [run.id]).state
    assert before == read("history.csv", [run.id]).state
    path = run.path / "history.csv"
    path.write_text(path.read_text() + "\n")
    assert read("history.csv", [run.id]).state != before


def test_what_has_no_key_is_refused():
    with pytest.raises(TypeError, match="object"):
        words(object())
