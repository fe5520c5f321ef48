"""Debiased linear CKA: how alike two layers arrange the same photos, whatever their units.

Centred kernel alignment (Kornblith et al. 2019, "Similarity of Neural Network Representations
Revisited") compares the photos' similarities in one layer with those in another. The plain estimate
is near 1 for anything when there are more units than photos, as here. With the unbiased estimate of
HSIC (Song et al. 2012, "Feature Selection via Dependence Maximization") unrelated features score
about 0; so used by Nguyen, Raghu & Kornblith 2021, "Do Wide and Deep Networks Learn the Same
Things?".
"""

import math

import numpy as np
from numpy.typing import NDArray

MIN_PHOTOS = 4  # the unbiased estimate divides by n - 3


def debiased_cka(x: NDArray[np.floating], y: NDArray[np.floating]) -> float:
    """CKA of two layers' features of the same n >= 4 photos: x (n, p) and y (n, q).

    1 where the photos lie alike up to rotation and one scale for all units, about 0 where the two
    are unrelated (and by chance below). NaN where features tell no photos apart (all the same, or
    all equally far from each other) or are not finite. Raises ValueError for other shapes."""
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y) or len(x) < MIN_PHOTOS:
        raise ValueError(
            f"features of the same {MIN_PHOTOS} or more photos are needed, not {x.shape}, {y.shape}"
        )
    a, b = _centred_gram(x), _centred_gram(y)
    if a is None or b is None:
        return math.nan
    # Unbiased HSIC is a mean of products over pairs of photos; its factor cancels here.
    return min(1.0, float((a * b).sum() / math.sqrt(float((a * a).sum()) * float((b * b).sum()))))


def _centred_gram(features: NDArray[np.floating]) -> NDArray[np.float64] | None:
    """The U-centred matrix of inner products, (n, n); None where it is zero up to rounding.

    U-centring (Székely & Rizzo 2014) gives each row and column of the off-diagonal part the sum 0.
    The inner product of two such matrices is n (n - 3) times Song's unbiased HSIC."""
    x = np.asarray(features, dtype=np.float64)
    if not np.isfinite(x).all():
        return None
    size = np.abs(x).max(initial=0)
    x = x - x.mean(axis=0)
    spread = np.abs(x).max(initial=0)
    if spread <= 1e-12 * size:
        return None
    x = x / spread  # no overflow, whatever the scale
    n = len(x)
    gram = x @ x.T
    scale = float(np.trace(gram)) / n
    np.fill_diagonal(gram, 0)
    rows = gram.sum(axis=1, keepdims=True) / (n - 2)
    gram = gram - rows - rows.T + float(gram.sum()) / ((n - 1) * (n - 2))
    np.fill_diagonal(gram, 0)
    return gram if np.abs(gram).max() > 1e-12 * scale else None
