"""A damaged run that is to be exported."""

from pathlib import Path

from tests.corpus.making import run_of

command = "export the-run --zip HERE/a.zip --runs HERE/runs"
refused = "summary.json: damaged"


def make(here: Path) -> None:
    (run_of(here).path / "summary.json").write_text("{")
