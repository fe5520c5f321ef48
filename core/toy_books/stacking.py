"""Laying books down: flat on the ground or on one another, where they stay."""

import numpy as np

from core.toy_books.covers import Book, footprint
from core.toy_books.light import convex_hull
from core.toy_books.noise import Array
from core.toy_books.shapes import Pose, rotation_z

PlacedBook = tuple[Book, Pose]

# Covers are never quite flat; the gap also keeps touching faces from flickering.
GAP = 0.0005


def resting_pose(
    book: Book, angle: float, centre: tuple[float, float] | Array, below: list[PlacedBook]
) -> Pose:
    """The pose of `book`, turned by `angle` degrees, laid flat at `centre` on the highest cover of
    those `below` that it touches; `is_stable` tells whether it would stay there."""
    rotation = rotation_z(angle)
    middle = rotation @ np.array([book.size[0] / 2, book.size[1] / 2, 0.0])
    flat = np.array([*centre, 0.0]) - middle
    levels = [level + GAP for level, _ in _contacts(book, Pose(rotation, flat), below)]
    return Pose(rotation, np.array([flat[0], flat[1], max(levels, default=0.0)]))


def is_stable(book: Book, pose: Pose, below: list[PlacedBook]) -> bool:
    """Whether a settled book lies on the ground or has its middle well inside what carries it: at
    most 35% of the book reaches beyond its support in any direction."""
    bottom = float(pose.position[2])
    if bottom < GAP:
        return True
    contacts = _contacts(book, pose, below)
    carrying = [shared for level, shared in contacts if level > bottom - 3 * GAP]
    if not carrying:
        return False
    support = np.array(convex_hull(np.concatenate(carrying)))
    corners = footprint(book, pose)
    middle = corners.mean(axis=0)
    edges = np.roll(support, -1, axis=0) - support
    outward = np.stack([edges[:, 1], -edges[:, 0]], axis=1)
    outward = outward / np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    carried = ((support - middle) * outward).sum(axis=1)
    reach = ((corners - middle) @ outward.T).max(axis=0)
    return bool(np.all(carried >= 0.3 * reach))


def _contacts(book: Book, pose: Pose, below: list[PlacedBook]) -> list[tuple[float, Array]]:
    """For each book under `book`: the height of its cover and the area both share."""
    corners = footprint(book, pose)
    found = []
    for other, lying in below:
        shared = clip_polygon(corners, footprint(other, lying))
        if len(shared) >= 3 and polygon_area(shared) > 1e-6:
            found.append((float(lying.position[2]) + other.size[2], shared))
    return found


def polygon_area(corners: Array) -> float:
    """Signed area of a polygon (n, 2), positive when its corners run counter-clockwise."""
    after = np.roll(corners, -1, axis=0)
    return float((corners[:, 0] * after[:, 1] - corners[:, 1] * after[:, 0]).sum() / 2)


def clip_polygon(subject: Array, window: Array) -> Array:
    """The part of a convex polygon inside another (both counter-clockwise, n x 2)."""
    kept = list(subject)
    for start, end in zip(window, np.roll(window, -1, axis=0), strict=True):
        edge = end - start
        sides = [edge[0] * (p[1] - start[1]) - edge[1] * (p[0] - start[0]) for p in kept]
        clipped = []
        for index, (corner, side) in enumerate(zip(kept, sides, strict=True)):
            before, side_before = kept[index - 1], sides[index - 1]
            if (side >= 0) != (side_before >= 0):
                clipped.append(before + side_before / (side_before - side) * (corner - before))
            if side >= 0:
                clipped.append(corner)
        kept = clipped
    return np.array(kept).reshape(-1, 2)
