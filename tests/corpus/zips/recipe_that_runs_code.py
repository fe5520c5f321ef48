"""A recipe with a tag that would run a program."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "recipe.yaml: ... "


def make(here: Path) -> None:
    tag = b"name: !!python/object/apply:os.system [touch HERE]"
    write_run_zip(here, replace_file("recipe.yaml", tag))
