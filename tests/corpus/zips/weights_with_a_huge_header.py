"""Weights whose header is longer than any list of tensors."""

from pathlib import Path

import numpy as np

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "weights.safetensors: damaged (larger than the recipe's network needs"


def make(here: Path) -> None:
    header = np.random.default_rng(0).bytes(2_000_000)
    data = len(header).to_bytes(8, "little") + header
    write_run_zip(here, replace_file("weights.safetensors", data))
