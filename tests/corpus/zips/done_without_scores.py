"""A finished run without its scores."""

from pathlib import Path

from tests.corpus.making import run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "summary.json: missing"


def make(here: Path) -> None:
    run_zip(here, lambda files: files.pop("summary.json"))
