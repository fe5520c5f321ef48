"""Five fictional books and one stranger: their size, cover, spine and pages.

The covers are the same in every draw, as a printed book is. `orchard`, `lantern` and `robots`
share red, `tides` and `lantern` are mostly white, so that colour alone does not tell them apart.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageOps

from core.toy_books.lettering import PIXELS_PER_MM, Canvas, Colour
from core.toy_books.noise import Array
from core.toy_books.shapes import BoxTextures, Pose, Solid, Texture, box

CLASSES = ("ferns", "lantern", "orchard", "robots", "tides")
UNKNOWN_BOOK = "atlas"

WHITE: Colour = (243, 242, 240)
INK: Colour = (28, 27, 30)
RED: Colour = (190, 24, 38)
DARK_RED: Colour = (138, 14, 30)


@dataclass(frozen=True)
class Book:
    """A book as a thing: `size` is width, height and thickness in metres."""

    name: str
    size: tuple[float, float, float]
    textures: BoxTextures

    def to_solid(self, pose: Pose) -> Solid:
        """The book as a solid; in its own frame it lies face up, its spine along x = 0."""
        return box(np.array(self.size), pose, self.textures, label=self.name)


@lru_cache(maxsize=1)
def all_books() -> dict[str, Book]:
    """All six books by name; drawn once, then kept."""
    return {
        "ferns": _book("ferns", 16, (22, 120, 66), "GARDENS OF DATA", WHITE),
        "lantern": _book("lantern", 20, WHITE, "The Deep Lantern", DARK_RED),
        "orchard": _book("orchard", 18, RED, "The Learning Orchard", WHITE),
        "robots": _book("robots", 22, WHITE, "Robots for Breakfast", (8, 92, 104)),
        "tides": _book("tides", 25, (226, 84, 28), "TIDES", WHITE),
        UNKNOWN_BOOK: _book(UNKNOWN_BOOK, 22, (238, 190, 22), "ATLAS OF PATTERNS", INK),
    }


def covers_pdf() -> bytes:
    """The covers of CLASSES as a PDF, each as large as it fits on an A5 page (148 by 210 mm)."""
    size = round(148 * PIXELS_PER_MM), round(210 * PIXELS_PER_MM)
    pages = [ImageOps.pad(_draw_cover(name).image, size, color=WHITE) for name in CLASSES]
    file = io.BytesIO()
    dots_per_inch = 25.4 * PIXELS_PER_MM
    pages[0].save(
        file, "PDF", resolution=dots_per_inch, save_all=True, append_images=pages[1:], quality=92
    )
    return file.getvalue()


def _draw_cover(name: str) -> Canvas:
    arts: dict[str, tuple[int, int, Callable[[Canvas], None]]] = {
        "ferns": (148, 210, _ferns),
        "lantern": (182, 232, _lantern),
        "orchard": (150, 210, _orchard),
        "robots": (186, 236, _robots),
        "tides": (130, 188, _tides),
        UNKNOWN_BOOK: (154, 216, _atlas),
    }
    width, height, art = arts[name]
    page = Canvas(width, height, WHITE)
    art(page)
    return page


def _book(name: str, thick: int, spine: Colour, title: str, ink: Colour) -> Book:
    page = _draw_cover(name)
    width, height = round(page.width), round(page.height)
    # A cover's edge catches the light where it folds; without this a book looks cut from foil.
    edge = Canvas(height, thick, spine)
    edge.text(height * 0.07, thick * 0.22, title, thick * 0.42, ink, bold=0.03, spacing=0.05)
    edge.text(height * 0.94, thick * 0.3, "M.O.P.", thick * 0.28, ink, bold=0.03, right=True)
    edge.rectangle(0, 0, height, 0.5, _mix(spine, WHITE, 0.35))
    skins = BoxTextures(
        top=Texture.from_image(_aged(page.to_image(), len(name))),
        left=Texture.from_image(edge.to_image()),
        right=_pages(height, thick, 1),
        front=_pages(width, thick, 2),
        back=_pages(width, thick, 3),
        gloss=0.55 if name != "tides" else 0.15,
        side_gloss=0.1,
    )
    return Book(name, (width / 1000, height / 1000, thick / 1000), skins)


def _mix(first: Colour, second: Colour, share: float) -> Colour:
    blend = [round(a + (b - a) * share) for a, b in zip(first, second, strict=True)]
    return blend[0], blend[1], blend[2]


def _aged(cover: Image.Image, seed: int) -> Image.Image:
    """Worn edges and a little unevenness, so that the print does not look like a screen."""
    rng = np.random.default_rng([seed, 77])
    pixels = np.asarray(cover, dtype=np.float32)
    rows, columns = pixels.shape[:2]
    y, x = np.arange(rows)[:, None], np.arange(columns)[None, :]
    rim = np.minimum(np.minimum(x, columns - 1 - x), np.minimum(y, rows - 1 - y))
    worn = np.exp(-rim / 1.6)[..., None] * 0.3
    # The crease beside the spine, where a paperback bends.
    crease = 1 - 0.07 * np.exp(-(((x - 26) / 3.0) ** 2)) + 0.03 * np.exp(-(((x - 33) / 3.0) ** 2))
    mottle = 1 + rng.normal(0, 0.006, (rows, columns))
    pixels = (pixels * (1 - worn) + 232 * worn) * (crease * mottle)[..., None]
    return Image.fromarray(np.uint8(np.clip(pixels, 0, 255)))


def _pages(length: int, thick: int, seed: int) -> Texture:
    """The edge of a block of paper between two covers."""
    rng = np.random.default_rng([seed, length])
    rows, columns = thick * 4, length * 4
    sheets = (
        rng.normal(0, 9, (rows, 1))
        + rng.normal(0, 2.5, (rows, columns // 8 + 1)).repeat(8, axis=1)[:, :columns]
    )
    paper = np.array([226, 217, 198]) + sheets[..., None]
    shade = 1 - 0.22 * np.exp(-np.minimum(np.arange(rows), np.arange(rows)[::-1]) / 3.0)
    paper = paper * shade[:, None, None]
    paper[:3], paper[-3:] = (222, 219, 214), (205, 202, 198)
    return Texture.from_image(Image.fromarray(np.uint8(np.clip(paper, 0, 255))))


def _orchard(p: Canvas) -> None:
    p.rectangle(5, 6, 145, 130, RED)
    _tree(p, 88, 126, 30, -90, 6, DARK_RED)
    for k in range(26):
        angle, far = k * 2.4, 7 + 5.6 * math.sqrt(k)
        x, y = 88 + far * math.cos(angle) * 1.1, 66 + far * math.sin(angle) * 0.75
        p.disc(x, y, 2.6, DARK_RED, 3.0)
        p.line([(x, y - 3), (x + 1, y - 5)], DARK_RED, 0.6)
    p.text(11, 11, "The Learning", 19, WHITE, bold=0.035, spacing=0.035, stretch=0.98)
    p.text(11, 32, "Orchard", 22, WHITE, bold=0.04, spacing=0.035, stretch=1.05)
    for k, name in enumerate(("Ivo Pomeroy", "Hana Birch", "T. Okada")):
        p.text(11, 96 + 10 * k, name, 7, WHITE)
    p.text(10, 136, "Ripe at last! !", 19, RED, bold=0.035, spacing=0.035, stretch=0.93)
    lines = ["How branches, grafts and patience", "turn a small harvest into a theory.", ""]
    p.paragraph(11, 162, [*lines[:2], "With forty exercises and a ladder."], 6.2, RED)
    p.text(11, 195, "MOP", 10, RED, bold=0.06, stretch=1.05)
    p.text(41, 197, "machine orchard press", 4.2, RED)
    p.text(140, 201, "series 4", 3.6, RED, right=True)


def _tree(
    p: Canvas, x: float, y: float, length: float, angle: float, depth: int, c: Colour
) -> None:
    if depth == 0:
        return
    x1 = x + length * math.cos(math.radians(angle))
    y1 = y + length * math.sin(math.radians(angle))
    p.line([(x, y), (x1, y1)], c, 0.35 * depth + 0.3)
    _tree(p, x1, y1, length * 0.76, angle - 27 - 3 * depth, depth - 1, c)
    _tree(p, x1, y1, length * 0.72, angle + 25 + 2 * depth, depth - 1, c)


def _lantern(p: Canvas) -> None:
    olive: Colour = (166, 152, 38)
    p.text(9, 8, "Small Nets", 20, RED, bold=0.045, spacing=0.035, stretch=0.95)
    p.text(113, 8, "and", 17, INK, bold=0.02)
    p.text(9, 31, "the Deep Lantern", 22, INK, bold=0.045, spacing=0.035, stretch=0.9)
    p.text(9, 58, "Odile Marsh  [ text ]     Petr Vane  [ plates ]", 5.4, INK)
    p.text(10, 90, "DEEP", 38, olive, bold=0.03, stretch=0.62)
    p.text(10, 124, "LANTERN", 34, olive, bold=0.03, stretch=0.55)
    p.text(10, 157, "with", 11, olive, bold=0.02)
    p.text(34, 152, "Care", 26, olive, bold=0.03, stretch=0.75)
    _lamp_drawing(p, 140, 70)
    p.rectangle(0, 190, 182, 232, RED)
    p.text(9, 195, "From the first spark to the [ whole ] light.", 8.4, WHITE, bold=0.03)
    lines = [
        "- Built by hand with no more than a wick and a notebook.",
        "- Twelve lamps, taken apart.",
    ]
    p.paragraph(9, 208, [*lines, "- For readers who like to see inside."], 4.6, WHITE)
    p.disc(165, 219, 6, WHITE)
    p.text(161, 214.5, "m", 8, RED, bold=0.05, spacing=0.035)


def _lamp_drawing(p: Canvas, x: float, y: float) -> None:
    """An engraving of a hand lantern, grey with a wine-red ribbon."""
    grey, dark, pale, wine = (150, 152, 150), (84, 86, 88), (206, 204, 196), (138, 22, 58)
    p.ring(x, y + 4, 15, dark, 2.4)
    p.polygon([(x - 13, y + 22), (x + 13, y + 22), (x + 8, y + 12), (x - 8, y + 12)], grey)
    p.polygon([(x - 24, y + 34), (x + 24, y + 34), (x + 13, y + 22), (x - 13, y + 22)], dark)
    p.polygon([(x - 19, y + 34), (x + 19, y + 34), (x + 23, y + 92), (x - 23, y + 92)], pale)
    p.polygon(
        [(x, y + 46), (x + 9, y + 68), (x + 5, y + 84), (x - 5, y + 84), (x - 9, y + 68)], wine
    )
    p.polygon([(x, y + 58), (x + 4, y + 72), (x, y + 82), (x - 4, y + 72)], (236, 196, 96))
    for k in range(-2, 3):
        p.line([(x + 9 * k, y + 34), (x + 11 * k, y + 92)], dark, 1.2)
    for k in range(15):
        p.line([(x - 20, y + 36 + 4 * k), (x - 8, y + 38 + 4 * k)], grey, 0.5)
        p.line([(x + 12, y + 36 + 4 * k), (x + 21, y + 34 + 4 * k)], dark, 0.5)
    p.polygon([(x - 29, y + 92), (x + 29, y + 92), (x + 34, y + 112), (x - 34, y + 112)], dark)
    p.polygon([(x - 29, y + 92), (x - 6, y + 92), (x - 10, y + 112), (x - 34, y + 112)], grey)
    ribbon = [
        (x - 30, y + 20),
        (x - 12, y + 40),
        (x - 30, y + 62),
        (x - 8, y + 80),
        (x - 26, y + 108),
    ]
    p.line(ribbon, wine, 4.0)
    p.line([(a + 2, b) for a, b in ribbon], (176, 70, 96), 1.0)


def _ferns(p: Canvas) -> None:
    green, deep, light = (24, 138, 72), (12, 94, 50), (62, 164, 104)
    p.rounded(5, 5, 143, 138, 5, green)
    _fern(p, 88, 134, 88, -104, deep)
    _fern(p, 100, 134, 74, -66, light)
    _fern(p, 78, 134, 58, -140, deep)
    for k in range(24):
        p.text(
            60 + (k * 37) % 70,
            62 + (k * 23) % 62,
            "01"[k % 2],
            4.6,
            (8, 66, 38),
            bold=0.05,
            spacing=0.035,
        )
    p.text(11, 11, "Ferns by Chance", 16, WHITE, bold=0.03, stretch=0.95)
    p.text(11, 30, "gardens of data", 15, WHITE, bold=0.03, stretch=0.92)
    p.rounded(11, 51, 47, 65, 3, WHITE)
    p.text(14, 51.5, "a primer", 8.6, green, bold=0.03)
    p.text(11, 73, "Suri Moss", 6.4, WHITE)
    p.text(11, 83, "A. Bracken", 6.4, WHITE)
    p.rectangle(0, 143, 148, 143.5, (206, 206, 202))
    p.text(9, 146, "Clear to the root!", 15, (14, 108, 56), bold=0.05, spacing=0.035, stretch=0.95)
    p.frame(9, 167, 108, 187, (90, 160, 118), 0.4)
    lines = ["This is the book I wished for when my", "first guess grew in all directions."]
    p.paragraph(12, 169, lines, 5.0, (14, 108, 56))
    p.text(138, 171, "Suri Moss", 6.4, (14, 108, 56), right=True)
    p.text(9, 193, "fmp", 11, (14, 108, 56), bold=0.06)
    p.text(31, 197, "forest monographs in probability", 4.0, (14, 108, 56))


def _fern(p: Canvas, x: float, y: float, length: float, angle: float, c: Colour) -> None:
    """A frond: a bending stalk with leaflets that shrink to its tip."""
    steps, at = 22, (x, y)
    for k in range(steps):
        heading = math.radians(angle + 1.1 * k)
        after = (
            at[0] + length / steps * math.cos(heading),
            at[1] + length / steps * math.sin(heading),
        )
        p.line([at, after], c, 1.0)
        reach = 17 * math.sin(math.pi * min(1.0, (k + 3) / (steps + 2))) * length / 80
        for side in (-1, 1):
            leaf = heading + side * 1.15
            tip = (at[0] + reach * math.cos(leaf), at[1] + reach * math.sin(leaf))
            across = (0.11 * (tip[1] - at[1]), -0.11 * (tip[0] - at[0]))
            middle = ((at[0] + tip[0]) / 2, (at[1] + tip[1]) / 2)
            wings = [(middle[0] + s * across[0], middle[1] + s * across[1]) for s in (1, -1)]
            p.polygon([at, wings[0], tip, wings[1]], c)
        at = after


def _tides(p: Canvas) -> None:
    grey: Colour = (60, 60, 62)
    p.rectangle(0, 0, 130, 188, (232, 231, 230))
    p.text(24, 24, "TIDES", 17, INK, stretch=0.92, spacing=0.12)
    p.text(24, 45, "where does the water want to go?", 4.4, grey, spacing=0.06)
    for k in range(5):
        wave = [
            (20 + t * 0.92, 66 + 7 * k + (9 - k) * math.sin(t / 13.0 + 0.8 * k) * (1 - t / 150))
            for t in range(96)
        ]
        p.line(wave, INK, 0.8)
    p.text(112, 108, "K. Selwyn", 4.6, grey, spacing=0.06, right=True)
    p.text(112, 115, "translated by Mio Hart", 3.6, grey, spacing=0.04, right=True)
    p.rectangle(0, 126, 130, 126.4, (206, 205, 203))
    lines = ["Some books carry you out.", "This one also tells you,", "calmly, how to come back."]
    p.paragraph(24, 138, lines, 4.6, grey, lead=1.75)
    p.text(24, 166, "[ The Harbour Review ]", 3.8, grey)
    p.text(112, 176, "saltmarsh", 4.2, grey, right=True)


def _robots(p: Canvas) -> None:
    teal, coral, amber = (8, 98, 108), (218, 70, 42), (236, 160, 40)
    p.frame(8, 8, 42, 16, RED, 0.8)
    p.text(10, 8.6, "Kitchen Lab 2", 4.4, RED)
    p.text(9, 18, "Robots", 31, teal, bold=0.035, spacing=0.035, stretch=0.9)
    p.text(9, 47, "for Breakfast", 29, teal, bold=0.035, spacing=0.035, stretch=0.86)
    p.line([(150, 14), (164, 38)], teal, 2.2)
    p.disc(148, 11, 6, teal, 4)
    p.rectangle(10, 82, 176, 186, coral)
    for k in range(15):
        x, y = 30 + 32 * (k % 5), 101 + 33 * (k // 5)
        _icon(p, x, y, k)
    p.rectangle(140, 82, 176, 116, amber)
    p.paragraph(143, 87, ["toast, torque,", "tea and", "servo motors"], 4.6, WHITE, lead=1.7)
    lines = [
        "Forty machines that cook, spill",
        "and learn, with drawings, faults",
        "and recipes to build at home.",
    ]
    p.paragraph(10, 192, lines, 7.0, teal, lead=1.45)
    for k in range(6):
        p.line([(128, 194 + 5 * k), (174 - 6 * (k % 3), 194 + 5 * k)], (206, 128, 110), 0.7)
    p.text(10, 225, "Spoon+Gear", 7, RED, bold=0.05, spacing=0.035)
    p.text(66, 226, "WORKSHOP", 5.4, INK, spacing=0.05)


def _icon(p: Canvas, x: float, y: float, k: int) -> None:
    """One of the small pictures of the grid: robot heads, eggs, gears, spoons, leaves."""
    kind, cream, teal, dark = k % 5, (246, 238, 222), (8, 98, 108), (64, 34, 30)
    if kind == 0:
        p.rounded(x - 10, y - 8, x + 10, y + 9, 2, (188, 196, 198))
        p.disc(x - 4.5, y - 1, 2.6, dark)
        p.disc(x + 4.5, y - 1, 2.6, dark)
        p.rectangle(x - 5, y + 4, x + 5, y + 6, RED)
        p.line([(x, y - 8), (x, y - 13)], (188, 196, 198), 1.2)
    elif kind == 1:
        p.disc(x, y, 11, cream, 10)
        p.disc(x + 1, y + 1, 4.6, (242, 178, 40))
    elif kind == 2:
        for t in range(8):
            a = t * math.pi / 4
            p.disc(x + 9 * math.cos(a), y + 9 * math.sin(a), 2.6, teal)
        p.disc(x, y, 8.6, teal)
        p.disc(x, y, 3.4, (218, 70, 42))
    elif kind == 3:
        p.line([(x - 7, y + 11), (x + 3, y - 4)], (214, 170, 110), 2.4)
        p.disc(x + 5, y - 7, 4.6, (214, 170, 110), 5.6)
    else:
        for t in range(-2, 3):
            p.disc(x + 3.4 * t, y - 1.5 * abs(t), 3.0, (34, 92, 46), 9)
        p.line([(x, y + 4), (x, y + 13)], (34, 70, 40), 1.4)


def _atlas(p: Canvas) -> None:
    orange, line = (238, 150, 20), (198, 118, 10)
    p.rectangle(0, 0, 154, 216, (246, 204, 44))
    for x, y, r in ((104, 152, 40), (140, 120, 30), (60, 186, 26), (128, 190, 26)):
        p.disc(x, y, r, (248, 186, 36))
    nodes = [(92, 128), (132, 146), (66, 160), (112, 182), (140, 196), (40, 190), (138, 108)]
    for a, b in ((0, 1), (0, 2), (2, 3), (1, 3), (3, 4), (2, 5), (1, 6), (0, 6)):
        p.line([nodes[a], nodes[b]], line, 0.7)
    for index, (x, y) in enumerate(nodes):
        p.disc(x, y, 6.4, (246, 204, 44) if index % 2 else orange)
        p.ring(x, y, 6.4, line, 0.7)
    p.rectangle(8, 10, 20, 16, (216, 84, 20))
    p.text(14, 22, "An Atlas of", 17, INK, bold=0.03, stretch=0.95)
    p.text(14, 42, "Hidden Patterns", 19, INK, bold=0.035, spacing=0.035, stretch=0.9)
    p.rectangle(0, 68, 154, 77, INK)
    p.text(14, 69, "charts for the statistically lost   II", 6.0, WHITE)
    for k, name in enumerate(("C. M. Arden", "Lena Sorrel", "Y. Tamura", "B. Quill")):
        p.text(14, 86 + 8 * k, name, 5.4, INK)
    p.text(14, 204, "Meridian House", 4.6, INK)


def footprint(book: Book, pose: Pose) -> Array:
    """The four corners (4, 2) of a lying book on the plane it lies on."""
    w, h, _ = book.size
    return pose.apply(np.array([[0, 0, 0], [w, 0, 0], [w, h, 0], [0, h, 0]], dtype=float))[:, :2]
