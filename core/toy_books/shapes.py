"""Things a scene is built of: textured planes, boxes, cylinders and rods."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.toy_books.noise import Array


@dataclass(frozen=True)
class Texture:
    """A picture and its halved copies, so that far things are sampled without aliasing."""

    mipmaps: tuple[NDArray[np.uint8], ...]

    @classmethod
    def from_image(cls, image: Image.Image) -> Texture:
        """Build the chain of halved copies of an RGB image."""
        levels = [np.asarray(image.convert("RGB"))]
        while min(image.size) > 16:
            image = image.convert("RGB").reduce(2)
            levels.append(np.asarray(image))
        return cls(tuple(levels))

    @classmethod
    def plain(cls, colour: tuple[int, int, int]) -> Texture:
        """A texture of one sRGB colour."""
        return cls.from_image(Image.new("RGB", (4, 4), colour))


@dataclass(frozen=True)
class Face:
    """A flat textured parallelogram O + u U + v V, with u and v in 0..1.

    The texture's top left is (0, 0). An `endless` face repeats in every direction (the ground);
    a `round` one keeps only the inscribed ellipse. `normals` optionally gives the shading normal
    at u = 0 and u = 1, which makes the flat sides of a prism shade as a curved wall.
    """

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
    colour: tuple[int, int, int]
    gloss: float = 0.0


@dataclass(frozen=True)
class Solid:
    """One object: its visible parts, the points whose convex hull casts its shadow, its name.

    `label` is set for books only.
    """

    parts: tuple[Face | Rod, ...]
    hull: Array | None = None
    label: str | None = None


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


def rotation_about(axis: Array, angle: float) -> Array:
    """Rotation about a unit `axis` by `angle` degrees (right-handed)."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    radians = math.radians(angle)
    return np.asarray(
        np.eye(3) + math.sin(radians) * cross + (1 - math.cos(radians)) * cross @ cross
    )


CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=float)


@dataclass(frozen=True)
class BoxTextures:
    """Textures for the six sides of a box; sides left out are not drawn.

    `top` is the side at greatest z, `left` at x = 0, `front` at y = 0.
    """

    top: Texture
    left: Texture | None = None
    right: Texture | None = None
    front: Texture | None = None
    back: Texture | None = None
    gloss: float = 0.0
    side_gloss: float = 0.0

    @classmethod
    def with_sides(
        cls, top: Texture, rim: Texture, *, gloss: float = 0.0, side_gloss: float = 0.0
    ) -> BoxTextures:
        """One texture on top and another on the four sides."""
        return cls(top, rim, rim, rim, rim, gloss=gloss, side_gloss=side_gloss)


def box(size: Array, pose: Pose, textures: BoxTextures, label: str | None = None) -> Solid:
    """A box of `size` (x, y, z) metres whose own frame starts at its lower left front corner."""
    w, d, h = (float(side) for side in size)
    # Each row: texture, origin, U (rightwards in the texture), V (downwards), outward normal.
    sides = [
        (textures.top, (0, d, h), (w, 0, 0), (0, -d, 0), (0, 0, 1), textures.gloss),
        (textures.left, (0, d, h), (0, -d, 0), (0, 0, -h), (-1, 0, 0), textures.side_gloss),
        (textures.right, (w, 0, h), (0, d, 0), (0, 0, -h), (1, 0, 0), textures.side_gloss),
        (textures.front, (0, 0, h), (w, 0, 0), (0, 0, -h), (0, -1, 0), textures.side_gloss),
        (textures.back, (w, d, h), (-w, 0, 0), (0, 0, -h), (0, 1, 0), textures.side_gloss),
    ]
    faces = tuple(
        Face(
            origin=pose.apply(np.array([origin], dtype=float))[0],
            u=pose.rotation @ np.array(u, dtype=float),
            v=pose.rotation @ np.array(v, dtype=float),
            texture=texture,
            normal=pose.rotation @ np.array(normal, dtype=float),
            gloss=gloss,
        )
        for texture, origin, u, v, normal, gloss in sides
        if texture is not None
    )
    return Solid(faces, hull=pose.apply(CORNERS * np.asarray(size)), label=label)


def ground(texture: Texture, metres: float, turn: float, shift: Array, gloss: float) -> Face:
    """An endless floor at z = 0 whose texture repeats every `metres`, turned and shifted."""
    axes = rotation_z(turn)
    return Face(
        origin=np.array([shift[0], shift[1], 0.0]),
        u=axes[:, 0] * metres,
        v=-axes[:, 1] * metres,
        texture=texture,
        normal=np.array([0.0, 0.0, 1.0]),
        gloss=gloss,
        endless=True,
    )


def cylinder(
    base: Array,
    radius: float,
    height: float,
    wall: Texture,
    lid: Texture,
    *,
    gloss: float = 0.2,
    lid_depth: float = 0.0,
    sides: int = 28,
) -> Solid:
    """An upright cylinder; its lid lies `lid_depth` metres below the rim (a mug of coffee)."""
    angles = np.arange(sides + 1) * 2 * math.pi / sides
    ring = np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=1)
    rise = np.array([0.0, 0.0, height])
    faces: list[Face] = []
    for first, second in pairwise(ring):
        start = base + rise + radius * first
        edge, out = radius * (second - first), (first + second) / 2
        faces.append(Face(start, edge, -rise, wall, out, gloss, normals=(first, second)))
    if lid_depth > 0:
        # The inside wall shows above what is in the mug.
        inner = 0.93 * radius
        for first, second in pairwise(ring):
            start = base + rise + inner * second
            edge, out = inner * (first - second), -(first + second) / 2
            faces.append(Face(start, edge, -rise * 0.6, wall, out, 0.0, normals=(-second, -first)))
    level = base + rise - np.array([0.0, 0.0, lid_depth])
    wide = radius if lid_depth == 0 else 0.93 * radius
    faces.append(
        Face(
            origin=level + np.array([-wide, wide, 0.0]),
            u=np.array([2 * wide, 0.0, 0.0]),
            v=np.array([0.0, -2 * wide, 0.0]),
            texture=lid,
            normal=np.array([0.0, 0.0, 1.0]),
            gloss=gloss,
            elliptical=True,
        )
    )
    hull = np.concatenate([base + radius * ring[:-1:2], base + rise + radius * ring[:-1:2]])
    return Solid(tuple(faces), hull=hull)


def rod_chain(
    points: Array, radius: float, colour: tuple[int, int, int], gloss: float = 0.0
) -> tuple[Solid, ...]:
    """Rods joining `points` (n, 3) in turn: cables, fingers, fringe, handles."""
    return tuple(
        Solid((Rod(a, b, radius, colour, gloss),), hull=_rod_hull(a, b, radius))
        for a, b in pairwise(points)
    )


def _rod_hull(start: Array, end: Array, radius: float) -> Array:
    tips = np.concatenate([np.eye(3), -np.eye(3)]) * radius
    return np.concatenate([start + tips, end + tips])
