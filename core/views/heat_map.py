"""A class map drawn over its photo, in the colours of the dashboard's CAM grid and up to the same
top. The grid itself is painted in the browser, which also darkens the photo and leaves it as it is
where there is little evidence (pages/widgets/cams/cam_grid_js/painting.js).

Free of torch.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.data.photos import Crop, centre_square, open_photo

# From no evidence to MAX_DENSITY even spreads; the CAM grid is sent them (core.views.cam_grid).
COLOUR_MAP = np.array(
    [(66, 10, 104), (147, 38, 103), (221, 81, 58), (252, 155, 12), (246, 230, 90), (252, 255, 190)],
    dtype=np.float32,
)
MAX_DENSITY = 5.0
OPACITY = 0.8


def display_view(path: Path, crop: Crop, side: int) -> Image.Image:
    """What the network sees of a photo, at the photo's own proportions, with a longer side of
    `side` pixels (fewer where the photo has fewer). Raises DataError naming the file."""
    image = open_photo(path, at_least=side)
    if crop == "centre":
        return image.resize((side, side), box=centre_square(*image.size))
    image.thumbnail((side, side))
    return image


def heat_map(view: Image.Image, densities: NDArray[np.float32]) -> Image.Image:
    """The map over the greyed photo. densities: (rows, columns), 1 being an even spread
    (core.evaluate.localisation.density)."""
    smooth = Image.fromarray(densities).resize(view.size, Image.Resampling.BILINEAR)
    level = np.clip(np.asarray(smooth) / MAX_DENSITY, 0, 1)
    steps = np.arange(len(COLOUR_MAP)) / (len(COLOUR_MAP) - 1)
    colours = np.stack([np.interp(level, steps, COLOUR_MAP[:, c]) for c in range(3)], axis=-1)
    grey = np.asarray(view.convert("L"), dtype=np.float32)[..., None]
    photo = np.asarray(view, dtype=np.float32)
    photo += (grey - photo) * min(1.2 * OPACITY, 1)
    cover = (OPACITY * (0.35 + 0.6 * np.minimum(level * 2, 1)))[..., None]
    return Image.fromarray((photo * (1 - cover) + colours * cover).astype(np.uint8))
