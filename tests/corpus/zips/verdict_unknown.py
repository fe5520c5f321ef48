"""A verdict that there is none."""

from pathlib import Path

from tests.corpus.making import changed, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "diagnosis.json: damaged (verdict"


def make(here: Path) -> None:
    run_zip(here, changed("diagnosis.json", verdict="<b>perfect</b>"))
