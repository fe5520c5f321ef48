"""How the items trained: loss over accuracy, a small picture each, all on the same axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from core.base.formatting import percent
from core.base.language import _
from core.compare.curves import Line, build_lines, has_zero_loss
from core.report import drawing
from core.report.drawing import WIDTH, Axis
from core.report.markup import Markup, tag
from core.report.subject import DatasetSection, ReportEntry, Subject
from core.report.verdicts import section_title
from core.store.run import Run

_LEFT, _RIGHT = 40.0, WIDTH - 8.0
_LOSS_PANEL, _ACCURACY_PANEL = (20.0, 116.0), (147.0, 197.0)  # top and bottom of the two panels
_HEIGHT = 227.0
_MIN_LOSS, _MAX_LOSS = 1e-6, 1e3  # losses beyond are drawn at the edge


def render_curves(subject: Subject, section: DatasetSection) -> Markup | None:
    """A picture for each item that has finished an epoch; None without any."""
    rows = [row for one in section.entries for row in one.item.members if not row.problem]
    histories = subject.read_runs(Run.history, rows)
    lines = build_lines([one.item for one in section.entries], histories, {}, {}, "epoch")
    if not lines:
        return None
    x = Axis(0, max(line.points["x"].max() for line in lines), _LEFT, _RIGHT)
    loss = _loss_axis(lines)
    figures = [
        _figure(one, [line for line in lines if line.item == one.item.id], x, loss)
        for one in section.entries
        if any(line.item == one.item.id for line in lines)
    ]
    words = _(
        "Dotted: loss on the training photos. Solid: loss and accuracy on the validation photos. "
        "The loss is on a logarithmic scale, and all pictures have the same axes."
    )
    if has_zero_loss(lines):
        words += " " + _("A loss of exactly 0 is drawn at the foot: a log scale has no 0.")
    if any(one.item.repeats > 1 for one in section.entries):
        words += " " + _("Of a group: the mean, and the band from its lowest to its highest run.")
    return tag(
        "section",
        tag("h2", section_title(_("How they trained"), section, subject)),
        tag("div", figures, class_="plots"),
        tag("p", words, class_="small"),
    )


def _figure(entry: ReportEntry, lines: Sequence[Line], x: Axis, loss: Axis) -> Markup:
    accuracy = Axis(0, 1, _ACCURACY_PANEL[1], _ACCURACY_PANEL[0])
    drawn = [
        drawing.text_line(0, 12, _("loss")),
        drawing.text_line(0, _ACCURACY_PANEL[0] - 13, _("accuracy")),
    ]
    drawn += _draw_y_grid(x, loss, _decades(loss), _format_power)
    drawn += _draw_y_grid(x, accuracy, (0.0, 0.5, 1.0), percent)
    drawn += _draw_epoch_axis(x)
    told = []
    names = {
        "train_loss": _("training loss"),
        "val_loss": _("validation loss"),
        "val_accuracy": _("validation accuracy"),
    }
    for line in lines:
        y = accuracy if line.curve == "val_accuracy" else loss
        drawn += _line(line, x, y, entry.colour)
        last = float(line.points["value"].iloc[-1])
        ends = percent(last) if line.curve == "val_accuracy" else f"{last:.3g}"
        told.append(_("{curve} ends at {value}", curve=names[line.curve], value=ends))
    epochs = int(max(line.points["x"].max() for line in lines))
    alt = _("{name}, {n} epochs: {told}.", name=entry.item.title, n=epochs, told=", ".join(told))
    return tag(
        "figure",
        tag("p", entry.badge_and_title, class_="head"),
        drawing.svg_figure(_HEIGHT, alt, drawn),
    )


def _line(line: Line, x: Axis, y: Axis, colour: str) -> list[Markup]:
    """The curve, and a group's band behind it."""
    points = line.points[line.points["value"].map(math.isfinite)]
    drawn = []
    if (points["low"] < points["high"]).any() and line.curve != "train_loss":
        upper, lower = _to_points(points, "high", x, y), _to_points(points, "low", x, y)
        drawn.append(drawing.area([*upper, *reversed(lower)], colour))
    dotted = line.curve == "train_loss"
    places = _to_points(points, "value", x, y)
    drawn.append(
        drawing.path(places, colour, 1.6 if dotted else 2.2, "2.5 2.5" if dotted else None)
    )
    if len(places) == 1:
        drawn.append(tag("circle", cx=places[0][0], cy=places[0][1], r=3, fill=colour))
    return drawn


def _to_points(points: pd.DataFrame, column: str, x: Axis, y: Axis) -> list[tuple[float, float]]:
    return [
        (x.position(a), y.position(b)) for a, b in zip(points["x"], points[column], strict=True)
    ]


def _loss_axis(lines: Iterable[Line]) -> Axis:
    """From the power of ten below the lowest loss to the one above the highest."""
    values = [
        value
        for line in lines
        if line.curve != "val_accuracy"
        for column in ("value", "low", "high")
        for value in line.points[column]
        if math.isfinite(value) and value > 0
    ]
    low = math.floor(math.log10(max(min(values, default=0.1), _MIN_LOSS)))
    high = math.ceil(math.log10(min(max(values, default=1.0), _MAX_LOSS)))
    return Axis(10.0**low, 10.0 ** max(high, low + 1), _LOSS_PANEL[1], _LOSS_PANEL[0], log=True)


def _decades(axis: Axis) -> list[float]:
    """The powers of ten on the axis, every second one where there are many."""
    low, high = round(math.log10(axis.low)), round(math.log10(axis.high))
    return [10.0**power for power in range(high, low - 1, -1 if high - low <= 5 else -2)]


def _format_power(value: float) -> str:
    """`100`, `0.1`, or a power of ten where that is shorter."""
    if 0.01 <= value <= 100:
        return f"{value:g}"
    digits = str(round(math.log10(value)))
    return "10" + digits.translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _draw_y_grid(
    x: Axis, y: Axis, values: Iterable[float], format_value: Callable[[float], str]
) -> list[Markup]:
    """Level lines with their numbers at the left."""
    marks = []
    for value in values:
        place = y.position(value)
        marks.append(drawing.line(x.start, place, x.end, place, class_="grid"))
        marks.append(
            drawing.text_line(x.start - 4, place + 3.5, format_value(value), "end", "soft")
        )
    return marks


def _draw_epoch_axis(x: Axis) -> list[Markup]:
    """A few epochs beneath, the last one too."""
    step = next(n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if x.high / n <= 6)
    marks = [n for n in range(0, int(x.high), step) if x.high - n > 0.6 * step or n == 0]
    y = _ACCURACY_PANEL[1] + 14
    shown = [*marks, int(x.high)]
    numbers = [
        drawing.text_line(x.position(n), y, str(n), "middle" if n else "start", "soft")
        for n in shown
    ]
    return [
        *numbers,
        drawing.text_line((x.start + x.end) / 2, y + 13, _("epoch"), "middle", "soft"),
    ]
