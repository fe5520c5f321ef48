"""A summary with a word for a number."""

from pathlib import Path

from tests.corpus.builders import update_json, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "summary.json: damaged (epochs"


def make(here: Path) -> None:
    write_run_zip(here, update_json("summary.json", epochs="many"))
