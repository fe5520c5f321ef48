"""Weights that were cut off half way."""

from pathlib import Path

import torch
from safetensors.torch import save

command = "train FAST --set weights=HERE/weights.safetensors --data TINY --runs HERE/runs"
refused = "weights: ... weights.safetensors: not a weights file"


def make(here: Path) -> None:
    whole = save({"fc.weight": torch.zeros(10, 4)})
    (here / "weights.safetensors").write_bytes(whole[: len(whole) // 2])
