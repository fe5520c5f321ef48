"""A run whose recipe names a file of weights on another machine."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
handled = "Ada ... 1 imported"


def make(here: Path) -> None:
    def name(files: dict[str, bytes]) -> None:
        files["recipe.yaml"] = files["recipe.yaml"].replace(b"weights: none", b"weights: /a/b.pth")

    write_run_zip(here, name)
