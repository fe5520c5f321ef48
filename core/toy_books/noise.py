"""Smooth random fields that repeat seamlessly, the raw material of every surface."""

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.floating[Any]]

_PAD = 3


def tile_noise(rng: Generator, shape: tuple[int, int], cells: tuple[int, int]) -> Array:
    """A periodic smooth field of `shape` (rows, columns), about zero mean and unit spread. `cells`
    is the number of random knots down and across; few knots make long waves, unequal numbers make
    streaks."""
    rows, columns = min(cells[0], shape[0]), min(cells[1], shape[1])
    knots = rng.standard_normal((rows, columns)).astype(np.float32)
    # Wrapping the knots before the resize is what makes the result tile without a seam.
    padded = Image.fromarray(np.pad(knots, _PAD, mode="wrap"))
    box = (_PAD, _PAD, _PAD + columns, _PAD + rows)
    smooth = padded.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box=box)
    return np.asarray(smooth, dtype=np.float32)


def fractal_noise(
    rng: Generator, shape: tuple[int, int], cells: tuple[int, int], octaves: int
) -> Array:
    """`octaves` layers of `tile_noise`, each twice as fine and half as strong."""
    total = np.zeros(shape, dtype=np.float32)
    for octave in range(octaves):
        finer = (cells[0] << octave, cells[1] << octave)
        total += tile_noise(rng, shape, finer) * np.float32(0.5**octave)
    return total
