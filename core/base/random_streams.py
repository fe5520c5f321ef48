"""Random generators that depend on what they are for, not on what ran before.

Each is derived from the run's seed and a purpose (an epoch, a photo), so order, worker count and a
resume change nothing, and a checkpoint need not store any generator's state.
"""

import hashlib

import numpy as np


def derived_seed(seed: int, *purpose: int | str) -> int:
    """A 63-bit seed for a purpose; equal purposes give equal seeds on every machine."""
    text = "\0".join(str(part) for part in (seed, *purpose))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *purpose: int | str) -> np.random.Generator:
    """A NumPy generator for a purpose."""
    return np.random.default_rng(derived_seed(seed, *purpose))
