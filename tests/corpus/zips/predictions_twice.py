"""Each row of predictions twice, which would count each photo twice."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "predictions.csv: damaged (two rows have the same kind, split, file)"


def make(here: Path) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        header, _, rows = files["predictions.csv"].partition(b"\n")
        files["predictions.csv"] = header + b"\n" + rows + rows

    write_run_zip(here, spoil)
