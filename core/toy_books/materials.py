"""Flat materials drawn from noise: wood, stone, cloth, carpet, paper, rows of book backs.

Each is a picture (rows, columns, 3) of levels up to 255."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from core.toy_books.noise import Array, fractal_noise, tile_noise

Tint = tuple[float, float, float]


def _grid(side: int) -> tuple[Array, Array]:
    line = ((np.arange(side) + 0.5) / side).astype(np.float32)
    return line[None, :], line[:, None]


def wood(rng: Generator, tint: Tint, contrast: float, planks: int = 0) -> Array:
    """Wood with its grain along u. `planks` boards are laid across one repeat (0: one piece)."""
    side = 1200
    shape = (side, side)
    x, y = _grid(side)
    if planks:
        board = np.floor(y * planks).astype(int)
        starts = rng.random(planks)
        piece = board * 2 + ((x + starts[board]) % 1 > 0.5)
        shift = rng.random(2 * planks)[piece].astype(np.float32)
        tone = rng.normal(0, 0.045, 2 * planks)[piece].astype(np.float32)
    else:
        shift = np.zeros(shape, dtype=np.float32)
        tone = 0.03 * tile_noise(rng, shape, (7, 1))
    bend = 0.55 * tile_noise(rng, shape, (5, 2)) + 0.12 * tile_noise(rng, shape, (16, 5))
    rings = np.sin(2 * math.pi * (y * 15 + bend + 7 * shift))
    fine = tile_noise(rng, shape, (420, 7)) * 0.6 + tile_noise(rng, shape, (1200, 26)) * 0.5
    pores = np.clip(tile_noise(rng, shape, (560, 46)) - 1.25, 0, None)
    figure = contrast * (0.30 * rings * (0.6 + 0.4 * bend) + 0.34 * fine - 0.75 * pores)
    brightness = 1 + tone + 0.17 * figure + 0.025 * fractal_noise(rng, shape, (3, 3), 2)
    brightness = brightness.astype(np.float32)[..., None]
    # Darker grain is also redder; a mere change of brightness looks like grey paint.
    redder = np.array([0.12, 0.0, -0.24], dtype=np.float32)
    colours = np.array(tint, dtype=np.float32) * brightness * (1 + redder * (1 - brightness))
    if planks:
        gap = np.abs((y * planks + 0.5) % 1 - 0.5) / planks
        joint = np.abs(((x + starts[board]) * 2 + 0.5) % 1 - 0.5) / 2
        seam = np.maximum(np.exp(-((gap * side / 1.4) ** 2)), np.exp(-((joint * side / 1.4) ** 2)))
        colours = colours * (1 - 0.42 * seam[..., None])
    return np.asarray(colours)


def marble(rng: Generator) -> Array:
    """Polished stone with veins."""
    shape = (900, 900)
    cloud = fractal_noise(rng, shape, (3, 4), 5)
    ridge = np.exp(-np.abs(fractal_noise(rng, shape, (2, 3), 6) + 0.35 * cloud) * 20)
    hair = np.exp(-np.abs(fractal_noise(rng, shape, (4, 5), 6)) * 45) * 0.5
    share = np.clip(0.5 * ridge + hair + 0.09 * cloud + 0.08, 0, 1)[..., None]
    grit = rng.normal(0, 1.6, shape)[..., None]
    return np.array((226, 224, 220)) * (1 - share) + np.array((128, 128, 132)) * share + grit


def granite(rng: Generator) -> Array:
    """Speckled stone, as of a worktop."""
    shape = (900, 900)
    speck = tile_noise(rng, shape, (230, 230)) + 0.7 * tile_noise(rng, shape, (450, 450))
    pale = np.clip(speck - 1.0, 0, 1.2)[..., None]
    dark = np.clip(-speck - 0.8, 0, 1.2)[..., None]
    base = np.array((70, 68, 70)) * (1 + 0.07 * fractal_noise(rng, shape, (6, 6), 3)[..., None])
    return base + 95 * pale - 60 * dark


def cloth(rng: Generator, tint: Tint, stripe: Tint) -> Array:
    """Woven cloth with a check of `stripe` bands and soft folds."""
    shape, threads = (1100, 1100), 210
    x, y = _grid(1100)
    weave = np.sin(2 * math.pi * threads * x) * np.sin(2 * math.pi * threads * y)
    slub = tile_noise(rng, shape, (300, 8)) + tile_noise(rng, shape, (8, 300))
    bands = [(np.sin(2 * math.pi * 5 * axis) > 0.45).astype(np.float32) for axis in (x, y)]
    share = (0.42 * bands[0] + 0.42 * bands[1])[..., None]
    folds = fractal_noise(rng, shape, (2, 3), 3)
    slope = np.gradient(folds, axis=1) * 16 + np.gradient(folds, axis=0) * 9
    light = 1 + 0.10 * weave + 0.035 * slub + 0.55 * np.clip(slope, -0.35, 0.35)
    return (np.array(tint) * (1 - share) + np.array(stripe) * share) * light[..., None]


def shag(rng: Generator) -> Array:
    """A deep-pile rug: tufts that shade one another."""
    shape = (900, 900)
    height = tile_noise(rng, shape, (80, 80)) + 0.9 * tile_noise(rng, shape, (190, 170))
    height += 0.7 * tile_noise(rng, shape, (420, 400))
    slope = np.roll(height, 3, axis=0) - height + 0.6 * (np.roll(height, 2, axis=1) - height)
    light = 0.88 + 0.085 * height + 0.14 * slope
    return np.array((168, 160, 146)) * np.clip(light, 0.2, 1.5)[..., None]


def mat(rng: Generator) -> Array:
    """A desk mat or a big sheet of paper: fine grit, faint smudges, a printed grid."""
    side = 700
    grid = [np.abs((a * 14 + 0.5) % 1 - 0.5) * side / 14 / 0.9 for a in _grid(side)]
    ruled = np.maximum(*(np.exp(-(far**2)) for far in grid))[..., None] * 0.22
    grit = (
        1 + rng.normal(0, 0.03, (side, side)) + 0.03 * fractal_noise(rng, (side, side), (4, 4), 3)
    )
    return np.array((52, 96, 88)) * grit[..., None] * (1 - ruled) + 215 * ruled


def leather(rng: Generator, tint: Tint) -> Array:
    """Grained leather or matt plaster, for what stands behind."""
    shape = (600, 600)
    coarse, fine = (tile_noise(rng, shape, cells) for cells in ((150, 150), (70, 80)))
    grain = np.abs(coarse) + 0.5 * np.abs(fine)
    light = 1.03 - 0.045 * grain + 0.03 * fractal_noise(rng, shape, (3, 3), 2)
    return np.array(tint) * light[..., None]


def ornament(rng: Generator) -> Array:
    """An oriental carpet's field: repeated rosettes, leaves and vines in woven wool."""
    palette = [(58, 66, 88), (134, 62, 50), (176, 158, 122), (206, 190, 156)]
    return _woollen(rng, _field(rng, palette, (1100, 1100), 4))


