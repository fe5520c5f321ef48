"""The scenes of the training shoot: one book on the table, and the backgrounds of the home."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core.toy_books import props
from core.toy_books.camera import Camera
from core.toy_books.covers import Book
from core.toy_books.interior import Home
from core.toy_books.lens import CaptureSettings
from core.toy_books.light import Lamp, Lighting
from core.toy_books.noise import Array
from core.toy_books.render import Scene
from core.toy_books.shapes import BoxTextures, Face, Pose, Solid, Texture, box, rotation_z
from core.toy_books.stacking import resting_pose

Size = tuple[int, int]


@dataclass(frozen=True)
class Shot:
    """A scene and how it is photographed."""

    scene: Scene
    capture: CaptureSettings


def landscape_size(long_side: int) -> Size:
    """A 4:3 frame."""
    return long_side, round(long_side * 0.75)


def frame_camera(
    points: Array,
    *,
    fill: float,
    aim: Array,
    azimuth: float,
    elevation: float,
    roll: float,
    focal_ratio: float,
    size: Size,
) -> Camera:
    """A camera so far away that `points` fill `fill` of the frame along the tighter direction."""
    distance = 1.0
    camera = None
    for _ in range(5):
        camera = Camera.looking_at(
            aim,
            distance=distance,
            azimuth=azimuth,
            elevation=elevation,
            roll=roll,
            focal_ratio=focal_ratio,
            size=size,
        )
        pixels, _ = camera.project(points)
        spread = (pixels.max(axis=0) - pixels.min(axis=0)) / np.array(size)
        distance *= float(np.clip(spread.max() / fill, 0.4, 2.5))
    assert camera is not None
    return camera


def training_shot(
    rng: np.random.Generator, home: Home, book: Book, size: Size, *, varied_pose: bool = False
) -> Shot:
    """One book in the middle of the table, turned by about 90 degrees, as all of the shoot.

    `varied_pose` allows a slightly different pose.
    """
    turn = 90 + (rng.normal(0, 14) if varied_pose else rng.uniform(-9, 9))
    pose = resting_pose(book, turn, (rng.normal(0, 0.01), rng.normal(0, 0.01)), [])
    solid = book.to_solid(pose)
    assert solid.hull is not None
    azimuth = float(rng.uniform(-65, 65))
    camera = frame_camera(
        solid.hull,
        fill=float(rng.uniform(0.62, 0.86) if not varied_pose else rng.uniform(0.55, 0.9)),
        aim=np.array([rng.normal(0, 0.012), rng.normal(0, 0.012), 0.0]),
        azimuth=azimuth,
        elevation=float(rng.uniform(58, 84)),
        # Undoing the azimuth keeps the book the same way up while the camera leans to a side.
        roll=azimuth + rng.normal(0, 2.5),
        focal_ratio=1.05,
        size=size,
    )
    floor = home.floor("table", rng, turn=float(rng.normal(0, 3)))
    scene = Scene(camera, (Solid((floor,)), solid), home.training_light(rng))
    return Shot(scene, _training_capture(rng))


def _training_capture(rng: np.random.Generator) -> CaptureSettings:
    return CaptureSettings(
        exposure=float(rng.normal(0, 0.14)),
        white_balance=(1 + rng.normal(0, 0.012), 1.0, 1 + rng.normal(0, 0.015)),
        vignette=float(rng.uniform(0.16, 0.26)),
        grain=float(rng.uniform(2.0, 3.2)),
        blur=float(rng.uniform(0.4, 0.65)),
        target_luminance=0.33,
    )


# Which background is the n-th: the same order in every draw, so that none is missing.
_BACKGROUNDS = (
    "planks",
    "rug",
    "heater",
    "planks",
    "shag",
    "lamp",
    "rug",
    "shelf",
    "cloth",
    "planks",
    "rug",
    "cable",
    "corner",
    "planks",
    "heater",
    "rug",
    "lamp",
    "phone",
    "planks",
    "rug",
    "shag",
    "shelf",
    "corner",
    "planks",
    "rug",
    "cloth",
    "cable",
)


def background_shot(rng: np.random.Generator, home: Home, index: int, size: Size) -> Shot:
    """A corner of the home without any book of the classes."""
    kind = _BACKGROUNDS[index % len(_BACKGROUNDS)]
    compose = _COMPOSERS[kind]
    floor, things, reach = compose(rng, home)
    elevation = float(rng.uniform(42, 78))
    camera = Camera.looking_at(
        np.array([rng.normal(0, 0.06), rng.normal(0, 0.06), 0.0]),
        distance=reach * float(rng.uniform(0.85, 1.3)),
        azimuth=float(rng.uniform(-30, 30) if kind == "shelf" else rng.uniform(0, 360)),
        elevation=min(elevation, 58.0) if kind == "shelf" else elevation,
        roll=float(rng.normal(0, 12)),
        focal_ratio=0.85,
        size=size,
    )
    angle = float(rng.uniform(0, 2 * np.pi))
    at = np.array([1.4 * np.cos(angle), 1.4 * np.sin(angle), rng.uniform(1.0, 1.8)])
    tone = rng.normal(0, 0.05)
    lamp = Lamp(at, float(rng.uniform(0.15, 0.45)), np.array([0.9 + tone, 0.88, 0.84 - tone]))
    light = Lighting((lamp,), np.array([0.42, 0.42, 0.42]) * rng.uniform(0.7, 1.2))
    lens = CaptureSettings(
        exposure=float(rng.normal(0, 0.22)),
        white_balance=(1 + rng.normal(0, 0.03), 1.0, 1 + rng.normal(0, 0.04)),
        vignette=float(rng.uniform(0.1, 0.3)),
        grain=float(rng.uniform(2.0, 4.0)),
        blur=float(rng.uniform(0.4, 0.9)),
        target_luminance=float(rng.uniform(0.25, 0.36)),
    )
    return Shot(Scene(camera, (Solid((floor,)), *things), light), lens)


Composed = tuple[Face, list[Solid], float]


def _planks(rng: np.random.Generator, home: Home) -> Composed:
    return home.floor("floor", rng), [], 0.8


def _rug(rng: np.random.Generator, home: Home) -> Composed:
    texture = home.rug(int(rng.integers(2)))
    # A corner of the carpet comes to lie near the middle of the photo.
    at = (-float(rng.uniform(0.0, 0.35)), -float(rng.uniform(0.0, 0.3)), 0.0)
    if rng.random() < 0.3:
        at = (-float(rng.uniform(0.4, 0.9)), -float(rng.uniform(0.3, 0.6)), 0.0)
    things = props.carpet(texture, True, 0.0, at, rng)
    return home.floor("floor", rng), things, float(rng.uniform(0.5, 0.85))


def _shag(rng: np.random.Generator, home: Home) -> Composed:
    top = home.surface("shag").texture
    skins = BoxTextures.with_sides(top, Texture.plain((120, 112, 100)))
    pose = Pose(rotation_z(rng.uniform(0, 360)), np.array([*rng.uniform(-0.1, 0.1, 2), 0.0]))
    return home.floor("floor", rng), [box(np.array([0.7, 0.7, 0.02]), pose, skins)], 0.65


def _heater(rng: np.random.Generator, home: Home) -> Composed:
    place = (rng.uniform(-0.45, -0.15), rng.uniform(-0.3, 0.05), 0.0)
    things = props.heater(rng, place, rng.uniform(-20, 20))
    if rng.random() < 0.5:
        things += props.cable(rng)
    return home.floor("floor", rng), things, 0.9


def _lamp(rng: np.random.Generator, home: Home) -> Composed:
    return home.floor("floor", rng), props.lamp_foot(rng, (0.05, 0.05, 0.0)), 0.85


def _shelf(rng: np.random.Generator, home: Home) -> Composed:
    floor = home.floor("floor", rng, turn=90 + rng.normal(0, 3))
    return floor, props.bookcase(rng, home.book_spines(), float(rng.uniform(0.08, 0.3))), 0.95


def _cloth(rng: np.random.Generator, home: Home) -> Composed:
    top = home.surface(str(rng.choice(["check", "linen"]))).texture
    pose = Pose(rotation_z(rng.uniform(0, 360)), np.array([*rng.uniform(-0.08, 0.08, 2), 0.0]))
    skins = BoxTextures.with_sides(top, Texture.plain((140, 138, 132)))
    return home.floor("floor", rng), [box(np.array([0.7, 0.7, 0.004]), pose, skins)], 0.7


def _cable(rng: np.random.Generator, home: Home) -> Composed:
    return home.floor("floor", rng), props.cable(rng), 0.7


def _phone(rng: np.random.Generator, home: Home) -> Composed:
    things = [*props.phone(rng, (0.05, 0.0, 0.0)), *props.pen(rng, (-0.08, 0.05, 0.0))]
    return home.floor("table", rng), things, 0.55


def _corner(rng: np.random.Generator, home: Home) -> Composed:
    top = home.surface("table").texture
    rim = Texture.plain((176, 156, 128))
    # The corner comes to lie near the middle of the photo, the floor half a metre below it.
    pose = Pose(rotation_z(rng.uniform(0, 360)), np.array([*rng.uniform(-0.12, 0.12, 2), -0.03]))
    floor = home.floor("floor", rng)
    lowered = replace(floor, origin=floor.origin - np.array([0.0, 0.0, 0.5]))
    slab = box(np.array([1.2, 1.2, 0.03]), pose, BoxTextures.with_sides(top, rim, gloss=0.1))
    return lowered, [slab], 0.9


_COMPOSERS: dict[str, Callable[[np.random.Generator, Home], Composed]] = {
    "planks": _planks,
    "rug": _rug,
    "shag": _shag,
    "heater": _heater,
    "lamp": _lamp,
    "shelf": _shelf,
    "cloth": _cloth,
    "cable": _cable,
    "phone": _phone,
    "corner": _corner,
}
