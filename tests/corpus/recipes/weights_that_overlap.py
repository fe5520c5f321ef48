"""Weights of which two tensors lie on the same bytes."""

import json
import struct
from pathlib import Path

command = "train FAST --set weights=HERE/weights.safetensors --data TINY --runs HERE/runs"
refused = "weights: ... weights.safetensors: not a weights file ("


def make(here: Path) -> None:
    one = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
    header = json.dumps({"conv_stem.weight": one, "bn1.weight": one}).encode()
    data = struct.pack("<Q", len(header)) + header + bytes(16)
    (here / "weights.safetensors").write_bytes(data)
