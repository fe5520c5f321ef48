"""A time without its zone, which cannot be compared with others."""

from pathlib import Path

from tests.corpus.builders import update_json, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "status.json: damaged (started: ... is not a UTC time)"


def make(here: Path) -> None:
    write_run_zip(here, update_json("status.json", started="2026-03-01T09:00:00"))
