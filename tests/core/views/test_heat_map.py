"""A class map over its photo."""

import numpy as np
from PIL import Image

from core.views.heat_map import COLOUR_MAP, MAX_DENSITY, OPACITY, heat_map

PHOTO = Image.new("RGB", (40, 40), (90, 90, 90))


def centre(density):
    drawn = np.asarray(heat_map(PHOTO, np.full((4, 4), density, np.float32)), int)
    return drawn[20, 20]


def test_maps_of_runs_and_moments_share_one_scale():
    """An even spread is as faint in a map of its own as beside a sharp one."""
    sharp = np.ones((4, 4), np.float32)
    sharp[0, 0] = MAX_DENSITY
    beside = np.asarray(heat_map(PHOTO, sharp), int)[36, 36]
    assert abs(beside - centre(1.0)).max() <= 2
    assert abs(centre(MAX_DENSITY) - centre(1.0)).max() > 50
    assert (centre(MAX_DENSITY) == centre(3 * MAX_DENSITY)).all()


def test_the_hottest_is_the_scales_last_colour_over_the_photo():
    cover = OPACITY * 0.95
    assert np.allclose(centre(MAX_DENSITY), 90 * (1 - cover) + COLOUR_MAP[-1] * cover, atol=1.5)
