"""Test-time augmentation: the answer to a photo is the mean over five views of it; and whether the
answers to these views agree.

One view is plain and four are varied, as in the article. The varied views are the same for every
run, whatever its augmentation and seed: runs are then asked the same questions, and the features
of a frozen prefix are shared through the cache. A view is zoomed, turned, shifted and lit a little,
as another hand would have taken the photo. It is not flipped, since covers carry text; nothing is
cut out, since the book could be; and it is not blurred, since a sharp photo is asked about.
"""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.base.random_streams import generator
from core.evaluate.derived_predictions import DerivedPredictor
from core.evaluate.scores import proportion
from core.pipeline.predict import PhotoSet, Predictions

TTA_VIEWS = 4  # varied views of each photo, beside the plain one
VERSION = 1  # raise it when a change here changes any view
ZOOM = 1.25  # at most
DEGREES = 10.0  # turned at most, either way
SHIFT = 0.05  # of the side at most, either way
LIGHT = 0.05  # brightness and contrast at most, either way
CHUNK = 8  # photos warped at a time: their floats stay in the processor's cache


def tta_predictions(
    predictor: DerivedPredictor, photos: PhotoSet, plain: Predictions, fingerprint: str
) -> tuple[Predictions, NDArray[np.float32]]:
    """The mean over the views, and each view's probabilities (views, photos, classes), plain first.

    plain: the network's predictions of the photos as they are. fingerprint: of all that decides
    their pixels. The mean's class maps are the plain view's, since the others lie elsewhere."""
    files = [f"{file}~{number}" for number in range(1, TTA_VIEWS + 1) for file in photos.files]
    varied = predictor.probabilities(
        f"{photos.split}/varied",
        files,
        f"{fingerprint} varied {VERSION}",
        lambda: tta_views(photos.pixels, photos.files),
    )
    views = np.concatenate([plain.probabilities, varied])
    views = views.reshape(TTA_VIEWS + 1, len(photos), -1)
    mean = np.maximum(views.mean(axis=0), np.finfo(np.float32).tiny)
    return Predictions(np.log(mean), plain.maps), views


def tta_views(photos: Tensor, names: Sequence[str]) -> Tensor:
    """The varied views, uint8 (TTA_VIEWS x photos, 3, size, size): the first of every photo, then
    the second of every photo, and so on. photos: uint8 (photos, 3, size, size). A view depends on
    its photo's pixels, name and number alone."""
    found = torch.empty((TTA_VIEWS, *photos.shape), dtype=torch.uint8)
    for number in range(TTA_VIEWS):
        draws = torch.from_numpy(
            np.stack([generator(0, "tta", number + 1, name).random(6) for name in names])
        ).float()
        for first in range(0, len(photos), CHUNK):
            rows = slice(first, first + CHUNK)
            found[number, rows] = _tta_view(photos[rows], draws[rows])
    return found.flatten(0, 1)


def _tta_view(photos: Tensor, draws: Tensor) -> Tensor:
    """One varied view of each photo; draws: (photos, 6) in 0..1."""
    zoom = 1 + draws[:, 0] * (ZOOM - 1)
    either_way = 2 * draws[:, 1:] - 1
    angle = either_way[:, 0] * math.radians(DEGREES)
    across, down = either_way[:, 1] * 2 * SHIFT, either_way[:, 2] * 2 * SHIFT  # sides are 2 long
    cos, sin = angle.cos() / zoom, angle.sin() / zoom
    matrix = torch.stack([cos, sin, across, -sin, cos, down], dim=1).view(-1, 2, 3)
    grid = torch.nn.functional.affine_grid(matrix, list(photos.shape), align_corners=False)
    x = torch.nn.functional.grid_sample(
        photos.float(), grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )
    contrast = (1 + either_way[:, 3] * LIGHT).view(-1, 1, 1, 1)
    brightness = (either_way[:, 4] * LIGHT * 255).view(-1, 1, 1, 1)
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    x = (x - mean).mul_(contrast).add_(mean + brightness + 0.5)
    return x.clamp_(0, 255).to(torch.uint8)


def consistency(views: NDArray[np.floating]) -> dict[str, Any] | None:
    """The numbers of one set, from each view's probabilities (views, photos, classes), the plain
    view first; None without photos.

    same: the share of photos whose answer is the same in all views, with Wilson's interval.
    agreement: the mean share of varied views that give the plain view's answer, 0..1.
    distance: the total-variation distance of two views' probabilities, 0..1, mean over the pairs
    of views and the photos."""
    if not views.shape[1]:
        return None
    answers = views.argmax(axis=2)
    agree = answers[1:] == answers[0]
    pairs = [np.abs(a - b).sum(axis=1).mean() / 2 for a, b in combinations(views, 2)]
    return {
        "views": len(views),
        "same": proportion(list(agree.all(axis=0))),
        "agreement": float(agree.mean()),
        "distance": float(np.mean(pairs)),
    }
