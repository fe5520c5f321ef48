"""The scenes of the difficult test: other rooms, overlaps, a stranger, odd angles."""

import numpy as np
from numpy.random import Generator

from core.toy_books import props
from core.toy_books.camera import Camera, Size, View, frame
from core.toy_books.covers import CLASSES, UNKNOWN_BOOK, Book, all_books, footprint
from core.toy_books.interior import OTHER_SURFACES, Home, random_light
from core.toy_books.labels import BACKGROUND, PRIMARY_LEAD, find_visible_books, primary_class
from core.toy_books.lens import CaptureSettings
from core.toy_books.noise import Array
from core.toy_books.render import Scene, rasterize
from core.toy_books.shapes import Pose, Solid, rotation_about, rotation_z
from core.toy_books.stacking import GAP, PlacedBook, is_stable, resting_pose
from core.toy_books.training_scenes import landscape_size

_TRIES = 200
_ORDER = 900  # Number of the generators that shuffle; photos use smaller ones.

# Twenty photos: 3 far groups, 10 piles, 4 standing on the floor, 3 single books.
_KINDS = """pile pile stand pile group pile single pile stand pile
    pile group pile stand pile single pile group stand single"""


def difficult_shot(
    rng: Generator, home: Home, index: int, long_side: int, kind: str = "", wanted: str = ""
) -> Scene:
    """The `index`-th difficult photo. kind (pile, stand, group, single) and wanted, its largest
    class, are those of the index unless they are given. Scenes are thrown until the wanted class is
    the largest by a clear margin, so that the label `primary` is never a matter of taste."""
    kind = kind or _KINDS.split()[index % 20]
    wanted = wanted or wanted_class(home.seed, index)
    star = all_books()[UNKNOWN_BOOK if wanted == BACKGROUND else wanted]
    size = landscape_size(long_side)
    if kind != "group" and rng.random() < 0.15:
        size = size[::-1]
    surface = OTHER_SURFACES[(index * 7 + int(rng.integers(3))) % len(OTHER_SURFACES)]
    for attempt in range(2 * _TRIES):
        if attempt == _TRIES:
            # No throw suits this seed; a single book is always the largest.
            kind = "single"
        camera, solids = _COMPOSERS[kind](rng, home, star, size)
        if _suits(camera.scaled(176 / long_side), solids, wanted):
            break
    else:
        raise RuntimeError(f"no scene shows {wanted} largest after {2 * _TRIES} tries")
    standing = kind == "stand"
    if standing:
        surface = ("floor", "grey", "oak", "shag", "walnut")[int(rng.integers(5))]
    ground = Solid((home.floor(surface, rng),))
    light = random_light(rng, camera.position, low=standing)
    return Scene(camera, (ground, *solids), light, _random_capture(rng, deep=standing))


def wanted_class(seed: int, index: int) -> str:
    """The class that is to be largest: of forty photos seven for each book, five the stranger's.
    The order is shuffled by eights, so that a file's number does not tell its class."""
    block = index // 8
    slot = int(np.random.default_rng([seed, _ORDER, block]).permutation(8)[index % 8])
    return BACKGROUND if slot == 7 else CLASSES[(7 * block + slot) % len(CLASSES)]


def _suits(camera: Camera, solids: tuple[Solid, ...], wanted: str) -> bool:
    """Whether the wanted book is clearly the largest, judged by a coarse look."""
    if any(camera.project(solid.hull)[1].min() < 0.06 for solid in solids if solid.label):
        return False
    found = find_visible_books(camera, solids, rasterize(camera, solids))
    # A little more than the rule asks, so that the coarse look and the fine one agree.
    lead = PRIMARY_LEAD + 0.06
    return bool(found) and primary_class(found, lead) == wanted and found[0].visible > 0.3


def _random_capture(rng: Generator, *, deep: bool) -> CaptureSettings:
    dim = rng.random() < 0.4
    warm = rng.normal(0, 0.05)
    return CaptureSettings(
        exposure=rng.normal(0, 0.2),
        white_balance=(1 + warm, 1.0, 1 - 1.2 * warm),
        vignette=rng.uniform(0.15, 0.45),
        grain=rng.uniform(3.5, 6.5) if dim else rng.uniform(2.0, 4.0),
        blur=rng.uniform(0.45, 1.05),
        motion_blur=rng.uniform(1.5, 4.5) if rng.random() < 0.18 else 0.0,
        motion_angle=rng.uniform(0, np.pi),
        defocus=rng.uniform(0.6, 1.2) if deep or rng.random() < 0.3 else 0.0,
        target_luminance=rng.uniform(0.13, 0.19) if dim else rng.uniform(0.22, 0.34),
    )


