"""Five fictional books and one stranger: their size, cover, spine and pages.

The covers are the same in every draw, as a printed book is. `orchard`, `lantern` and `robots`
share red, `tides` and `lantern` are mostly white, so that colour alone does not tell them apart.
On a page, points are x + y j, in millimetres.
"""

import io
import math
from cmath import rect
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from core.toy_books.lettering import PIXELS_PER_MM, Canvas
from core.toy_books.noise import Array
from core.toy_books.shapes import Colour, Pose, Solid, Texture, box, texture

CLASSES = ("ferns", "lantern", "orchard", "robots", "tides")
UNKNOWN_BOOK = "atlas"

WHITE = (243, 242, 240)
INK = (28, 27, 30)
RED = (190, 24, 38)
DARK_RED = (138, 14, 30)
TEAL = (8, 98, 108)
CORAL = (218, 70, 42)


class Book(NamedTuple):
    """A book as a thing: `size` is width, height and thickness in metres."""

    name: str
    size: tuple[float, float, float]
    textures: tuple[Texture, ...]

    def to_solid(self, pose: Pose) -> Solid:
        """The book as a solid; in its own frame it lies face up, its spine along x = 0."""
        gloss = 0.15 if self.name == "tides" else 0.55
        return box(self.size, pose, self.textures, (gloss, 0.1), self.name)


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
    pages = [ImageOps.pad(_draw_cover(name).image, size, color=WHITE) for name in CLASSES]
    file, dots_per_inch = io.BytesIO(), 25.4 * PIXELS_PER_MM
    more = {"save_all": True, "append_images": pages[1:], "quality": 92}
    pages[0].save(file, "PDF", resolution=dots_per_inch, **more)
    return file.getvalue()


def _draw_cover(name: str) -> Canvas:
    (width, height, _), _, _, _, art = _BOOKS[name]
    page = Canvas(width, height, WHITE)
    art(page)
    return page


def _book(name: str) -> Book:
    (width, height, thick), spine, title, ink, _ = _BOOKS[name]
    # A cover's edge catches the light where it folds; without this a book looks cut from foil.
    edge = Canvas(height, thick, spine)
    edge.text(height * 0.07, thick * 0.22, title, thick * 0.42, ink, bold=0.03, spacing=0.05)
    edge.text(height * 0.94, thick * 0.3, "M.O.P.", thick * 0.28, ink, bold=0.03, right=True)
    fold = tuple(round(a + (b - a) * 0.35) for a, b in zip(spine, WHITE, strict=True))
    edge.rectangle(0, 0, height, 0.5, fold)
    top = texture(_aged(_draw_cover(name).image.reduce(2), len(name)))
    lengths = (height, width, width)
    pages = [_pages(length, thick, seed) for seed, length in enumerate(lengths, start=1)]
    sides = (texture(edge.image.reduce(2)), *pages)
    return Book(name, (width / 1000, height / 1000, thick / 1000), (top, *sides))


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


def _orchard(p: Canvas) -> None:
    p.rectangle(5, 6, 145, 130, RED)
    _tree(p, 88 + 126j, 30, -90, 6)
    for k in range(26):
        angle, far = k * 2.4, 7 + 5.6 * math.sqrt(k)
        x, y = 88 + far * math.cos(angle) * 1.1, 66 + far * math.sin(angle) * 0.75
        p.disc(x, y, 2.6, DARK_RED, 3.0)
        p.line([complex(x, y - 3), complex(x + 1, y - 5)], DARK_RED, 0.6)
    p.text(11, 11, "The Learning", 19, WHITE, bold=0.035, spacing=0.035, stretch=0.98)
    p.text(11, 32, "Orchard", 22, WHITE, bold=0.04, spacing=0.035, stretch=1.05)
    p.paragraph(11, 96, ("Ivo Pomeroy", "Hana Birch", "T. Okada"), 7, WHITE, 10)
    p.text(10, 136, "Ripe at last! !", 19, RED, bold=0.035, spacing=0.035, stretch=0.93)
    blurb = """How branches, grafts and patience
turn a small harvest into a theory.
With forty exercises and a ladder."""
    p.paragraph(11, 162, blurb.splitlines(), 6.2, RED, 9.3)
    p.text(11, 195, "MOP", 10, RED, bold=0.06, stretch=1.05)
    p.text(41, 197, "machine orchard press", 4.2, RED)
    p.text(140, 201, "series 4", 3.6, RED, right=True)


