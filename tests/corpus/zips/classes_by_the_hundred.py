"""A summary of a thousand classes, of which tables would have a million cells."""

from pathlib import Path

from tests.corpus.builders import update_json, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "summary.json: damaged (classes: more than 300 values)"


def make(here: Path) -> None:
    write_run_zip(here, update_json("summary.json", classes=[f"c{n}" for n in range(1000)]))
