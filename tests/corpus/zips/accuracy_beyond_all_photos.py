"""A validation accuracy of 7.5 in an epoch."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "history.csv: damaged (val_accuracy: 7.5 is outside the range 0 to 1)"


def make(here: Path) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        rows = files["history.csv"].decode().splitlines()
        cells = rows[1].split(",")
        cells[5] = "7.5"
        files["history.csv"] = "\n".join([rows[0], ",".join(cells), *rows[2:]]).encode()

    write_run_zip(here, spoil)
