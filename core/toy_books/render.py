"""From shapes to pixels: which part each pixel sees, where on it, and in what colour."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.toy_books.camera import Camera
from core.toy_books.lens import CaptureSettings
from core.toy_books.light import Lighting, light_face, light_rod
from core.toy_books.noise import Array
from core.toy_books.shapes import Face, Rod, Solid


@dataclass(frozen=True)
class Scene:
    """A camera, what stands before it, the light, and how it is photographed. `solids[0]` should
    hold the ground."""

    camera: Camera
    solids: tuple[Solid, ...]
    lighting: Lighting
    capture: CaptureSettings


@dataclass(frozen=True)
class GBuffer:
    """What each of some spots of the frame sees. `part_ids` numbers the parts of all solids in
    order (-1 for nothing), `u` and `v` say where on the part, `inverse_depth` is in 1/metres."""

    part_ids: NDArray[np.int32]
    u: Array
    v: Array
    inverse_depth: Array


def _parts(solids: tuple[Solid, ...]) -> list[tuple[int, Face | Rod]]:
    """All parts in order, each with the number of its solid."""
    return [(index, part) for index, solid in enumerate(solids) for part in solid.parts]


def solid_ids(solids: tuple[Solid, ...], view: GBuffer) -> NDArray[np.int64]:
    """The number of the solid each spot shows, -1 for none."""
    return np.array([*(owner for owner, _ in _parts(solids)), -1])[view.part_ids]


def rasterize(camera: Camera, solids: tuple[Solid, ...]) -> GBuffer:
    """The nearest part at every pixel centre, by a z-buffer."""
    x = np.arange(camera.width, dtype=np.float32)[None, :] + np.float32(0.5)
    y = np.arange(camera.height, dtype=np.float32)[:, None] + np.float32(0.5)
    return _rasterize(camera, solids, x, y)


def _rasterize(camera: Camera, solids: tuple[Solid, ...], x: Array, y: Array) -> GBuffer:
    """The same for spots (x, y): n each, or a row of x and a column of y for a grid."""
    shape = np.broadcast_shapes(x.shape, y.shape)
    part_ids = np.full(shape, -1, dtype=np.int32)
    u, v, inverse_depth = np.zeros((3, *shape), dtype=np.float32)
    for number, (_, part) in enumerate(_parts(solids)):
        window = _window(camera, part)
        if window is None:
            continue
        x0, y0, x1, y1 = window
        here: Any = (slice(y0, y1), slice(x0, x1))
        if x.ndim == 1:
            here = np.flatnonzero((x >= x0) & (x < x1) & (y >= y0) & (y < y1))
        near = (x[here], y[here]) if x.ndim == 1 else (x[:, x0:x1], y[y0:y1])
        nearness, part_u, part_v, met = _intersect(camera, part, *near)
        seen = met & (nearness > inverse_depth[here])
        found = ((part_ids, number), (u, part_u), (v, part_v), (inverse_depth, nearness))
        for plane, values in found:
            plane[here] = np.where(seen, values, plane[here])
    return GBuffer(part_ids, u, v, inverse_depth)


def _window(camera: Camera, part: Face | Rod) -> tuple[int, int, int, int] | None:
    """The columns and rows x0, y0, x1, y1 in which a part may be seen, `None` for none."""
    whole, margin = (0, 0, camera.width, camera.height), 1.0
    if isinstance(part, Rod):
        pixels, depth = camera.project(np.stack([part.start, part.end]))
        if np.any(depth < 0.03):
            return None
        margin += float((part.radius * camera.focal / depth).max())
    elif part.endless:
        return whole
    else:
        if np.dot(part.normal, camera.position - part.origin) <= 0:
            return None
        corners = part.origin + np.stack([0 * part.u, part.u, part.v, part.u + part.v])
        pixels, depth = camera.project(corners)
        # With a corner behind the camera the projection is no bound; then try every pixel.
        if np.all(depth <= 0):
            return None
        if np.any(depth <= 0.01):
            return whole
    x0, y0 = np.floor(pixels.min(axis=0) - margin).astype(int).clip(0).tolist()
    x1, y1 = np.ceil(pixels.max(axis=0) + margin).astype(int).clip(max=whole[2:]).tolist()
    return None if x0 >= x1 or y0 >= y1 else (x0, y0, x1, y1)


RayHits = tuple[Array, Array, Array, NDArray[np.bool_]]


def _intersect(camera: Camera, part: Face | Rod, x: Array, y: Array) -> RayHits:
    """Nearness, u and v where the rays through (x, y) meet a part, and whether they do."""
    if isinstance(part, Rod):
        return _intersect_rod(camera, part, x, y)
    to_plane = camera.plane_from_pixels(part.origin, part.u, part.v).astype(np.float32)
    u, v, nearness = (row[0] * x + (row[1] * y + row[2]) for row in to_plane)
    safe = np.where(np.abs(nearness) < 1e-6, np.float32(1e-6), nearness)
    u, v = u / safe, v / safe
    met = nearness > 0.02
    if part.elliptical:
        met &= (u - 0.5) ** 2 + (v - 0.5) ** 2 <= 0.25
    elif not part.endless:
        met &= (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)
    return nearness, u, v, met


def _intersect_rod(camera: Camera, rod: Rod, x: Array, y: Array) -> RayHits:
    pixels, depth = camera.project(np.stack([rod.start, rod.end]))
    radii = rod.radius * camera.focal / depth
    x, y = x - np.float32(pixels[0, 0]), y - np.float32(pixels[0, 1])
    along_x, along_y = (float(each) for each in pixels[1] - pixels[0])
    length = float(np.hypot(along_x, along_y)) + 1e-6
    u = np.clip((x * along_x + y * along_y) / length**2, 0, 1)
    off_x, off_y = x - u * along_x, y - u * along_y
    radius = np.maximum(float(radii[0]) + u * float(radii[1] - radii[0]), 0.6)
    side = np.sign(off_y * along_x - off_x * along_y)
    v = np.hypot(off_x, off_y) / radius
    bulge = np.sqrt(np.clip(1 - v**2, 0, 1)) * rod.radius
    # Along a line in the photo it is the inverse of depth that changes evenly.
    axis = 1 / (1 / depth[0] + u * (1 / depth[1] - 1 / depth[0]))
    return 1 / np.maximum(axis - bulge, 0.02), u, side * v, v <= 1


# Spots within a pixel, none above or beside another.
_SUBPIXEL_OFFSETS = np.array([[-0.125, -0.375], [0.375, -0.125], [0.125, 0.375], [-0.375, 0.125]])


def shade(scene: Scene, view: GBuffer, rng: Generator) -> Array:
    """The lit picture (height, width, 3) in linear light, before any exposure."""
    shape = view.part_ids.shape
    edges = _edges(view.part_ids)
    # Where parts meet, some spots within the pixel are looked at too, lest outlines be jagged.
    middles = np.stack([edges % shape[1], edges // shape[1]]) + 0.5
    x, y = (middles[:, None, :] + _SUBPIXEL_OFFSETS.T[:, :, None]).astype(np.float32).reshape(2, -1)
    extra = _rasterize(scene.camera, scene.solids, x, y)
    pairs = zip(vars(view).values(), vars(extra).values(), strict=True)
    every = GBuffer(*(np.concatenate([pixels.ravel(), more]) for pixels, more in pairs))
    colours = _shade_points(scene, every, rng)
    picture, within = colours[: view.part_ids.size], colours[view.part_ids.size :]
    tones = np.sqrt(within).reshape(len(_SUBPIXEL_OFFSETS), edges.size, 3)
    picture[edges] = tones.mean(axis=0) ** 2
    return picture.reshape(*shape, 3)


def _edges(part_ids: NDArray[np.int32]) -> NDArray[np.int64]:
    """The numbers of the pixels beside which another part is seen."""
    found = np.zeros(part_ids.shape, dtype=bool)
    # Of the transposed view, too: the same for the pixels below.
    for ids, marks in ((part_ids, found), (part_ids.T, found.T)):
        differ = ids[1:] != ids[:-1]
        marks[1:] |= differ
        marks[:-1] |= differ
    return np.flatnonzero(found)


def _shade_points(scene: Scene, view: GBuffer, rng: Generator) -> Array:
    """The lit colours (n, 3) of a view of n spots."""
    picture = np.zeros((view.part_ids.size, 3), dtype=np.float32)
    parts = _parts(scene.solids)
    # Sixteen bits let NumPy sort by radix; a scene has some hundreds of parts.
    flat = view.part_ids.astype(np.int16)
    order = np.argsort(flat, kind="stable")
    starts = np.searchsorted(flat[order], np.arange(len(parts) + 1))
    for number, (index, part) in enumerate(parts):
        where = order[starts[number] : starts[number + 1]]
        if where.size == 0:
            continue
        u, v = view.u[where], view.v[where]
        if isinstance(part, Rod):
            picture[where] = light_rod(part, u, v, scene.camera, scene.lighting)
            continue
        (u0, u1), (v0, v1) = ends = ((0.0, 1.0), (0.0, 1.0))
        if part.endless:
            (u0, u1), (v0, v1) = ends = ((u.min(), u.max()), (v.min(), v.max()))
        hulls = [s.hull for i, s in enumerate(scene.solids) if i != index and s.hull.size]
        maps = light_face(part, scene.camera, scene.lighting, hulls, rng, ends)
        spots = (u - u0) / max(u1 - u0, 1e-6), (v - v0) / max(v1 - v0, 1e-6)
        light = bilinear(maps, *spots, wrap=False)
        colour = sample_texture(part, u, v, scene.camera, view.inverse_depth[where])
        # Squaring stands in for the sRGB curve: near enough to the eye and far cheaper.
        lit = colour * colour * light[:, :3]
        picture[where] = lit + light[:, 3:] if part.gloss > 0 else lit
    return picture


def sample_texture(face: Face, u: Array, v: Array, camera: Camera, inverse_depth: Array) -> Array:
    """The texture's colours (n, 3) in 0..1 at (u, v), at the right level of detail."""
    levels = _mipmap_levels(face, camera, inverse_depth)
    colours = np.empty((u.size, 3), dtype=np.float32)
    for level in range(int(levels.min()), int(levels.max()) + 1):
        here = np.flatnonzero(levels == level)
        colours[here] = bilinear(face.texture[level], u[here], v[here], wrap=face.endless)
    return colours * np.float32(1 / 255)


