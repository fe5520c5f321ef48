"""What every reader gives."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

Corners = tuple[float, float, float, float]


@dataclass(frozen=True)
class Annotation:
    """One thing that is said of a photo. file: the photo, as the annotations name it, relative to
    their folder; without suffix where they do not tell it. label: a class, "" where only the split
    is told. box: corners x0, y0, x1, y1, in units of `size` (width, height; 1, 1 for shares), or
    in pixels of the photo where that is None. split: `train` or a test set's name."""

    file: str
    label: str = ""
    box: Corners | None = None
    size: tuple[float, float] | None = None
    split: str = ""


def bounds(points: Iterable[tuple[float, float]]) -> Corners | None:
    """The box around points, such as a polygon's; None without any."""
    found = [(float(x), float(y)) for x, y in points]
    if not found:
        return None
    xs, ys = zip(*found, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def shares(corners: Corners, size: tuple[float, float]) -> Corners | None:
    """A box as shares of width and height, cut at the photo's edges; None for an empty one."""
    width, height = size
    if min(width, height) <= 0 or not all(map(math.isfinite, corners)):
        return None
    xs = sorted(min(max(x / width, 0.0), 1.0) for x in corners[::2])
    ys = sorted(min(max(y / height, 0.0), 1.0) for y in corners[1::2])
    if xs[0] == xs[1] or ys[0] == ys[1]:
        return None
    return xs[0], ys[0], xs[1], ys[1]
