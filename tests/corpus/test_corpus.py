"""Every case of the corpus is answered as its file says."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.__main__ import main
from core.base.language import translate, use_language
from core.recipe.files import recipe_yaml
from core.store.run import find_runs
from tests.conftest import ROOT, fast_recipe
from tests.corpus.case import CORPUS, Case, read_cases
from tests.corpus.interrupt import interrupt_when
from tests.corpus.readme import readme
from tests.pages.untranslated import JAPANESE

CASES = read_cases()
SHARED_CACHES = (  # caches and locks of a runs folder
    ".timing.json",
    ".timing.lock",
    ".features",
    "index.sqlite",
    "worker.lock",
    ".import.lock",
    ".states.lock",
)
# Refused by a command alone, in words that no page has.
CLI_ONLY_CASES = {
    "runs/cancel_of_a_finished_run",
    "runs/file_for_the_folder_of_a_list",
    "runs/show_of_a_damaged_run",
    "zips/empty_folder",
    "zips/export_to_another_kind_of_file",
    "zips/export_to_nowhere",
    "zips/missing",
}


@pytest.fixture(scope="session")
def fast_recipe_file(tmp_path_factory) -> Path:
    """A recipe file that trains in about a second."""
    path = tmp_path_factory.mktemp("fast") / "fast.yaml"
    path.write_text(recipe_yaml(fast_recipe()), "utf-8")
    return path


@pytest.fixture
def here(tmp_path) -> Path:
    """A case's own folder, under a short name."""
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def cases_with(outcome: str) -> list[Case]:
    return [case for case in CASES if case.outcome == outcome]


@pytest.mark.parametrize("case", cases_with("refused"), ids=lambda case: case.name)
def test_refused_in_one_line_and_nothing_is_left(case, here, tiny, fast_recipe_file, capsys):
    case.prepare(here)
    before = tree(here)
    status, out, err = call(
        case, case.arguments(HERE=here, TINY=tiny.root, FAST=fast_recipe_file), capsys
    )
    told = err.splitlines()[-1] if err else ""
    assert status == 2, err
    assert told.startswith("error: ") and "error:" not in "\n".join(err.splitlines()[:-1])
    assert "Traceback" not in out + err
    assert contains_in_order(told, case.expected_fragments), told
    with use_language("ja"):
        again = translate(told.removeprefix("error: "))
    assert JAPANESE.search(again) or case.name in CLI_ONLY_CASES or "commands/" in case.name, told
    if case.remaining_state is None:
        assert tree(here) == before
    else:
        assert [run.status().state for run in find_runs(here / "runs")] == [case.remaining_state]
    case.check(here)


@pytest.mark.parametrize("case", cases_with("handled"), ids=lambda case: case.name)
def test_handled(case, here, tiny, fast_recipe_file, capsys):
    case.prepare(here)
    status, out, err = call(
        case, case.arguments(HERE=here, TINY=tiny.root, FAST=fast_recipe_file), capsys
    )
    assert status == 0, err
    assert "error:" not in err and "Traceback" not in err and "Warning" not in err
    assert contains_in_order(out, case.expected_fragments), out
    case.check(here)


# Python may be interrupted right after it has opened a file, before anything could close it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("case", cases_with("stopped"), ids=lambda case: case.name)
def test_ctrl_c_cancels_and_the_run_can_go_on(
    case, here, tiny, fast_recipe_file, capsys, monkeypatch
):
    monkeypatch.setattr("core.jobs.tasks.recorder.STATUS_SECONDS", 0)  # each batch opens a file
    if case.name != "ctrl_c/while_evaluating":
        monkeypatch.setattr("core.jobs.tasks.train_run.write_results", lambda *_: None)
    runs = here / "runs"
    case.prepare(here)
    arguments = case.arguments(HERE=here, TINY=tiny.root, FAST=fast_recipe_file)
    if case.while_importing:
        status, err = run_interrupted_process(case.while_importing, arguments, here / "err")
    else:
        status = run_interrupted(case, arguments, runs)
        err = capsys.readouterr().err
    assert status == 130, err
    assert err.splitlines()[-1] == "stopped"
    assert "Traceback" not in err and "error:" not in err
    (run,) = find_runs(runs)
    assert (run.status().state, run.status().error) == ("cancelled", None)
    assert main(["resume", run.id, "--runs", str(runs)]) == 0
    assert run.status().state == "done"
    case.check(here)


def test_the_table_in_the_readme_is_the_cases():
    assert (CORPUS / "README.md").read_text("utf-8") == readme(CASES), (
        "run: .venv/bin/python -m tests.corpus.readme"
    )


def test_every_case_has_a_one_line_title():
    assert len(CASES) >= 60
    for case in CASES:
        assert case.title and "\n" not in case.title, case.name
        assert case.expected_fragments != ("",) or case.outcome == "stopped", case.name


# --- how a case is carried out ------------------------------------------------------------------


def call(case: Case, arguments: list[str], capsys) -> tuple[int, str, str]:
    capsys.readouterr()
    with case.around_command():
        status = main(arguments)
    return status, *capsys.readouterr()


def contains_in_order(text: str, fragments: tuple[str, ...]) -> bool:
    """Whether the words are there in this order."""
    return re.search(".*".join(map(re.escape, fragments)), text, re.DOTALL) is not None


def tree(folder: Path) -> dict[Path, bytes | None]:
    """Every file and folder with its content, without what runs share as caches."""
    return {
        path: path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if path != folder / "runs" and not set(SHARED_CACHES) & set(path.relative_to(folder).parts)
    }


def run_interrupted(case: Case, arguments: list[str], runs: Path) -> int:
    """The exit status of a command in this process that gets SIGINT at the case's moment."""
    moment = case.interrupt_at
    assert moment is not None
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with interrupt_when(lambda: moment(runs), case.event):
            return main(arguments)
    finally:
        signal.signal(signal.SIGINT, before)


def run_interrupted_process(module: str, arguments: list[str], log: Path) -> tuple[int, str]:
    """The exit status of a process of its own that gets SIGINT while it imports a module; also what
    it said on stderr."""
    # A process inherits that SIGINT is ignored (as under nohup), but not that it is handled.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with log.open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.corpus.interrupt", module, *arguments],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=err,
        )
    signal.signal(signal.SIGINT, before)
    return process.wait(), log.read_text("utf-8")
