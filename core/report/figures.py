"""The report's figures, drawn by Matplotlib as SVG of one width, so that their words are as large
as the page's on paper, on a desk and on a phone. Colours and font are the page's (report.css).
Imported only when a report is made: Matplotlib takes a second. At the end the page's sections of
scores and curves, which these figures fill."""

import io
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from zlib import crc32

import matplotlib
import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from core.base.formatting import percent
from core.base.language import _, translate
from core.base.palette import GREY, RUN_COLOURS, css_colour
from core.compare import score_tables
from core.compare.curves import Line, build_lines, has_zero_loss
from core.compare.score_tables import CONTROL_TITLES
from core.report.subject import DatasetSection, ReportEntry, Subject, clean_text
from core.store.run import Run

WIDTH = 340  # points, as are all lengths here (the template knows it too); two fit side by side
_LEFT, _RIGHT, _BOTTOM = 24, 18, 24  # beside and beneath the axes of dots
_SPAN = WIDTH - _LEFT - _RIGHT  # from the lowest to the highest value
_LANE, _TITLE = 14, 22  # heights of an item's lane and of a score's name
_MIN_LOSS, _MAX_LOSS = 1e-6, 1e3  # losses beyond are drawn at the edge

# Matplotlib takes no CSS: these stand in for the page's colours, which follow light and dark.
_INK, _SOFT, _LINE, _PAPER, _LETTER = "#010101", "#020202", "#030303", "#040404", "#050505"
_CSS_COLOURS = {colour: css_colour(colour) for colour in (*RUN_COLOURS, GREY)} | {
    _INK: "var(--ink)",
    _SOFT: "var(--soft)",
    _LINE: "var(--line)",
    _PAPER: "var(--paper)",
    _LETTER: "var(--letter)",
}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # words stay words
    "svg.hashsalt": "report",  # the same figure has the same ids
    "font.size": 10.5,
    "text.color": _INK,
    "text.parse_math": False,
    "axes.titlesize": "medium",
    "axes.titlelocation": "left",
    "axes.labelcolor": _SOFT,
    "axes.facecolor": "none",
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": _LINE,
    "grid.linewidth": 1,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.major.pad": 6,
    "lines.markeredgewidth": 2,
    **{f"axes.spines.{side}": False for side in ("left", "right", "top", "bottom")},
}
matplotlib.rcParams.update(_STYLE)


class Drawing(NamedTuple):
    """A figure for the inside of a page. alt: what it shows, for who cannot see it. body: what is
    in the SVG element, and its end."""

    height: int
    alt: str
    body: Markup


def marker_shapes(count: int) -> list[str]:
    """A frame for validation, rings that fit into it for what lies between, a full circle for the
    last set: marks in one place all show."""
    return ["square", *["ring"] * (count - 2), "full"] if count > 1 else ["square"]


def accuracy_by_set(
    entries: Sequence[ReportEntry], places: Mapping[str, tuple[str, ...]]
) -> Drawing:
    """A lane per entry with a mark for each set of photos: the same question, put to photos of the
    same shoot and to photos from elsewhere. places: of each set's share, keys of a summary."""
    lane, told = 23, []
    figure, axes = _lanes_axes(8 + lane * len(entries))
    for number, one in enumerate(entries):
        y = 8 + lane * (number + 0.5)
        found = {name: one.item.summary_stats(*keys, "value") for name, keys in places.items()}
        known = {name: spread.mean for name, spread in found.items() if spread}
        axes.hlines(y, min(known.values()), max(known.values()), one.colour, linewidth=2)
        for name, shape in zip(places, marker_shapes(len(places)), strict=True):
            axes.plot(
                known.get(name, math.nan),
                y,
                "s" if shape == "square" else "o",
                color=one.colour,
                ms=7 if shape == "ring" else 13,
                mew=0 if shape == "full" else 2,
                mfc=one.colour if shape == "full" else _PAPER,
            )
        _badge(axes, -(_LEFT - 10) / _SPAN, y, one)
        told.append(", ".join([one.letter, *(f"{name} {percent(v)}" for name, v in known.items())]))
    alt = _(
        "Percentage of photos classified correctly, from easy to difficult. {told}",
        told="; ".join(told),
    )
    return _drawing(figure, alt)


