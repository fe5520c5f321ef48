"""A summary with NaN, which JSON does not have."""

from pathlib import Path

from tests.corpus.making import changed, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "summary.json: damaged (NaN is no number)"


def make(here: Path) -> None:
    run_zip(here, changed("summary.json", seconds=float("nan")))
