"""Household things that stand beside, behind and on the books."""

from __future__ import annotations

import math

import numpy as np

from core.toy_books.materials import printed_sheet, slats, sleeping_screen
from core.toy_books.noise import Array
from core.toy_books.shapes import (
    BoxTextures,
    Pose,
    Rod,
    Solid,
    Texture,
    box,
    cylinder,
    rod_chain,
    rotation_about,
    rotation_z,
)

Position = tuple[float, float, float]
Colour = tuple[int, int, int]

_MUGS: tuple[Colour, ...] = ((208, 204, 196), (58, 84, 108), (150, 60, 48), (60, 62, 64))


def mug(rng: np.random.Generator, at: Position) -> list[Solid]:
    """A mug of coffee with its handle."""
    colour = _MUGS[rng.integers(len(_MUGS))]
    base = np.array(at)
    body = cylinder(
        base, 0.041, 0.095, Texture.plain(colour), Texture.plain((52, 32, 22)), lid_depth=0.022
    )
    turn = rng.uniform(0, 2 * math.pi)
    out = np.array([math.cos(turn), math.sin(turn), 0.0])
    bends = np.linspace(-1.5, 1.5, 13)
    away, up = 0.041 + 0.029 * np.cos(bends), 0.052 + 0.028 * np.sin(bends)
    points = base + away[:, None] * out + up[:, None] * np.array([0.0, 0.0, 1.0])
    return [body, *rod_chain(points, 0.0055, colour, 0.2)]


def pen(rng: np.random.Generator, at: Position) -> list[Solid]:
    """A ballpoint lying down."""
    turn = rng.uniform(0, 2 * math.pi)
    way = np.array([math.cos(turn), math.sin(turn), 0.0])
    colour: Colour = ((30, 34, 44), (36, 60, 130), (168, 40, 40))[rng.integers(3)]
    start = np.array(at) + np.array([0.0, 0.0, 0.0045]) - 0.065 * way
    body = rod_chain(np.stack([start, start + 0.11 * way]), 0.0042, colour, 0.5)
    tip = rod_chain(
        np.stack([start + 0.11 * way, start + 0.135 * way]), 0.0028, (186, 186, 190), 0.6
    )
    return [*body, *tip]


def sheet(rng: np.random.Generator, at: Position) -> list[Solid]:
    """A sheet of notes."""
    pose = Pose(rotation_z(rng.uniform(0, 360)), np.array(at))
    return [box(np.array([0.148, 0.21, 0.0012]), pose, BoxTextures(top=printed_sheet(rng)))]


def card(rng: np.random.Generator, at: Position) -> list[Solid]:
    """A small card of notes, its middle at `at`."""
    size = np.array([0.074, 0.105, 0.0008])
    return [box(size, _centred(rng, at, size), BoxTextures(top=printed_sheet(rng)))]


def _centred(rng: np.random.Generator, at: Position, size: Array) -> Pose:
    """A pose, turned at random, that puts the middle of a box of `size` at `at`."""
    rotation = rotation_z(rng.uniform(0, 360))
    return Pose(rotation, np.array(at) - rotation @ (size * [0.5, 0.5, 0.0]))


def phone(rng: np.random.Generator, at: Position) -> list[Solid]:
    """A phone that sleeps face up, its middle at `at`."""
    size = np.array([0.072, 0.148, 0.008])
    edge = Texture.plain((112, 114, 118))
    skins = BoxTextures.with_sides(sleeping_screen(rng), edge, gloss=0.9, side_gloss=0.5)
    return [box(size, _centred(rng, at, size), skins)]


def cable(rng: np.random.Generator, colour: Colour = (28, 28, 30)) -> list[Solid]:
    """A cable lying in loose waves across the floor."""
    length = np.linspace(-0.9, 0.9, 46)
    bow = rng.uniform(0.04, 0.12) * np.sin(length * rng.uniform(3, 6) + rng.uniform(0, 6))
    line = np.stack([length, bow + rng.uniform(-0.15, 0.15), np.full_like(length, 0.004)], axis=1)
    return list(rod_chain(line @ rotation_z(rng.uniform(0, 180)).T, 0.0036, colour, 0.15))


