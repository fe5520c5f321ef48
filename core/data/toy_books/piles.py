"""Laying books down: flat, on one another, or leaning over the edge of the one below."""

from __future__ import annotations

import math

import numpy as np

from core.data.toy_books.covers import Book, footprint
from core.data.toy_books.noise import Array
from core.data.toy_books.shapes import Pose, about, turned

Laid = tuple[Book, Pose]

_STEEPEST = math.tan(math.radians(17))


def settle(book: Book, angle: float, centre: tuple[float, float], below: list[Laid]) -> Pose:
    """Return the pose of `book`, turned by `angle` degrees, laid at `centre` on those `below`.

    It lies flat if what is below carries its middle, else it tips over the edge that carries it
    until its free side touches the ground.
    """
    rotation = turned(angle)
    middle = rotation @ np.array([book.size[0] / 2, book.size[1] / 2, 0.0])
    flat = Pose(rotation, np.array([centre[0] - middle[0], centre[1] - middle[1], 0.0]))
    corners = footprint(book, flat)
    rests = []
    for other, pose in below:
        shared = clip_polygon(corners, footprint(other, pose))
        if len(shared) >= 3 and polygon_area(shared) > 2e-4:
            rests.append(np.column_stack([shared, _top_height(other, pose, shared)]))
    if not rests:
        return flat
    points = np.concatenate(rests)
    highest = float(points[:, 2].max())
    lifted = Pose(rotation, flat.position + np.array([0.0, 0.0, highest + 0.0005]))
    carried = any(_inside(np.array(centre), rest[:, :2]) for rest in rests)
    if carried:
        return lifted
    away = np.array(centre) - points[:, :2].mean(axis=0)
    away = away / max(float(np.linalg.norm(away)), 1e-9)
    free_edge = float((corners @ away).max())
    slope = float((points[:, 2] / np.maximum(free_edge - points[:, :2] @ away, 1e-3)).max())
    if slope > _STEEPEST:
        return lifted
    axis = np.array([-away[1], away[0], 0.0])
    tilt = about(axis, math.degrees(math.atan(slope)))
    pivot = np.array([away[0] * free_edge, away[1] * free_edge, 0.0])
    return Pose(tilt @ rotation, pivot + tilt @ (flat.position - pivot))


def _top_height(book: Book, pose: Pose, spots: Array) -> Array:
    """Height of the book's cover (a plane, perhaps tilted) above the spots (n, 2)."""
    normal = pose.rotation[:, 2]
    corner = pose.apply(np.array([[0.0, 0.0, book.size[2]]]))[0]
    return np.asarray(corner[2] - (spots - corner[:2]) @ normal[:2] / normal[2])


def polygon_area(corners: Array) -> float:
    """Signed area of a polygon (n, 2), positive when its corners run counter-clockwise."""
    after = np.roll(corners, -1, axis=0)
    return float((corners[:, 0] * after[:, 1] - corners[:, 1] * after[:, 0]).sum() / 2)


def clip_polygon(subject: Array, window: Array) -> Array:
    """The part of a convex polygon inside another (both counter-clockwise, n x 2)."""
    kept = [np.asarray(corner) for corner in subject]
    for start, end in zip(window, np.roll(window, -1, axis=0), strict=True):
        edge = end - start
        sides = [edge[0] * (p[1] - start[1]) - edge[1] * (p[0] - start[0]) for p in kept]
        clipped = []
        for index, corner in enumerate(kept):
            before, side, side_before = kept[index - 1], sides[index], sides[index - 1]
            if (side >= 0) != (side_before >= 0):
                share = side_before / (side_before - side)
                clipped.append(before + share * (corner - before))
            if side >= 0:
                clipped.append(corner)
        kept = clipped
        if not kept:
            return np.empty((0, 2))
    return np.array(kept)


def _inside(spot: Array, corners: Array) -> bool:
    after = np.roll(corners, -1, axis=0)
    edges, offsets = after - corners, spot - corners
    return bool(np.all(edges[:, 0] * offsets[:, 1] - edges[:, 1] * offsets[:, 0] >= 0))
