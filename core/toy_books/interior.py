"""The home where all photos of one draw are taken: its table, floors, carpets and lamps."""

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from core.toy_books import materials
from core.toy_books.light import Lighting
from core.toy_books.noise import Array
from core.toy_books.shapes import CORNERS, Face, Texture, rotation_z, texture

# Numbers of generators; photos use kinds below this.
_HOME = 1000

OTHER_SURFACES = (
    *("walnut", "oak", "check", "linen", "carpet"),
    *("shag", "marble", "granite", "mat", "grey"),
)


class Surface(NamedTuple):
    """A repeating texture, how many metres one repeat is, and how glossy it is (0..1)."""

    texture: Texture
    metres: float
    gloss: float


class Home:
    """The surfaces of one draw, each made once from its own generator, and the shoot's light."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        rng = self._rng(0)
        warmth, tone = rng.normal(0, 3.0), rng.normal(0, 5.0)
        # Pale wood for both the table and the floor, as in many flats.
        pale = (204.0 + tone + warmth, 184.0 + tone, 157.0 + tone - 1.6 * warmth)
        floor = (pale[0] - 2, pale[1] - 3, pale[2] - 4)
        self.window_side = rng.uniform(115, 150)
        contrast = rng.uniform(0.55, 0.8)
        wood, cloth, leather = materials.wood, materials.cloth, materials.leather
        # What makes its picture, the metres of one repeat, gloss. The order numbers generators.
        self._makers: dict[str, tuple[Callable[[Generator], Array], float, float]] = {
            "table": (partial(wood, tint=pale, contrast=contrast), 0.9, 0.12),
            "floor": (partial(wood, tint=floor, contrast=0.8, planks=8), 1.2, 0.3),
            "plaster": (partial(leather, tint=(206, 203, 197)), 0.6, 0.12),
            "leather": (partial(leather, tint=(205, 198, 182)), 0.6, 0.12),
            "walnut": (partial(wood, tint=(92, 60, 42), contrast=1.1), 0.9, 0.3),
            "oak": (partial(wood, tint=(158, 104, 58), contrast=1.0, planks=6), 1.0, 0.3),
            "check": (partial(cloth, tint=(214, 208, 196), stripe=(62, 84, 122)), 0.7, 0.0),
            "linen": (partial(cloth, tint=(118, 130, 120), stripe=(132, 142, 130)), 0.7, 0.0),
            "carpet": (materials.ornament, 1.0, 0.0),
            "shag": (materials.shag, 0.7, 0.0),
            "marble": (materials.marble, 1.1, 0.5),
            "granite": (materials.granite, 0.8, 0.4),
            "mat": (materials.mat, 0.7, 0.12),
            "grey": (partial(wood, tint=(128, 124, 118), contrast=1.6, planks=9), 1.3, 0.25),
        }
        self.surface = cache(self._surface)
        self.rug = cache(self._rug)
        self.book_spines = cache(lambda: texture(materials.book_spines(self._rng(200))))

    def _rng(self, index: int) -> Generator:
        return np.random.default_rng([self.seed, _HOME, index])

    def _surface(self, name: str) -> Surface:
        draw, metres, gloss = self._makers[name]
        return Surface(texture(draw(self._rng(1 + [*self._makers].index(name)))), metres, gloss)

    def _rug(self, index: int) -> Texture:
        """One of the home's two carpets."""
        palettes = (
            [(112, 40, 28), (150, 74, 52), (186, 140, 104), (92, 24, 20)],
            [(128, 118, 92), (84, 78, 62), (176, 164, 130), (60, 84, 98)],
        )
        return texture(materials.rug(self._rng(100 + index), palettes[index]))

    def floor(self, name: str, rng: Generator, turn: float | None = None, z: float = 0.0) -> Face:
        """An endless ground of the named surface, shifted at random, turned unless given."""
        surface = self.surface(name)
        axes = rotation_z(rng.uniform(0, 360) if turn is None else turn) * surface.metres
        origin = np.array([*rng.uniform(-surface.metres, surface.metres, 2), z])
        up = np.array([0.0, 0.0, 1.0])
        return Face(
            origin, axes[:, 0], -axes[:, 1], surface.texture, up, surface.gloss, endless=True
        )

    def training_light(self, rng: Generator) -> Lighting:
        """The training shoot: one big window, all in one hour."""
        window = around(np.radians(self.window_side + rng.normal(0, 4)), 1.7, 1.5)
        sky = np.array([0.50, 0.50, 0.49])
        return Lighting(window, 0.42, np.array([0.78, 0.80, 0.82]), sky)


def around(angle: float, distance: float, height: float) -> Array:
    """The place `height` metres up, and so far from the middle at an angle in radians."""
    return np.array([distance * np.cos(angle), distance * np.sin(angle), height])


def random_light(rng: Generator, camera_at: Array, *, low: bool = False) -> Lighting:
    """Light of another evening or room: a warm ceiling lamp, a window, or a desk lamp. `low` keeps
    lamps on the near side (y < 0), for books that stand with their backs to a wall."""
    angle = np.radians(rng.uniform(200, 340) if low else rng.uniform(0, 360))
    kind = rng.choice(["ceiling", "window", "desk"], p=[0.5, 0.3, 0.2])
    if kind == "ceiling":
        warm = rng.uniform(0.0, 1.0)
        colour = np.array([1.0, 0.86 - 0.14 * warm, 0.70 - 0.26 * warm])
        height = rng.uniform(1.5, 2.1)
        place, radius = around(angle, rng.uniform(0.4, 1.3), height), rng.uniform(0.04, 0.16)
        sky = colour * rng.uniform(0.14, 0.34)
    elif kind == "window":
        colour = np.array([0.88, 0.94, 1.0])
        place, radius = around(angle, rng.uniform(1.3, 1.9), rng.uniform(0.8, 1.5)), 0.4
        sky = colour * rng.uniform(0.22, 0.5)
    else:
        colour = np.array([1.0, 0.9, 0.74])
        place, radius = around(angle, rng.uniform(0.45, 0.75), rng.uniform(0.6, 0.9)), 0.045
        sky = colour * rng.uniform(0.12, 0.3)
    blockers: tuple[Array, ...] = ()
    if rng.random() < 0.5:
        # The photographer's head, arms and phone often throw a shadow into the photo.
        aside = rng.normal(0, 0.12, 3) * [1, 1, 0.3]
        blockers = (camera_at + aside + (2 * CORNERS - 1) * [0.11, 0.11, 0.05],)
    return Lighting(place, radius, colour, sky, blockers)
