"""Augmentation: random views of a training photo, with the article's parameters in its order.

Zoom, rotation, lighting, flip, cutout, blur, random crop; on floats in [0, 1], as fast.ai 0.7 did
them. Every random number of a view comes from one generator, so a view depends on (seed, epoch,
photo) alone. A change here changes every run: the tests hold a view's exact numbers.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torchvision.transforms.v2 import functional as tv

from core.recipe import Augment, Cutout


def working_side(augment: Augment, image_size: int) -> int:
    """Shorter side in pixels at which photos are kept: enough for the largest zoom."""
    return math.ceil(image_size * (augment.zoom.range[1] if augment.zoom else 1))


def augmented_view(
    photo: Tensor, augment: Augment, size: int, random: np.random.Generator
) -> Tensor:
    """One random view. photo: uint8 (3, height, width); returns float32 (3, size, size) in 0..1.

    All draws are made whether or not a step fires, so that switching one off leaves the others'
    numbers as they were.
    """
    draws = random.random(16)
    holes = random.random((20, 2))
    x = photo.float().div_(255)
    x = _zoom(x, augment, size, draws[0], draws[1])
    if augment.rotate and draws[2] < augment.rotate.p:
        x = rotate(x, (2 * draws[3] - 1) * augment.rotate.degrees)
    if augment.lighting:
        x = light(x, (2 * draws[4] - 1) * augment.lighting, (2 * draws[5] - 1) * augment.lighting)
    if augment.flip != "none" and draws[6] < 0.5:
        x = x.flip(2)
    if augment.flip == "both" and draws[7] < 0.5:
        x = x.flip(1)
    if augment.cutout and draws[8] < augment.cutout.p:
        x = cut_out(x, augment.cutout, holes)
    if augment.blur and draws[9] < augment.blur.p:
        x = blur(x, augment.blur.size)
    top = int(draws[10] * (x.shape[1] - size + 1))
    left = int(draws[11] * (x.shape[2] - size + 1))
    return x[:, top : top + size, left : left + size].clamp(0, 1).contiguous()


def _zoom(x: Tensor, augment: Augment, size: int, fires: float, amount: float) -> Tensor:
    factor = 1.0
    if augment.zoom and fires < augment.zoom.p:
        low, high = augment.zoom.range
        factor = low + amount * (high - low)
    ratio = size * factor / min(x.shape[1:])
    sides = [max(size, round(side * ratio)) for side in x.shape[1:]]
    if sides == list(x.shape[1:]):
        return x
    return tv.resize(x, sides, antialias=True)


def rotate(x: Tensor, degrees: float) -> Tensor:
    """Turned about its centre, clockwise for positive degrees on screen; the corners are filled
    by reflection. x: (3, height, width)."""
    angle = math.radians(degrees)
    height, width = x.shape[1:]
    ratio = height / width  # affine_grid works in units of half the width and half the height
    matrix = torch.tensor(
        [
            [math.cos(angle), math.sin(angle) * ratio, 0],
            [-math.sin(angle) / ratio, math.cos(angle), 0],
        ],
        dtype=x.dtype,
    )
    grid = torch.nn.functional.affine_grid(matrix[None], [1, 3, height, width], align_corners=False)
    turned = torch.nn.functional.grid_sample(
        x[None], grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )
    return turned[0]


def light(x: Tensor, brightness: float, contrast: float) -> Tensor:
    """Brightness added and contrast stretched about the photo's mean, clipped to 0..1; a
    negative contrast -c divides by 1 + c, so that it undoes +c."""
    factor = 1 + contrast if contrast >= 0 else 1 / (1 - contrast)
    mean = x.mean()
    return ((x - mean) * factor + mean + brightness).clamp_(0, 1)


def cut_out(x: Tensor, cutout: Cutout, centres: np.ndarray) -> Tensor:
    """Black squares of `length` pixels about the centres (fractions of height and width), cut off
    at the edges (DeVries & Taylor 2017)."""
    x = x.clone()
    height, width = x.shape[1:]
    half = cutout.length // 2
    for cy, cx in centres[: cutout.holes]:
        y, z = int(cy * height), int(cx * width)
        x[:, max(0, y - half) : y + half, max(0, z - half) : z + half] = 0
    return x


def blur(x: Tensor, size: int) -> Tensor:
    """Gaussian blur with OpenCV's sigma for a kernel of `size` pixels."""
    sigma = 0.3 * ((size - 1) * 0.5 - 1) + 0.8
    return tv.gaussian_blur(x, [size, size], [sigma, sigma])
