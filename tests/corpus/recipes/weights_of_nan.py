"""Weights that are no numbers."""

from pathlib import Path

import torch
from safetensors.torch import save_file

command = "train FAST --set weights=HERE/weights.safetensors --data TINY --runs HERE/runs"
refused = "weights: ... weights.safetensors: conv_stem.weight contains non-finite values"


def make(here: Path) -> None:
    save_file(
        {"conv_stem.weight": torch.full((32, 3, 3, 3), torch.nan)}, here / "weights.safetensors"
    )
