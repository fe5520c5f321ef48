"""From linear light to a phone's JPEG: focus, exposure, white balance, vignette, grain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from core.data.toy_books.noise import Array


@dataclass(frozen=True)
class Lens:
    """How a photo was taken.

    `exposure` is in stops around what the meter chose; `balance` scales red, green and blue;
    `vignette` is the loss of light in the corners; `grain` the noise in levels of 255; `blur`
    and `shake` are radii in pixels of the finished photo; `depth` how fast focus is lost away
    from the middle of the photo; `target` is the mean linear light the meter aims at; `contrast`
    steepens the middle tones (0 leaves them).
    """

    exposure: float = 0.0
    balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    vignette: float = 0.2
    grain: float = 4.0
    blur: float = 0.5
    shake: float = 0.0
    shake_angle: float = 0.0
    depth: float = 0.0
    target: float = 0.25
    contrast: float = 0.25


def develop(
    light: Array, nearness: Array, lens: Lens, size: tuple[int, int], rng: np.random.Generator
) -> Image.Image:
    """Turn linear `light` (rows, columns, 3) into an 8-bit photo of `size` (width, height)."""
    gain: Array = _exposure(light, lens) * np.array(lens.balance, dtype=np.float32)
    # Cutting the highlights before shrinking keeps the edges of bright things smooth.
    picture: Array = _shrunk(np.minimum(light * gain, np.float32(1.3)), size)
    y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    picture = picture * (1 - np.float32(lens.vignette / 2) * (x**2 + y**2))[..., None]
    levels = np.sqrt(_shoulder(np.clip(picture, 0, None)))
    # Phones deepen the contrast of the middle tones.
    levels = levels - np.float32(lens.contrast / (2 * np.pi)) * np.sin(2 * np.pi * levels)
    photo = Image.fromarray(np.uint8(np.clip(levels * 255 + 0.5, 0, 255)))
    if lens.depth > 0:
        photo = _defocused(photo, _shrunk(nearness[..., None], size)[..., 0], lens.depth)
    if lens.shake > 0:
        photo = _shaken(photo, lens.shake, lens.shake_angle)
    photo = photo.filter(ImageFilter.GaussianBlur(lens.blur))
    # A phone removes noise and then sharpens, which leaves soft grain and faint halos.
    blotches = _blotches(size, rng)
    noise = rng.standard_normal((size[1], size[0], 1), dtype=np.float32)
    pixels: Array = np.asarray(photo, dtype=np.float32)
    strength = lens.grain * (1.25 - 0.8 * pixels / 255)
    pixels = pixels + strength * (0.75 * noise + 0.6 * blotches)
    grainy = Image.fromarray(np.uint8(np.clip(pixels, 0, 255)))
    grainy = grainy.filter(ImageFilter.GaussianBlur(0.45))
    return grainy.filter(ImageFilter.UnsharpMask(radius=1.3, percent=45, threshold=1))


def _blotches(size: tuple[int, int], rng: np.random.Generator) -> Array:
    """Coloured noise some pixels wide, which is what noise reduction leaves over."""
    small = (size[1] * 2 // 5, size[0] * 2 // 5)
    layers = [
        Image.fromarray(rng.standard_normal(small, dtype=np.float32)).resize(
            size, Image.Resampling.BICUBIC
        )
        for _ in range(3)
    ]
    return np.stack([np.asarray(layer) for layer in layers], axis=-1)


def _shrunk(picture: Array, size: tuple[int, int]) -> Array:
    """Resample (rows, columns, channels) to `size` with antialiasing."""
    planes = [
        Image.fromarray(np.ascontiguousarray(picture[..., channel])).resize(
            size, Image.Resampling.BILINEAR
        )
        for channel in range(picture.shape[2])
    ]
    return np.stack([np.asarray(plane) for plane in planes], axis=-1)


def _exposure(light: Array, lens: Lens) -> float:
    grey = light[::4, ::4].mean(axis=2)
    # The meter wants the average at the target but gives way before the brightest burns out.
    wanted = lens.target / max(float(grey.mean()), 1e-4)
    limit = 1.05 / max(float(np.percentile(grey, 98)), 1e-4)
    return float(min(wanted, limit) * 2**lens.exposure)


def _shoulder(picture: Array) -> Array:
    """Highlights flatten towards white, as film and phones do."""
    return np.where(picture < 0.6, picture, 0.6 + 0.4 * np.tanh((picture - 0.6) / 0.4))


def _defocused(photo: Image.Image, nearness: Array, depth: float) -> Image.Image:
    rows, columns = nearness.shape
    middle = nearness[rows // 4 : -rows // 4, columns // 4 : -columns // 4]
    focus = float(np.percentile(middle, 70))
    off = np.abs(nearness / max(focus, 1e-3) - 1) * depth
    for radius, start in ((1.2, 0.12), (2.4, 0.5)):
        blurred = photo.filter(ImageFilter.GaussianBlur(radius))
        share = np.uint8(np.clip((off - start) / 0.4, 0, 1) * 255)
        mask = Image.fromarray(share).filter(ImageFilter.GaussianBlur(2))
        photo = Image.composite(blurred, photo, mask)
    return photo


def _shaken(photo: Image.Image, length: float, angle: float) -> Image.Image:
    """Blend copies shifted along a short line: an unsteady hand."""
    steps = max(3, int(length) + 1)
    total = np.zeros((photo.height, photo.width, 3), dtype=np.float32)
    for step in np.linspace(-0.5, 0.5, steps):
        dx, dy = step * length * np.cos(angle), step * length * np.sin(angle)
        moved = photo.transform(
            photo.size, Image.Transform.AFFINE, (1, 0, dx, 0, 1, dy), Image.Resampling.BILINEAR
        )
        total += np.asarray(moved, dtype=np.float32)
    return Image.fromarray(np.uint8(total / steps + 0.5))
