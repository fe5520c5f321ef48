"""Five fictional books and one stranger: their size, cover, spine and pages.

The covers are the same in every draw, as a printed book is. `orchard`, `lantern` and `robots` share
red, `tides` and `lantern` are mostly white, so that colour alone does not tell them apart. On a
page, points are x + y j, in millimetres."""

import io
import math
from cmath import rect
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from PIL import Image, ImageOps

from core.toy_books.lettering import PIXELS_PER_MM, Canvas
from core.toy_books.noise import Array
from core.toy_books.shapes import Colour, Pose, Solid, Texture, box, texture

CLASSES = ("ferns", "lantern", "orchard", "robots", "tides")
UNKNOWN_BOOK = "atlas"
_WHITE = (243, 242, 240)  # paper


class Book(NamedTuple):
    """A book as a thing: `size` is width, height and thickness in metres, `gloss` its cover's."""

    name: str
    size: tuple[float, float, float]
    textures: tuple[Texture, ...]
    gloss: float

    def to_solid(self, pose: Pose) -> Solid:
        """The book as a solid; in its own frame it lies face up, its spine along x = 0."""
        return box(self.size, pose, self.textures, (self.gloss, 0.1), self.name)


def footprint(book: Book, pose: Pose) -> Array:
    """The four corners (4, 2) of a lying book on the plane it lies on."""
    w, h, _ = book.size
    return pose.apply(np.array([[0.0, 0, 0], [w, 0, 0], [w, h, 0], [0, h, 0]]))[:, :2]


@lru_cache(maxsize=1)
def all_books() -> dict[str, Book]:
    """All six books by name; drawn once, then kept."""
    return {name: _book(name) for name in (*CLASSES, UNKNOWN_BOOK)}


def covers_pdf() -> bytes:
    """The covers of CLASSES as a PDF, each as large as it fits on an A5 page (148 by 210 mm)."""
    size = 148 * PIXELS_PER_MM, 210 * PIXELS_PER_MM
    pages = [ImageOps.pad(_draw_cover(name).image, size, color=_WHITE) for name in CLASSES]
    file, dots_per_inch = io.BytesIO(), 25.4 * PIXELS_PER_MM
    more = {"save_all": True, "append_images": pages[1:], "quality": 92}
    pages[0].save(file, "PDF", resolution=dots_per_inch, **more)
    return file.getvalue()


@lru_cache(maxsize=1)
def _prints() -> dict[str, Any]:
    """What covers.yaml says of each book."""
    file = Path(__file__).with_name("covers.yaml")
    books: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))["books"]
    return books


def _draw_cover(name: str) -> Canvas:
    book = _prints()[name]
    width, height, _ = book["size"]
    page = Canvas(width, height, _WHITE)
    for kind, *values in book["cover"]:
        options = values.pop() if isinstance(values[-1], dict) else {}
        draw = _DRAWINGS.get(kind) or getattr(Canvas, kind)
        draw(page, *map(_argument, values), **options)
    return page


def _argument(value: Any) -> Any:
    """A value of the file: of a list of points x + y j, of another list a colour or lines."""
    if not isinstance(value, list):
        return value
    return [complex(*each) for each in value] if isinstance(value[0], list) else tuple(value)


def _book(name: str) -> Book:
    book = _prints()[name]
    (width, height, thick), spine, (title, ink) = book["size"], book["spine"], book["title"]
    # A cover's edge catches the light where it folds; without this a book looks cut from foil.
    edge, ink = Canvas(height, thick, tuple(spine)), tuple(ink)
    edge.text(height * 0.07, thick * 0.22, title, thick * 0.42, ink, bold=0.03, spacing=0.05)
    edge.text(height * 0.94, thick * 0.3, "M.O.P.", thick * 0.28, ink, bold=0.03, right=True)
    fold = tuple(round(a + (b - a) * 0.35) for a, b in zip(spine, _WHITE, strict=True))
    edge.rectangle(0, 0, height, 0.5, fold)
    top = texture(_aged(_draw_cover(name).image.reduce(2), len(name)))
    lengths = (height, width, width)
    pages = [_pages(length, thick, seed) for seed, length in enumerate(lengths, start=1)]
    textures = (top, texture(edge.image.reduce(2)), *pages)
    metres = (width / 1000, height / 1000, thick / 1000)
    return Book(name, metres, textures, book.get("gloss", 0.55))


