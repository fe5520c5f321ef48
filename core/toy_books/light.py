"""Light on surfaces: lamps with soft shadows, shaded corners, and highlights on glossy covers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from core.toy_books.camera import Camera
from core.toy_books.noise import Array
from core.toy_books.shapes import Face, Rod

LAMP_SAMPLES = 20
SKY_SAMPLES = 22
_SKY_DISTANCE = 6.0


@dataclass(frozen=True)
class Lamp:
    """A round lamp or window: `position` and `radius` in metres, `colour` in linear light.

    `colour` is the light falling on a surface that faces the lamp at the scene's centre.
    """

    position: Array
    radius: float
    colour: Array


@dataclass(frozen=True)
class Lighting:
    """All light of a scene.

    `sky` is the light from all around; `blockers` are point clouds outside the photo that cast
    shadows into it (the photographer, a shelf).
    """

    lamps: tuple[Lamp, ...]
    sky: Array
    blockers: tuple[Array, ...] = ()


@dataclass(frozen=True)
class Shading:
    """Light on a face as a small picture over it: RGB of diffuse light, then of gloss if any."""

    maps: Array


def light_face(
    face: Face,
    camera: Camera,
    lighting: Lighting,
    hulls: list[Array | None],
    own: int,
    rng: np.random.Generator,
    extent: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 1.0), (0.0, 1.0)),
) -> Shading:
    """Light a face, over `extent` of its u and v, among the shadows of all other solids."""
    (u0, u1), (v0, v1) = extent
    origin = face.origin + u0 * face.u + v0 * face.v
    u, v = face.u * (u1 - u0), face.v * (v1 - v0)
    shape = _map_shape(u, v, 400 if face.endless else 320)
    across = (np.arange(shape[1]) + 0.5) / shape[1]
    along = (np.arange(shape[0]) + 0.5) / shape[0]
    # Single precision is plenty for light, and twice as fast.
    spots = (origin + across[None, :, None] * u + along[:, None, None] * v).astype(np.float32)
    normal = np.broadcast_to(face.normal.astype(np.float32), spots.shape)
    if face.normals is not None:
        first, second = face.normals
        bent = first + across[None, :, None] * (second - first)
        bent = (bent / np.linalg.norm(bent, axis=-1, keepdims=True)).astype(np.float32)
        normal = np.broadcast_to(bent, spots.shape)
    plane = _Plane(origin, u, v, face.normal, shape)
    casters = [hull for index, hull in enumerate(hulls) if hull is not None and index != own]
    casters = [hull for hull in casters if plane.heights(hull).max() > 1e-4]
    blockers = [hull for hull in lighting.blockers if plane.heights(hull).max() > 1e-4]

    sky_points = _sky_points(spots.mean(axis=(0, 1)), face.normal, rng)
    openness = plane.visibility(sky_points, casters, blur=1.5)
    # Light that leaves other things and comes back keeps corners from going black.
    diffuse = (0.25 + 0.75 * openness)[..., None] * lighting.sky.astype(np.float32)
    gloss = np.zeros_like(diffuse)
    for lamp in lighting.lamps:
        points = _lamp_points(lamp, spots.mean(axis=(0, 1)), rng)
        visible = plane.visibility(points, casters + blockers, blur=0.6)
        towards = lamp.position.astype(np.float32) - spots
        distance = _length(towards)
        towards /= distance
        falloff = (np.float32(np.linalg.norm(lamp.position)) / distance) ** 2
        facing = np.maximum(_dot(normal, towards), 0)
        strength = visible[..., None] * falloff * lamp.colour.astype(np.float32)
        diffuse = diffuse + strength * facing
        if face.gloss > 0:
            eye = camera.position.astype(np.float32) - spots
            eye /= _length(eye)
            half = towards + eye
            half /= _length(half)
            sharp = 24.0 / (0.15 + lamp.radius)
            shine = np.clip(_dot(normal, half), 0, 1) ** np.float32(sharp)
            rim = 1 + 5 * (1 - np.clip(_dot(normal, eye), 0, 1)) ** 5
            gloss = gloss + face.gloss * strength * shine * rim
    maps = np.concatenate([diffuse, gloss], axis=-1) if face.gloss > 0 else diffuse
    return Shading(maps.astype(np.float32))


def _dot(first: Array, second: Array) -> Array:
    """Scalar products along the last axis, which is kept."""
    return np.einsum("...i,...i->...", first, second)[..., None]


def _length(vectors: Array) -> Array:
    return np.asarray(np.sqrt(_dot(vectors, vectors)))


def light_rod(rod: Rod, u: Array, v: Array, camera: Camera, lighting: Lighting) -> Array:
    """Light the seen spots of a rod; shadows from other things are left out, it is too thin."""
    axis = rod.end - rod.start
    length = np.linalg.norm(axis)
    eye = camera.position - (rod.start + rod.end) / 2
    eye = eye / np.linalg.norm(eye)
    axis = axis / length if length > 1e-9 else np.array([1.0, 0.0, 0.0])
    side = np.cross(axis, eye)
    side = side / max(float(np.linalg.norm(side)), 1e-6)
    front = np.cross(side, axis)
    v = np.clip(v, -1, 1)[:, None]
    normal = -v * side + np.sqrt(1 - v**2) * front
    albedo = (np.array(rod.colour) / 255) ** 2
    spots = rod.start + u[:, None] * (rod.end - rod.start)
    out = albedo * lighting.sky * (0.55 + 0.35 * normal[:, 2:])
    for lamp in lighting.lamps:
        towards = lamp.position - spots
        towards = towards / np.linalg.norm(towards, axis=1, keepdims=True)
        facing = np.clip((normal * towards).sum(axis=1, keepdims=True), 0, None)
        half = towards + eye
        half = half / np.linalg.norm(half, axis=1, keepdims=True)
        shine = np.clip((normal * half).sum(axis=1, keepdims=True), 0, 1) ** 40
        out = out + lamp.colour * (albedo * facing + rod.gloss * shine)
    return np.asarray(out, dtype=np.float32)


def _map_shape(u: Array, v: Array, most: int) -> tuple[int, int]:
    # About 2.5 mm a cell: fine enough for the shadow at the foot of a book.
    cells = [int(np.clip(np.linalg.norm(side) / 0.0025, 8, most)) for side in (v, u)]
    return cells[0], cells[1]


def _lamp_points(lamp: Lamp, target: Array, rng: np.random.Generator) -> Array:
    """Points spread evenly over the lamp's disc, which faces `target`."""
    forward = target - lamp.position
    forward = forward / np.linalg.norm(forward)
    side = np.cross(forward, [0.3, 0.9, 0.2])
    side = side / np.linalg.norm(side)
    up = np.cross(side, forward)
    index = np.arange(LAMP_SAMPLES) + 0.5
    radius = lamp.radius * np.sqrt(index / LAMP_SAMPLES)
    angle = index * 2.399963 + rng.uniform(0, 2 * math.pi)
    offsets = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * up
    return np.asarray(lamp.position + radius[:, None] * offsets)