Composed = tuple[Camera, tuple[Solid, ...]]


def _others(rng: Generator, star: Book, count: int, stranger: float) -> list[Book]:
    """`count` books of the classes besides `star`; with the probability `stranger` one of them is
    the stranger."""
    picked = rng.permutation([name for name in CLASSES if name != star.name])[:count].tolist()
    if star.name != UNKNOWN_BOOK and picked and rng.random() < stranger:
        picked[int(rng.integers(len(picked)))] = UNKNOWN_BOOK
    return [all_books()[name] for name in picked]


def _named(solids: list[Solid], star: Book) -> Array:
    """The hull (8, 3) of the star among the solids."""
    return next(solid.hull for solid in solids if solid.label == star.name)


def _pile(rng: Generator, home: Home, star: Book, size: Size) -> Composed:
    """Books thrown on one another, seen from near; the wanted one lies on top or close to it."""
    order = _others(rng, star, int(rng.integers(1, 5)), 0.55)
    order.insert(max(0, len(order) - int(rng.random() < 0.4)), star)
    spread, base = rng.uniform(0.05, 0.11), rng.uniform(0, 360)
    laid: list[PlacedBook] = []
    for book in order:
        turn = base + 180 * float(rng.random() < 0.35)
        onto = bool(laid) and rng.random() < 0.8
        pose = _random_pose(rng, book, (0.0, 0.0), spread, (turn, 35.0), laid, onto=onto)
        laid.append((book, pose))
    solids = [book.to_solid(pose) for book, pose in laid]
    hull = _named(solids, star)
    aim = hull.mean(axis=0) + [*rng.normal(0, 0.05, 2), 0.0]
    fill, azimuth, elevation = rng.uniform(0.5, 1.1), rng.uniform(0, 360), rng.uniform(42, 86)
    view = View(azimuth, elevation, rng.normal(0, 10), rng.uniform(0.74, 1.0))
    return frame(hull, fill, aim, view, size), (*solids, *_clutter(rng, solids, 0.55))


def _random_pose(
    rng: Generator,
    book: Book,
    centre: tuple[float, float],
    spread: float,
    turn: tuple[float, float],
    laid: list[PlacedBook],
    *,
    onto: bool = False,
) -> Pose:
    """Where a book comes to lie that is thrown at `centre` among those already `laid`. `spread` is
    in metres, `turn` the mean and the spread of its angle in degrees. `onto`: only on another one.
    """
    for _ in range(_TRIES):
        spot = rng.normal(centre, spread)
        pose = resting_pose(book, rng.normal(*turn), spot, laid)
        if is_stable(book, pose, laid) and (pose.position[2] > 0 or not onto):
            return pose
    # Nowhere would it stay: lay it squarely on the highest one.
    highest = max(laid, key=lambda each: float(each[1].position[2]) + each[0].size[2])
    return resting_pose(book, turn[0], footprint(*highest).mean(axis=0), laid)


def _clutter(rng: Generator, books: list[Solid], chance: float) -> list[Solid]:
    """Now and then a mug, a pen, a sheet, a card or a phone on or beside the books."""
    if rng.random() > chance:
        return []
    top = max((book.hull for book in books), key=lambda hull: float(hull[:, 2].mean()))
    flat = bool(np.ptp(np.sort(top[:, 2])[4:]) < 1e-3)
    spot = top[:, :2].mean(axis=0) + rng.normal(0, 0.022, 2)
    kind = str(rng.choice(["card", "mug", "pen", "sheet", "phone"], p=[0.22, 0.22, 0.2, 0.2, 0.16]))
    angle = rng.uniform(0, 2 * np.pi)
    way = np.array([np.cos(angle), np.sin(angle)])
    on_top = {"card": props.card, "pen": props.pen, "phone": props.phone}
    if flat and kind in on_top:
        return on_top[kind](rng, (*spot, top[:, 2].max()))
    ground = np.concatenate([book.hull for book in books])[:, :2]
    middle = ground.mean(axis=0)
    if kind == "mug":
        # Clear of all books in its direction, now and then touching one.
        reach = float(((ground - middle) @ way).max()) + 0.045
        return props.mug(rng, (*(middle + reach * way), 0.0))
    return props.sheet(rng, (*(middle + 0.24 * way), 0.0))


