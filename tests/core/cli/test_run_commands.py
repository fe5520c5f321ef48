"""`runs` and its commands, and the order of `queue`."""

from __future__ import annotations

import io
import json

import pytest

from core.__main__ import main
from core.jobs.queue import Queue
from core.store.index import INDEX_FILE, RunIndex
from core.store.run import find_runs
from core.store.trash import deleted_runs
from tests.factory import write_run

pytestmark = pytest.mark.slow


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    """A command on the runs of `tmp_path`; `answer` is typed in."""

    def call_(*arguments, answer=None):
        if answer is not None:
            monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))
        status = main([*map(str, arguments), "--runs", str(tmp_path)])
        out, err = capsys.readouterr()
        return status, out, err

    return call_


def test_compare_tells_recipes_scores_and_verdicts(call, tmp_path, toy_books):
    one = write_run(tmp_path, toy_books, "quick")
    two = write_run(tmp_path, toy_books, "looks-good", minutes=1)
    status, out, _ = call("runs", "compare", one.id, two.id)
    assert status == 0
    assert f"quick: {one.id} (done)" in out
    bands = next(line.split() for line in out.splitlines() if line.split()[:1] == ["bands"])
    assert bands[-4:] == ["0:", "0.1,", "13:", "0.01"]
    assert "looks-good against quick:" in out
    assert "100% (14 of 14), 78 to 100%" in out
    assert "quick is better on" in out
    assert "a significant difference (p" in out
    status, out, _ = call("runs", "compare", two.id, one.id, "--json")
    data = json.loads(out)
    assert [run["id"] for run in data["runs"]] == [two.id, one.id]
    changed = {row["key"]: row for row in data["recipe_difference"]}
    assert changed["bands"][two.id] == "0: 0.1, 13: 0.01"
    against = data["against_first"][0]
    assert (against["run"], against["first"]) == (one.id, two.id)
    found = {(f["photos"], f["score"]): f for f in against["findings"]}
    objects = found["test_difficult", "object"]
    assert objects["real"]
    assert objects["better"] > objects["worse"]
    assert objects["p"] < 0.05


def test_compare_shows_what_an_unfinished_run_has(call, tmp_path, tiny):
    one = write_run(tmp_path, tiny)
    two = write_run(tmp_path, tiny, state="failed", minutes=1)
    status, out, _ = call("runs", "compare", one.id, two.id)
    assert status == 0
    assert "the recipes are the same" in out
    assert f"{two.id} (failed after epoch 16 of 32)" in out
    assert "against" not in out


def test_compare_refuses_one_run_and_runs_it_cannot_read(call, tmp_path, tiny):
    one, two = (write_run(tmp_path, tiny, minutes=n) for n in range(2))
    assert call("runs", "compare", one.id)[0] == 2
    status, _, err = call("runs", "compare", one.id, "gone")
    assert (status, err.count("\n")) == (2, 1)
    assert "gone: no such run" in err
    (two.path / "recipe.yaml").write_text("nonsense: 1")
    status, _, err = call("runs", "compare", one.id, two.id)
    assert (status, err.count("\n")) == (2, 1)
    assert f"{two.id}: nonsense: unknown key" in err


def test_delete_asks_and_restore_brings_back(call, tmp_path, tiny):
    one, two = (write_run(tmp_path, tiny, minutes=n) for n in range(2))
    status, out, _ = call("runs", "delete", one.id, answer="n")
    assert (status, out.strip()) == (130, "")
    assert len(find_runs(tmp_path)) == 2
    status, out, _ = call("runs", "delete", one.id, answer="y")
    assert status == 0
    assert out.strip().startswith("1 run moved to the trash")
    assert [run.id for run in find_runs(tmp_path)] == [two.id]
    status, out, _ = call("runs", "restore", one.id)
    assert out.strip() == str(one.path)
    assert len(find_runs(tmp_path)) == 2
    call("runs", "delete", one.id, two.id, "--yes")
    assert find_runs(tmp_path) == []
    status, out, _ = call("runs", "delete", "--empty-trash", "--yes")
    assert out.strip() == "2 runs deleted for good"
    assert deleted_runs(tmp_path) == []


