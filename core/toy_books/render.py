"""From shapes to pixels: which part each pixel sees, where on it, and in what colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.toy_books.camera import Camera
from core.toy_books.light import Lighting, Shading, light_face, light_rod
from core.toy_books.noise import Array
from core.toy_books.shapes import Face, Rod, Solid


@dataclass(frozen=True)
class Scene:
    """A camera, what stands before it, and the light. `solids[0]` should hold the ground."""

    camera: Camera
    solids: tuple[Solid, ...]
    lighting: Lighting


@dataclass(frozen=True)
class GBuffer:
    """What each pixel of the frame sees.

    `part` numbers the parts of all solids in order (-1 for nothing), `owner` maps a part to its
    solid, `u` and `v` say where on the part, `nearness` is inverse depth in 1/metres.
    """

    part_ids: NDArray[np.int32]
    part_owners: NDArray[np.int32]
    u: Array
    v: Array
    inverse_depth: Array

    def solid_ids(self) -> NDArray[np.int32]:
        """The number of the solid each pixel shows, -1 for none."""
        lookup = np.append(self.part_owners, -1)
        return np.asarray(lookup[self.part_ids], dtype=np.int32)


def rasterize(camera: Camera, solids: tuple[Solid, ...]) -> GBuffer:
    """Find the nearest part at every pixel centre with a z-buffer."""
    view = _blank(solids, (camera.height, camera.width))
    for number, part in enumerate(part for solid in solids for part in solid.parts):
        window = _window(camera, part)
        if window is None:
            continue
        x0, y0, x1, y1 = window
        x = np.arange(x0, x1, dtype=np.float32)[None, :] + np.float32(0.5)
        y = np.arange(y0, y1, dtype=np.float32)[:, None] + np.float32(0.5)
        nearness, u, v, met = _intersect(camera, part, x, y)
        region = (slice(y0, y1), slice(x0, x1))
        seen = met & (nearness > view.inverse_depth[region])
        view.part_ids[region][seen] = number
        view.inverse_depth[region][seen] = nearness[seen]
        view.u[region][seen] = u[seen]
        view.v[region][seen] = v[seen]
    return view


def _rasterize_points(camera: Camera, solids: tuple[Solid, ...], x: Array, y: Array) -> GBuffer:
    """The same for any spots (x, y) of the frame; the view's arrays are as long as they are."""
    view = _blank(solids, x.shape)
    for number, part in enumerate(part for solid in solids for part in solid.parts):
        window = _window(camera, part)
        if window is None:
            continue
        x0, y0, x1, y1 = window
        inside = np.flatnonzero((x >= x0) & (x < x1) & (y >= y0) & (y < y1))
        if inside.size == 0:
            continue
        nearness, u, v, met = _intersect(camera, part, x[inside], y[inside])
        seen = met & (nearness > view.inverse_depth[inside])
        here = inside[seen]
        view.part_ids[here] = number
        view.inverse_depth[here] = nearness[seen]
        view.u[here] = u[seen]
        view.v[here] = v[seen]
    return view


def _blank(solids: tuple[Solid, ...], shape: tuple[int, ...]) -> GBuffer:
    owner = [index for index, solid in enumerate(solids) for _ in solid.parts]
    return GBuffer(
        part_ids=np.full(shape, -1, dtype=np.int32),
        part_owners=np.array(owner, dtype=np.int32),
        u=np.zeros(shape, dtype=np.float32),
        v=np.zeros(shape, dtype=np.float32),
        inverse_depth=np.zeros(shape, dtype=np.float32),
    )


def _window(camera: Camera, part: Face | Rod) -> tuple[int, int, int, int] | None:
    """The columns and rows x0, y0, x1, y1 in which a part may be seen, `None` for none."""
    whole = (0, 0, camera.width, camera.height)
    if isinstance(part, Rod):
        pixels, depth = camera.project(np.stack([part.start, part.end]))
        if np.any(depth < 0.03):
            return None
        margin = float((part.radius * camera.focal / depth).max()) + 1
    else:
        if part.endless:
            return whole
        if np.dot(part.normal, camera.position - part.origin) <= 0:
            return None
        corners = part.origin + np.stack([0 * part.u, part.u, part.v, part.u + part.v])
        pixels, depth = camera.project(corners)
        # With a corner behind the camera the projection is no bound; then try every pixel.
        if np.all(depth <= 0):
            return None
        if np.any(depth <= 0.01):
            return whole
        margin = 1.0
    low = np.floor(pixels.min(axis=0) - margin).astype(int)
    high = np.ceil(pixels.max(axis=0) + margin).astype(int)
    x0, y0 = max(0, int(low[0])), max(0, int(low[1]))
    x1, y1 = min(camera.width, int(high[0])), min(camera.height, int(high[1]))
    return None if x0 >= x1 or y0 >= y1 else (x0, y0, x1, y1)


