"""Weights whose header tells of more than there is."""

import json
from pathlib import Path

from tests.corpus.making import replaced, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "weights.safetensors: damaged"


def make(here: Path) -> None:
    head = json.dumps({"w": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}}).encode()
    run_zip(here, replaced("weights.safetensors", len(head).to_bytes(8, "little") + head))
