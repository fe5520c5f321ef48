"""A run that is to be shown and whose summary lacks most of it."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "runs show the-run --runs HERE/runs"
refused = "summary.json: damaged (classes: Field required)"


def make(here: Path) -> None:
    (write_case_run(here).path / "summary.json").write_text('{"epochs": 3}')