def _aged(cover: Image.Image, seed: int) -> Array:
    """Worn edges and a little unevenness, so that the print does not look like a screen."""
    pixels = np.asarray(cover, dtype=np.float32)
    rows, columns = pixels.shape[:2]
    y, x = np.arange(rows)[:, None], np.arange(columns)[None, :]
    rim = np.minimum(np.minimum(x, columns - 1 - x), np.minimum(y, rows - 1 - y))
    worn = np.exp(-rim / 1.6)[..., None] * 0.3
    # The crease beside the spine, where a paperback bends.
    crease = 1 - 0.07 * np.exp(-(((x - 26) / 3.0) ** 2)) + 0.03 * np.exp(-(((x - 33) / 3.0) ** 2))
    mottle = 1 + np.random.default_rng([seed, 77]).normal(0, 0.006, (rows, columns))
    return np.asarray((pixels * (1 - worn) + 232 * worn) * (crease * mottle)[..., None])


def _pages(length: int, thick: int, seed: int) -> Texture:
    """The edge of a block of paper between two covers."""
    rng = np.random.default_rng([seed, length])
    rows, columns = thick * 4, length * 4
    sheets = rng.normal(0, 9, (rows, 1))
    sheets = sheets + rng.normal(0, 2.5, (rows, columns // 8 + 1)).repeat(8, axis=1)[:, :columns]
    shade = 1 - 0.22 * np.exp(-np.minimum(np.arange(rows), np.arange(rows)[::-1]) / 3.0)
    paper = ((226, 217, 198) + sheets[..., None]) * shade[:, None, None]
    paper[:3], paper[-3:] = (222, 219, 214), (205, 202, 198)
    return texture(paper)


# --- drawings that are no data --------------------------------------------------------------------


def _tree(
    p: Canvas, x: float, y: float, length: float, angle: float, depth: int, colour: Colour
) -> None:
    if depth == 0:
        return
    foot = complex(x, y)
    end = foot + rect(length, math.radians(angle))
    p.line([foot, end], colour, 0.35 * depth + 0.3)
    left, right = angle - 27 - 3 * depth, angle + 25 + 2 * depth
    _tree(p, end.real, end.imag, length * 0.76, left, depth - 1, colour)
    _tree(p, end.real, end.imag, length * 0.72, right, depth - 1, colour)


def _fruits(p: Canvas, colour: Colour) -> None:
    for k in range(26):
        angle, far = k * 2.4, 7 + 5.6 * math.sqrt(k)
        x, y = 88 + far * math.cos(angle) * 1.1, 66 + far * math.sin(angle) * 0.75
        p.disc(x, y, 2.6, colour, 3.0)
        p.line([complex(x, y - 3), complex(x + 1, y - 5)], colour, 0.6)


def _engraving(p: Canvas, grey: Colour, dark: Colour) -> None:
    """The bars and the hatching of a hand lantern."""
    for k in range(-2, 3):
        p.line([140 + 9 * k + 104j, 140 + 11 * k + 162j], dark, 1.2)
    for k in range(0, 60, 4):
        p.line([120 + (106 + k) * 1j, 132 + (108 + k) * 1j], grey, 0.5)
        p.line([152 + (106 + k) * 1j, 161 + (104 + k) * 1j], dark, 0.5)


def _digits(p: Canvas, colour: Colour) -> None:
    for k in range(24):
        x, y = 60 + (k * 37) % 70, 62 + (k * 23) % 62
        p.text(x, y, "01"[k % 2], 4.6, colour, bold=0.05, spacing=0.035)


def _fern(p: Canvas, x: float, y: float, length: float, angle: float, colour: Colour) -> None:
    """A frond: a bending stalk with leaflets that shrink to its tip."""
    at, steps = complex(x, y), 22
    for k in range(steps):
        heading = math.radians(angle + 1.1 * k)
        after = at + rect(length / steps, heading)
        p.line([at, after], colour, 1.0)
        reach = 17 * math.sin(math.pi * min(1.0, (k + 3) / (steps + 2))) * length / 80
        for side in (-1, 1):
            tip = at + rect(reach, heading + side * 1.15)
            middle, across = (at + tip) / 2, -0.11j * (tip - at)
            p.polygon([at, middle + across, tip, middle - across], colour)
        at = after


def _waves(p: Canvas, colour: Colour) -> None:
    for k in range(5):
        rise = [(9 - k) * math.sin(t / 13.0 + 0.8 * k) * (1 - t / 150) for t in range(96)]
        p.line([complex(20 + t * 0.92, 66 + 7 * k + y) for t, y in enumerate(rise)], colour, 0.8)


def _rules(p: Canvas, colour: Colour) -> None:
    for k in range(6):
        y = (194 + 5 * k) * 1j
        p.line([128 + y, 174 - 6 * (k % 3) + y], colour, 0.7)


def _icons(p: Canvas, red: Colour, teal: Colour, ground: Colour) -> None:
    """A grid of small pictures: a robot's head, an egg, a gear, a spoon, a leaf."""
    steel, wooden, dark = (188, 196, 198), (214, 170, 110), (64, 34, 30)
    for x, y, kind in ((30 + 32 * (k % 5), 101 + 33 * (k // 5), k % 5) for k in range(15)):
        at = complex(x, y)
        match kind:
            case 0:
                p.rectangle(x - 10, y - 8, x + 10, y + 9, steel, radius=2)
                p.disc(x - 4.5, y - 1, 2.6, dark)
                p.disc(x + 4.5, y - 1, 2.6, dark)
                p.rectangle(x - 5, y + 4, x + 5, y + 6, red)
                p.line([at - 8j, at - 13j], steel, 1.2)
            case 1:
                p.disc(x, y, 11, (246, 238, 222), 10)
                p.disc(x + 1, y + 1, 4.6, (242, 178, 40))
            case 2:
                for tooth in (at + rect(9, t * math.pi / 4) for t in range(8)):
                    p.disc(tooth.real, tooth.imag, 2.6, teal)
                p.disc(x, y, 8.6, teal)
                p.disc(x, y, 3.4, ground)
            case 3:
                p.line([at - 7 + 11j, at + 3 - 4j], wooden, 2.4)
                p.disc(x + 5, y - 7, 4.6, wooden, 5.6)
            case _:
                for t in range(-2, 3):
                    p.disc(x + 3.4 * t, y - 1.5 * abs(t), 3.0, (34, 92, 46), 9)
                p.line([at + 4j, at + 13j], (34, 70, 40), 1.4)


def _graph(p: Canvas, orange: Colour, yellow: Colour, line: Colour) -> None:
    nodes = [92 + 128j, 132 + 146j, 66 + 160j, 112 + 182j, 140 + 196j, 40 + 190j, 138 + 108j]
    for a, b in ((0, 1), (0, 2), (2, 3), (1, 3), (3, 4), (2, 5), (1, 6), (0, 6)):
        p.line([nodes[a], nodes[b]], line, 0.7)
    for index, node in enumerate(nodes):
        p.disc(node.real, node.imag, 6.4, yellow if index % 2 else orange)
        p.disc(node.real, node.imag, 6.4, line, pen=0.7)


_DRAWINGS: dict[str, Callable[..., None]] = {
    draw.__name__.removeprefix("_"): draw
    for draw in (_tree, _fruits, _engraving, _digits, _fern, _waves, _rules, _icons, _graph)
}
