"""Drawing on a page measured in millimetres: text of any weight and width, lines, shapes."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, features

Colour = tuple[int, int, int]

PIXELS_PER_MM = 8


@lru_cache(maxsize=64)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    if not features.check("freetype2"):
        raise RuntimeError("Pillow was built without FreeType; covers need its scalable font")
    font = ImageFont.load_default(pixels)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


class Canvas:
    """A sheet `width` by `height` millimetres; the origin is its top left corner.

    It is drawn at twice the resolution of the finished picture, because Pillow draws shapes
    without antialiasing.
    """

    def __init__(self, width: float, height: float, colour: Colour) -> None:
        self.width, self.height = width, height
        size = (round(width * PIXELS_PER_MM), round(height * PIXELS_PER_MM))
        self.image = Image.new("RGB", size, colour)
        self.pen = ImageDraw.Draw(self.image)

    def rectangle(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        """Fill a rectangle."""
        self.pen.rectangle(_px(x0, y0, x1, y1), fill=colour)

    def frame(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, w: float) -> None:
        """Outline a rectangle with a line `w` millimetres wide."""
        self.pen.rectangle(_px(x0, y0, x1, y1), outline=colour, width=round(w * PIXELS_PER_MM))

    def rounded(
        self, x0: float, y0: float, x1: float, y1: float, radius: float, colour: Colour
    ) -> None:
        """Fill a rectangle with round corners."""
        self.pen.rounded_rectangle(_px(x0, y0, x1, y1), radius * PIXELS_PER_MM, fill=colour)

    def disc(self, x: float, y: float, rx: float, colour: Colour, ry: float | None = None) -> None:
        """Fill a disc, or an ellipse when `ry` is given."""
        tall = rx if ry is None else ry
        self.pen.ellipse(_px(x - rx, y - tall, x + rx, y + tall), fill=colour)

    def ring(self, x: float, y: float, radius: float, colour: Colour, w: float) -> None:
        """Outline a circle."""
        corners = _px(x - radius, y - radius, x + radius, y + radius)
        self.pen.ellipse(corners, outline=colour, width=round(w * PIXELS_PER_MM))

    def line(self, points: list[tuple[float, float]], colour: Colour, w: float) -> None:
        """Draw a line through `points`, `w` millimetres wide."""
        width = max(1, round(w * PIXELS_PER_MM))
        flat = [(x * PIXELS_PER_MM, y * PIXELS_PER_MM) for x, y in points]
        self.pen.line(flat, fill=colour, width=width, joint="curve")

    def polygon(self, points: list[tuple[float, float]], colour: Colour) -> None:
        """Fill a polygon."""
        self.pen.polygon([(x * PIXELS_PER_MM, y * PIXELS_PER_MM) for x, y in points], fill=colour)

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
        """Write one line whose top left (or top `right`) is at (x, y).

        `size` is the type size in millimetres, `bold` thickens the strokes by that share of it,
        `stretch` scales the width, `spacing` adds that share of the size between letters.
        """
        pixels = round(size * PIXELS_PER_MM)
        font, stroke = _font(pixels), round(bold * pixels)
        gap = spacing * pixels
        wide = sum(font.getlength(letter) + gap for letter in text) if gap else 0.0
        wide = max(wide, font.getlength(text)) + 2 * stroke + 4
        mask = Image.new("L", (int(wide) + 1, int(1.4 * pixels) + 2 * stroke), 0)
        pen = ImageDraw.Draw(mask)
        if gap:
            at = float(stroke)
            for letter in text:
                pen.text((at, stroke), letter, fill=255, font=font, stroke_width=stroke)
                at += font.getlength(letter) + gap
        else:
            pen.text((stroke, stroke), text, fill=255, font=font, stroke_width=stroke)
        if stretch != 1.0:
            mask = mask.resize((max(1, round(mask.width * stretch)), mask.height))
        left = x * PIXELS_PER_MM - (mask.width if right else 0)
        self.image.paste(colour, (round(left), round(y * PIXELS_PER_MM)), mask)

    def paragraph(
        self, x: float, y: float, lines: list[str], size: float, colour: Colour, lead: float = 1.5
    ) -> None:
        """Write several lines of small text, `lead` type sizes apart."""
        for index, words in enumerate(lines):
            self.text(x, y + index * size * lead, words, size, colour)

    def to_image(self) -> Image.Image:
        """The page at its final resolution (half of what it is drawn at)."""
        return self.image.reduce(2)


def _px(*millimetres: float) -> list[float]:
    return [value * PIXELS_PER_MM for value in millimetres]
