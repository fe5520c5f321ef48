"""A score that was raised after the run was packed."""

from pathlib import Path
from typing import Any

from tests.corpus.builders import ZIP_RUN_ID, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "quick-s0-0000: summary.json: differs from the exported file (SHA-256 mismatch)"


def make(here: Path) -> None:
    def spoil(told: dict[str, Any]) -> None:
        told["runs"][ZIP_RUN_ID]["files"]["summary.json"]["sha256"] = "0" * 64

    write_run_zip(here, edit_manifest=spoil)
