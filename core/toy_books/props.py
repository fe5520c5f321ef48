"""Household things that stand beside, behind and on the books. Places are in metres."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from core.toy_books.materials import printed_sheet, slats, sleeping_screen
from core.toy_books.noise import Array
from core.toy_books.shapes import (
    Colour,
    Pose,
    Rod,
    Solid,
    Texture,
    box,
    cylinder,
    plain,
    rods,
    rotation_about,
    rotation_z,
    texture,
)

_MUGS: list[Colour] = [(208, 204, 196), (58, 84, 108), (150, 60, 48), (60, 62, 64)]
_PENS: list[Colour] = [(30, 34, 44), (36, 60, 130), (168, 40, 40)]


def _direction(rng: Generator) -> Array:
    """A horizontal unit vector."""
    turn = rng.uniform(0, 2 * math.pi)
    return np.array([math.cos(turn), math.sin(turn), 0.0])


def mug(rng: Generator, at: Sequence[float]) -> list[Solid]:
    """A mug of coffee with its handle."""
    colour = _MUGS[rng.integers(len(_MUGS))]
    base = np.array(at)
    body = cylinder(base, 0.041, 0.095, (plain(colour), plain((52, 32, 22))), 0.2, 0.022)
    out, bends = _direction(rng), np.linspace(-1.5, 1.5, 13)[:, None]
    away, up = 0.041 + 0.029 * np.cos(bends), 0.052 + 0.028 * np.sin(bends)
    handle = base + away * out + up * np.array([0.0, 0.0, 1.0])
    return [body, *rods(handle, 0.0055, colour, 0.2)]


def pen(rng: Generator, at: Sequence[float]) -> list[Solid]:
    """A ballpoint lying down."""
    way = _direction(rng)
    colour = _PENS[rng.integers(len(_PENS))]
    start = np.array(at) + [0.0, 0.0, 0.0045] - 0.065 * way
    points = start + np.array([[0.0], [0.11], [0.135]]) * way
    return rods(points[:2], 0.0042, colour, 0.5) + rods(points[1:], 0.0028, (186, 186, 190), 0.6)


def sheet(rng: Generator, at: Sequence[float]) -> list[Solid]:
    """A sheet of notes."""
    pose = Pose(rotation_z(rng.uniform(0, 360)), np.array(at))
    return [box((0.148, 0.21, 0.0012), pose, (texture(printed_sheet(rng)),))]


def card(rng: Generator, at: Sequence[float]) -> list[Solid]:
    """A small card of notes, its middle at `at`."""
    size = (0.074, 0.105, 0.0008)
    return [box(size, _centred(rng, at, size), (texture(printed_sheet(rng)),))]


def _centred(rng: Generator, at: Sequence[float], size: Sequence[float]) -> Pose:
    """A pose, turned at random, that puts the middle of a box of `size` at `at`."""
    rotation = rotation_z(rng.uniform(0, 360))
    return Pose(rotation, np.array(at) - rotation @ (size * np.array([0.5, 0.5, 0.0])))


def phone(rng: Generator, at: Sequence[float]) -> list[Solid]:
    """A phone that sleeps face up, its middle at `at`."""
    size = (0.072, 0.148, 0.008)
    skins = [texture(sleeping_screen(rng)), *4 * [plain((112, 114, 118))]]
    return [box(size, _centred(rng, at, size), skins, (0.9, 0.5))]


def cable(rng: Generator) -> list[Solid]:
    """A cable lying in loose waves across the floor."""
    length = np.linspace(-0.9, 0.9, 46)
    bow = rng.uniform(0.04, 0.12) * np.sin(length * rng.uniform(3, 6) + rng.uniform(0, 6))
    line = np.stack([length, bow + rng.uniform(-0.15, 0.15), np.full_like(length, 0.004)], axis=1)
    return rods(line @ rotation_z(rng.uniform(0, 180)).T, 0.0036, (28, 28, 30), 0.15)


def lamp_foot(rng: Generator, at: Sequence[float]) -> list[Solid]:
    """The round foot of a floor lamp and the pole that rises out of the photo."""
    colour = ((226, 226, 224), (44, 44, 46))[rng.integers(2)]
    foot = cylinder(np.array(at), 0.13, 0.018, (plain(colour), plain(colour)), 0.25)
    return [foot, *rods(at + np.array([[0.05, 0.03, 0.02], [0.05, 0.03, 0.5]]), 0.011, colour, 0.3)]


def carpet(skin: Texture, at: Sequence[float], rng: Generator) -> list[Solid]:
    """A carpet of 1.3 by 0.9 m with fringes along its short sides."""
    base = np.array(at)
    fringe: list[Rod] = []
    for y in np.arange(0.0, 0.9, 0.0055):
        for x, way in ((0.0, -1.0), (1.3, 1.0)):
            bend = [way * 0.03, rng.normal(0, 0.004), 0.001]
            hang = [way * rng.uniform(0.02, 0.045), rng.normal(0, 0.012), -0.002]
            root, knee, tip = np.cumsum([[x, y, 0.004], bend, hang], axis=0) + base
            tone = int(rng.integers(196, 240))
            colour = (tone, tone - 8, tone - 30)
            fringe += [Rod(root, knee, 0.0027, colour), Rod(knee, tip, 0.0021, colour)]
    skins = [skin, *4 * [plain((96, 70, 52))]]
    return [box((1.3, 0.9, 0.009), Pose(np.eye(3), base), skins), Solid(tuple(fringe))]


def heater(rng: Generator, at: Sequence[float], turn: float) -> list[Solid]:
    """A panel heater lying low, its grille upwards."""
    skins = [texture(slats(rng)), *4 * [plain((216, 215, 210))]]
    return [box((0.72, 0.42, 0.14), Pose(rotation_z(turn), np.array(at)), skins, (0.1, 0.1))]


def _front(
    size: Sequence[float],
    pose: Pose,
    front: Texture,
    gloss: float = 0.0,
    top: Texture | None = None,
) -> Solid:
    """A box of which only top and front are seen."""
    return box(size, pose, (top or front, None, None, front), (gloss, 0.0))


def _unturned(*at: float) -> Pose:
    return Pose(np.eye(3), np.array(at))


def bookcase(rng: Generator, inside: Texture, distance: float) -> list[Solid]:
    """A dark bookcase whose `inside` shows rows of strange books, its front at y = `distance`."""
    dark = plain((44, 33, 28))
    shelf_z, x0 = rng.uniform(0.05, 0.09), -1.4 + rng.uniform(-0.2, 0.2)
    upright = _unturned(rng.uniform(-0.5, 0.5), distance - 0.012, 0.0)
    return [
        _front((2.8, 0.04, 1.05), _unturned(x0, distance + 0.02, 0.0), inside, top=dark),
        box((2.8, 0.04, shelf_z), _unturned(x0, distance, 0.0), 4 * [dark], (0.1, 0.15)),
        box((0.04, 0.05, 1.05), upright, 4 * [dark], (0.1, 0.15)),
    ]


def sofa(leather: Texture, distance: float) -> list[Solid]:
    """A cream sofa's front with its rounded cushion, at y = `distance`."""
    body = _front((3.0, 0.6, 0.24), _unturned(-1.5, distance, 0.02), leather, 0.05)
    cushion = np.array([[-1.6, distance + 0.09, 0.33], [1.6, distance + 0.09, 0.33]])
    return [body, *rods(cushion, 0.1, (206, 199, 184), 0.03)]


def wall(plaster: Texture, distance: float, turn: float) -> list[Solid]:
    """A plain wall at y = `distance`, then turned about the origin by `turn` degrees."""
    rotation = rotation_about((0.0, 0.0, 1.0), turn)
    pose = Pose(rotation, rotation @ np.array([-2.0, distance, 0.0]))
    skirting = Pose(rotation, pose.position + rotation @ np.array([0.0, -0.015, 0.0]))
    return [
        _front((4.0, 0.1, 1.6), pose, plaster),
        _front((4.0, 0.02, 0.07), skirting, plain((222, 219, 212)), 0.1),
    ]
