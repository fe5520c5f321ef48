"""Drawing on a page measured in millimetres: text of any weight and width, lines, shapes."""

from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, features

from core.toy_books.shapes import Colour

PIXELS_PER_MM = 8


@lru_cache(maxsize=64)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(pixels) if features.check("freetype2") else None
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType; covers need its scalable font")
    return font


class Canvas:
    """A sheet `width` by `height` millimetres; the origin is its top left corner. Drawn at twice
    the resolution of the finished picture, because Pillow draws shapes without antialiasing. A
    shape with a `pen` is outlined by a line so many millimetres wide instead of filled."""

    def __init__(self, width: int, height: int, colour: Colour) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * PIXELS_PER_MM, height * PIXELS_PER_MM), colour)
        self.draw = ImageDraw.Draw(self.image)

    def rectangle(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        colour: Colour,
        *,
        pen: float = 0.0,
        radius: float = 0.0,
    ) -> None:
        """A rectangle, with round corners when a `radius` is given."""
        corners = [value * PIXELS_PER_MM for value in (x0, y0, x1, y1)]
        self.draw.rounded_rectangle(corners, radius * PIXELS_PER_MM, *_style(colour, pen))

    def disc(
        self, x: float, y: float, rx: float, colour: Colour, ry: float = 0.0, *, pen: float = 0.0
    ) -> None:
        """A disc, or an ellipse when `ry` is given."""
        tall = ry or rx
        corners = [value * PIXELS_PER_MM for value in (x - rx, y - tall, x + rx, y + tall)]
        self.draw.ellipse(corners, *_style(colour, pen))

    def line(self, points: Sequence[complex], colour: Colour, pen: float) -> None:
        """A line through `points` x + y j."""
        width = max(1, round(pen * PIXELS_PER_MM))
        self.draw.line(_pixels(points), fill=colour, width=width, joint="curve")

    def polygon(self, points: Sequence[complex], colour: Colour) -> None:
        """A filled polygon with its corners at x + y j."""
        self.draw.polygon(_pixels(points), fill=colour)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: Colour,
        *,
        bold: float = 0.0,
        stretch: float = 1.0,
        spacing: float = 0.0,
        right: bool = False,
    ) -> None:
        """One line whose top left (or top `right`) is at (x, y). `size` is the type size in
        millimetres, `bold` thickens the strokes by that share of it, `stretch` scales the width,
        `spacing` adds that share of the size between letters."""
        pixels = round(size * PIXELS_PER_MM)
        font, stroke, gap = _font(pixels), round(bold * pixels), spacing * pixels
        # Without a gap the font sets the line itself, with its kerning.
        pieces = list(text) if gap else [text]
        wide = sum(font.getlength(piece) + gap for piece in pieces)
        wide = max(wide, font.getlength(text)) + 2 * stroke + 4
        mask = Image.new("L", (int(wide) + 1, int(1.4 * pixels) + 2 * stroke), 0)
        pen, at = ImageDraw.Draw(mask), float(stroke)
        for piece in pieces:
            pen.text((at, stroke), piece, fill=255, font=font, stroke_width=stroke)
            at += font.getlength(piece) + gap
        mask = mask.resize((max(1, round(mask.width * stretch)), mask.height))
        left = x * PIXELS_PER_MM - (mask.width if right else 0)
        self.image.paste(colour, (round(left), round(y * PIXELS_PER_MM)), mask)

    def paragraph(
        self, x: float, y: float, lines: Sequence[str], size: float, colour: Colour, lead: float
    ) -> None:
        """Several lines of small text, their tops `lead` millimetres apart."""
        for index, words in enumerate(lines):
            self.text(x, y + index * lead, words, size, colour)


def _style(colour: Colour, pen: float) -> tuple[Colour | None, Colour | None, int]:
    """Pillow's fill, outline and width."""
    return (None, colour, round(pen * PIXELS_PER_MM)) if pen else (colour, None, 1)


def _pixels(points: Sequence[complex]) -> list[tuple[float, float]]:
    return [(p.real * PIXELS_PER_MM, p.imag * PIXELS_PER_MM) for p in points]
