"""The scenes of the training shoot: one book on the table, and the backgrounds of the home."""

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from core.toy_books import props
from core.toy_books.camera import Size, View, frame, look_at
from core.toy_books.covers import Book
from core.toy_books.interior import Home, around
from core.toy_books.lens import CaptureSettings
from core.toy_books.light import Lighting
from core.toy_books.render import Scene
from core.toy_books.shapes import Colour, Face, Pose, Solid, box, plain, rotation_z
from core.toy_books.stacking import resting_pose


def landscape_size(long_side: int) -> Size:
    """A 4:3 frame."""
    return long_side, round(long_side * 0.75)


def training_shot(
    rng: Generator, home: Home, book: Book, size: Size, *, varied_pose: bool = False
) -> Scene:
    """One book in the middle of the table, turned by about 90 degrees as all of the shoot;
    `varied_pose` allows a slightly different pose."""
    turn = 90 + (rng.normal(0, 14) if varied_pose else rng.uniform(-9, 9))
    solid = book.to_solid(resting_pose(book, turn, rng.normal(0, 0.01, 2), []))
    azimuth = rng.uniform(-65, 65)
    fill = rng.uniform(0.55, 0.9) if varied_pose else rng.uniform(0.62, 0.86)
    aim, elevation = np.array([*rng.normal(0, 0.012, 2), 0.0]), rng.uniform(58, 84)
    # Undoing the azimuth keeps the book the same way up while the camera leans to a side.
    view = View(azimuth, elevation, azimuth + rng.normal(0, 2.5), 1.05)
    camera = frame(solid.hull, fill, aim, view, size)
    floor = home.floor("table", rng, turn=rng.normal(0, 3))
    light = home.training_light(rng)
    capture = _capture(rng, (0.14, 0.012, 0.015), (0.16, 0.26), (2.0, 3.2), (0.4, 0.65))
    return Scene(camera, (Solid((floor,)), solid), light, capture)


def _capture(
    rng: Generator, spreads: tuple[float, float, float], *ranges: tuple[float, float]
) -> CaptureSettings:
    """spreads: of exposure, red and blue. ranges: of vignette, grain and blur."""
    exposure, red, blue = (rng.normal(0, spread) for spread in spreads)
    vignette, grain, blur = (rng.uniform(*ends) for ends in ranges)
    return CaptureSettings(exposure, (1 + red, 1.0, 1 + blue), vignette, grain, blur, 0.33)


# Which background is the n-th: the same order in every draw, so that none is missing.
_BACKGROUNDS = """planks rug heater planks shag lamp rug shelf cloth planks rug cable corner planks
    heater rug lamp phone planks rug shag shelf corner planks rug cloth cable"""


def background_shot(rng: Generator, home: Home, index: int, size: Size) -> Scene:
    """A corner of the home without any book of the classes."""
    kind = _BACKGROUNDS.split()[index % 27]
    floor, things, reach = _background(kind, rng, home)
    elevation, target = rng.uniform(42, 78), np.array([*rng.normal(0, 0.06, 2), 0.0])
    distance, shelf = reach * rng.uniform(0.85, 1.3), kind == "shelf"
    azimuth = rng.uniform(-30, 30) if shelf else rng.uniform(0, 360)
    view = View(azimuth, min(elevation, 58.0 if shelf else 90.0), rng.normal(0, 12), 0.85)
    camera = look_at(target, distance, view, size)
    place = around(rng.uniform(0, 2 * np.pi), 1.4, rng.uniform(1.0, 1.8))
    tone, radius = rng.normal(0, 0.05), rng.uniform(0.15, 0.45)
    colour, sky = np.array([0.9 + tone, 0.88, 0.84 - tone]), np.full(3, 0.42)
    light = Lighting(place, radius, colour, sky * rng.uniform(0.7, 1.2))
    capture = _capture(rng, (0.22, 0.03, 0.04), (0.1, 0.3), (2.0, 4.0), (0.4, 0.9))
    capture = replace(capture, target_luminance=rng.uniform(0.25, 0.36))
    return Scene(camera, (Solid((floor,)), *things), light, capture)


Background = tuple[Face, list[Solid], float]


def _background(kind: str, rng: Generator, home: Home) -> Background:
    """The floor, the things on it, and about how far from them the camera is, in metres."""
    match kind:
        case "planks":
            return home.floor("floor", rng), [], 0.8
        case "lamp":
            return home.floor("floor", rng), props.lamp_foot(rng, (0.05, 0.05, 0.0)), 0.85
        case "cable":
            return home.floor("floor", rng), props.cable(rng), 0.7
        case "phone":
            things = [*props.phone(rng, (0.05, 0.0, 0.0)), *props.pen(rng, (-0.08, 0.05, 0.0))]
            return home.floor("table", rng), things, 0.55
        case "shelf":
            floor = home.floor("floor", rng, turn=90 + rng.normal(0, 3))
            return floor, props.bookcase(rng, home.book_spines(), rng.uniform(0.08, 0.3)), 0.95
        case "heater":
            place = (rng.uniform(-0.45, -0.15), rng.uniform(-0.3, 0.05), 0.0)
            things = props.heater(rng, place, rng.uniform(-20, 20))
            things += props.cable(rng) if rng.random() < 0.5 else []
            return home.floor("floor", rng), things, 0.9
        case "rug":
            skin = home.rug(int(rng.integers(2)))
            # A corner of the carpet comes to lie near the middle of the photo.
            place = (-rng.uniform(0.0, 0.35), -rng.uniform(0.0, 0.3), 0.0)
            if rng.random() < 0.3:
                place = (-rng.uniform(0.4, 0.9), -rng.uniform(0.3, 0.6), 0.0)
            things = props.carpet(skin, place, rng)
            return home.floor("floor", rng), things, rng.uniform(0.5, 0.85)
        case "shag":
            slab = _slab(rng, home, "shag", (0.7, 0.02), 0.1, (120, 112, 100))
            return home.floor("floor", rng), [slab], 0.65
        case "cloth":
            name = str(rng.choice(["check", "linen"]))
            slab = _slab(rng, home, name, (0.7, 0.004), 0.08, (140, 138, 132))
            return home.floor("floor", rng), [slab], 0.7
    # The table's corner comes to lie near the middle of the photo, the floor half a metre below it.
    slab = _slab(rng, home, "table", (1.2, 0.03), 0.12, (176, 156, 128), z=-0.03, gloss=0.1)
    return home.floor("floor", rng, z=-0.5), [slab], 0.9


def _slab(
    rng: Generator,
    home: Home,
    surface: str,
    size: tuple[float, float],
    spread: float,
    rim: Colour,
    *,
    z: float = 0.0,
    gloss: float = 0.0,
) -> Solid:
    """A flat square whose side and height are `size`, a corner within `spread` of the middle."""
    pose = Pose(rotation_z(rng.uniform(0, 360)), np.array([*rng.uniform(-spread, spread, 2), z]))
    skins = [home.surface(surface).texture, *4 * [plain(rim)]]
    return box((size[0], *size), pose, skins, (gloss, 0.0))
