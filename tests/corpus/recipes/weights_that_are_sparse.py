"""A sparse tensor of the right shape."""

from pathlib import Path

import torch

command = "train FAST --set weights=HERE/weights.pth --data TINY --runs HERE/runs"
refused = (
    "weights: ... weights.pth: conv_stem.weight has an unsupported type "
    "(torch.float32, torch.sparse_coo"
)


def make(here: Path) -> None:
    torch.save({"conv_stem.weight": torch.zeros(32, 3, 3, 3).to_sparse()}, here / "weights.pth")
