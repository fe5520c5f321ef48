"""core.store.examples and all_runs: example runs beside one's own, which nobody changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.__main__ import main
from core.base.errors import RunError
from core.base.files import PROJECT_ROOT
from core.compare.selection import selectable_items
from core.compare.tables import labels_by_id
from core.store.annotations import annotate
from core.store.examples import examples_hidden, is_example, set_examples_hidden
from core.store.groups import find_groups
from core.store.index import AllRuns, all_rows
from core.store.query import filter_rows, vocabulary
from core.store.rescoring import Rescoring, create_rescoring, outdated_runs
from core.store.run import Run, open_run
from core.store.trash import delete_runs, restore_run
from tests.conftest import fixed_clock
from tests.factory import write_example, write_run


@pytest.fixture
def runs(tmp_path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def example(tmp_path, tiny, monkeypatch) -> Run:
    """One of two examples: seeds 0 and 1 of quick."""
    folder = tmp_path / "examples"
    monkeypatch.setenv("OVERFIT_LENS_EXAMPLES", str(folder))
    write_example(folder, tiny, "quick-s1", changes={"seed": 1})
    return write_example(folder, tiny, "quick-s0")


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


def test_they_stand_after_ones_own_and_say_what_they_are(runs, example, tiny):
    own = write_run(runs, tiny)
    before = content(example.path.parent)
    rows = all_rows(runs)
    assert [row.id for row in rows] == [own.id, "example-quick-s1", "example-quick-s0"]
    assert [row.example for row in rows] == [False, True, True]
    assert list(labels_by_id(rows).values()) == [
        "quick (example), seed 0",
        "quick (example), seed 1",
        "quick",
    ]
    assert [item.title for item in selectable_items(rows)] == [
        "quick (example), 2 seeds",
        "quick",
        "quick (example), seed 0",
        "quick (example), seed 1",
    ]
    assert filter_rows(rows, "-is:example", vocabulary(rows)) == rows[:1]
    assert content(example.path.parent) == before  # nothing is written there, no index either


def test_they_are_no_repeats_of_ones_own_runs(runs, example, tiny):
    write_run(runs, tiny)
    groups = find_groups(all_rows(runs))
    assert [len(group.members) for group in groups] == [1, 2]
    assert [is_example(group.id) for group in groups] == [False, True]


def test_an_example_is_opened_whatever_the_folder_of_runs(tmp_path, example):
    assert open_run(tmp_path / "nowhere", example.id).path == example.path
    with pytest.raises(RunError, match="example-none: no such run"):
        open_run(tmp_path, "example-none")


def test_its_photos_are_named_from_the_projects_folder(runs, example):
    environment = json.loads((example.path / "environment.json").read_text("utf-8"))
    environment["data"]["path"] = "dataset/toy_books"
    (example.path / "environment.json").write_text(json.dumps(environment), "utf-8")
    assert example.data_dir() == PROJECT_ROOT / "dataset" / "toy_books"
    row = next(row for row in all_rows(runs) if row.id == example.id)
    assert (row.data, row.data_path) == ("toy_books", str(PROJECT_ROOT / "dataset" / "toy_books"))


def test_nothing_changes_one(runs, example):
    before = content(example.path.parent)
    for change in (
        lambda: delete_runs(runs, [example.id], fixed_clock),
        lambda: restore_run(runs, example.id),
        lambda: annotate(example, starred=True),
        lambda: example.requeue(),
        lambda: create_rescoring(Rescoring.of(runs, example.id), fixed_clock),
    ):
        with pytest.raises(
            RunError, match=r"example-quick-s0: is an example and cannot be changed"
        ):
            change()
    assert content(example.path.parent) == before


def test_it_keeps_its_scores_when_labels_change(runs, example, tiny):
    (example.path / "weights.safetensors").touch()  # and has noted no labels: it counts as behind
    assert outdated_runs(runs, all_rows(runs), tiny) == []


def test_they_can_be_hidden_and_shown(runs, example, tiny):
    own, index = write_run(runs, tiny), AllRuns(runs)
    shown = index.version()
    set_examples_hidden(runs, True)
    assert examples_hidden(runs)
    assert [row.id for row in index.rows()] == [own.id]
    assert index.version() != shown
    assert len(index.rows(include_hidden=True)) == 3
    set_examples_hidden(runs, False)
    assert len(index.rows()) == 3
    assert index.version() == shown


def test_a_copy_among_ones_own_runs_is_not_listed_twice(runs, example):
    shutil.copytree(example.path, runs / example.id)
    assert [row.id for row in all_rows(runs)] == ["example-quick-s1", "example-quick-s0"]


def test_commands_list_and_show_them_but_change_none(runs, example, tiny, capsys):
    own = write_run(runs, tiny)
    assert main(["runs", "list", "--runs", str(runs)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith(own.id)
    assert lines[-1].startswith(example.id)
    assert lines[-1].endswith("quick (example), seed 0")
    assert main(["runs", "list", "is:example", "--json", "--runs", str(runs)]) == 0
    assert [row["example"] for row in json.loads(capsys.readouterr().out)] == [True, True]
    assert main(["runs", "show", example.id, "--runs", str(runs)]) == 0
    assert "state: done" in capsys.readouterr().out
    for command in ("runs delete --yes", "runs star", "resume", "evaluate"):
        assert main([*command.split(), example.id, "--runs", str(runs)]) == 2, command
        said = capsys.readouterr().err.splitlines()
        assert said == [
            "error: example-quick-s0: is an example and cannot be changed; only your own runs can"
        ], command


def test_a_report_tells_of_examples_hidden_or_not(runs, example, tmp_path, capsys):
    for hidden in (False, True):
        set_examples_hidden(runs, hidden)
        out = tmp_path / f"{hidden}.html"
        assert main(["report", example.id, "--runs", str(runs), "-o", str(out)]) == 0
        assert example.id in out.read_text("utf-8")
        capsys.readouterr()