def rug(rng: Generator, palette: Sequence[Tint]) -> Array:
    """A whole carpet, 1.3 by 0.9 parts: borders around a field with a medallion."""
    rows, columns = 900, 1300
    colours = _field(rng, palette, (rows, columns), 5)
    y, x = np.indices((rows, columns), dtype=np.float32)
    rim = np.minimum(np.minimum(x, columns - 1 - x), np.minimum(y, rows - 1 - y))
    fx, fy = (x - columns / 2) / rows, (y - rows / 2) / rows
    far, angle = np.hypot(fx * 0.8, fy), np.arctan2(fy, fx)
    medal = far < 0.25 + 0.025 * np.cos(12 * angle)
    inner = _rosette(far / 0.25, angle, 12)
    for threshold, colour in ((-9.0, 3), (0.15, 1), (0.55, 2)):
        colours[medal & (inner > threshold)] = palette[colour]
    for width, colour in ((150, 0), (143, 2), (135, 1), (60, 2), (52, 0), (30, 2), (24, 3)):
        colours[rim < width] = palette[colour]
    band = (rim < 131) & (rim > 64)
    along = np.where(np.minimum(y, rows - y) < np.minimum(x, columns - x), x, y)
    local = np.abs(((along / 68) % 1) - 0.5) * 68
    petal = _rosette(np.hypot(local, rim - 97) / 34, np.arctan2(rim - 97, local + 0.01), 8)
    colours[band & (petal > 0.1)] = palette[2]
    colours[band & (petal > 0.5)] = palette[3]
    colours[(rim < 52) & (rim > 30) & (((along / 17) % 1) > 0.5)] = palette[2]
    return _woollen(rng, colours)


def _field(rng: Generator, palette: Sequence[Tint], shape: tuple[int, int], motifs: int) -> Array:
    y, x = np.indices(shape, dtype=np.float32) / np.float32(shape[0] / motifs)
    colours = np.full((*shape, 3), palette[0], dtype=np.float32)
    vine = np.abs(np.sin(math.pi * y + 0.9 * np.sin(2 * math.pi * x)))
    colours[vine < 0.07] = palette[2]
    petals = int(rng.integers(6, 10))
    for shift, size, colour in ((0.0, 0.36, 1), (0.5, 0.25, 2)):
        lx, ly = (x + shift) % 1 - 0.5, (y + shift) % 1 - 0.5
        bloom = _rosette(np.hypot(lx, ly) / size, np.arctan2(ly, lx), petals)
        colours[bloom > 0.1] = palette[colour]
        colours[bloom > 0.42] = palette[3]
        colours[bloom > 0.75] = palette[2 if colour == 1 else 1]
    leaf = np.sin(4 * math.pi * x + 2) * np.sin(6 * math.pi * y + 1) > 0.86
    colours[leaf & (vine > 0.2)] = palette[1]
    return colours


def _rosette(radius: Array, angle: Array, petals: int) -> Array:
    """A flower's height field: positive inside its petals, about 1 at its heart."""
    return np.asarray(1 - radius * (1.15 + 0.35 * np.cos(petals * angle)))


