"""Light on surfaces: a lamp with soft shadows, shaded corners, and highlights on glossy covers."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFilter

from core.toy_books.camera import Camera
from core.toy_books.noise import Array
from core.toy_books.shapes import Face, Rod

LAMP_SAMPLES = 20
SKY_SAMPLES = 22
_SKY_DISTANCE = 6.0

Outline = list[tuple[float, float]]


@dataclass(frozen=True)
class Lighting:
    """All light of a scene: a round lamp or window, and the `sky` all around. `position` and
    `radius` are in metres. `colour` is the linear light that falls on a surface facing the lamp at
    the scene's centre. `blockers` are point clouds outside the photo that cast shadows into it."""

    position: Array
    radius: float
    colour: Array
    sky: Array
    blockers: tuple[Array, ...] = ()


def light_face(
    face: Face,
    camera: Camera,
    light: Lighting,
    others: list[Array],
    rng: Generator,
    extent: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 1.0), (0.0, 1.0)),
) -> Array:
    """Light on a face, over `extent` of its u and v, among the shadows of the hulls of `others`: a
    small picture over it, RGB of diffuse light, then of gloss if the face has any."""
    (u0, u1), (v0, v1) = extent
    origin = face.origin + u0 * face.u + v0 * face.v
    u, v = face.u * (u1 - u0), face.v * (v1 - v0)
    # About 2.5 mm a cell: fine enough for the shadow at the foot of a book.
    most = 400 if face.endless else 320
    rows, columns = (int(np.clip(np.linalg.norm(side) / 0.0025, 8, most)) for side in (v, u))
    across = ((np.arange(columns) + 0.5) / columns)[None, :, None]
    along = ((np.arange(rows) + 0.5) / rows)[:, None, None]
    # Single precision is plenty for light, and twice as fast.
    spots = (origin + across * u + along * v).astype(np.float32)
    normal = face.normal
    if face.normals is not None:
        normal = face.normals[0] + across * (face.normals[1] - face.normals[0])
        normal = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    normal = np.broadcast_to(normal.astype(np.float32), spots.shape)
    plane = _Plane(origin, u, v, face.normal, (rows, columns))
    centre = spots.mean(axis=(0, 1))

    helper = np.array([1.0, 0.0, 0.0]) if abs(face.normal[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    # Far points over the half space the face looks into, denser where they light it more.
    radius, angle, side, up = _spiral(face.normal, helper, SKY_SAMPLES, rng)
    radius = radius * 0.97
    flat = radius * np.cos(angle) * side + radius * np.sin(angle) * up
    sky = centre + _SKY_DISTANCE * (flat + np.sqrt(1 - radius**2) * face.normal)
    openness = plane.visibility(sky, others, blur=1.5)
    # Light that leaves other things and comes back keeps corners from going black.
    diffuse = (0.25 + 0.75 * openness)[..., None] * light.sky.astype(np.float32)

    facing, helper = _unit(centre - light.position), np.array([0.3, 0.9, 0.2])
    radius, angle, side, up = _spiral(facing, helper, LAMP_SAMPLES, rng)
    disc = light.radius * radius * (np.cos(angle) * side + np.sin(angle) * up)
    casters = [*others, *light.blockers]
    visible = plane.visibility(light.position + disc, casters, blur=0.6)
    towards = light.position.astype(np.float32) - spots
    distance = _length(towards)
    towards /= distance
    falloff = (np.float32(np.linalg.norm(light.position)) / distance) ** 2
    strength = visible[..., None] * falloff * light.colour.astype(np.float32)
    diffuse = diffuse + strength * np.maximum(_dot(normal, towards), 0)
    if face.gloss == 0:
        return np.asarray(diffuse, dtype=np.float32)
    eye = camera.position.astype(np.float32) - spots
    eye /= _length(eye)
    half = towards + eye
    half /= _length(half)
    sharp = np.float32(24.0 / (0.15 + light.radius))
    shine = np.clip(_dot(normal, half), 0, 1) ** sharp
    rim = 1 + 5 * (1 - np.clip(_dot(normal, eye), 0, 1)) ** 5
    gloss = face.gloss * strength * shine * rim
    return np.concatenate([diffuse, gloss], axis=-1).astype(np.float32)


def _dot(first: Array, second: Array) -> Array:
    """Scalar products along the last axis, which is kept."""
    return np.einsum("...i,...i->...", first, second)[..., None]


def _length(vectors: Array) -> Array:
    return np.asarray(np.sqrt(_dot(vectors, vectors)))


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def _spiral(
    facing: Array, helper: Array, count: int, rng: Generator
) -> tuple[Array, Array, Array, Array]:
    """Radii and angles (count, 1) that spread points evenly, by the golden angle, over a unit disc
    square to `facing`, and its two axes; `helper` is any direction aside from `facing`."""
    side = _unit(np.cross(facing, helper))
    index = np.arange(count)[:, None] + 0.5
    angle = index * 2.399963 + rng.uniform(0, 2 * math.pi)
    return np.sqrt(index / count), angle, side, np.cross(side, facing)


def light_rod(rod: Rod, u: Array, v: Array, camera: Camera, light: Lighting) -> Array:
    """Light on the seen spots of a rod, too thin for shadows from other things."""
    eye = _unit(camera.position - (rod.start + rod.end) / 2)
    axis = _unit(rod.end - rod.start)
    side = _unit(np.cross(axis, eye))
    v = np.clip(v, -1, 1)[:, None]
    normal = -v * side + np.sqrt(1 - v**2) * np.cross(side, axis)
    albedo = (np.array(rod.colour) / 255) ** 2
    towards = _unit(light.position - (rod.start + u[:, None] * (rod.end - rod.start)))
    facing = np.clip((normal * towards).sum(axis=1, keepdims=True), 0, None)
    half = _unit(towards + eye)
    shine = np.clip((normal * half).sum(axis=1, keepdims=True), 0, 1) ** 40
    ambient = albedo * light.sky * (0.55 + 0.35 * normal[:, 2:])
    lit = ambient + light.colour * (albedo * facing + rod.gloss * shine)
    return np.asarray(lit, dtype=np.float32)


class _Plane:
    """A face as a receiver of shadows, with a grid of cells over it."""

    def __init__(
        self, origin: Array, u: Array, v: Array, normal: Array, shape: tuple[int, int]
    ) -> None:
        self.origin, self.normal, self.shape = origin, normal, shape
        # Dual vectors turn a point on the plane into its cell.
        gram = np.linalg.inv(np.array([[u @ u, u @ v], [u @ v, v @ v]]))
        self.to_cells = gram @ np.stack([u, v]) * np.array([[shape[1]], [shape[0]]])

    def heights(self, points: Array) -> Array:
        return np.asarray((points - self.origin) @ self.normal)

    def visibility(self, lights: Array, hulls: list[Array], blur: float) -> Array:
        """Share of the light points that each cell sees past the hulls, 0..1."""
        casters = [self._above(hull) for hull in hulls if self.heights(hull).max() > 1e-4]
        total = np.zeros(self.shape, dtype=np.uint8)
        for light in lights[self.heights(lights) > 1e-3]:
            mask = Image.new("L", self.shape[::-1], 1)
            pen = ImageDraw.Draw(mask)
            for caster in casters:
                if outline := self._shadow(light, caster):
                    pen.polygon(outline, fill=0)
            total += np.asarray(mask)
        share = total / np.float32(len(lights))
        if casters:
            # The samples leave faint steps; a little blur joins them.
            levels = Image.fromarray(np.uint8(np.round(share * 255)))
            smooth = levels.filter(ImageFilter.BoxBlur(blur))
            share = np.asarray(smooth, dtype=np.float32) / 255
        return np.asarray(share, dtype=np.float32)

    def _above(self, hull: Array) -> Array:
        """The part of a convex point cloud above the plane."""
        heights = self.heights(hull)[:, None]
        keep = heights[:, 0] > 1e-4
        low, high, fall = hull[~keep][:, None], hull[keep], heights[~keep][:, None]
        cut = low + (high - low) * (2e-4 - fall) / (heights[keep] - fall)
        return np.concatenate([high, cut.reshape(-1, 3)])

    def _shadow(self, light: Array, hull: Array) -> Outline:
        """The outline, in cells, that a hull throws from a light point; empty if none lands."""
        height, heights = float(self.heights(light)), self.heights(hull)
        # What rises to the lamp throws no finite shadow; such things do not occur near books.
        if heights.max() >= 0.95 * height:
            return []
        ratio = height / (height - heights)
        cells = (light + (hull - light) * ratio[:, None] - self.origin) @ self.to_cells.T
        if (cells.max(axis=0) < 0).any() or (cells.min(axis=0) > self.shape[::-1]).any():
            return []
        return convex_hull(cells)


def convex_hull(points: Array) -> Outline:
    """The corners of the convex hull of points (n, 2), in order (Andrew's monotone chain)."""
    ordered = sorted({(x, y) for x, y in points.tolist()})
    if len(ordered) < 3:
        return ordered * 2
    halves: list[Outline] = []
    for sequence in (ordered, ordered[::-1]):
        half: Outline = []
        for x, y in sequence:
            while len(half) >= 2:
                (x0, y0), (x1, y1) = half[-2:]
                if (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) > 0:
                    break
                half.pop()
            half.append((x, y))
        halves.append(half[:-1])
    return halves[0] + halves[1]
