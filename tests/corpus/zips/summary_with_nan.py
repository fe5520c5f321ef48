"""A summary with NaN, which JSON does not have."""

from pathlib import Path

from tests.corpus.builders import update_json, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "summary.json: damaged (NaN is not a number)"


def make(here: Path) -> None:
    write_run_zip(here, update_json("summary.json", seconds=float("nan")))
