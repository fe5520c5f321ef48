"""A recipe of two megabytes."""

import random
from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "recipe.yaml: larger than 1 MB"


def make(here: Path) -> None:
    noise = random.Random(0).randbytes(1_100_000).hex().encode()
    write_run_zip(here, replace_file("recipe.yaml", b"name: " + noise))