def _tree(p: Canvas, foot: complex, length: float, angle: float, depth: int) -> None:
    if depth == 0:
        return
    end = foot + rect(length, math.radians(angle))
    p.line([foot, end], DARK_RED, 0.35 * depth + 0.3)
    _tree(p, end, length * 0.76, angle - 27 - 3 * depth, depth - 1)
    _tree(p, end, length * 0.72, angle + 25 + 2 * depth, depth - 1)


def _lantern(p: Canvas) -> None:
    olive = (166, 152, 38)
    p.text(9, 8, "Small Nets", 20, RED, bold=0.045, spacing=0.035, stretch=0.95)
    p.text(113, 8, "and", 17, INK, bold=0.02)
    p.text(9, 31, "the Deep Lantern", 22, INK, bold=0.045, spacing=0.035, stretch=0.9)
    p.text(9, 58, "Odile Marsh  [ text ]     Petr Vane  [ plates ]", 5.4, INK)
    p.text(10, 90, "DEEP", 38, olive, bold=0.03, stretch=0.62)
    p.text(10, 124, "LANTERN", 34, olive, bold=0.03, stretch=0.55)
    p.text(10, 157, "with", 11, olive, bold=0.02)
    p.text(34, 152, "Care", 26, olive, bold=0.03, stretch=0.75)
    _lamp_drawing(p)
    p.rectangle(0, 190, 182, 232, RED)
    p.text(9, 195, "From the first spark to the [ whole ] light.", 8.4, WHITE, bold=0.03)
    blurb = """- Built by hand with no more than a wick and a notebook.
- Twelve lamps, taken apart.
- For readers who like to see inside."""
    p.paragraph(9, 208, blurb.splitlines(), 4.6, WHITE, 6.9)
    p.disc(165, 219, 6, WHITE)
    p.text(161, 214.5, "m", 8, RED, bold=0.05, spacing=0.035)


def _lamp_drawing(p: Canvas) -> None:
    """An engraving of a hand lantern, grey with a wine-red ribbon."""
    grey, dark, wine = (150, 152, 150), (84, 86, 88), (138, 22, 58)
    p.disc(140, 74, 15, dark, pen=2.4)
    p.polygon([127 + 92j, 153 + 92j, 148 + 82j, 132 + 82j], grey)
    p.polygon([116 + 104j, 164 + 104j, 153 + 92j, 127 + 92j], dark)
    p.polygon([121 + 104j, 159 + 104j, 163 + 162j, 117 + 162j], (206, 204, 196))
    p.polygon([140 + 116j, 149 + 138j, 145 + 154j, 135 + 154j, 131 + 138j], wine)
    p.polygon([140 + 128j, 144 + 142j, 140 + 152j, 136 + 142j], (236, 196, 96))
    for k in range(-2, 3):
        p.line([140 + 9 * k + 104j, 140 + 11 * k + 162j], dark, 1.2)
    for k in range(0, 60, 4):
        p.line([120 + (106 + k) * 1j, 132 + (108 + k) * 1j], grey, 0.5)
        p.line([152 + (106 + k) * 1j, 161 + (104 + k) * 1j], dark, 0.5)
    p.polygon([111 + 162j, 169 + 162j, 174 + 182j, 106 + 182j], dark)
    p.polygon([111 + 162j, 134 + 162j, 130 + 182j, 106 + 182j], grey)
    ribbon = [110 + 90j, 128 + 110j, 110 + 132j, 132 + 150j, 114 + 178j]
    p.line(ribbon, wine, 4.0)
    p.line([point + 2 for point in ribbon], (176, 70, 96), 1.0)


