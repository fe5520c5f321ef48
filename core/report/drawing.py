"""What the report's figures are drawn with: SVG of one width, so that its words are as large as the
page's on paper, on a desk and on a phone. The colours of words and axes are the page's
(report.css), so that they suit light and dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.report.markup import Content, Markup, number, tag

WIDTH = 340  # units of a figure; two stand side by side on paper
LETTER_COLOUR = (
    "light-dark(#fff, #000)"  # on an item's colour, as core.base.palette.css_colour has it
)


@dataclass(frozen=True)
class Axis:
    """Where values stand: `low` at `start`, `high` at `end` (either way round), in between evenly
    or, with `log`, by their logarithm. Values beyond are drawn at the ends."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def position(self, value: float) -> float:
        low, high, place = self.low, self.high, min(max(value, self.low), self.high)
        if self.log:
            low, high, place = math.log10(low), math.log10(high), math.log10(place)
        return self.start + (place - low) / (high - low) * (self.end - self.start)


def svg_figure(height: float, alt: str, *content: Content) -> Markup:
    """A figure. alt: what it shows, for who cannot see it."""
    return tag(
        "svg",
        tag("title", alt),
        content,
        class_="plot",
        role="img",
        viewBox=f"0 0 {WIDTH} {number(height)}",
        width=WIDTH,
        height=height,
    )


def text_line(
    x: float, y: float, text: str, anchor: str = "start", class_: str | None = None
) -> Markup:
    """A line of text. anchor: start, middle or end of it stands at x."""
    return tag("text", text, x=x, y=y, text_anchor=anchor, class_=class_)


def line(
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    colour: str | None = None,
    width: float = 1,
    class_: str | None = None,
) -> Markup:
    return tag("line", x1=x0, y1=y0, x2=x1, y2=y1, stroke=colour, stroke_width=width, class_=class_)


def path(
    points: Sequence[tuple[float, float]], colour: str, width: float, dash: str | None = None
) -> Markup:
    """A line through points."""
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return tag(
        "polyline",
        points=text,
        fill="none",
        stroke=colour,
        stroke_width=width,
        stroke_dasharray=dash,
        stroke_linejoin="round",
    )


def area(points: Sequence[tuple[float, float]], colour: str) -> Markup:
    """A faint area."""
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return tag("polygon", points=text, fill=colour, fill_opacity="0.2")


def item_badge(x: float, y: float, letter: str, colour: str, radius: float = 6.5) -> Markup:
    """An item's mark: its letter on its colour."""
    return tag(
        "g",
        tag("circle", cx=x, cy=y, r=radius, fill=colour),
        tag(
            "text",
            letter,
            x=x,
            y=y + 3.2,
            text_anchor="middle",
            class_="letter",
            style=f"fill:{LETTER_COLOUR}",
        ),
    )
