"""A score that was raised after the run was packed."""

from pathlib import Path
from typing import Any

from tests.corpus.making import RUN, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "quick-s0-0000: summary.json: is not what was packed (its SHA-256 differs)"


def make(here: Path) -> None:
    def spoil(told: dict[str, Any]) -> None:
        told["runs"][RUN]["files"]["summary.json"]["sha256"] = "0" * 64

    run_zip(here, manifest=spoil)
