"""A folder that is no run, where the run would land."""

from pathlib import Path

from tests.corpus.making import RUN, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "something else of that name is in the folder of runs"


def make(here: Path) -> None:
    run_zip(here)
    (here / "runs" / RUN).mkdir(parents=True)