RayHits = tuple[Array, Array, Array, NDArray[np.bool_]]


def _intersect(camera: Camera, part: Face | Rod, x: Array, y: Array) -> RayHits:
    """Nearness, u and v where the rays through (x, y) meet a part, and whether they do."""
    if isinstance(part, Face):
        return _intersect_face(camera, part, x, y)
    return _intersect_rod(camera, part, x, y)


def _intersect_face(camera: Camera, face: Face, x: Array, y: Array) -> RayHits:
    to_plane = camera.plane_from_pixels(face.origin, face.u, face.v).astype(np.float32)
    nearness = to_plane[2, 0] * x + (to_plane[2, 1] * y + to_plane[2, 2])
    safe = np.where(np.abs(nearness) < 1e-6, np.float32(1e-6), nearness)
    u = (to_plane[0, 0] * x + (to_plane[0, 1] * y + to_plane[0, 2])) / safe
    v = (to_plane[1, 0] * x + (to_plane[1, 1] * y + to_plane[1, 2])) / safe
    met = nearness > 0.02
    if face.elliptical:
        met &= (u - 0.5) ** 2 + (v - 0.5) ** 2 <= 0.25
    elif not face.endless:
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
    nearness = 1 / np.maximum(axis - bulge, 0.02)
    return nearness, u, side * v, v <= 1


