"""A program beside the run, of which the manifest tells nothing."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: contains virus.py, which its travel.json does not list"


def make(here: Path) -> None:
    write_run_zip(here, extra_members={"virus.py": b"print()"})
