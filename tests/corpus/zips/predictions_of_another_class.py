"""Predictions of a class that the run does not know."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "predictions.csv: damaged (predicted: green does not belong to the run)"


def make(here: Path) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        rows = files["predictions.csv"].decode().splitlines()
        cells = rows[1].split(",")
        cells[5] = "green"
        files["predictions.csv"] = "\n".join([rows[0], ",".join(cells), *rows[2:]]).encode()

    write_run_zip(here, spoil)
