"""A finished run without its scores."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "summary.json: missing"


def make(here: Path) -> None:
    write_run_zip(here, lambda files: files.pop("summary.json"))
