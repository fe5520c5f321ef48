"""A recipe with a tag that would run a program."""

from pathlib import Path

from tests.corpus.making import replaced, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "recipe.yaml: ... "


def make(here: Path) -> None:
    tag = b"name: !!python/object/apply:os.system [touch HERE]"
    run_zip(here, replaced("recipe.yaml", tag))
