"""A verdict that there is none."""

from pathlib import Path

from tests.corpus.builders import update_json, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "diagnosis.json: damaged (verdict"


def make(here: Path) -> None:
    write_run_zip(here, update_json("diagnosis.json", verdict="<b>perfect</b>"))
