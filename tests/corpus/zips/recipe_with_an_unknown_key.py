"""A recipe with a key that there is none."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "recipe.yaml: colour: unknown key"


def make(here: Path) -> None:
    write_run_zip(here, replace_file("recipe.yaml", b"colour: red"))
