"""The home where all photos of one draw are taken: its table, floors, carpets and lamps."""

from __future__ import annotations

from functools import cache

import numpy as np

from core.toy_books import materials
from core.toy_books.light import Lamp, Lighting
from core.toy_books.materials import Surface
from core.toy_books.noise import Array
from core.toy_books.shapes import Face, Texture, ground

# Numbers of generators; photos use kinds below this.
_HOME = 1000

OTHER_SURFACES = (
    "walnut",
    "oak",
    "check",
    "linen",
    "carpet",
    "shag",
    "marble",
    "granite",
    "mat",
    "grey",
)


class Home:
    """The surfaces of one draw, each made once from its own generator, and the shoot's light."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        rng = self._rng(0)
        warmth, tone = rng.normal(0, 3.0), rng.normal(0, 5.0)
        # Pale wood for both the table and the floor, as in many flats.
        self.pale = (204.0 + tone + warmth, 184.0 + tone, 157.0 + tone - 1.6 * warmth)
        self.window_side = float(rng.uniform(115, 150))
        self.contrast = float(rng.uniform(0.55, 0.8))
        self.surface = cache(self._surface)
        self.rug = cache(self._rug)
        self.book_spines = cache(self._book_spines)

    def _rng(self, index: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, _HOME, index])

    def _surface(self, name: str) -> Surface:
        """The named surface: `table`, `floor`, `plaster`, `leather` or one of ELSEWHERE."""
        names = ("table", "floor", "plaster", "leather", *OTHER_SURFACES)
        rng = self._rng(1 + names.index(name))
        pale = self.pale
        if name == "table":
            return materials.wood(
                rng, pale, contrast=self.contrast, planks=0, metres=0.9, gloss=0.12
            )
        if name == "floor":
            tint = (pale[0] - 2, pale[1] - 3, pale[2] - 4)
            return materials.wood(rng, tint, contrast=0.8, planks=8, metres=1.2, gloss=0.3)
        if name == "plaster":
            return materials.leather(rng, (206, 203, 197))
        if name == "leather":
            return materials.leather(rng, (205, 198, 182))
        if name == "walnut":
            return materials.wood(rng, (92, 60, 42), contrast=1.1, planks=0, metres=0.9, gloss=0.3)
        if name == "oak":
            return materials.wood(
                rng, (158, 104, 58), contrast=1.0, planks=6, metres=1.0, gloss=0.3
            )
        if name == "check":
            return materials.cloth(rng, (214, 208, 196), (62, 84, 122))
        if name == "linen":
            return materials.cloth(rng, (118, 130, 120), (132, 142, 130))
        if name == "carpet":
            palette = [(58, 66, 88), (134, 62, 50), (176, 158, 122), (206, 190, 156)]
            return materials.ornament(rng, [(a, b, c) for a, b, c in palette])
        if name == "shag":
            return materials.shag(rng, (168, 160, 146))
        if name == "marble":
            return materials.marble(rng, (226, 224, 220), (128, 128, 132))
        if name == "granite":
            return materials.granite(rng, (70, 68, 70))
        if name == "mat":
            return materials.mat(rng, (52, 96, 88))
        if name == "grey":
            return materials.wood(
                rng, (128, 124, 118), contrast=1.6, planks=9, metres=1.3, gloss=0.25
            )
        raise ValueError(f"unknown surface {name!r}")

    def _rug(self, index: int) -> Texture:
        """One of the home's two carpets."""
        palettes: tuple[list[materials.Tint], ...] = (
            [(112, 40, 28), (150, 74, 52), (186, 140, 104), (92, 24, 20)],
            [(128, 118, 92), (84, 78, 62), (176, 164, 130), (60, 84, 98)],
        )
        return materials.rug(self._rng(100 + index), palettes[index % 2])

    def _book_spines(self) -> Texture:
        """The inside of the home's bookcase."""
        return materials.book_spines(self._rng(200))

    def floor(self, name: str, rng: np.random.Generator, turn: float | None = None) -> Face:
        """An endless ground of the named surface, shifted at random, turned unless given."""
        surface = self.surface(name)
        angle = float(rng.uniform(0, 360)) if turn is None else turn
        shift = rng.uniform(-surface.metres, surface.metres, 2)
        return ground(surface.texture, surface.metres, angle, shift, surface.gloss)

    def training_light(self, rng: np.random.Generator) -> Lighting:
        """The training shoot: one big window, all in one hour."""
        side = self.window_side + rng.normal(0, 4)
        window = Lamp(_around(side, 1.7, 1.5), 0.42, np.array([0.78, 0.80, 0.82]))
        return Lighting((window,), sky=np.array([0.50, 0.50, 0.49]))


def _around(angle: float, distance: float, height: float) -> Array:
    turn = np.radians(angle)
    return np.array([distance * np.cos(turn), distance * np.sin(turn), height])


def random_light(rng: np.random.Generator, camera_at: Array, *, low: bool = False) -> Lighting:
    """Light of another evening or room: a warm ceiling lamp, a window, or a desk lamp.

    `low` keeps lamps on the near side (y < 0), for books that stand with their backs to a wall.
    """
    angle = float(rng.uniform(200, 340) if low else rng.uniform(0, 360))
    kind = rng.choice(["ceiling", "window", "desk"], p=[0.5, 0.3, 0.2])
    if kind == "ceiling":
        warm = rng.uniform(0.0, 1.0)
        colour = np.array([1.0, 0.86 - 0.14 * warm, 0.70 - 0.26 * warm])
        height = float(rng.uniform(1.5, 2.1))
        lamp = Lamp(_around(angle, rng.uniform(0.4, 1.3), height), rng.uniform(0.04, 0.16), colour)
        sky = colour * rng.uniform(0.14, 0.34)
    elif kind == "window":
        colour = np.array([0.88, 0.94, 1.0])
        lamp = Lamp(_around(angle, rng.uniform(1.3, 1.9), rng.uniform(0.8, 1.5)), 0.4, colour)
        sky = colour * rng.uniform(0.22, 0.5)
    else:
        colour = np.array([1.0, 0.9, 0.74])
        lamp = Lamp(_around(angle, rng.uniform(0.45, 0.75), rng.uniform(0.6, 0.9)), 0.045, colour)
        sky = colour * rng.uniform(0.12, 0.3)
    blockers: tuple[Array, ...] = ()
    if rng.random() < 0.5:
        # The photographer's head, arms and phone often throw a shadow into the photo.
        corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
        aside = rng.normal(0, 0.12, 3) * [1, 1, 0.3]
        blockers = (camera_at + aside + corners * [0.11, 0.11, 0.05],)
    return Lighting((lamp,), sky, blockers)
