"""The benchmarks start, and the one that proves something tells equal runs from different ones."""

import contextlib
import io
import json
import multiprocessing
import re
import runpy
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from core.evaluate.group_difference import Difference
from core.store.run import Run
from tests.conftest import ROOT
from tests.factory import write_run

MODULES = {"common.py", "fastai_process.py", "seeds.py", "visitor.py"}  # what the scripts share
SCRIPTS = sorted(p for p in (ROOT / "bench").glob("*.py") if p.name not in MODULES)
sys.path.append(str(ROOT / "bench"))


def documented_commands(script: Path, docs: str) -> list[list[str]]:
    """The options of a script in each command that docs or its own docstring give."""
    told = (docs + script.read_text("utf-8")).replace("\\\n", " ")
    found = re.findall(rf"\.venv/bin/python bench/{script.name}([^\n`|>)]*)", told)
    return [shlex.split(options) for options in dict.fromkeys(found)]


def run_help(docs: str, output: Path) -> None:
    """Runs every script with --help, after the options of each documented command, and writes how
    it ended and what it said."""
    said = {}
    for script in SCRIPTS:
        ended, out = {}, io.StringIO()
        for options in [[], *documented_commands(script, docs)]:
            sys.argv = [str(script), *options, "--help"]
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                try:
                    runpy.run_path(str(script), run_name="__main__")
                except SystemExit as leaving:
                    ended[" ".join(options)] = leaving.code
        said[script.name] = [ended, out.getvalue()]
    output.write_text(json.dumps(said))


def test_every_script_says_how_it_is_used_and_is_in_the_docs_with_options_that_it_has(tmp_path):
    docs = "".join(p.read_text("utf-8") for p in [ROOT / "README.md", *ROOT.glob("docs/*.md")])
    # Forked, as most of what a script loads (torch, pandas) is here already.
    asked = multiprocessing.get_context("fork").Process(
        target=run_help, args=(docs, tmp_path / "said")
    )
    asked.start()
    asked.join()
    assert asked.exitcode == 0
    found = json.loads((tmp_path / "said").read_text())
    assert set(found) == {script.name for script in SCRIPTS}
    for script, (ended, said) in found.items():
        assert not any(ended.values()), (script, ended, said)
        command = f".venv/bin/python bench/{script}"
        assert command in said, script  # the docstring, which gives the command
        assert command in docs, script


@pytest.fixture
def pair(tmp_path, tiny):
    """A run and its copy."""
    run = write_run(tmp_path / "one", tiny)
    for name in ("batches.csv", "weights.safetensors"):
        (run.path / name).write_bytes(b"step\n1\n2\n")
    return run, Run(shutil.copytree(run.path, tmp_path / "two" / run.id))


def test_differences_of_runs_are_found(pair):
    from kill_resume import differences

    run, copy = pair
    assert differences(run, copy) == []
    (copy.path / "batches.csv").write_text("step\n1\n3\n")
    (copy.path / "weights.safetensors").write_bytes(b"other")
    (copy.path / "cams.npz").unlink()
    (copy.path / "drift.csv").write_text("layer\n")
    assert differences(run, copy) == [
        "batches.csv: line 3",
        "cams.npz: missing",
        "weights.safetensors",
        "drift.csv: line 1",
    ]


def test_moments_of_kills_are_spread_over_the_whole_run_and_come_again():
    from kill_resume import kill_fractions

    found = kill_fractions(10, seed=3)
    assert [int(10 * share) for share in sorted(found)] == list(range(10))
    assert found != sorted(found)
    assert found == kill_fractions(10, seed=3) != kill_fractions(10, seed=4)


def test_a_claim_holds_only_where_all_that_it_speaks_of_comes_out_as_it_says():
    from results import Arm, conclusion

    def difference(low, high):
        return Difference(0.5, 0.5, (low + high) / 2, low, high, 40, 20, by_seeds=True)

    worse, better = difference(-0.3, -0.1), difference(0.1, 0.3)
    neither = difference(-0.1, 0.1)
    a, b, silent = Arm("a"), Arm("b"), Arm("c", expected="")
    assert conclusion([(a, worse), (b, None), (silent, better)]) == (
        "**holds** (as said: a, b)"  # one whose every run diverged is worse than any
    )
    assert conclusion([(a, worse), (b, neither)]) == (
        "**holds in part** (as said: a; cannot tell: b)"
    )
    assert conclusion([(a, neither)]) == "**not seen** (cannot tell: a)"
    assert conclusion([(a, worse), (b, better)]) == (
        "**does not hold** (as said: a; the contrary: b)"
    )