def _mipmap_levels(face: Face, camera: Camera, inverse_depth: Array) -> NDArray[np.int8]:
    """Which halved copy of the texture each seen spot needs."""
    rows, columns = face.texture[0].shape[:2]
    per_metre = min(columns / np.linalg.norm(face.u), rows / np.linalg.norm(face.v))
    towards = camera.position - face.origin
    slant = abs(float(face.normal @ towards)) / float(np.linalg.norm(towards))
    if face.endless:
        slant = abs(float(face.normal @ camera.axes[2]))
    else:
        # Over a small face the level changes little; one for all of it avoids a seam.
        inverse_depth = np.full_like(inverse_depth, float(np.median(inverse_depth)))
    # Texture pixels per photo pixel; each level halves it. A slanted face is squeezed one way only,
    # so half of that squeeze (the root) is the compromise between blur and shimmer.
    ratio = per_metre / (camera.focal * np.maximum(inverse_depth, 1e-3) * max(slant, 0.1) ** 0.5)
    return np.asarray(np.clip(np.log2(ratio) + 0.5, 0, len(face.texture) - 1), dtype=np.int8)


# So many samples at a time fit into the processor's cache.
_BLOCK = 8192


def bilinear(picture: NDArray[np.uint8] | Array, u: Array, v: Array, *, wrap: bool) -> Array:
    """Samples of `picture` (rows, columns, channels) at u, v in 0..1; outside, wraps or clamps."""
    rows, columns, channels = picture.shape
    flat = picture.reshape(-1, channels)
    out = np.empty((u.size, channels), dtype=np.float32)
    for start in range(0, u.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        x0, x1, fx = _neighbours(u[block], columns, wrap)
        y0, y1, fy = _neighbours(v[block], rows, wrap)
        y0, y1, gx, gy = y0 * columns, y1 * columns, 1 - fx, 1 - fy
        total = out[block]
        np.multiply(flat.take(y0 + x0, axis=0), (gx * gy)[:, None], out=total)
        total += flat.take(y0 + x1, axis=0) * (fx * gy)[:, None]
        total += flat.take(y1 + x0, axis=0) * (gx * fy)[:, None]
        total += flat.take(y1 + x1, axis=0) * (fx * fy)[:, None]
    return out


def _neighbours(
    at: Array, cells: int, wrap: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """The cells before and after positions in 0..1, and how far these are between them."""
    spot = at.astype(np.float32) * np.float32(cells) - np.float32(0.5)
    before = np.floor(spot)
    first = before.astype(np.int64)
    pair = np.stack([first, first + 1])
    first, second = pair % cells if wrap else pair.clip(0, cells - 1)
    return first, second, spot - before