def score_dots(name: str, frame: pd.DataFrame, entries: Sequence[ReportEntry]) -> Drawing:
    """The scores of one set, or the lifts (of which none has a share's scale): beneath each score's
    name a lane per item with its dot, its interval (of a group: from its lowest to its highest run,
    a tick each), and in grey what costs no training."""
    by_id = {one.item.id: one for one in entries}
    numbers = frame[["low", "high", "constant", *CONTROL_TITLES]].astype(float)
    new = frame["title"].ne(frame["title"].shift())  # where a score begins
    lanes = np.arange(len(frame)) * _LANE + new.cumsum() * _TITLE + _LANE / 2
    top = max(2.0, numbers.max(axis=None)) if name == _("lift") else 1
    figure, axes = _lanes_axes(lanes.iloc[-1] + _LANE, top)
    axes.plot(numbers["constant"], lanes, "|", color=GREY, ms=14, mew=4)
    for control, marker in zip(CONTROL_TITLES, "Dx", strict=True):
        axes.plot(numbers[control], lanes, marker, color=GREY, ms=7, mfc="none")
    told = []
    for row, y in zip(frame.to_dict("records"), lanes, strict=True):
        one, title = by_id[row["run"]], translate(row["title"])
        axes.hlines(y, row["low"], row["high"], one.colour, linewidth=2.5)
        if (runs := len(row["members"])) > 1:
            axes.plot(row["members"], [y] * runs, "|", color=one.colour, ms=8, mew=1.5)
        _badge(axes, row["value"], y, one)
        told.append(f"{title}, {one.letter} {row['words']}")
    beside = axes.get_yaxis_transform()
    for title, y in zip(frame["title"][new], lanes[new], strict=True):
        words = clean_text(translate(title))  # some are names of folders
        axes.text(-_LEFT / _SPAN, y - 16, words, transform=beside, va="center")
    return _drawing(figure, _("Scores on {photos}. {told}", photos=name, told="; ".join(told)))


def training_curves(
    entry: ReportEntry, lines: Sequence[Line], epochs: int, loss_range: tuple[float, float]
) -> Drawing:
    """Loss over accuracy, with a group's band behind. epochs, loss_range: the ends of the axes."""
    figure = Figure((WIDTH / 72, 227 / 72))
    loss, accuracy = figure.subplots(2, sharex=True, height_ratios=(96, 50))
    figure.subplots_adjust(40 / WIDTH, 32 / 227, 1 - 8 / WIDTH, 1 - 20 / 227, 0.5)
    loss.set(title=_("loss"), yscale="log", ylim=loss_range)
    low, high = (round(math.log10(end)) for end in loss_range)
    powers = range(high, low - 1, -1 if high - low <= 5 else -2)
    loss.set_yticks([10.0**power for power in powers], map(_power_text, powers), minor=False)
    loss.minorticks_off()
    accuracy.set(title=_("accuracy"), ylim=(0, 1), xlim=(0, epochs), xlabel=_("epoch"))
    accuracy.set_yticks([0, 0.5, 1], [percent(value) for value in (0, 0.5, 1)])
    ticks = MaxNLocator(5, integer=True).tick_values(0, epochs)
    accuracy.set_xticks([*(tick for tick in ticks if tick < 0.9 * epochs), epochs])
    for axes in (loss, accuracy):
        axes.xaxis.grid(False)
    names = {
        "train_loss": _("training loss"),
        "val_loss": _("validation loss"),
        "val_accuracy": _("validation accuracy"),
    }
    told = []
    for line in lines:
        points = line.points[np.isfinite(line.points["value"])]
        axes, last = loss, f"{line.points['value'].iloc[-1]:.3g}"
        if line.curve == "val_accuracy":
            axes, last = accuracy, percent(line.points["value"].iloc[-1])
        drawn = points[["value", "low", "high"]].clip(*axes.get_ylim())
        dotted, x = line.curve == "train_loss", points["x"]
        if not dotted and (points["low"] < points["high"]).any():
            axes.fill_between(x, drawn["low"], drawn["high"], color=entry.colour, alpha=0.2, lw=0)
        (curve,) = axes.plot(x, drawn["value"], color=entry.colour, lw=1.6 if dotted else 2.2)
        curve.set_linestyle((0, (1.6, 1.6)) if dotted else "solid")
        curve.set_marker("o" if len(points) == 1 else "")
        told.append(_("{curve} ends at {value}", curve=names[line.curve], value=last))
    last_epoch = int(max(line.points["x"].max() for line in lines))
    title = entry.item.title
    alt = _("{name}, {n} epochs: {told}.", name=title, n=last_epoch, told=", ".join(told))
    return _drawing(figure, alt)


def loss_range(lines: Sequence[Line]) -> tuple[float, float]:
    """From the power of ten below the lowest loss to the one above the highest."""
    losses = [line.points for line in lines if line.curve != "val_accuracy"]
    values = pd.concat(losses)[["value", "low", "high"]].to_numpy().ravel()
    values = values[np.isfinite(values) & (values > 0)].clip(_MIN_LOSS, _MAX_LOSS)
    low, high = (values.min(), values.max()) if len(values) else (0.1, 1.0)
    power = math.floor(math.log10(low))
    return 10.0**power, 10.0 ** max(math.ceil(math.log10(high)), power + 1)


