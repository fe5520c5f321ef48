"""A zip file with two manifests."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: contains travel.json more than once"


def make(here: Path) -> None:
    write_run_zip(here, extra_members={"again/travel.json": b"{}"})
