"""Class activation maps: what in a raw class map is evidence, and where it lies.

The class-map head gives one map of logits per class in the forward pass that also predicts (Zhou
et al. 2016, "Learning Deep Features for Discriminative Localization"), so a map costs nothing. With
the dense head a class's map is its Grad-CAM (core.model.heads.grad_cam). Both are raw: signed, and
on one scale.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def evidence(maps: Array) -> NDArray[np.float32]:
    """What speaks for each class and not for all: ReLU(map_c - mean over classes).

    maps: (..., classes, rows, columns) raw. A map added to every class changes no
    prediction, so it must not count. Same shape, values >= 0."""
    raw = np.asarray(maps, dtype=np.float32)
    return np.maximum(raw - raw.mean(axis=-3, keepdims=True), 0)


def density(maps: Array) -> NDArray[np.float32]:
    """Evidence as a share per cell, times the number of cells: 1 is what an even spread gives.

    So maps of different runs, classes and strides are on one scale. A map without evidence is 0
    everywhere. Same shape as `maps`."""
    found = evidence(maps)
    total = found.sum(axis=(-2, -1), keepdims=True)
    cells = found.shape[-2] * found.shape[-1]
    return np.divide(found * cells, total, out=np.zeros_like(found), where=total > 0)
