"""Answers to a photo whose name leads out of the data set."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "predictions.csv: damaged ( ... is not a valid photo name)"


def make(here: Path) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        files["predictions.csv"] = files["predictions.csv"].replace(b"img_0.jpg", b"../../x.jpg")

    write_run_zip(here, spoil)
