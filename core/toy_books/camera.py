"""A pinhole camera: where a point lands in the photo, and which point of a plane a pixel sees."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from core.toy_books.noise import Array

Size = tuple[int, int]


@dataclass(frozen=True)
class Camera:
    """In a world measured in metres with z up. `axes` holds the unit vectors right, down and
    forward as rows; `focal` is in pixels."""

    position: Array
    axes: Array
    focal: float
    width: int
    height: int

    def scaled(self, factor: float) -> Camera:
        """The same view with `factor` times as many pixels along each side."""
        width, height = round(self.width * factor), round(self.height * factor)
        return replace(self, focal=self.focal * factor, width=width, height=height)

    def project(self, points: Array) -> tuple[Array, Array]:
        """Pixel positions (n, 2) and depths (n,) in metres of world `points` (n, 3)."""
        seen = (points - self.position) @ self.axes.T
        depth = seen[:, 2]
        scale = self.focal / np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        return seen[:, :2] * scale[:, None] + np.array([self.width / 2, self.height / 2]), depth

    def plane_from_pixels(self, origin: Array, u: Array, v: Array) -> Array:
        """The 3x3 matrix taking (x, y, 1) to (u, v, 1) / depth on the plane O + u U + v V; its
        third row so gives inverse depth, which a z-buffer compares."""
        intrinsics = np.array(
            [[self.focal, 0, self.width / 2], [0, self.focal, self.height / 2], [0, 0, 1]]
        )
        forward = intrinsics @ self.axes @ np.stack([u, v, origin - self.position], axis=1)
        # An edge-on plane has no inverse; nudging it keeps it a sliver instead of an exception.
        if abs(np.linalg.det(forward)) < 1e-12:
            forward = forward + np.eye(3) * 1e-6
        return np.asarray(np.linalg.inv(forward))


class View(NamedTuple):
    """How a camera looks at its target. Angles are in degrees: `azimuth` turns about the vertical,
    `elevation` is the height above the horizon (90 looks straight down), `roll` turns the photo.
    `focal_ratio` is the focal length over the longer side of the photo."""

    azimuth: float
    elevation: float
    roll: float
    focal_ratio: float


def look_at(target: Array, distance: float, view: View, size: Size) -> Camera:
    """A camera `distance` metres from `target`."""
    around, up, twist = (math.radians(angle) for angle in view[:3])
    back = np.array(
        [math.cos(up) * math.sin(around), -math.cos(up) * math.cos(around), math.sin(up)]
    )
    right = np.array([math.cos(around), math.sin(around), 0.0])
    down = np.cross(-back, right)
    turned_right = math.cos(twist) * right + math.sin(twist) * down
    turned_down = math.cos(twist) * down - math.sin(twist) * right
    axes = np.stack([turned_right, turned_down, -back])
    return Camera(target + distance * back, axes, view.focal_ratio * max(size), *size)


def frame(points: Array, fill: float, aim: Array, view: View, size: Size) -> Camera:
    """A camera so far away that `points` fill `fill` of the frame along the tighter direction."""
    distance = 1.0
    for _ in range(4):
        pixels, _depth = look_at(aim, distance, view, size).project(points)
        spread = np.ptp(pixels, axis=0) / size
        distance *= float(np.clip(spread.max() / fill, 0.4, 2.5))
    return look_at(aim, distance, view, size)
