"""Weights whose header claims to be 8 exabytes long."""

import struct
from pathlib import Path

command = "train FAST --set weights=HERE/weights.safetensors --data TINY --runs HERE/runs"
refused = "weights: ... weights.safetensors: not a weights file ("


def make(here: Path) -> None:
    (here / "weights.safetensors").write_bytes(struct.pack("<Q", 2**63 - 1) + b"{}")