def _power_text(power: int) -> str:
    """`100`, `0.1`, or a power of ten where that is shorter."""
    if -2 <= power <= 2:
        return f"{10.0**power:g}"
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _lanes_axes(height: float, top: float = 1) -> tuple[Figure, Axes]:
    """Axes for dots: downwards in points, to the right up to `top`, shares if that is 1."""
    whole = height + _BOTTOM
    figure = Figure((WIDTH / 72, whole / 72))
    axes = figure.add_axes((_LEFT / WIDTH, _BOTTOM / whole, _SPAN / WIDTH, height / whole))
    axes.set(xlim=(0, top), ylim=(height, 0), yticks=[])
    if top == 1:
        steps = [0, 0.25, 0.5, 0.75, 1]
        axes.set_xticks(steps, [percent(step) for step in steps])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    return figure, axes


def _badge(axes: Axes, x: float, y: float, entry: ReportEntry) -> None:
    """An item's mark: its letter on its colour."""
    axes.plot(x, y, "o", color=entry.colour, ms=13, mew=0)
    axes.annotate(
        entry.letter,
        (x, y),
        (0, -3.2),
        textcoords="offset points",
        annotation_clip=False,
        color=_LETTER,
        size=9,
        weight="bold",
        ha="center",
    )


def _drawing(figure: Figure, alt: str) -> Drawing:
    figure.patch.set_visible(False)
    for artist in figure.findobj():
        artist.set_clip_on(False)  # marks at the ends are whole
    file = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with warnings.catch_warnings():
        # Japanese is drawn by the reader's fonts; here it is only measured.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(file, format="svg", metadata=nothing)
    _head, _styles, body = file.getvalue().partition("</defs>")
    body = re.sub(r"#[0-9a-f]{6}\b", lambda found: _CSS_COLOURS[found[0]], body)
    # Names of groups, which nothing refers to; fonts, which are the page's.
    body = re.sub(r' id="[\w.]+_\d+"| *\n *|font-family:[^;]*;', "", body)
    body = re.sub(r'( id="|href="#)(?=m)', rf"\g<1>{crc32(alt.encode()):x}-", body)
    return Drawing(round(72 * figure.get_figheight()), alt, Markup(body))


# --- the page's sections -----------------------------------------------------------------------


def score_section(subject: Subject, section: DatasetSection) -> dict[str, Any] | None:
    """From easy to difficult, then each set's scores, then all numbers; None before a run is
    finished."""
    items = section.finished_items
    if not items:
        return None
    rows = [row for item in items for row in item.evaluated_members()]
    controls: score_tables.Controls = subject.read_runs(Run.controls, rows)
    sets = score_tables.names_of_test_sets(items)
    drawn: list[tuple[str, Drawing, Any]] = []
    if sets:
        keys: dict[str, tuple[str, ...]] = {_("validation"): ("validation", "accuracy")}
        keys |= {name: ("sets", name, "scores", "primary") for name in sets}
        signs = list(zip(marker_shapes(len(keys)), keys, strict=True))
        easy_to_difficult = accuracy_by_set(section.finished, keys)
        drawn.append((_("From the same shoot to elsewhere"), easy_to_difficult, signs))
    dots = [(_("validation"), score_tables.validation_dots(items, controls))]
    dots += [(name, score_tables.dots_of_test_set(items, controls, name)) for name in sets]
    dots.append((_("lift"), score_tables.lift_dots(items, controls)))
    drawn += [
        (name, score_dots(name, frame, section.finished), ()) for name, frame in dots if len(frame)
    ]
    return {
        "figures": drawn,
        "groups": any(len(item.evaluated_members()) > 1 for item in items),
        "controls": any(controls.values()),
        "tables": _tables(section, controls),
    }


def _tables(section: DatasetSection, controls: score_tables.Controls) -> list[dict[str, Any]]:
    """A table per set of photos: a row per item, then what needs no training; a score a column."""
    frame = score_tables.numbers_table(section.finished_items, controls)
    by_title = {one.item.title: one for one in section.finished}
    return [
        {
            "photos": translate(str(photos)),
            "scores": [translate(score) for score in rows["score"]],
            "rows": [
                (translate(column), by_title.get(column), cells)
                for column in frame.columns[2:]
                if any(cells := list(rows[column]))
            ],
        }
        for photos, rows in frame.groupby("photos", sort=False)
    ]


def curve_section(subject: Subject, section: DatasetSection) -> dict[str, Any] | None:
    """A picture for each item that has finished an epoch, all on the same axes; None without."""
    items = [one.item for one in section.entries]
    rows = [row for item in items for row in item.members if not row.problem]
    lines = build_lines(items, subject.read_runs(Run.history, rows), {}, {}, "epoch")
    if not lines:
        return None
    epochs, losses = max(line.points["x"].max() for line in lines), loss_range(lines)
    drawn = []
    for one in section.entries:
        if own := [line for line in lines if line.item == one.item.id]:
            drawn.append((one, training_curves(one, own, int(epochs), losses)))
    groups = any(item.repeats > 1 for item in items)
    return {"figures": drawn, "zero": has_zero_loss(lines), "groups": groups}
