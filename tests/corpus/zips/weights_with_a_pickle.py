"""Weights that would run a program when they are read."""

import pickle
from pathlib import Path

from tests.corpus.making import replaced, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "weights.safetensors: damaged"


def make(here: Path) -> None:
    run_zip(here, replaced("weights.safetensors", pickle.dumps({"w": 1})))