def shade(scene: Scene, view: GBuffer, rng: np.random.Generator) -> Array:
    """Return the lit picture (height, width, 3) in linear light, before any exposure."""
    shape = view.part_ids.shape
    edges = _edges(view)
    # Where parts meet, some spots within the pixel are looked at too, lest outlines be jagged.
    middles = np.stack([edges % shape[1], edges // shape[1]]) + 0.5
    spots = (middles[:, None, :] + _SUBPIXEL_OFFSETS.T[:, :, None]).astype(np.float32)
    extra = _rasterize_points(scene.camera, scene.solids, spots[0].ravel(), spots[1].ravel())
    every = GBuffer(
        part_ids=np.concatenate([view.part_ids.ravel(), extra.part_ids]),
        part_owners=view.part_owners,
        u=np.concatenate([view.u.ravel(), extra.u]),
        v=np.concatenate([view.v.ravel(), extra.v]),
        inverse_depth=np.concatenate([view.inverse_depth.ravel(), extra.inverse_depth]),
    )
    colours = _shade_points(scene, every, rng)
    picture, within = colours[: view.part_ids.size], colours[view.part_ids.size :]
    tones = np.sqrt(within).reshape(len(_SUBPIXEL_OFFSETS), edges.size, 3)
    picture[edges] = tones.mean(axis=0) ** 2
    return picture.reshape(*shape, 3)


# Spots within a pixel, none above or beside another.
_SUBPIXEL_OFFSETS = np.array([[-0.125, -0.375], [0.375, -0.125], [0.125, 0.375], [-0.375, 0.125]])


def _edges(view: GBuffer) -> NDArray[np.int64]:
    """The numbers of the pixels beside which another part is seen."""
    found = np.zeros(view.part_ids.shape, dtype=bool)
    beside, below = (
        view.part_ids[:, 1:] != view.part_ids[:, :-1],
        view.part_ids[1:] != view.part_ids[:-1],
    )
    found[:, 1:] |= beside
    found[:, :-1] |= beside
    found[1:] |= below
    found[:-1] |= below
    return np.flatnonzero(found)


def _shade_points(scene: Scene, view: GBuffer, rng: np.random.Generator) -> Array:
    """The lit colours (n, 3) of a view of n spots."""
    picture = np.zeros((view.part_ids.size, 3), dtype=np.float32)
    parts = [
        (part, index, scene.solids[index])
        for index, solid in enumerate(scene.solids)
        for part in solid.parts
    ]
    # Sixteen bits let NumPy sort by radix; a scene has some hundreds of parts.
    flat = view.part_ids.astype(np.int16)
    order = np.argsort(flat, kind="stable")
    starts = np.searchsorted(flat[order], np.arange(len(parts) + 1))
    hulls = [solid.hull for solid in scene.solids]
    for number, (part, index, _) in enumerate(parts):
        where = order[starts[number] : starts[number + 1]]
        if where.size == 0:
            continue
        u, v = view.u[where], view.v[where]
        if isinstance(part, Rod):
            picture[where] = light_rod(part, u, v, scene.camera, scene.lighting)
            continue
        spots = (u, v)
        if part.endless:
            ends = ((u.min(), u.max()), (v.min(), v.max()))
            spots = (_rescaled(u, ends[0]), _rescaled(v, ends[1]))
            shading = light_face(part, scene.camera, scene.lighting, hulls, index, rng, extent=ends)
        else:
            shading = light_face(part, scene.camera, scene.lighting, hulls, index, rng)
        colour = sample_texture(part, u, v, scene.camera, view.inverse_depth[where])
        # Squaring stands in for the sRGB curve: near enough to the eye and far cheaper.
        picture[where] = _lit(colour * colour, shading, *spots)
    return picture


def _rescaled(values: Array, ends: tuple[float, float]) -> Array:
    return (values - ends[0]) / max(ends[1] - ends[0], 1e-6)


def _lit(albedo: Array, shading: Shading, u: Array, v: Array) -> Array:
    light = bilinear(shading.maps, u, v, wrap=False)
    return albedo * light[:, :3] + light[:, 3:] if light.shape[1] > 3 else albedo * light


def sample_texture(face: Face, u: Array, v: Array, camera: Camera, inverse_depth: Array) -> Array:
    """Return the texture's colours (n, 3) in 0..1 at (u, v), at the right level of detail."""
    levels = _mipmap_levels(face, camera, inverse_depth)
    lowest, highest = int(levels.min()), int(levels.max())
    if lowest == highest:
        picture = face.texture.mipmaps[lowest]
        return bilinear(picture, u, v, wrap=face.endless) * np.float32(1 / 255)
    colours = np.empty((u.size, 3), dtype=np.float32)
    for level in range(lowest, highest + 1):
        here = np.flatnonzero(levels == level)
        picture = face.texture.mipmaps[level]
        colours[here] = bilinear(picture, u[here], v[here], wrap=face.endless)
    return colours * np.float32(1 / 255)


def _mipmap_levels(face: Face, camera: Camera, inverse_depth: Array) -> NDArray[np.int8]:
    """Which halved copy of the texture each seen spot needs."""
    rows, columns = face.texture.mipmaps[0].shape[:2]
    per_metre = min(columns / np.linalg.norm(face.u), rows / np.linalg.norm(face.v))
    top = len(face.texture.mipmaps) - 1
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
    return np.asarray(np.clip(np.log2(ratio) + 0.5, 0, top), dtype=np.int8)


# So many samples at a time fit into the processor's cache.
_BLOCK = 8192


def bilinear(picture: NDArray[np.uint8] | Array, u: Array, v: Array, *, wrap: bool) -> Array:
    """Sample `picture` (rows, columns, channels) at u, v in 0..1; outside it wraps or clamps."""
    out = np.empty((u.size, picture.shape[2]), dtype=np.float32)
    for start in range(0, u.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        _bilinear_block(picture, u[block], v[block], wrap, out[block])
    return out


def _bilinear_block(
    picture: NDArray[np.uint8] | Array, u: Array, v: Array, wrap: bool, out: Array
) -> None:
    rows, columns, channels = picture.shape
    x = u.astype(np.float32) * np.float32(columns) - np.float32(0.5)
    y = v.astype(np.float32) * np.float32(rows) - np.float32(0.5)
    left, top = np.floor(x), np.floor(y)
    fx, fy = x - left, y - top
    x0, y0 = left.astype(np.int64), top.astype(np.int64)
    x1, y1 = x0 + 1, y0 + 1
    if wrap:
        x0, x1, y0, y1 = x0 % columns, x1 % columns, y0 % rows, y1 % rows
    else:
        x0, x1 = np.clip(x0, 0, columns - 1), np.clip(x1, 0, columns - 1)
        y0, y1 = np.clip(y0, 0, rows - 1), np.clip(y1, 0, rows - 1)
    flat = picture.reshape(-1, channels)
    y0 *= columns
    y1 *= columns
    gx, gy = 1 - fx, 1 - fy
    np.multiply(flat.take(y0 + x0, axis=0), (gx * gy)[:, None], out=out)
    out += flat.take(y0 + x1, axis=0) * (fx * gy)[:, None]
    out += flat.take(y1 + x0, axis=0) * (gx * fy)[:, None]
    out += flat.take(y1 + x1, axis=0) * (fx * fy)[:, None]
