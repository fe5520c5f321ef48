"""Weights of whole numbers, of the right shape."""

from pathlib import Path

import torch
from safetensors.torch import save_file

command = "train FAST --set weights=HERE/weights.safetensors --data TINY --runs HERE/runs"
refused = "weights: ... weights.safetensors: conv_stem.weight has an unsupported type (torch.int8"


def make(here: Path) -> None:
    save_file(
        {"conv_stem.weight": torch.zeros(32, 3, 3, 3, dtype=torch.int8)},
        here / "weights.safetensors",
    )
