"""The scenes of the difficult test: other rooms, overlaps, a stranger, odd angles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.toy_books import props
from core.toy_books.camera import Camera
from core.toy_books.covers import CLASSES, UNKNOWN_BOOK, Book, all_books, footprint
from core.toy_books.interior import OTHER_SURFACES, Home, random_light
from core.toy_books.labels import BACKGROUND, PRIMARY_LEAD, find_visible_books, primary_class
from core.toy_books.lens import CaptureSettings
from core.toy_books.noise import Array
from core.toy_books.render import Scene, rasterize
from core.toy_books.shapes import Pose, Solid, rotation_about, rotation_z
from core.toy_books.stacking import PlacedBook, is_stable, resting_pose
from core.toy_books.training_scenes import Shot, Size, frame_camera, landscape_size

_TRIES = 200
_ORDER = 900  # Number of the generators that shuffle; photos use smaller ones.

# Twenty photos: 3 far groups, 10 piles, 4 standing on the floor, 3 single books.
_KINDS = (
    "pile",
    "pile",
    "stand",
    "pile",
    "group",
    "pile",
    "single",
    "pile",
    "stand",
    "pile",
    "pile",
    "group",
    "pile",
    "stand",
    "pile",
    "single",
    "pile",
    "group",
    "stand",
    "single",
)


def difficult_shot(
    rng: np.random.Generator,
    home: Home,
    index: int,
    long_side: int,
    kind: str = "",
    wanted: str = "",
) -> Shot:
    """The `index`-th difficult photo. kind (pile, stand, group, single) and wanted, its largest
    class, are those of the index unless they are given.

    Scenes are thrown until the wanted class is the largest by a clear margin, so that the label
    `primary` is never a matter of taste.
    """
    kind = kind or _KINDS[index % len(_KINDS)]
    wanted = wanted or wanted_class(home.seed, index)
    size = landscape_size(long_side)
    if kind != "group" and rng.random() < 0.15:
        size = (size[1], size[0])
    surface = OTHER_SURFACES[(index * 7 + int(rng.integers(3))) % len(OTHER_SURFACES)]
    for attempt in range(2 * _TRIES):
        if attempt == _TRIES:
            # No throw suits this seed; a single book is always the largest.
            kind = "single"
        camera, solids = _COMPOSERS[kind](rng, home, wanted, size)
        if _suits(camera.scaled(176 / long_side), solids, wanted):
            break
    else:
        raise RuntimeError(f"no scene shows {wanted} largest after {2 * _TRIES} tries")
    if kind == "stand":
        surface = ("floor", "grey", "oak", "shag", "walnut")[int(rng.integers(5))]
    ground = Solid((home.floor(surface, rng),))
    light = random_light(rng, camera.position, low=kind == "stand")
    scene = Scene(camera, (ground, *solids), light)
    return Shot(scene, _random_capture(rng, deep=kind == "stand"))


def wanted_class(seed: int, index: int) -> str:
    """The class that is to be largest: of forty photos seven for each book, five the stranger's.

    The order is shuffled by eights, so that a file's number does not tell its class.
    """
    block = index // 8
    order = np.random.default_rng([seed, _ORDER, block]).permutation(8)
    slot = int(order[index % 8])
    return BACKGROUND if slot == 7 else CLASSES[(7 * block + slot) % len(CLASSES)]


def _suits(camera: Camera, solids: tuple[Solid, ...], wanted: str) -> bool:
    """Whether the wanted book is clearly the largest, judged by a coarse look."""
    books = [solid.hull for solid in solids if solid.label is not None and solid.hull is not None]
    if any(camera.project(hull)[1].min() < 0.06 for hull in books):
        return False
    found = find_visible_books(camera, solids, rasterize(camera, solids))
    # A little more than the rule asks, so that the coarse look and the fine one agree.
    lead = PRIMARY_LEAD + 0.06
    return bool(found) and primary_class(found, lead) == wanted and found[0].visible > 0.3


def _random_capture(rng: np.random.Generator, *, deep: bool) -> CaptureSettings:
    dim = rng.random() < 0.4
    warm = rng.normal(0, 0.05)
    return CaptureSettings(
        exposure=float(rng.normal(0, 0.2)),
        white_balance=(1 + warm, 1.0, 1 - 1.2 * warm),
        vignette=float(rng.uniform(0.15, 0.45)),
        grain=float(rng.uniform(3.5, 6.5) if dim else rng.uniform(2.0, 4.0)),
        blur=float(rng.uniform(0.45, 1.05)),
        motion_blur=float(rng.uniform(1.5, 4.5)) if rng.random() < 0.18 else 0.0,
        motion_angle=float(rng.uniform(0, np.pi)),
        defocus=float(rng.uniform(0.6, 1.2)) if deep or rng.random() < 0.3 else 0.0,
        target_luminance=float(rng.uniform(0.13, 0.19) if dim else rng.uniform(0.22, 0.34)),
    )


Composed = tuple[Camera, tuple[Solid, ...]]


def _others(
    rng: np.random.Generator, wanted: str, count: int, unknown_probability: float
) -> list[str]:
    """`count` books besides the wanted one; with chance `unknown_probability` one of them is the
    stranger."""
    rest = [name for name in CLASSES if name != wanted]
    picked = [str(name) for name in rng.permutation(rest)[:count]]
    if wanted != BACKGROUND and picked and rng.random() < unknown_probability:
        picked[int(rng.integers(len(picked)))] = UNKNOWN_BOOK
    return picked


def _wanted_book(wanted: str) -> Book:
    return all_books()[UNKNOWN_BOOK if wanted == BACKGROUND else wanted]


def _hulls(solids: list[Solid]) -> Array:
    return np.concatenate([solid.hull for solid in solids if solid.hull is not None])


def _pile(rng: np.random.Generator, home: Home, wanted: str, size: Size) -> Composed:
    """Books thrown on one another, seen from near; the wanted one lies on top or close to it."""
    names = _others(rng, wanted, int(rng.integers(1, 5)), 0.55)
    order = [all_books()[name] for name in names]
    order.insert(max(0, len(order) - int(rng.random() < 0.4)), _wanted_book(wanted))
    spread = float(rng.uniform(0.05, 0.11))
    laid: list[PlacedBook] = []
    base = float(rng.uniform(0, 360))
    for book in order:
        turn = base + 180 * float(rng.random() < 0.35)
        onto = bool(laid) and rng.random() < 0.8
        pose = _random_pose(rng, book, (0.0, 0.0), spread, (turn, 35.0), laid, onto=onto)
        laid.append((book, pose))
    solids = [book.to_solid(pose) for book, pose in laid]
    star = next(s for s in solids if s.label == _wanted_book(wanted).name)
    assert star.hull is not None
    aim = star.hull.mean(axis=0) + np.array([*rng.normal(0, 0.05, 2), 0.0])
    camera = frame_camera(
        star.hull,
        fill=float(rng.uniform(0.5, 1.1)),
        aim=aim,
        azimuth=float(rng.uniform(0, 360)),
        elevation=float(rng.uniform(42, 86)),
        roll=float(rng.normal(0, 10)),
        focal_ratio=float(rng.uniform(0.74, 1.0)),
        size=size,
    )
    return camera, (*solids, *_clutter(rng, solids, 0.55))


def _random_pose(
    rng: np.random.Generator,
    book: Book,
    centre: tuple[float, float],
    spread: float,
    turn: tuple[float, float],
    laid: list[PlacedBook],
    *,
    onto: bool = False,
) -> Pose:
    """Where a book comes to lie that is thrown at `centre` among those already `laid`.

    `spread` is in metres, `turn` the mean and the spread of its angle in degrees. `onto` asks
    for it to lie on another one.
    """
    for _ in range(_TRIES):
        spot = rng.normal(centre, spread)
        pose = resting_pose(book, float(rng.normal(*turn)), (float(spot[0]), float(spot[1])), laid)
        if is_stable(book, pose, laid) and (pose.position[2] > 0 or not onto):
            return pose
    # Nowhere would it stay: lay it squarely on the highest one.
    highest, lying = max(laid, key=lambda each: float(each[1].position[2]) + each[0].size[2])
    middle = footprint(highest, lying).mean(axis=0)
    return resting_pose(book, turn[0], (float(middle[0]), float(middle[1])), laid)


def _clutter(rng: np.random.Generator, books: list[Solid], chance: float) -> list[Solid]:
    """Now and then a mug, a pen, a sheet, a card or a phone on or beside the books."""
    if rng.random() > chance:
        return []
    hull = _hulls(books)
    top = max(books, key=lambda s: float(s.hull[:, 2].mean()) if s.hull is not None else 0.0)
    assert top.hull is not None
    flat = bool(np.ptp(np.sort(top.hull[:, 2])[4:]) < 1e-3)
    level = float(top.hull[:, 2].max())
    spot = top.hull[:, :2].mean(axis=0) + rng.normal(0, 0.022, 2)
    kind = str(rng.choice(["card", "mug", "pen", "sheet", "phone"], p=[0.22, 0.22, 0.2, 0.2, 0.16]))
    angle = rng.uniform(0, 2 * np.pi)
    way = np.array([np.cos(angle), np.sin(angle)])
    middle = hull[:, :2].mean(axis=0)
    beside = middle + 0.24 * way
    if kind == "card" and flat:
        return props.card(rng, (spot[0], spot[1], level))
    if kind == "pen" and flat:
        return props.pen(rng, (spot[0], spot[1], level))
    if kind == "phone" and flat:
        return props.phone(rng, (spot[0], spot[1], level))
    if kind == "mug":
        # Clear of all books in its direction, now and then touching one.
        beside = middle + (float(((hull[:, :2] - middle) @ way).max()) + 0.045) * way
        return props.mug(rng, (beside[0], beside[1], 0.0))
    return props.sheet(rng, (beside[0], beside[1], 0.0))


def _group(rng: np.random.Generator, home: Home, wanted: str, size: Size) -> Composed:
    """All six books scattered and seen from afar."""
    star = _wanted_book(wanted)
    names = [str(n) for n in rng.permutation([*CLASSES, UNKNOWN_BOOK]) if n != star.name]
    # Nearness makes a book largest: the wanted one lies in front, the smaller it is the nearer.
    names.insert(int(rng.integers(3)), star.name)
    nearer = float(rng.uniform(0.02, 0.10)) + (0.12 if star.size[0] < 0.16 else 0.0)
    laid: list[PlacedBook] = []
    for place, name in enumerate(names):
        column, row = place % 3, place // 3
        centre = (
            (column - 1) * 0.27,
            (row - 0.5) * 0.28 - nearer * (name == star.name),
        )
        book = all_books()[name]
        turn = (float(rng.uniform(0, 360)), 50.0)
        laid.append((book, _random_pose(rng, book, centre, 0.03, turn, laid)))
    solids = [book.to_solid(pose) for book, pose in laid]
    camera = frame_camera(
        _hulls(solids),
        fill=float(rng.uniform(0.72, 1.02)),
        aim=np.array([*rng.normal(0, 0.04, 2), 0.0]),
        azimuth=float(rng.uniform(-35, 35)),
        elevation=float(rng.uniform(36, 62)),
        roll=float(rng.normal(0, 6)),
        focal_ratio=float(rng.uniform(0.74, 0.95)),
        size=size,
    )
    return camera, tuple(solids)


def _stand(rng: np.random.Generator, home: Home, wanted: str, size: Size) -> Composed:
    """One to three books standing on the floor, leaning on a bookcase, a sofa or a wall."""
    names = _others(rng, wanted, int(rng.integers(0, 3)), 0.6)
    names.insert(int(rng.integers(len(names) + 1)), _wanted_book(wanted).name)
    depth = float(rng.uniform(0.0, 0.05))
    behind = str(rng.choice(["bookcase", "sofa", "wall"], p=[0.5, 0.3, 0.2]))
    solids = []
    x = -0.21 * (len(names) - 1) / 2
    for name in names:
        book = all_books()[name]
        away = 0.0 if name == _wanted_book(wanted).name else float(rng.uniform(0.0, 0.05))
        lean, yaw = float(rng.uniform(8, 17)), float(rng.normal(0, 11))
        upside = bool(rng.random() < 0.35)
        pose = _upright(book, (x + float(rng.normal(0, 0.015)), away), lean, yaw, upside)
        solids.append(book.to_solid(pose))
        x += 0.21
    star = next(s for s in solids if s.label == _wanted_book(wanted).name)
    assert star.hull is not None
    front = max(float(s.hull[:, 1].max()) for s in solids if s.hull is not None)
    if behind == "bookcase":
        back = props.bookcase(rng, home.book_spines(), front + 0.02 + depth)
    elif behind == "sofa":
        back = props.sofa(home.surface("leather").texture, front + 0.01 + depth)
    else:
        back = props.wall(home.surface("plaster").texture, front + 0.02 + depth, 0.0)
    camera = frame_camera(
        star.hull,
        fill=float(rng.uniform(0.5, 0.95)),
        aim=star.hull.mean(axis=0) + rng.normal(0, 1, 3) * np.array([0.04, 0.0, 0.02]),
        azimuth=float(rng.normal(0, 16)),
        elevation=float(rng.uniform(6, 30)),
        roll=float(rng.normal(0, 5)),
        focal_ratio=float(rng.uniform(0.74, 0.95)),
        size=size,
    )
    return camera, (*solids, *back)


def _upright(book: Book, at: tuple[float, float], lean: float, yaw: float, upside: bool) -> Pose:
    """A standing book, its cover towards y < 0, leaning back by `lean` degrees."""
    width, height, _ = book.size
    # Cover outwards: the book's z looks to -y, its y up.
    stand = rotation_about(np.array([1.0, 0.0, 0.0]), 90.0 - lean)
    rotation = rotation_z(yaw) @ stand
    if upside:
        rotation = rotation @ rotation_z(180)
    foot = rotation @ np.array([width / 2, height if upside else 0.0, 0.0])
    lowest = Pose(rotation, np.array([at[0], at[1], 0.0]) - foot)
    return Pose(rotation, lowest.position + np.array([0.0, 0.0, 0.0005]))


def _single(rng: np.random.Generator, home: Home, wanted: str, size: Size) -> Composed:
    """One book in an odd pose: far, cut off, seen flat, or half under something."""
    book = _wanted_book(wanted)
    solid = book.to_solid(resting_pose(book, float(rng.uniform(0, 360)), (0.0, 0.0), []))
    assert solid.hull is not None
    style = int(rng.integers(3))
    fill, shift, elevation = (
        (float(rng.uniform(0.25, 0.4)), 0.07, float(rng.uniform(40, 75))),
        (float(rng.uniform(1.0, 1.3)), 0.07, float(rng.uniform(50, 85))),
        (float(rng.uniform(0.5, 0.8)), 0.02, float(rng.uniform(20, 36))),
    )[style]
    azimuth = float(rng.uniform(0, 360))
    camera = frame_camera(
        solid.hull,
        fill=fill,
        aim=np.array([*rng.normal(0, shift, 2), 0.0]),
        azimuth=azimuth,
        elevation=elevation,
        roll=float(rng.normal(0, 10)),
        focal_ratio=float(rng.uniform(0.74, 1.0)),
        size=size,
    )
    # A low camera would otherwise look past the end of the floor into nothing.
    far = props.wall(home.surface("plaster").texture, 0.9, azimuth) if style == 2 else []
    return camera, (solid, *_clutter(rng, [solid], 0.75), *far)


_COMPOSERS: dict[str, Callable[[np.random.Generator, Home, str, Size], Composed]] = {
    "pile": _pile,
    "group": _group,
    "stand": _stand,
    "single": _single,
}
