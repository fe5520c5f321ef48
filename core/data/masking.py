"""Photos with their objects painted over, or an equal area elsewhere, or all but the objects.

What a network still answers when the book is gone tells what it looked at. No fill is neutral, so
there are three, and predictions are averaged over them. Each is made of the photo's own background,
never of the object: a blurred book would still be a patch of the book's colour.

- `mean`: the background's mean colour.
- `blur`: the background's colours, spread over the gap by a heavy Gaussian blur that does not see
  the object. No shape and no print survives.
- `texture`: a square patch of the background, mirrored over the gap: grain and sharpness as in the
  rest of the photo, where the two others are smooth.

Edges are soft, and the softness lies outside the boxes: a hard rectangle looks like a book, and a
fade inwards would leave the object's rim. Free of torch, so that the dashboard draws the very
pictures that the network saw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from core.base.random_streams import generator
from core.data.label_tables import Box
from core.data.photos import Pixels

Fill = Literal["mean", "blur", "texture"]
MaskVariant = Literal["object", "elsewhere", "only_objects"]
Mask = NDArray[np.bool_]

FILLS: tuple[Fill, ...] = get_args(Fill)
MASK_VARIANTS: tuple[MaskVariant, ...] = get_args(MaskVariant)
VERSION = 1  # raise it when a change here changes any picture
EDGE = 0.02  # half the width of the soft edge, as a share of the photo's side
BLUR_SIGMA = 1 / 8  # standard deviation of the heavy blur, as a share of the photo's side
GRID_SIDE = 64  # control areas are laid out on this many rows and columns
MIN_PIECE_CELLS = 2  # a control area is not cut into pieces narrower than this many cells
MIN_PATCH_SIDE = 8  # pixels; a smaller patch shows no texture
BLUR_STRIDE = 4  # pixels between the places where the heavy blur is computed
MIN_BLUR_WEIGHT = 0.001  # where the blur sees less background, it fades to the mean colour
MIN_BACKGROUND = 0.02  # a background smaller than this share of the photo gives no fill
MIN_CONTROL_COVERAGE = 0.8  # of the objects' area that a fair control area finds off the objects


@dataclass(frozen=True)
class ObjectMasking:
    """What is blanked in one photo. Boxes are fractions of the picture that is blanked.

    name: of the photo; with the variant and the fill it decides every random choice, so every run
    and the dashboard get the same pictures. objects: what the classes show. strangers: objects of
    no class; they stay, and neither a fill nor the control area takes from them."""

    name: str
    objects: tuple[Box, ...]
    unknown_objects: tuple[Box, ...] = ()

    @property
    def area(self) -> float:
        """The share of the picture that the objects' boxes cover, 0..1; overlaps count once."""
        return float(_cells(self.objects).mean())

    @cached_property
    def control_boxes(self) -> tuple[Box, ...]:
        """An area as large as the objects', elsewhere; the same for every fill."""
        return place_control_boxes(
            self.objects, generator(0, "control area", self.name), self.unknown_objects
        )

    @property
    def comparable(self) -> bool:
        """Whether there is room off the objects for a control area that is fair."""
        objects, taken = _cells(self.objects), _cells([*self.objects, *self.unknown_objects])
        if (~taken).sum() < MIN_CONTROL_COVERAGE * objects.sum():
            return False  # without laying it out in vain
        return control_coverage(self.objects, self.control_boxes) >= MIN_CONTROL_COVERAGE

    def apply(self, pixels: Pixels, variant: MaskVariant, fill: Fill) -> Pixels:
        """One blanked picture of the photo's pixels (height, width, 3), of the same shape.

        The control area fades out towards the objects, so that they are left whole."""
        shape = pixels.shape[:2]
        random = generator(0, "blanking", self.name, variant, fill)
        objects = things = _soft_mask(self.objects, *shape)
        if self.unknown_objects:
            things = _soft_mask([*self.objects, *self.unknown_objects], *shape)
        background = things == 0
        if variant == "elsewhere":
            control = _soft_mask(self.control_boxes, *shape)
            cover = control * (1 - things)
            if (background & (control == 0)).mean() >= MIN_BACKGROUND:
                background &= control == 0
        else:
            cover = objects if variant == "object" else 1 - objects
        filling = _filling(pixels, background, fill, random)
        mixed = pixels + cover[..., None] * (filling - pixels)
        return (mixed + 0.5).clip(0, 255).astype(np.uint8)


# --- painting over --------------------------------------------------------------------------------


def _soft_mask(boxes: Sequence[Box], height: int, width: int) -> NDArray[np.float32]:
    """1 inside the boxes, falling to 0 within twice EDGE outside them: (height, width)."""
    edge = max(1, round(EDGE * min(height, width)))
    image = Image.new("L", (width, height))
    pen = ImageDraw.Draw(image)
    for box in boxes:
        left, top = round(box.x0 * width) - edge, round(box.y0 * height) - edge
        right, bottom = round(box.x1 * width) + edge, round(box.y1 * height) + edge
        pen.rectangle((left, top, right - 1, bottom - 1), fill=255)
    cover: NDArray[np.float32] = np.asarray(image.filter(ImageFilter.BoxBlur(edge)), np.float32)
    return cover / np.float32(255)


def _filling(
    pixels: Pixels, background: Mask, fill: Fill, random: np.random.Generator
) -> NDArray[np.float32]:
    """A whole picture of the fill, from the background's pixels: broadcasts to pixels' shape.
    Mid-grey where the photo has hardly any background."""
    if background.mean() < MIN_BACKGROUND:
        return np.full((1, 1, 3), 127.5, dtype=np.float32)
    if fill == "texture":
        patch = _patch(background, random)
        if patch is not None:
            return _mirrored(pixels[patch], *background.shape)
    if fill == "mean":
        colour: NDArray[np.float32] = pixels[background].mean(axis=0, dtype=np.float32)
        return colour[None, None]
    return _spread(pixels, background)  # also where there is no room for a patch of texture


