"""Photos as somebody else might have taken them: turned, nearer or farther, in another light, or
with the object before another photo's background.

A view depends on the photo's content, its family and its strength alone, never on the run or the
data set: every run answers the same pictures, and a photo that is added changes no other's (but
where it is the background that a hash picks).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import grid_sample
from torchvision.transforms.v2 import functional as tv

from core.base.random_streams import derived_seed, generator
from core.data.masking import ObjectMasking
from core.data.photos import Pixels

VIEWS = 8  # of each photo in a family
VERSION = 1  # raise it when a change here changes any view
DEGREES = {"same": 0.0, "slightly": 20.0, "any": 180.0}  # turned at most, either way
SCALES = {"same": (1.0, 1.0), "slightly": (0.75, 1.35), "any": (0.45, 1.6)}  # times as large
SHIFT = 0.15  # of the side at most, either way; with a change of distance
SHEAR_DEGREES = 8.0  # at most, either way; with a turn
TILT = 0.12  # how much larger one side may be than the opposite, as from a slant; with a turn
BRIGHTNESS = 0.15  # added at most, either way
CONTRAST = 0.3
GAMMA = 1.5  # at most, and its inverse at least
WARMTH = 0.15  # of red against blue at most, either way: daylight or a lamp
TINT = 0.05  # of green at most, either way
HUE = 0.03  # of the circle at most, either way
SHADOW = 0.5  # of the light that a soft-edged shadow may take
_BLURRED_SIDE = 5  # pixels of the reflection beyond a photo, enlarged


@dataclass(frozen=True)
class Strength:
    """How far the changes go: the answers of core.data.expected_use to `turned` and `distance`."""

    turned: str
    distance: str


def geometry_views(photos: Tensor, digests: Sequence[str], strength: Strength) -> Tensor:
    """Turned, scaled, moved, sheared and seen from a slant. photos: uint8 (photos, 3, size, size);
    digests: of their files. Returns uint8 (photos x VIEWS, 3, size, size), a photo's views side by
    side. Without a change the photo itself. What lies beyond the photo is a heavily blurred
    reflection of it: copies of the object could not have been photographed."""
    views = []
    low, high = SCALES[strength.distance]
    moves, turns = strength.distance != "same", strength.turned != "same"
    for photo, digest in zip(photos, digests, strict=True):
        for number in range(VIEWS):
            random = generator(0, "geometry", digest, number)
            draws = 2 * random.random(8) - 1
            scale = math.exp(np.interp(draws[0], (-1, 1), (math.log(low), math.log(high))))
            angle = math.radians(draws[1] * DEGREES[strength.turned])
            across, down = draws[2:4] * 2 * SHIFT * moves  # sides are 2 long
            shear = math.tan(math.radians(draws[4] * SHEAR_DEGREES)) * turns
            tilt = draws[5:7] * TILT / 2 * turns
            cos, sin = math.cos(angle) / scale, math.sin(angle) / scale
            turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
            slant = np.array([[1, shear, across], [0, 1, down], [*tilt, 1]])
            views.append(_warp(photo, turn @ slant, scale))
    return torch.stack(views)


def _warp(photo: Tensor, matrix: NDArray[np.float64], scale: float) -> Tensor:
    """A photo seen through a homography that leads from places of the view to the photo's, both
    from -1 to 1."""
    if np.array_equal(matrix, np.eye(3)):
        return photo
    size = photo.shape[1]
    if scale < 1:  # four neighbours of a photo that shrinks would skip pixels
        photo = tv.resize(photo, [max(8, round(size * scale))] * 2, antialias=True)
    side = (2 * torch.arange(size, dtype=torch.float32) + 1) / size - 1
    down, across = torch.meshgrid(side, side, indexing="ij")
    places = torch.stack([across, down, torch.ones_like(across)], dim=-1)
    places = places @ torch.from_numpy(matrix.T.astype(np.float32))
    grid = places[None, ..., :2] / places[None, ..., 2:]
    smooth = tv.resize(photo, [_BLURRED_SIDE] * 2, antialias=True)
    within, beyond = (
        grid_sample(x[None].float(), grid, padding_mode="reflection", align_corners=False)[0]
        for x in (photo, smooth)
    )
    inside = (grid.abs().amax(dim=-1) <= 1).float()
    x = inside * within + (1 - inside) * beyond
    return (x + 0.5).clamp_(0, 255).to(torch.uint8)


def light_views(photos: Tensor, digests: Sequence[str]) -> Tensor:
    """In another light: brightness, contrast, gamma, warmth, hue and a soft shadow. As of
    `geometry_views`."""
    views = []
    for photo, digest in zip(photos, digests, strict=True):
        for number in range(VIEWS):
            draws = generator(0, "light", digest, number).random(10)
            views.append(_relight(photo, torch.from_numpy(2 * draws - 1).float()))
    return torch.stack(views)


def _relight(photo: Tensor, draws: Tensor) -> Tensor:
    x = photo.float() / 255
    x = tv.adjust_hue(x, float(draws[0]) * HUE)
    warmth, tint = float(draws[1]) * WARMTH, float(draws[2]) * TINT
    x = x * torch.tensor([1 + warmth, 1 + tint, 1 - warmth])[:, None, None]
    x = x.clamp(0, 1) ** float(GAMMA ** draws[4])
    mean = x.mean()
    x = (x - mean) * (1 + draws[5] * CONTRAST) + mean + draws[6] * BRIGHTNESS
    size = photo.shape[1]
    side = torch.linspace(-1, 1, size)
    angle, edge = float(draws[7]) * math.pi, float(draws[8])
    towards = side[None] * math.cos(angle) + side[:, None] * math.sin(angle)
    shadow = torch.sigmoid((towards - edge) * 6) * float(draws[9] + 1) / 2 * SHADOW
    return ((x * (1 - shadow)) * 255 + 0.5).clamp_(0, 255).to(torch.uint8)


def choose_backgrounds(
    file: str,
    same: bool,
    scenes: Mapping[str, ObjectMasking],
    labels: Mapping[str, str],
    digests: Mapping[str, str],
) -> list[str]:
    """Which photos' backgrounds a photo's object is put before: of its own class (`same`), or of
    other classes. By file, of all that may be one: scenes, the objects' boxes; labels; digests of
    the files. Returns VIEWS / 2 files, fewer where there are fewer."""
    others = [
        other for other in scenes if other != file and (labels[other] == labels[file]) == same
    ]
    others.sort(key=lambda other: derived_seed(0, "background", digests[file], digests[other]))
    return others[: VIEWS // 2]


def before_background(
    photo: Pixels, scene: ObjectMasking, other: Pixels, other_scene: ObjectMasking
) -> Pixels:
    """A photo's object before the background of another one, whose own object is painted over
    ("Noise or Signal", Xiao et al. 2021). Pixels: (size, size, 3)."""
    background = other_scene.apply(other, "object", "texture")
    height, width = photo.shape[:2]
    picture = background.copy()
    for box in scene.objects:
        rows = slice(round(box.y0 * height), max(1, round(box.y1 * height)))
        columns = slice(round(box.x0 * width), max(1, round(box.x1 * width)))
        picture[rows, columns] = photo[rows, columns]
    return picture
