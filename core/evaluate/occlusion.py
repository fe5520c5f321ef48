"""A finished run's answer to one photo, and to the same photo with a part of it painted over.

The test is that of core.evaluate.reliance, on a box that a person has drawn: the part is painted
over in three ways, whose probabilities are averaged, and so is an equal area elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.base.errors import DataError
from core.base.language import N_
from core.data.label_tables import Box
from core.data.masking import FILLS, Scene, Variant
from core.data.photos import Pixels, open_photo, view_photo
from core.evaluate.localisation import view_box
from core.evaluate.predictor import Answerer
from core.pipeline.views import to_tensor

LEAST_AREA = 0.002  # of the view; nobody sees a smaller box


@dataclass(frozen=True)
class Asked:
    """probabilities: (classes,). maps: raw class maps (classes, rows, columns). hidden, elsewhere:
    probabilities with the box painted over, and with an equal area elsewhere; None where nothing
    was hidden, or there is no room elsewhere. pictures: the three that hide the box."""

    probabilities: NDArray[np.float32]
    maps: NDArray[np.float32]
    hidden: NDArray[np.float32] | None = None
    elsewhere: NDArray[np.float32] | None = None
    pictures: tuple[Pixels, ...] = ()


def ask_photo(answerer: Answerer, path: Path, box: Box | None = None) -> Asked:
    """box: in fractions of the whole photo. Raises DataError: the photo cannot be read, or the box
    lies outside of what the run's crop lets the network see, or is too small."""
    size, crop = answerer.recipe.image_size, answerer.recipe.crop
    image = open_photo(path, at_least=size)
    view = np.asarray(view_photo(image, size, crop))
    views = [view]
    variants: list[Variant] = []
    if box is not None:
        seen = view_box(box, image.size, crop)
        if seen is None:
            raise DataError(
                N_(
                    "this run sees the middle square of the photo only, and the box lies outside "
                    "of it: draw it nearer to the middle"
                )
            )
        if seen.area < LEAST_AREA:
            raise DataError(N_("the box is too small to hide anything: draw a larger one"))
        scene = Scene("photo", (seen,))
        variants = ["object", "elsewhere"] if scene.comparable else ["object"]
        views += [scene.blanked(view, variant, fill) for variant in variants for fill in FILLS]
    found = answerer.predictions(torch.stack([to_tensor(one) for one in views]))
    plain, fills = found.probabilities[0], len(FILLS)
    means = [
        found.probabilities[1 + fills * i :][:fills].mean(axis=0) for i in range(len(variants))
    ]
    return Asked(
        plain,
        found.maps[0],
        hidden=means[0] if means else None,
        elsewhere=means[1] if len(means) > 1 else None,
        pictures=tuple(views[1 : 1 + fills]),
    )
