"""`export --zip` and `runs import`."""

from __future__ import annotations

import shutil

import pytest

from core.__main__ import main
from core.store.run import find_runs
from tests.factory import write_fingerprints, write_run

pytestmark = pytest.mark.slow


def test_runs_go_out_and_come_in(tmp_path, tiny, capsys):
    runs, other = tmp_path / "runs", tmp_path / "other"
    for number in range(2):
        run = write_run(runs, tiny, changes={"seed": number}, minutes=number, validated=True)
        write_fingerprints(run, tiny)
    ids = [run.id for run in find_runs(runs)]
    (runs / ids[0] / "mine.txt").write_text("x")
    path = tmp_path / "ada.zip"
    assert main(["export", *ids, "--zip", str(path), "--from", "Ada", "--runs", str(runs)]) == 0
    out = capsys.readouterr().out
    assert f"left out, being no part of a run: {ids[0]}/mine.txt" in out
    assert f"{path} (2 runs, 0." in out
    import_ = ["runs", "import", str(path), "--runs", str(other)]
    assert main([*import_, "--datasets", str(tiny.root.parent)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["file", "from", "run"]
    assert "ada.zip  Ada   quick, seed 0  tiny (here)  generalises" in lines[1]
    assert lines[-1] == "2 imported, 0 already here, 0 rejected"
    assert [run.id for run in find_runs(other)] == ids
    assert main(["runs", "list", "from:ada", "--runs", str(other)]) == 0
    assert capsys.readouterr().out.count("(from Ada)") == 2
    assert main(["runs", "show", ids[0], "--runs", str(other)]) == 0
    assert "came from Ada, in ada.zip, 20" in capsys.readouterr().out


def test_what_is_refused_has_an_error_line_and_the_others_are_taken(tmp_path, tiny, capsys):
    runs = tmp_path / "runs"
    (run,) = [write_run(runs, tiny)]
    folder = tmp_path / "class"
    folder.mkdir()
    main(["export", run.id, "--zip", str(folder / "ada.zip"), "--runs", str(runs)])
    (folder / "bo.zip").write_text("x")
    (folder / "carl.txt").write_text("x")
    shutil.rmtree(run.path)
    capsys.readouterr()
    assert main(["runs", "import", str(folder), "--runs", str(runs)]) == 2
    out, err = capsys.readouterr()
    assert "1 imported, 0 already here, 2 rejected" in out
    told = [line for line in err.splitlines() if line.startswith("error:")]
    assert [line.split(": ")[1] for line in told] == ["bo.zip", "carl.txt"]
    assert [found.id for found in find_runs(runs)] == [run.id]


def test_options_that_do_not_go_together(tmp_path, tiny, capsys):
    ids = [write_run(tmp_path, tiny, minutes=n).id for n in range(2)]
    assert main(["export", ids[0], "--from", "Ada", "--csv", "x", "--runs", str(tmp_path)]) == 2
    assert "error: --from: only with --zip" in capsys.readouterr().err
    assert main(["export", ids[0], "--checkpoint", "--csv", "x", "--runs", str(tmp_path)]) == 2
    assert "error: --checkpoint: only with --zip" in capsys.readouterr().err
    assert main(["export", *ids, "--onnx", "x.onnx", "--runs", str(tmp_path)]) == 2
    assert "error: --onnx: one run at a time" in capsys.readouterr().err
    assert main(["export", ids[0], "--runs", str(tmp_path)]) == 2
    assert "say what: --zip FILE" in capsys.readouterr().err