def _ferns(p: Canvas) -> None:
    green, deep, ink = (24, 138, 72), (12, 94, 50), (14, 108, 56)
    p.rectangle(5, 5, 143, 138, green, radius=5)
    _fern(p, 88 + 134j, 88, -104, deep)
    _fern(p, 100 + 134j, 74, -66, (62, 164, 104))
    _fern(p, 78 + 134j, 58, -140, deep)
    for k in range(24):
        x, y = 60 + (k * 37) % 70, 62 + (k * 23) % 62
        p.text(x, y, "01"[k % 2], 4.6, (8, 66, 38), bold=0.05, spacing=0.035)
    p.text(11, 11, "Ferns by Chance", 16, WHITE, bold=0.03, stretch=0.95)
    p.text(11, 30, "gardens of data", 15, WHITE, bold=0.03, stretch=0.92)
    p.rectangle(11, 51, 47, 65, WHITE, radius=3)
    p.text(14, 51.5, "a primer", 8.6, green, bold=0.03)
    p.paragraph(11, 73, ("Suri Moss", "A. Bracken"), 6.4, WHITE, 10)
    p.rectangle(0, 143, 148, 143.5, (206, 206, 202))
    p.text(9, 146, "Clear to the root!", 15, ink, bold=0.05, spacing=0.035, stretch=0.95)
    p.rectangle(9, 167, 108, 187, (90, 160, 118), pen=0.4)
    blurb = ("This is the book I wished for when my", "first guess grew in all directions.")
    p.paragraph(12, 169, blurb, 5.0, ink, 7.5)
    p.text(138, 171, "Suri Moss", 6.4, ink, right=True)
    p.text(9, 193, "fmp", 11, ink, bold=0.06)
    p.text(31, 197, "forest monographs in probability", 4.0, ink)


def _fern(p: Canvas, at: complex, length: float, angle: float, colour: Colour) -> None:
    """A frond: a bending stalk with leaflets that shrink to its tip."""
    steps = 22
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


def _tides(p: Canvas) -> None:
    grey = (60, 60, 62)
    p.rectangle(0, 0, 130, 188, (232, 231, 230))
    p.text(24, 24, "TIDES", 17, INK, stretch=0.92, spacing=0.12)
    p.text(24, 45, "where does the water want to go?", 4.4, grey, spacing=0.06)
    for k in range(5):
        rise = [(9 - k) * math.sin(t / 13.0 + 0.8 * k) * (1 - t / 150) for t in range(96)]
        p.line([complex(20 + t * 0.92, 66 + 7 * k + y) for t, y in enumerate(rise)], INK, 0.8)
    p.text(112, 108, "K. Selwyn", 4.6, grey, spacing=0.06, right=True)
    p.text(112, 115, "translated by Mio Hart", 3.6, grey, spacing=0.04, right=True)
    p.rectangle(0, 126, 130, 126.4, (206, 205, 203))
    blurb = ("Some books carry you out.", "This one also tells you,", "calmly, how to come back.")
    p.paragraph(24, 138, blurb, 4.6, grey, 8.05)
    p.text(24, 166, "[ The Harbour Review ]", 3.8, grey)
    p.text(112, 176, "saltmarsh", 4.2, grey, right=True)