def lamp_foot(rng: np.random.Generator, at: Position) -> list[Solid]:
    """The round foot of a floor lamp and the pole that rises out of the photo."""
    pale: Colour = ((226, 226, 224), (44, 44, 46))[rng.integers(2)]
    base = np.array(at)
    foot = cylinder(base, 0.13, 0.018, Texture.plain(pale), Texture.plain(pale), gloss=0.25)
    pole = base + np.array([[0.05, 0.03, 0.02], [0.05, 0.03, 0.5]])
    return [foot, *rod_chain(pole, 0.011, pale, 0.3)]


def carpet(
    texture: Texture, fringe: bool, turn: float, at: Position, rng: np.random.Generator
) -> list[Solid]:
    """A carpet of 1.3 by 0.9 m with fringes along its short sides."""
    pose = Pose(rotation_z(turn), np.array(at))
    rim = Texture.plain((96, 70, 52))
    solids = [box(np.array([1.3, 0.9, 0.009]), pose, BoxTextures.with_sides(texture, rim))]
    if fringe:
        rods: list[Rod] = []
        for y in np.arange(0.0, 0.9, 0.0055):
            for x, way in ((0.0, -1.0), (1.3, 1.0)):
                root = np.array([x, y, 0.004])
                bend = np.array([way * 0.03, rng.normal(0, 0.004), 0.001])
                hang = np.array([way * rng.uniform(0.02, 0.045), rng.normal(0, 0.012), -0.002])
                knee = root + bend
                tip = knee + hang
                shade = int(rng.integers(196, 240))
                colour = (shade, shade - 8, shade - 30)
                bent = pose.apply(np.stack([root, knee, tip]))
                rods += [
                    Rod(bent[0], bent[1], 0.0027, colour),
                    Rod(bent[1], bent[2], 0.0021, colour),
                ]
        solids.append(Solid(tuple(rods)))
    return solids


def heater(rng: np.random.Generator, at: Position, turn: float) -> list[Solid]:
    """A panel heater lying low, its grille upwards."""
    pale = (222.0, 221.0, 216.0)
    side = Texture.plain((216, 215, 210))
    skins = BoxTextures.with_sides(slats(rng, pale), side, gloss=0.1, side_gloss=0.1)
    return [box(np.array([0.72, 0.42, 0.14]), Pose(rotation_z(turn), np.array(at)), skins)]


def bookcase(rng: np.random.Generator, inside: Texture, distance: float) -> list[Solid]:
    """A dark bookcase whose `inside` shows rows of strange books, its front at y = `distance`."""
    dark = Texture.plain((44, 33, 28))
    shelf_z = rng.uniform(0.05, 0.09)
    x0 = -1.4 + rng.uniform(-0.2, 0.2)
    front = Pose(np.eye(3), np.array([x0, distance, 0.0]))
    back = Pose(np.eye(3), np.array([x0, distance + 0.02, 0.0]))
    upright = Pose(np.eye(3), np.array([rng.uniform(-0.5, 0.5), distance - 0.012, 0.0]))
    boards = BoxTextures(dark, dark, dark, dark, None, gloss=0.1, side_gloss=0.15)
    return [
        box(np.array([2.8, 0.04, 1.05]), back, BoxTextures(dark, front=inside)),
        box(np.array([2.8, 0.04, shelf_z]), front, boards),
        box(np.array([0.04, 0.05, 1.05]), upright, boards),
    ]


def sofa(leather: Texture, distance: float) -> list[Solid]:
    """A cream sofa's front with its rounded cushion, at y = `distance`."""
    base = Pose(np.eye(3), np.array([-1.5, distance, 0.02]))
    body = box(np.array([3.0, 0.6, 0.24]), base, BoxTextures(leather, front=leather, gloss=0.05))
    cushion = np.stack([[-1.6, distance + 0.09, 0.33], [1.6, distance + 0.09, 0.33]])
    return [body, *rod_chain(np.asarray(cushion), 0.1, (206, 199, 184), 0.03)]


def wall(texture: Texture, distance: float, angle: float) -> list[Solid]:
    """A plain wall at y = `distance`, then turned about the origin by `angle` degrees."""
    turn = rotation_about(np.array([0.0, 0.0, 1.0]), angle)
    pose = Pose(turn, turn @ np.array([-2.0, distance, 0.0]))
    skirting = Pose(turn, pose.position + turn @ np.array([0.0, -0.015, 0.0]))
    pale = Texture.plain((222, 219, 212))
    return [
        box(np.array([4.0, 0.1, 1.6]), pose, BoxTextures(texture, front=texture)),
        box(np.array([4.0, 0.02, 0.07]), skirting, BoxTextures(pale, front=pale, gloss=0.1)),
    ]
