"""From linear light to a phone's JPEG: focus, exposure, white balance, vignette, grain."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageFilter

from core.toy_books.camera import Size
from core.toy_books.noise import Array


@dataclass(frozen=True)
class CaptureSettings:
    """How a photo was taken. `exposure` is in stops around what the meter chose; `white_balance`
    scales red, green and blue; `vignette` is the loss of light in the corners; `grain` the noise in
    levels of 255; `blur` and `motion_blur` are radii in pixels of the finished photo,
    `motion_angle` is in radians; `defocus` is how fast focus is lost away from the middle;
    `target_luminance` is the mean linear light that the meter aims at."""

    exposure: float
    white_balance: tuple[float, float, float]
    vignette: float
    grain: float
    blur: float
    target_luminance: float
    motion_blur: float = 0.0
    motion_angle: float = 0.0
    defocus: float = 0.0


def develop(
    light: Array, inverse_depth: Array, capture: CaptureSettings, size: Size, rng: Generator
) -> Image.Image:
    """An 8-bit photo of `size` (width, height) from linear `light` (rows, columns, 3)."""
    gain: Array = _exposure(light, capture) * np.array(capture.white_balance, dtype=np.float32)
    # Shrinking the tones that the eye sees, not the light, keeps the edges of bright things smooth.
    tones = np.minimum(np.sqrt(light * gain), np.float32(_BRIGHTEST))
    toned = Image.fromarray(_TONES.take((tones * np.float32(_STEPS)).astype(np.uint16)))
    levels: Array = np.asarray(_shrunk(toned, size), dtype=np.float32) * np.float32(1 / 255)
    y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    levels = levels * np.sqrt(1 - np.float32(capture.vignette / 2) * (x**2 + y**2))[..., None]
    # Phones deepen the contrast of the middle tones.
    levels = levels - np.float32(_CONTRAST / (2 * np.pi)) * np.sin(2 * np.pi * levels)
    photo = _to_image(levels * 255 + 0.5)
    if capture.defocus > 0:
        near = np.asarray(_shrunk(Image.fromarray(inverse_depth), size))
        photo = _defocused(photo, near, capture.defocus)
    if capture.motion_blur > 0:
        photo = _shaken(photo, capture.motion_blur, capture.motion_angle)
    photo = photo.filter(ImageFilter.GaussianBlur(float(np.hypot(capture.blur, 0.45))))
    # A phone removes noise and then sharpens, which leaves soft grain and faint halos. Noise
    # reduction leaves over coloured noise some pixels wide.
    small = (size[1] * 2 // 5, size[0] * 2 // 5)
    layers = [Image.fromarray(rng.standard_normal(small, dtype=np.float32)) for _ in range(3)]
    wide = [np.asarray(layer.resize(size, Image.Resampling.BICUBIC)) for layer in layers]
    blotches: Array = np.stack(wide, axis=-1)
    noise = rng.standard_normal((size[1], size[0]), dtype=np.float32)
    soft = _to_image(noise * 30 + 128).filter(ImageFilter.GaussianBlur(0.45))
    noise = (np.asarray(soft, dtype=np.float32) - np.float32(127.5)) * np.float32(1 / 30)
    pixels: Array = np.asarray(photo, dtype=np.float32)
    strength = capture.grain * (1.25 - 0.8 * pixels / 255)
    grainy = _to_image(pixels + strength * (0.75 * noise[..., None] + 0.6 * blotches))
    return grainy.filter(ImageFilter.UnsharpMask(radius=1.3, percent=45, threshold=1))


def _to_image(levels: Array) -> Image.Image:
    return Image.fromarray(np.uint8(np.clip(levels, 0, 255)))


def _shrunk(picture: Image.Image, size: Size) -> Image.Image:
    """Resampled with antialiasing."""
    return picture.resize(size, Image.Resampling.BILINEAR)


def _exposure(light: Array, capture: CaptureSettings) -> float:
    grey = light[::4, ::4].mean(axis=2)
    # The meter wants the average at the target but gives way before the brightest burns out.
    wanted = capture.target_luminance / max(float(grey.mean()), 1e-4)
    limit = 1.05 / max(float(np.percentile(grey, 98)), 1e-4)
    return float(min(wanted, limit) * 2**capture.exposure)


def _shoulder(picture: Array) -> Array:
    """Highlights flatten towards white, as film and phones do."""
    return np.where(picture < 0.6, picture, 0.6 + 0.4 * np.tanh((picture - 0.6) / 0.4))


_CONTRAST = 0.25
# Square roots of light up to _BRIGHTEST, in steps of 1 / _STEPS, as the levels of a photo.
_BRIGHTEST, _STEPS = 1.25, 2048
_TONES = np.uint8(
    np.sqrt(_shoulder((np.arange(int(_BRIGHTEST * _STEPS) + 1) / _STEPS) ** 2)) * 255 + 0.5
)


def _defocused(photo: Image.Image, inverse_depth: Array, depth: float) -> Image.Image:
    rows, columns = inverse_depth.shape
    middle = inverse_depth[rows // 4 : -rows // 4, columns // 4 : -columns // 4]
    focus = float(np.percentile(middle, 70))
    off = np.abs(inverse_depth / max(focus, 1e-3) - 1) * depth
    for radius, start in ((1.2, 0.12), (2.4, 0.5)):
        blurred = photo.filter(ImageFilter.GaussianBlur(radius))
        share = np.clip((off - start) / 0.4, 0, 1) * 255
        photo = Image.composite(
            blurred, photo, _to_image(share).filter(ImageFilter.GaussianBlur(2))
        )
    return photo


def _shaken(photo: Image.Image, length: float, angle: float) -> Image.Image:
    """Blend copies shifted along a short line: an unsteady hand."""
    steps = max(3, int(length) + 1)
    total = np.zeros((photo.height, photo.width, 3), dtype=np.float32)
    for step in np.linspace(-0.5, 0.5, steps) * length:
        shift = (1, 0, step * np.cos(angle), 0, 1, step * np.sin(angle))
        moved = photo.transform(
            photo.size, Image.Transform.AFFINE, shift, Image.Resampling.BILINEAR
        )
        total += np.asarray(moved, dtype=np.float32)
    return Image.fromarray(np.uint8(total / steps + 0.5))