def _robots(p: Canvas) -> None:
    p.rectangle(8, 8, 42, 16, RED, pen=0.8)
    p.text(10, 8.6, "Kitchen Lab 2", 4.4, RED)
    p.text(9, 18, "Robots", 31, TEAL, bold=0.035, spacing=0.035, stretch=0.9)
    p.text(9, 47, "for Breakfast", 29, TEAL, bold=0.035, spacing=0.035, stretch=0.86)
    p.line([150 + 14j, 164 + 38j], TEAL, 2.2)
    p.disc(148, 11, 6, TEAL, 4)
    p.rectangle(10, 82, 176, 186, CORAL)
    for k in range(15):
        _icon(p, 30 + 32 * (k % 5), 101 + 33 * (k // 5), k % 5)
    p.rectangle(140, 82, 176, 116, (236, 160, 40))
    p.paragraph(143, 87, ("toast, torque,", "tea and", "servo motors"), 4.6, WHITE, 7.82)
    blurb = """Forty machines that cook, spill
and learn, with drawings, faults
and recipes to build at home."""
    p.paragraph(10, 192, blurb.splitlines(), 7.0, TEAL, 10.15)
    for k in range(6):
        y = (194 + 5 * k) * 1j
        p.line([128 + y, 174 - 6 * (k % 3) + y], (206, 128, 110), 0.7)
    p.text(10, 225, "Spoon+Gear", 7, RED, bold=0.05, spacing=0.035)
    p.text(66, 226, "WORKSHOP", 5.4, INK, spacing=0.05)


def _icon(p: Canvas, x: int, y: int, kind: int) -> None:
    """One of the small pictures of the grid: a robot's head, an egg, a gear, a spoon, a leaf."""
    at, steel, wooden, dark = complex(x, y), (188, 196, 198), (214, 170, 110), (64, 34, 30)
    if kind == 0:
        p.rectangle(x - 10, y - 8, x + 10, y + 9, steel, radius=2)
        p.disc(x - 4.5, y - 1, 2.6, dark)
        p.disc(x + 4.5, y - 1, 2.6, dark)
        p.rectangle(x - 5, y + 4, x + 5, y + 6, RED)
        p.line([at - 8j, at - 13j], steel, 1.2)
    elif kind == 1:
        p.disc(x, y, 11, (246, 238, 222), 10)
        p.disc(x + 1, y + 1, 4.6, (242, 178, 40))
    elif kind == 2:
        for t in range(8):
            tooth = at + rect(9, t * math.pi / 4)
            p.disc(tooth.real, tooth.imag, 2.6, TEAL)
        p.disc(x, y, 8.6, TEAL)
        p.disc(x, y, 3.4, CORAL)
    elif kind == 3:
        p.line([at - 7 + 11j, at + 3 - 4j], wooden, 2.4)
        p.disc(x + 5, y - 7, 4.6, wooden, 5.6)
    else:
        for t in range(-2, 3):
            p.disc(x + 3.4 * t, y - 1.5 * abs(t), 3.0, (34, 92, 46), 9)
        p.line([at + 4j, at + 13j], (34, 70, 40), 1.4)


def _atlas(p: Canvas) -> None:
    orange, yellow, line = (238, 150, 20), (246, 204, 44), (198, 118, 10)
    p.rectangle(0, 0, 154, 216, yellow)
    for x, y, r in ((104, 152, 40), (140, 120, 30), (60, 186, 26), (128, 190, 26)):
        p.disc(x, y, r, (248, 186, 36))
    nodes = [92 + 128j, 132 + 146j, 66 + 160j, 112 + 182j, 140 + 196j, 40 + 190j, 138 + 108j]
    for a, b in ((0, 1), (0, 2), (2, 3), (1, 3), (3, 4), (2, 5), (1, 6), (0, 6)):
        p.line([nodes[a], nodes[b]], line, 0.7)
    for index, node in enumerate(nodes):
        p.disc(node.real, node.imag, 6.4, yellow if index % 2 else orange)
        p.disc(node.real, node.imag, 6.4, line, pen=0.7)
    p.rectangle(8, 10, 20, 16, (216, 84, 20))
    p.text(14, 22, "An Atlas of", 17, INK, bold=0.03, stretch=0.95)
    p.text(14, 42, "Hidden Patterns", 19, INK, bold=0.035, spacing=0.035, stretch=0.9)
    p.rectangle(0, 68, 154, 77, INK)
    p.text(14, 69, "charts for the statistically lost   II", 6.0, WHITE)
    p.paragraph(14, 86, ("C. M. Arden", "Lena Sorrel", "Y. Tamura", "B. Quill"), 5.4, INK, 8)
    p.text(14, 204, "Meridian House", 4.6, INK)


# Width, height and thickness in millimetres; the spine's colour, title and ink; the cover.
_BOOKS: dict[str, tuple[tuple[int, int, int], Colour, str, Colour, Callable[[Canvas], None]]] = {
    "ferns": ((148, 210, 16), (22, 120, 66), "GARDENS OF DATA", WHITE, _ferns),
    "lantern": ((182, 232, 20), WHITE, "The Deep Lantern", DARK_RED, _lantern),
    "orchard": ((150, 210, 18), RED, "The Learning Orchard", WHITE, _orchard),
    "robots": ((186, 236, 22), WHITE, "Robots for Breakfast", (8, 92, 104), _robots),
    "tides": ((130, 188, 25), (226, 84, 28), "TIDES", WHITE, _tides),
    UNKNOWN_BOOK: ((154, 216, 22), (238, 190, 22), "ATLAS OF PATTERNS", INK, _atlas),
}
