"""Weights that would run a program when they are read."""

import pickle
from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "weights.safetensors: damaged"


def make(here: Path) -> None:
    write_run_zip(here, replace_file("weights.safetensors", pickle.dumps({"w": 1})))
