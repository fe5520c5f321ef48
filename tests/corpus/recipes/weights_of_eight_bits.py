"""Weights of a kind of eight bits that little can compute with."""

from pathlib import Path

import torch
from safetensors.torch import save_file

command = "train FAST --set weights=HERE/weights.safetensors --data TINY --runs HERE/runs"
refused = (
    "weights: ... weights.safetensors: conv_stem.weight has an unsupported type "
    "(torch.float8_e4m3fn"
)


def make(here: Path) -> None:
    save_file(
        {"conv_stem.weight": torch.zeros(32, 3, 3, 3).to(torch.float8_e4m3fn)},
        here / "weights.safetensors",
    )