def _group(rng: Generator, home: Home, star: Book, size: Size) -> Composed:
    """All six books scattered and seen from afar."""
    names = [str(n) for n in rng.permutation([*CLASSES, UNKNOWN_BOOK]) if n != star.name]
    # Nearness makes a book largest: the wanted one lies in front, the smaller it is the nearer.
    names.insert(int(rng.integers(3)), star.name)
    nearer = rng.uniform(0.02, 0.10) + (0.12 if star.size[0] < 0.16 else 0.0)
    laid: list[PlacedBook] = []
    for place, name in enumerate(names):
        row, column = divmod(place, 3)
        centre = (column - 1) * 0.27, (row - 0.5) * 0.28 - nearer * (name == star.name)
        book, turn = all_books()[name], rng.uniform(0, 360)
        laid.append((book, _random_pose(rng, book, centre, 0.03, (turn, 50.0), laid)))
    solids = tuple(book.to_solid(pose) for book, pose in laid)
    fill, aim = rng.uniform(0.72, 1.02), np.array([*rng.normal(0, 0.04, 2), 0.0])
    azimuth, elevation = rng.uniform(-35, 35), rng.uniform(36, 62)
    view = View(azimuth, elevation, rng.normal(0, 6), rng.uniform(0.74, 0.95))
    return frame(np.concatenate([s.hull for s in solids]), fill, aim, view, size), solids


def _stand(rng: Generator, home: Home, star: Book, size: Size) -> Composed:
    """One to three books standing on the floor, leaning on a bookcase, a sofa or a wall."""
    books = _others(rng, star, int(rng.integers(0, 3)), 0.6)
    books.insert(int(rng.integers(len(books) + 1)), star)
    depth = rng.uniform(0.0, 0.05)
    behind = str(rng.choice(["bookcase", "sofa", "wall"], p=[0.5, 0.3, 0.2]))
    solids = []
    for place, book in enumerate(books):
        away = 0.0 if book is star else rng.uniform(0.0, 0.05)
        lean, yaw, upside = rng.uniform(8, 17), rng.normal(0, 11), rng.random() < 0.35
        x = 0.21 * (place - (len(books) - 1) / 2) + rng.normal(0, 0.015)
        solids.append(book.to_solid(_upright(book, (x, away), lean, yaw, upside)))
    front = max(float(solid.hull[:, 1].max()) for solid in solids)
    distance = front + (0.01 if behind == "sofa" else 0.02) + depth
    if behind == "bookcase":
        back = props.bookcase(rng, home.book_spines(), distance)
    elif behind == "sofa":
        back = props.sofa(home.surface("leather").texture, distance)
    else:
        back = props.wall(home.surface("plaster").texture, distance, 0.0)
    hull, fill = _named(solids, star), rng.uniform(0.5, 0.95)
    aim = hull.mean(axis=0) + rng.normal(0, 1, 3) * [0.04, 0.0, 0.02]
    azimuth, elevation = rng.normal(0, 16), rng.uniform(6, 30)
    view = View(azimuth, elevation, rng.normal(0, 5), rng.uniform(0.74, 0.95))
    return frame(hull, fill, aim, view, size), (*solids, *back)


def _upright(book: Book, at: tuple[float, float], lean: float, yaw: float, upside: bool) -> Pose:
    """A standing book, its cover towards y < 0, leaning back by `lean` degrees."""
    width, height, _ = book.size
    # Cover outwards: the book's z looks to -y, its y up.
    rotation = rotation_z(yaw) @ rotation_about((1.0, 0.0, 0.0), 90 - lean)
    if upside:
        rotation = rotation @ rotation_z(180)
    foot = rotation @ np.array([width / 2, height if upside else 0.0, 0.0])
    return Pose(rotation, np.array([*at, 0.0]) - foot + np.array([0.0, 0.0, GAP]))


def _single(rng: Generator, home: Home, star: Book, size: Size) -> Composed:
    """One book in an odd pose: far, cut off, seen flat, or half under something."""
    solid = star.to_solid(resting_pose(star, rng.uniform(0, 360), (0.0, 0.0), []))
    style = int(rng.integers(3))
    fill, shift, elevation = (
        (rng.uniform(0.25, 0.4), 0.07, rng.uniform(40, 75)),
        (rng.uniform(1.0, 1.3), 0.07, rng.uniform(50, 85)),
        (rng.uniform(0.5, 0.8), 0.02, rng.uniform(20, 36)),
    )[style]
    azimuth, aim = rng.uniform(0, 360), np.array([*rng.normal(0, shift, 2), 0.0])
    view = View(azimuth, elevation, rng.normal(0, 10), rng.uniform(0.74, 1.0))
    camera = frame(solid.hull, fill, aim, view, size)
    # A low camera would otherwise look past the end of the floor into nothing.
    far = props.wall(home.surface("plaster").texture, 0.9, azimuth) if style == 2 else []
    return camera, (solid, *_clutter(rng, [solid], 0.75), *far)


_COMPOSERS = {"pile": _pile, "group": _group, "stand": _stand, "single": _single}
