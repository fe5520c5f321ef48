"""A time without its zone, which cannot be compared with others."""

from pathlib import Path

from tests.corpus.making import changed, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "status.json: damaged (started: ... is no time in UTC)"


def make(here: Path) -> None:
    run_zip(here, changed("status.json", started="2026-03-01T09:00:00"))
