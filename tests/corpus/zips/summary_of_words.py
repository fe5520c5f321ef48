"""A summary with a word for a number."""

from pathlib import Path

from tests.corpus.making import changed, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "summary.json: damaged (epochs"


def make(here: Path) -> None:
    run_zip(here, changed("summary.json", epochs="many"))
