"""Augmentation: random views of training photos, with the article's parameters in its order.

Zoom, rotation, lighting, flip, cutout, blur, random crop, on floats in [0, 1], as fast.ai 0.7 did
them; and random erasing, of the article's Keras recipe. Zoom, rotation, flip and crop are one
resampling for a whole batch, so that making views stays cheap beside a frozen prefix. Every random
number of a view comes from one generator, so a view depends on (seed, epoch, photo) alone. A change
here changes every run: the tests hold a view's exact numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import grid_sample
from torchvision.transforms.v2 import TrivialAugmentWide
from torchvision.transforms.v2 import functional as tv

from core.recipe.schema import Augment, Cutout, Erase

# A view is never made from a copy more than this many times as large: beyond it, sampling four
# neighbours skips pixels and shows patterns that the photo does not have.
MAX_PYRAMID_STEP = 1.25
ImagePyramid = tuple[Tensor, ...]


def working_side(augment: Augment, image_size: int) -> int:
    """Shorter side in pixels at which photos are kept: enough for the largest zoom."""
    return math.ceil(image_size * max(1, augment.zoom.range[1] if augment.zoom else 1))


def smallest_side(augment: Augment, image_size: int) -> float:
    """Shorter side in pixels of a photo at the smallest zoom."""
    return image_size * min(1, augment.zoom.range[0] if augment.zoom else 1)


def build_pyramid(photo: Tensor, smallest: float) -> ImagePyramid:
    """The photo, uint8 (3, height, width), and smaller copies of it, largest first, down to a
    shorter side of about `smallest`: a view is made from the smallest copy that is large enough for
    its zoom."""
    sizes = pyramid_sizes(int(photo.shape[1]), int(photo.shape[2]), smallest)
    return (photo, *(tv.resize(photo, list(size)) for size in sizes[1:]))


def pyramid_sizes(height: int, width: int, smallest: float) -> list[tuple[int, int]]:
    """Height and width of each copy of `levels`, of the photo itself first; shorter sides fall."""
    sizes = [(height, width)]
    least = smallest * MAX_PYRAMID_STEP
    while (side := min(sizes[-1])) > least:
        ratio = max(least, side / MAX_PYRAMID_STEP) / side
        smaller = (round(sizes[-1][0] * ratio), round(sizes[-1][1] * ratio))
        if min(smaller) == side:  # within half a pixel of `least`
            break
        sizes.append(smaller)
    return sizes


@dataclass(frozen=True)
class AugmentParams:
    """The random decisions of one view, in the frame of the zoomed photo.

    height, width: of the zoomed photo in pixels. degrees: clockwise. top, left: of the crop, after
    the flips; negative where the photo is smaller than the view. centres: of the cutout's holes,
    fractions of height and width; none when it does not fire. noise: (3, height, width) in 0..1
    that erases the view from the pixel `noise_at` (row, column) of the view on; None when it does
    not fire."""

    height: int
    width: int
    degrees: float
    mirrored: bool
    upside_down: bool
    brightness: float
    contrast: float
    cutout_centres: NDArray[np.float64]
    blurred: bool
    top: int
    left: int
    erase_noise: NDArray[np.float32] | None = None
    erase_at: tuple[int, int] = (0, 0)


def sample_params(
    augment: Augment, size: int, photo: Tensor, rng: np.random.Generator
) -> AugmentParams:
    """Decides a view of a photo. All numbers are drawn whether or not a step fires (and noise, of
    which there may be more or less, last), so that switching one off leaves the others as they
    were."""
    draws = rng.random(16)
    centres = rng.random((20, 2))
    factor = 1.0
    if augment.zoom and draws[0] < augment.zoom.p:
        low, high = augment.zoom.range
        factor = low + draws[1] * (high - low)
    ratio = size * factor / min(photo.shape[1:])
    least = size if factor >= 1 else 1  # below 1 the photo is smaller than the view
    height, width = (max(least, round(side * ratio)) for side in photo.shape[1:])
    turns = augment.rotate is not None and draws[2] < augment.rotate.p
    cuts = augment.cutout is not None and draws[8] < augment.cutout.p
    noise, noise_at = None, (0, 0)
    if augment.erase and draws[12] < augment.erase.p:
        noise, noise_at = sample_erasing(augment.erase, size, draws[13:16], rng)
    return AugmentParams(
        height=height,
        width=width,
        degrees=(2 * draws[3] - 1) * augment.rotate.degrees if augment.rotate and turns else 0.0,
        mirrored=augment.flip != "none" and bool(draws[6] < 0.5),
        upside_down=augment.flip == "both" and bool(draws[7] < 0.5),
        brightness=(2 * draws[4] - 1) * (augment.lighting or 0),
        contrast=(2 * draws[5] - 1) * (augment.lighting or 0),
        cutout_centres=centres[: augment.cutout.holes if augment.cutout and cuts else 0],
        blurred=augment.blur is not None and bool(draws[9] < augment.blur.p),
        top=_offset(draws[10], height - size),
        left=_offset(draws[11], width - size),
        erase_noise=noise,
        erase_at=noise_at,
    )


def _offset(share: float, spare: int) -> int:
    """Where a view begins that may move by `spare` pixels; before the photo where it is larger."""
    return int(share * (spare + 1)) if spare >= 0 else -int(share * (1 - spare))


def sample_erasing(
    erase: Erase, size: int, draws: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """What erases a part of a view, and where: random noise in a rectangle of random area and
    aspect (Zhong et al. 2017, "Random Erasing Data Augmentation", whose pixels are random too).

    draws: area, aspect and place, each in 0..1. Where the paper draws again until a rectangle fits,
    this one is put where it fits, and a side that is longer than the view's is cut to it."""
    area = erase.area[0] + draws[0] * (erase.area[1] - erase.area[0])
    aspect = erase.aspect[0] + draws[1] * (erase.aspect[1] - erase.aspect[0])
    height = min(size, round(size * math.sqrt(area * aspect)))
    width = min(size, round(size * math.sqrt(area / aspect)))
    places = (size - height + 1) * (size - width + 1)
    noise = rng.random((3, height, width), dtype=np.float32)
    return noise, divmod(int(draws[2] * places), size - width + 1)


