"""An optimizer far larger than the recipe's network, of zeros that pack to nearly nothing."""

import json
from pathlib import Path

import numpy as np

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "checkpoint/optimizer.safetensors: damaged (larger than the recipe's network needs"


def make(here: Path) -> None:
    size = 50_000_000
    tensor = {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}
    head = json.dumps({"layers.0.weight/momentum_buffer": tensor}).encode()
    data = len(head).to_bytes(8, "little") + head + np.random.default_rng(0).bytes(600_000)
    data += bytes(size + 8 + len(head) - len(data))
    write_run_zip(here, replace_file("checkpoint/optimizer.safetensors", data))
