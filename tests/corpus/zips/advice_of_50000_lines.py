"""A diagnosis with fifty thousand lines of advice."""

from pathlib import Path

from tests.corpus.builders import update_json, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "diagnosis.json: damaged (advice: more than 1000 entries)"


def make(here: Path) -> None:
    advice = [f"Try {number}" for number in range(50_000)]
    write_run_zip(here, update_json("diagnosis.json", advice=advice))