def _woollen(rng: Generator, colours: Array) -> Array:
    shape: tuple[int, int] = colours.shape[:2]
    # Knots are coarser than pixels, so the drawing's edges are jagged by a pixel or two.
    jitter = [np.rint(1.3 * tile_noise(rng, shape, (260, 260))).astype(int) for _ in range(2)]
    rows = (np.arange(shape[0])[:, None] + jitter[0]) % shape[0]
    columns = (np.arange(shape[1])[None, :] + jitter[1]) % shape[1]
    light = 1 + 0.09 * tile_noise(rng, shape, (330, 330)) + 0.05 * tile_noise(rng, shape, (150, 9))
    light += 0.06 * fractal_noise(rng, shape, (3, 4), 3)
    return np.asarray(colours[rows, columns] * light[..., None])


def book_spines(rng: Generator) -> Array:
    """The inside of a dark bookcase 2.8 by 1.05 m: three shelves of strange books' spines."""
    width, height, shelf = 2800, 1050, 350
    colours = np.full((height, width, 3), (18, 15, 14), dtype=np.float32)
    for floor in range(shelf, height + 1, shelf):
        _draw_spine_row(rng, colours[floor - shelf : floor])
        colours[floor - 20 : floor] = (50, 38, 32)
    return colours + rng.normal(0, 2, colours.shape)


_SPINE_COLOURS = np.array(
    [[150, 140, 120], [96, 72, 50], [40, 48, 62], [112, 44, 38], [190, 184, 170], [52, 70, 58]]
    + [[70, 60, 66], [158, 128, 74], [30, 30, 34], [206, 204, 198], [84, 92, 104]]
)


def _draw_spine_row(rng: Generator, row: Array) -> None:
    """Fill one shelf (rows and columns in millimetres) from left to right, with a few gaps."""
    bottom, at = row.shape[0] - 20, 6
    while at < row.shape[1] - 60:
        thick, tall = int(rng.integers(9, 38)), int(rng.integers(170, 290))
        colour = _SPINE_COLOURS[rng.integers(len(_SPINE_COLOURS))] * rng.uniform(0.55, 0.95)
        rounded = 0.62 + 0.38 * np.sin(np.linspace(0.25, math.pi - 0.25, thick))
        spine = row[bottom - tall : bottom, at : at + thick]
        spine[:] = colour * rounded[None, :, None]
        ink = colour + (80 if colour.mean() < 110 else -70)
        top = int(rng.integers(12, 30))
        for line in range(top, top + 6 * int(rng.integers(6, 22)), 6):
            if rng.random() < 0.8:
                spine[line : line + 4, thick // 3 : 2 * thick // 3] = ink
        at += thick + int(rng.integers(0, 3)) + int(rng.random() < 0.03) * 50


def slats(rng: Generator) -> Array:
    """A heater's grille: dark gaps between rounded bars, in a smooth case."""
    rows, columns = 520, 900
    y, x = np.indices((rows, columns), dtype=np.float32)
    bar = (y / 26) % 1
    light = np.where(bar < 0.45, 0.10, 0.55 + 0.4 * np.sin((bar - 0.45) / 0.55 * math.pi))
    colours = np.array((150, 153, 156)) * light[..., None]
    case = (x < 60) | (x > columns - 60) | (y < 26) | (y > rows - 60)
    colours[case] = (222, 221, 216)
    lip = np.abs(np.minimum(x, columns - x) - 62) < 3
    colours[lip & ~case] = (60, 60, 62)
    return colours + rng.normal(0, 1.5, colours.shape)


def printed_sheet(rng: Generator) -> Array:
    """A page of notes: grey lines of text on white."""
    rows, columns = 590, 420
    paper = np.full((rows, columns), 238.0)
    for line in range(14):
        y, x = 50 + 36 * line, 40
        end = columns - 40 - int(rng.integers(0, 120))
        while x < end:
            word = int(rng.integers(12, 46))
            letters = paper[y : y + 9, x : min(x + word, end)]
            letters[:] = 120 + rng.normal(0, 26, letters.shape)
            x += word + 9
    return paper[..., None] * np.array([1.0, 1.0, 0.98])


def sleeping_screen(rng: Generator) -> Array:
    """A dark phone's glass in its metal rim, a window or a lamp mirrored in it, and smudges."""
    rows, columns = 296, 144
    y, x = (np.arange(rows) / rows)[:, None], (np.arange(columns) / columns)[None, :]
    slope, edge = rng.uniform(0.3, 0.8), rng.uniform(0.3, 0.9)
    mirrored = np.clip((edge - y - slope * (x - 0.5)) * 9, 0, 1) * (0.45 + 0.55 * y)
    glass = 20 + 52 * mirrored + 7 * fractal_noise(rng, (rows, columns), (2, 2), 4)
    inset = np.minimum(np.minimum(x, 1 - x) * columns, np.minimum(y, 1 - y) * rows)
    picture = np.where(inset < 4, 132.0, np.where(inset < 10, 14.0, glass))
    lens = np.hypot(x * columns - columns / 2, y * rows - 17) < 4
    return np.where(lens, 6.0, picture)[..., None] * np.array([0.97, 1.0, 1.06])
