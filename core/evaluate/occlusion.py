"""A finished run's answer to one photo, and to the same photo with a part of it painted over.

The test is that of core.evaluate.reliance, on a box that a person has drawn: the part is painted
over in three ways, whose probabilities are averaged, and so is an equal area elsewhere.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.base.errors import DataError
from core.base.language import N_
from core.data.label_tables import Box
from core.data.masking import FILLS, MaskVariant, ObjectMasking
from core.data.photos import Pixels, open_photo, resize_to_view
from core.evaluate.localisation import view_box
from core.evaluate.predictor import Predictor
from core.pipeline.views import to_tensor

MIN_AREA = 0.002  # of the view; nobody sees a smaller box


@dataclass(frozen=True)
class OcclusionPrediction:
    """probabilities: (classes,). maps: raw class maps (classes, rows, columns). hidden, elsewhere:
    probabilities with the box painted over, and with an equal area elsewhere; None where nothing
    was hidden, or there is no room elsewhere. pictures: the three that hide the box."""

    probabilities: NDArray[np.float32]
    maps: NDArray[np.float32]
    masked: NDArray[np.float32] | None = None
    masked_elsewhere: NDArray[np.float32] | None = None
    masked_pictures: tuple[Pixels, ...] = ()


def predict_with_occlusion(
    predictor: Predictor, path: Path, box: Box | None = None
) -> OcclusionPrediction:
    """box: in fractions of the whole photo. Raises DataError: the photo cannot be read, or the box
    lies outside of what the run's crop lets the network see, or is too small."""
    size, crop = predictor.recipe.image_size, predictor.recipe.crop
    image = open_photo(path, at_least=size)
    view = np.asarray(resize_to_view(image, size, crop))
    views = [view]
    variants: list[MaskVariant] = []
    if box is not None:
        seen = view_box(box, image.size, crop)
        if seen is None:
            raise DataError(
                N_(
                    "this run sees the middle square of the photo only, and the box lies outside "
                    "of it: draw it nearer to the middle"
                )
            )
        if seen.area < MIN_AREA:
            raise DataError(N_("the box is too small to hide anything: draw a larger one"))
        scene = ObjectMasking("photo", (seen,))
        variants = ["object", "elsewhere"] if scene.comparable else ["object"]
        views += [scene.apply(view, variant, fill) for variant in variants for fill in FILLS]
    found = predictor.predict_pixels(torch.stack([to_tensor(one) for one in views]))
    plain, fills = found.probabilities[0], len(FILLS)
    means = [
        found.probabilities[1 + fills * i :][:fills].mean(axis=0) for i in range(len(variants))
    ]
    return OcclusionPrediction(
        plain,
        found.maps[0],
        masked=means[0] if means else None,
        masked_elsewhere=means[1] if len(means) > 1 else None,
        masked_pictures=tuple(views[1 : 1 + fills]),
    )