def test_delete_refuses_a_run_that_trains(call, tmp_path, tiny):
    busy = write_run(tmp_path, tiny, state="running")
    status, _, err = call("runs", "delete", busy.id, "--yes")
    assert (status, err.count("\n")) == (2, 1)
    assert f"{busy.id}: is training; cancel it first" in err
    for arguments in ([], [busy.id, "--empty-trash"]):
        assert "name the runs, or say --empty-trash" in call("runs", "delete", *arguments)[2]


def test_reindex_reads_every_folder_again(call, tmp_path, tiny):
    write_run(tmp_path, tiny)
    bad = write_run(tmp_path, tiny, minutes=1)
    (bad.path / "recipe.yaml").write_text("nonsense: 1")
    (tmp_path / INDEX_FILE).write_bytes(b"not a database at all" * 100)
    status, out, _ = call("runs", "reindex")
    assert status == 0
    assert out.splitlines()[0] == "2 runs in the index"
    assert f"{bad.id}: cannot be read: nonsense: unknown key" in out
    assert len(RunIndex(tmp_path).rows()) == 2


def test_names_stars_tags_and_notes_are_given_and_taken(call, tmp_path, tiny):
    one, two = (write_run(tmp_path, tiny, minutes=n) for n in range(2))
    assert call("runs", "rename", one.id, "the good one")[1].strip() == f"{one.id}: the good one"
    assert call("runs", "tag", one.id, "class-3", "old")[1].strip() == f"{one.id}: [class-3] [old]"
    assert call("runs", "tag", one.id, "old", "--off")[1].strip() == f"{one.id}: [class-3]"
    assert call("runs", "star", one.id)[1].strip() == f"{one.id}: starred"
    assert call("runs", "note", one.id, "looks at the title")[1].strip() == "looks at the title"
    out = call("runs", "list")[1]
    assert next(line for line in out.splitlines() if line.startswith(one.id)).endswith(
        "* the good one [class-3]"
    )
    assert call("runs", "show", one.id)[1].splitlines()[:2] == [
        "the good one, starred, [class-3]",
        "looks at the title",
    ]
    assert json.loads(call("runs", "show", one.id, "--json")[1])["annotations"]["starred"]
    assert call("runs", "compare", one.id, two.id)[1].startswith(f"the good one: {one.id} (done)")
    assert call("runs", "rename", one.id, "")[1].strip() == f"{one.id}: quick"
    assert call("runs", "star", one.id, "--off")[1].strip() == f"{one.id}: not starred"
    assert call("runs", "note", one.id, "")[1].strip() == "no note"
    status, _, err = call("runs", "tag", one.id, "two words")
    assert (status, err.count("\n")) == (2, 1)
    assert call("runs", "rename", "gone", "x")[0] == 2


def test_list_takes_the_query_of_the_search_box(call, capsys, tmp_path, tiny):
    one = write_run(tmp_path, tiny)
    two = write_run(tmp_path, tiny, "looks-good", minutes=1)
    out = call("runs", "list", "verdict:generalises", "lr<=1e-2")[1]
    assert one.id in out and two.id not in out
    assert main(["runs", "list", "--runs", str(tmp_path), "--", "-quick"]) == 0
    out = capsys.readouterr().out
    assert two.id in out and one.id not in out
    assert call("runs", "list", "seed=7")[1].strip() == "no run of 2 fits"
    status, _, err = call("runs", "list", "lr<fast")
    assert (status, err.count("\n")) == (2, 1)
    assert "error: `lr<fast` needs a number" in err


def test_the_queues_order_is_changed(call, tmp_path, tiny):
    runs = [write_run(tmp_path, tiny, state="queued", minutes=n) for n in range(3)]
    for run in runs:
        Queue(tmp_path).submit(run.id)
    status, out, _ = call("queue", "--move", runs[2].id, "first")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()[1:]] == [
        runs[2].id,
        runs[0].id,
        runs[1].id,
    ]
    assert "must be first, up, down" in call("queue", "--move", runs[0].id, "away")[2]
    assert "gone: does not wait" in call("queue", "--move", "gone", "first")[2]
