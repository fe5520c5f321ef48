"""A recipe with a key that there is none."""

from pathlib import Path

from tests.corpus.making import replaced, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "recipe.yaml: colour: unknown key"


def make(here: Path) -> None:
    run_zip(here, replaced("recipe.yaml", b"colour: red"))
