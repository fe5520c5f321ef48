"""A damaged run that is to be exported."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "export the-run --zip HERE/a.zip --runs HERE/runs"
refused = "summary.json: damaged"


def make(here: Path) -> None:
    (write_case_run(here).path / "summary.json").write_text("{")
