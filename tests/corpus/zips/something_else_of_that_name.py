"""A folder that is no run, where the run would land."""

from pathlib import Path

from tests.corpus.builders import ZIP_RUN_ID, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "the runs folder contains something else with that name"


def make(here: Path) -> None:
    write_run_zip(here)
    (here / "runs" / ZIP_RUN_ID).mkdir(parents=True)