def _spread(pixels: Pixels, background: Mask) -> NDArray[np.float32]:
    """Gaussian mean of the background's pixels around each place (normalised convolution: Knutsson
    & Westin 1993), so that what is not background has no part in it. Computed on every fourth row
    and column: the blur is far wider."""
    height, width = background.shape
    mean = pixels[background].mean(axis=0, dtype=np.float32)
    few, known = pixels[::BLUR_STRIDE, ::BLUR_STRIDE], background[::BLUR_STRIDE, ::BLUR_STRIDE]
    down, across = map(_gaussian, known.shape)
    weight = down @ known.astype(np.float32) @ across.T
    off_mean = ((few - mean) * known[..., None]).transpose(2, 0, 1)
    spread = (down @ off_mean @ across.T).transpose(1, 2, 0)
    colours = (
        (mean + spread / (weight[..., None] + MIN_BLUR_WEIGHT) + 0.5).clip(0, 255).astype(np.uint8)
    )
    smooth = Image.fromarray(colours).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(smooth, dtype=np.float32)


@cache
def _gaussian(side: int) -> NDArray[np.float32]:
    """(side, side): row i weighs the places around i."""
    place = np.arange(side)
    weights = np.exp(-0.5 * ((place[:, None] - place) / (BLUR_SIGMA * side)) ** 2)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def _patch(background: Mask, random: np.random.Generator) -> tuple[slice, slice] | None:
    """A random square of pure background, as large as there is among halvings of the photo's
    side; None when there is none of 8 pixels."""
    side = min(background.shape) // 2
    while side >= MIN_PATCH_SIDE:
        free = np.argwhere(_sums(~background, side, side) == 0)
        if len(free):
            top, left = free[random.integers(len(free))]
            return slice(top, top + side), slice(left, left + side)
        side //= 2
    return None


def _mirrored(patch: Pixels, height: int, width: int) -> NDArray[np.float32]:
    """The patch and its mirror images, side by side without a seam."""
    block = np.concatenate([patch, patch[:, ::-1]], axis=1)
    block = np.concatenate([block, block[::-1]], axis=0)
    times = (-(-height // block.shape[0]), -(-width // block.shape[1]), 1)
    return np.tile(block, times)[:height, :width].astype(np.float32)


# --- the control area -----------------------------------------------------------------------------


def place_control_boxes(
    boxes: Sequence[Box], random: np.random.Generator, avoid: Sequence[Box] = ()
) -> tuple[Box, ...]:
    """Boxes of the same area as `boxes` together, placed at random off them, off `avoid` and off
    each other.

    A box keeps its shape where there is room for it; else it is cut in half, and so on, down to
    1/32 of the side; pieces of that size go where they overlap least. `room` says how well it went.
    """
    taken, left = _cells([*boxes, *avoid]), int(_cells(boxes).sum())
    pieces = sorted(map(_corners, boxes), key=lambda c: (c[1] - c[0]) * (c[3] - c[2]))
    shapes = [(bottom - top, right - left_) for top, bottom, left_, right in pieces]
    placed: list[Box] = []
    while shapes and left > 0:
        height, width = shapes.pop()
        height = min(height, max(1, left // max(1, width)))  # boxes that overlap count once
        if height == 0 or width == 0:
            continue
        overlap = _sums(taken, height, width)
        if overlap.min() > 0 and max(height, width) > MIN_PIECE_CELLS:
            shapes += _halves(height, width)
            continue
        free = np.argwhere(overlap == overlap.min())
        top, start = (int(value) for value in free[random.integers(len(free))])
        taken[top : top + height, start : start + width] = True
        left -= height * width
        x0, y0, x1, y1 = (v / GRID_SIDE for v in (start, top, start + width, top + height))
        placed.append(Box("elsewhere", x0, y0, x1, y1, visible=1.0))
    return tuple(placed)


def control_coverage(boxes: Sequence[Box], control: Sequence[Box]) -> float:
    """How much of the objects' area the control area covers off the objects, 0..1 (or a little
    more, by rounding); under MIN_CONTROL_COVERAGE the two cannot be compared."""
    objects = _cells(boxes)
    return float((_cells(control) & ~objects).sum() / max(1, objects.sum()))


def _halves(height: int, width: int) -> list[tuple[int, int]]:
    if height >= width:
        return [(height // 2, width), (height - height // 2, width)]
    return [(height, width // 2), (height, width - width // 2)]


def _corners(box: Box) -> tuple[int, int, int, int]:
    """Rows and columns of the lattice that a box covers: top, bottom, left, right."""
    top, bottom = round(box.y0 * GRID_SIDE), round(box.y1 * GRID_SIDE)
    return top, bottom, round(box.x0 * GRID_SIDE), round(box.x1 * GRID_SIDE)


def _cells(boxes: Sequence[Box]) -> Mask:
    cells = np.zeros((GRID_SIDE, GRID_SIDE), dtype=bool)
    for top, bottom, left, right in map(_corners, boxes):
        cells[top:bottom, left:right] = True
    return cells


def _sums(mask: Mask, height: int, width: int) -> NDArray[np.int64]:
    """How many places of the mask each window of that size holds (by a summed-area table)."""
    table = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), dtype=np.int64)
    table[1:, 1:] = mask.cumsum(axis=0).cumsum(axis=1)
    upper, lower = table[:-height], table[height:]
    return lower[:, width:] - lower[:, :-width] - upper[:, width:] + upper[:, :-width]