def _sky_points(centre: Array, normal: Array, rng: np.random.Generator) -> Array:
    """Far points over the half space a face looks into, denser where they light it more."""
    helper = np.array([1.0, 0.0, 0.0]) if abs(normal[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    side = np.cross(normal, helper)
    side = side / np.linalg.norm(side)
    up = np.cross(side, normal)
    index = np.arange(SKY_SAMPLES) + 0.5
    radius = np.sqrt(index / SKY_SAMPLES) * 0.97
    angle = index * 2.399963 + rng.uniform(0, 2 * math.pi)
    flat = (radius * np.cos(angle))[:, None] * side + (radius * np.sin(angle))[:, None] * up
    lift = np.sqrt(1 - radius**2)[:, None] * normal
    return np.asarray(centre + _SKY_DISTANCE * (flat + lift))


Outline = list[tuple[float, float]]


class _Plane:
    """A face as a receiver of shadows, with a grid of cells over it."""

    def __init__(
        self, origin: Array, u: Array, v: Array, normal: Array, shape: tuple[int, int]
    ) -> None:
        self.origin, self.normal, self.shape = origin, normal, shape
        # Dual vectors turn a point on the plane into its cell.
        gram = np.linalg.inv(np.array([[u @ u, u @ v], [u @ v, v @ v]]))
        duals = gram @ np.stack([u, v])
        self.to_cells = duals * np.array([[shape[1]], [shape[0]]])

    def heights(self, points: Array) -> Array:
        return np.asarray((points - self.origin) @ self.normal)

    def visibility(self, lights: Array, casters: list[Array], blur: float) -> Array:
        """Share of the light points that each cell sees past the casters, 0..1."""
        count, lights = len(lights), lights[self.heights(lights) > 1e-3]
        total = np.zeros(self.shape, dtype=np.uint8)
        shadows: list[list[Outline]] = [[] for _ in lights]
        for caster in casters:
            self._cast(lights, self._above(caster), shadows)
        for outlines in shadows:
            if not outlines:
                total += 1
                continue
            mask = Image.new("L", (self.shape[1], self.shape[0]), 1)
            pen = ImageDraw.Draw(mask)
            for outline in outlines:
                pen.polygon(outline, fill=0)
            total += np.asarray(mask)
        share = total / np.float32(count)
        if casters and blur > 0:
            # The samples leave faint steps; a little blur joins them.
            smooth = Image.fromarray(np.uint8(np.round(share * 255))).filter(
                ImageFilter.BoxBlur(blur)
            )
            share = np.asarray(smooth, dtype=np.float32) / 255
        return np.asarray(share, dtype=np.float32)

    def _above(self, hull: Array) -> Array:
        """The part of a convex point cloud above the plane."""
        heights = self.heights(hull)
        keep = heights > 1e-4
        if keep.all():
            return hull
        pairs = [
            hull[a] + (hull[b] - hull[a]) * (2e-4 - heights[a]) / (heights[b] - heights[a])
            for a in np.flatnonzero(~keep)
            for b in np.flatnonzero(keep)
        ]
        return np.concatenate([hull[keep], np.array(pairs)])

    def _cast(self, lights: Array, hull: Array, shadows: list[list[Outline]]) -> None:
        """Add to each light's `shadows` the outline that a hull throws, in cells, if any."""
        height, heights = self.heights(lights)[:, None], self.heights(hull)[None, :]
        # What rises to the lamp throws no finite shadow; such things do not occur near books.
        finite = heights.max() < 0.95 * height[:, 0]
        ratio = height / np.where(finite[:, None], height - heights, 1.0)
        landed = lights[:, None] + (hull[None] - lights[:, None]) * ratio[..., None] - self.origin
        cells = landed @ self.to_cells.T
        low, high = cells.min(axis=1), cells.max(axis=1)
        inside = (high >= 0).all(axis=1) & (low <= (self.shape[1], self.shape[0])).all(axis=1)
        for index in np.flatnonzero(finite & inside):
            shadows[index].append(convex_hull([(x, y) for x, y in cells[index].tolist()]))


def convex_hull(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of the convex hull of 2-D points, in order (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered * 2
    halves = []
    for sequence in (ordered, ordered[::-1]):
        half: list[tuple[float, float]] = []
        for x, y in sequence:
            while len(half) >= 2 and (
                (half[-1][0] - half[-2][0]) * (y - half[-2][1])
                - (half[-1][1] - half[-2][1]) * (x - half[-2][0])
                <= 0
            ):
                half.pop()
            half.append((x, y))
        halves.append(half[:-1])
    return halves[0] + halves[1]
