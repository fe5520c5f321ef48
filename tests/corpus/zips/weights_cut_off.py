"""Weights whose header tells of more than there is."""

import json
from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "weights.safetensors: damaged"


def make(here: Path) -> None:
    head = json.dumps({"w": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}}).encode()
    write_run_zip(here, replace_file("weights.safetensors", len(head).to_bytes(8, "little") + head))
