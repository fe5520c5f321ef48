"""A zip file with two manifests."""

from pathlib import Path

from tests.corpus.making import run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: holds travel.json more than once"


def make(here: Path) -> None:
    run_zip(here, more={"again/travel.json": b"{}"})
