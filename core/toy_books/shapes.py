"""Things a scene is built of: textured planes, boxes, cylinders and rods."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.toy_books.noise import Array

Colour = tuple[int, ...]

# A picture and its halved copies, so that far things are sampled without aliasing.
Texture = tuple[NDArray[np.uint8], ...]


def texture(colours: Array | Image.Image) -> Texture:
    """The chain of halved copies of an RGB picture (rows, columns, 3) of levels up to 255."""
    levels = [Image.fromarray(np.uint8(np.clip(np.asarray(colours), 0, 255)))]
    while min(levels[-1].size) > 16:
        levels.append(levels[-1].reduce(2))
    return tuple(np.asarray(level) for level in levels)


def plain(colour: Colour) -> Texture:
    """A texture of one sRGB colour."""
    return texture(np.full((4, 4, 3), colour))


@dataclass(frozen=True)
class Face:
    """A flat textured parallelogram O + u U + v V, with u and v in 0..1; the texture's top left is
    (0, 0). An `endless` face repeats in every direction (the ground); an `elliptical` one keeps
    only the inscribed ellipse. `normals` optionally gives the shading normal at u = 0 and u = 1,
    which makes the flat sides of a prism shade as a curved wall."""

    origin: Array
    u: Array
    v: Array
    texture: Texture
    normal: Array
    gloss: float = 0.0
    endless: bool = False
    elliptical: bool = False
    normals: tuple[Array, Array] | None = None


@dataclass(frozen=True)
class Rod:
    """A round stick with round ends from `start` to `end`, `radius` metres thick."""

    start: Array
    end: Array
    radius: float
    colour: Colour
    gloss: float = 0.0


@dataclass(frozen=True)
class Solid:
    """One object: its visible parts, the points (n, 3) whose convex hull casts its shadow, and
    for books its name."""

    parts: tuple[Face | Rod, ...]
    hull: Array = field(default_factory=lambda: np.empty((0, 3)))
    label: str = ""


@dataclass(frozen=True)
class Pose:
    """A rotation (columns are the object's axes in the world) and a position in metres."""

    rotation: Array
    position: Array

    def apply(self, points: Array) -> Array:
        """Take points (n, 3) from the object's own frame to the world."""
        return points @ self.rotation.T + self.position


def rotation_z(angle: float) -> Array:
    """Rotation about the vertical by `angle` degrees."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def rotation_about(axis: Sequence[float], angle: float) -> Array:
    """Rotation about a unit `axis` by `angle` degrees (right-handed), by Rodrigues' formula."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return np.asarray(np.eye(3) + s * cross + (1 - c) * cross @ cross)


CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=float)


def box(
    size: Sequence[float],
    pose: Pose,
    textures: Sequence[Texture | None],
    gloss: tuple[float, float] = (0.0, 0.0),
    label: str = "",
) -> Solid:
    """A box of `size` (x, y, z) metres whose own frame starts at its lower left front corner.
    `textures` are those of its top, left (x = 0), right, front (y = 0) and back; sides of `None`
    or left out are not drawn. `gloss` is that of the top and of the sides."""
    w, d, h = size
    # Each row: origin, U (rightwards in the texture), V (downwards), outward normal.
    sides: list[list[tuple[float, float, float]]] = [
        [(0, d, h), (w, 0, 0), (0, -d, 0), (0, 0, 1)],
        [(0, d, h), (0, -d, 0), (0, 0, -h), (-1, 0, 0)],
        [(w, 0, h), (0, d, 0), (0, 0, -h), (1, 0, 0)],
        [(0, 0, h), (w, 0, 0), (0, 0, -h), (0, -1, 0)],
        [(w, d, h), (-w, 0, 0), (0, 0, -h), (0, 1, 0)],
    ]
    faces = []
    for number, (skin, side) in enumerate(zip(textures, sides, strict=False)):
        if skin is not None:
            origin, u, v, normal = (pose.rotation @ np.array(each, dtype=float) for each in side)
            faces.append(Face(origin + pose.position, u, v, skin, normal, gloss[number > 0]))
    return Solid(tuple(faces), pose.apply(CORNERS * size), label)


def cylinder(
    base: Array,
    radius: float,
    height: float,
    skins: tuple[Texture, Texture],
    gloss: float,
    lid_depth: float = 0.0,
) -> Solid:
    """An upright cylinder with `skins` on its wall and its lid, which lies `lid_depth` metres below
    the rim (a mug of coffee)."""
    wall, lid = skins
    angles = np.arange(29) * 2 * math.pi / 28
    ring = np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=1)
    rise, inner = np.array([0.0, 0.0, height]), 0.93 * radius
    # The inside wall shows above what is in a mug.
    shells = [(ring, radius, 1, -rise, gloss), (ring, inner, -1, -rise * 0.6, 0.0)]
    faces = []
    for points, r, sign, fall, shine in shells[: 2 if lid_depth else 1]:
        for a, b in (pair[::sign] for pair in pairwise(points)):
            origin, ends = base + rise + r * a, (sign * a, sign * b)
            middle = sign * (a + b) / 2
            faces.append(Face(origin, r * (b - a), fall, wall, middle, shine, normals=ends))
    wide = inner if lid_depth else radius
    corner = base + rise + np.array([-wide, wide, -lid_depth])
    across, along, up = np.diag([2 * wide, -2 * wide, 1.0])
    faces.append(Face(corner, across, along, lid, up, gloss, elliptical=True))
    foot = base + radius * ring[:-1:2]
    return Solid(tuple(faces), np.concatenate([foot, foot + rise]))


def rods(points: Array, radius: float, colour: Colour, gloss: float = 0.0) -> list[Solid]:
    """Rods joining `points` (n, 3) in turn: cables, handles, pens, poles."""
    tips = np.concatenate([np.eye(3), -np.eye(3)]) * radius
    return [
        Solid((Rod(a, b, radius, colour, gloss),), np.concatenate([a + tips, b + tips]))
        for a, b in pairwise(points)
    ]
