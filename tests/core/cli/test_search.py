"""`search`, whose process is not started."""

from __future__ import annotations

import json

import pytest

from core.__main__ import main
from core.search import engine
from core.search.search import find_searches
from tests.factory import write_dataset


@pytest.fixture
def cli_run(monkeypatch, tmp_path, capsys):
    """Runs a command of `search`; returns the exit status, the lines printed, and the error."""
    monkeypatch.setattr(engine, "ensure_engine", lambda runs_dir: None)

    def run(*words: object) -> tuple[int, list[str], str]:
        status = main(["search", *map(str, words), "--runs", str(tmp_path / "runs")])
        told = capsys.readouterr()
        return status, told.out.splitlines(), told.err

    return run


def test_a_search_is_planned_begun_stopped_and_shown(cli_run, tmp_path):
    dataset = write_dataset(tmp_path / "books", photos=8)
    begin = ("run", dataset.root, "--set", "weights=none", "--trainings", 20)
    status, lines, _ = cli_run(*begin, "--dry-run")
    assert status == 0 and "The budget allows about 20 training runs" in lines[0]
    assert find_searches(tmp_path / "runs") == []
    search = cli_run(*begin)[1][-1]
    assert [search] == find_searches(tmp_path / "runs")
    assert cli_run("stop", search)[0] == 0
    assert "stopped after 0 training runs" in cli_run("list")[1][1]
    told = json.loads("\n".join(cli_run("show", search, "--json")[1]))
    assert not told["active"] and told["tried"][0]["recipe"] == "quick"
    assert cli_run("resume", search)[0] == 0
    assert "0 training runs done, about" in cli_run("show", search)[1][0]


def test_bad_input_is_one_line(cli_run, tmp_path):
    dataset = write_dataset(tmp_path / "books", photos=8)
    for words in (("--minutes", 0), ("--space", "nonsense"), ("--trainings", 2)):
        status, _, error = cli_run("run", dataset.root, "--set", "weights=none", *words)
        assert status == 2 and error.startswith("error: ") and error.count("\n") == 1
    assert cli_run("show", "20260101-000000-aaaaaa")[0] == 2