def augmented_views(
    photos: Sequence[ImagePyramid], augment: Augment, size: int, rngs: Sequence[np.random.Generator]
) -> Tensor:
    """One random view of each photo: float32 (photos, 3, size, size) in 0..1."""
    drawn = [
        sample_params(augment, size, photo[0], random)
        for photo, random in zip(photos, rngs, strict=True)
    ]
    x = resample([_pick_level(p, d) for p, d in zip(photos, drawn, strict=True)], drawn, size)
    if augment.trivial:
        for place, random in enumerate(rngs):
            x[place] = trivial_augment(x[place], int(random.integers(2**63)))
    if augment.lighting:
        x = adjust_lighting(x, [d.brightness for d in drawn], [d.contrast for d in drawn])
    for view, decided in zip(x, drawn, strict=True):
        if augment.cutout and len(decided.cutout_centres):
            apply_cutout(view, augment.cutout, decided)
        if decided.erase_noise is not None:
            apply_erasing(view, decided.erase_noise, decided.erase_at)
    if augment.blur and any(d.blurred for d in drawn):
        chosen = torch.tensor([d.blurred for d in drawn])
        x[chosen] = blur(x[chosen], augment.blur.size)
    return x.clamp_(0, 1)


def trivial_augment(view: Tensor, seed: int) -> Tensor:
    """TrivialAugment (Müller & Hutter 2021, arXiv 2103.10158) as torchvision has it: one random
    change of random strength. view: (3, size, size) in 0..1."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        pixels = view.mul(255).round_().to(torch.uint8)
        changed: Tensor = TrivialAugmentWide()(pixels)
    return changed.float().div_(255)


def _pick_level(photo: ImagePyramid, params: AugmentParams) -> Tensor:
    """The smallest copy that need not be enlarged; the largest where all need be."""
    large = [copy for copy in photo if copy.shape[1] >= params.height]
    return large[-1] if large else photo[0]


def resample(photos: Sequence[Tensor], params: Sequence[AugmentParams], size: int) -> Tensor:
    """The photos, uint8 (3, height, width), zoomed, turned about their centres, flipped and
    cropped: float32 (photos, 3, size, size) in 0..1. What a turn or a small photo leaves empty is
    filled by reflection."""
    out = torch.empty(len(photos), 3, size, size)
    by_shape: dict[tuple[int, ...], list[int]] = {}
    for i, (photo, d) in enumerate(zip(photos, params, strict=True)):
        whole = min(d.height, d.width) >= size  # nothing to fill in
        if d.degrees == 0 and whole and tuple(photo.shape[1:]) == (d.height, d.width):
            out[i] = _crop(photo, d, size)  # nothing to resample: the pixels themselves
        else:
            by_shape.setdefault(tuple(photo.shape), []).append(i)
    for rows in by_shape.values():
        pixels = torch.stack([photos[i] for i in rows]).float().div_(255)
        grid = torch.stack([sampling_grid(params[i], size) for i in rows])
        out[rows] = grid_sample(
            pixels, grid, mode="bilinear", padding_mode="reflection", align_corners=False
        )
    return out


def _crop(photo: Tensor, params: AugmentParams, size: int) -> Tensor:
    flips = [axis for axis, flip in ((1, params.upside_down), (2, params.mirrored)) if flip]
    rows, columns = (slice(first, first + size) for first in (params.top, params.left))
    return photo.flip(flips)[:, rows, columns].float().div_(255)


def sampling_grid(params: AugmentParams, size: int) -> Tensor:
    """Where each pixel of a view looks in its photo: (size, size, 2), x and y in -1..1."""
    y = torch.arange(size, dtype=torch.float32) + (params.top + 0.5 - params.height / 2)
    x = torch.arange(size, dtype=torch.float32) + (params.left + 0.5 - params.width / 2)
    if params.upside_down:
        y = -y
    if params.mirrored:
        x = -x
    cos, sin = math.cos(math.radians(params.degrees)), math.sin(math.radians(params.degrees))
    grid = torch.empty(size, size, 2)
    torch.add(
        x * (cos * 2 / params.width), (y * (sin * 2 / params.width))[:, None], out=grid[..., 0]
    )
    torch.add(
        x * (-sin * 2 / params.height), (y * (cos * 2 / params.height))[:, None], out=grid[..., 1]
    )
    return grid


def adjust_lighting(x: Tensor, brightness: Sequence[float], contrast: Sequence[float]) -> Tensor:
    """Brightness added and contrast stretched about each view's mean, clipped to 0..1; a negative
    contrast -c divides by 1 + c, so that it undoes +c. x: (views, 3, height, width)."""
    added = torch.tensor(brightness, dtype=x.dtype).view(-1, 1, 1, 1)
    factors = [1 + c if c >= 0 else 1 / (1 - c) for c in contrast]
    factor = torch.tensor(factors, dtype=x.dtype).view(-1, 1, 1, 1)
    # View by view: a sum over a batch could be split otherwise, and end in other last bits.
    mean = torch.stack([view.mean() for view in x]).view(-1, 1, 1, 1)
    return (x * factor).add_(mean * (1 - factor) + added).clamp_(0, 1)


def apply_cutout(view: Tensor, cutout: Cutout, params: AugmentParams) -> None:
    """Blackens squares of `length` pixels about the centres in the view, (3, size, size), in place;
    they are cut off at the edges (DeVries & Taylor 2017)."""
    before = cutout.length // 2
    after = cutout.length - before
    for cy, cx in params.cutout_centres:
        y, x = int(cy * params.height) - params.top, int(cx * params.width) - params.left
        view[:, max(0, y - before) : max(0, y + after), max(0, x - before) : max(0, x + after)] = 0


def apply_erasing(view: Tensor, noise: NDArray[np.float32], at: tuple[int, int]) -> None:
    """Puts noise (3, height, width) into a view, (3, size, size), in place."""
    (row, column), (height, width) = at, noise.shape[1:]
    view[:, row : row + height, column : column + width] = torch.from_numpy(noise)


def blur(x: Tensor, size: int) -> Tensor:
    """Gaussian blur with OpenCV's sigma for a kernel of `size` pixels."""
    sigma = 0.3 * ((size - 1) * 0.5 - 1) + 0.8
    return tv.gaussian_blur(x, [size, size], [sigma, sigma])
