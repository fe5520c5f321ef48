"""A pinhole camera: where a point lands in the photo, and which point of a plane a pixel sees."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from core.toy_books.noise import Array


@dataclass(frozen=True)
class Camera:
    """A pinhole camera in a world measured in metres with z up.

    `axes` holds the unit vectors right, down and forward as rows; `focal` is in pixels.
    """

    position: Array
    axes: Array
    focal: float
    width: int
    height: int

    @classmethod
    def looking_at(
        cls,
        target: Array,
        *,
        distance: float,
        azimuth: float,
        elevation: float,
        roll: float,
        focal_ratio: float,
        size: tuple[int, int],
    ) -> Camera:
        """Place a camera `distance` metres from `target`.

        Angles are in degrees: `azimuth` turns about the vertical, `elevation` is the height above
        the horizon (90 looks straight down), `roll` turns the photo. `focal_ratio` is the focal
        length over the longer side of the photo.
        """
        around, up, twist = (math.radians(angle) for angle in (azimuth, elevation, roll))
        back = np.array(
            [math.cos(up) * math.sin(around), -math.cos(up) * math.cos(around), math.sin(up)]
        )
        right = np.array([math.cos(around), math.sin(around), 0.0])
        down = np.cross(-back, right)
        turned_right = math.cos(twist) * right + math.sin(twist) * down
        turned_down = math.cos(twist) * down - math.sin(twist) * right
        return cls(
            position=np.asarray(target) + distance * back,
            axes=np.stack([turned_right, turned_down, -back]),
            focal=focal_ratio * max(size),
            width=size[0],
            height=size[1],
        )

    def scaled(self, factor: float) -> Camera:
        """Return the same view with `factor` times as many pixels along each side."""
        return replace(
            self,
            focal=self.focal * factor,
            width=round(self.width * factor),
            height=round(self.height * factor),
        )

    def project(self, points: Array) -> tuple[Array, Array]:
        """Return pixel positions (n, 2) and depths (n,) in metres of world `points` (n, 3)."""
        seen = (points - self.position) @ self.axes.T
        depth = seen[:, 2]
        scale = self.focal / np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        centre = np.array([self.width / 2, self.height / 2])
        return seen[:, :2] * scale[:, None] + centre, depth

    def plane_from_pixels(self, origin: Array, u: Array, v: Array) -> Array:
        """Return the 3x3 matrix taking (x, y, 1) to (u, v, 1) / depth on the plane O + u U + v V.

        Its third row therefore gives inverse depth, which is what a z-buffer compares.
        """
        intrinsics = np.array(
            [[self.focal, 0, self.width / 2], [0, self.focal, self.height / 2], [0, 0, 1]]
        )
        plane = np.stack([u, v, origin - self.position], axis=1)
        forward = intrinsics @ self.axes @ plane
        # An edge-on plane has no inverse; nudging it keeps it a sliver instead of an exception.
        if abs(np.linalg.det(forward)) < 1e-12:
            forward = forward + np.eye(3) * 1e-6
        return np.asarray(np.linalg.inv(forward))
