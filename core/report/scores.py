"""Scores as dots with intervals beside what costs no training, and every number as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from core.base.formatting import percent
from core.base.language import _, translate
from core.base.palette import GREY, css_colour
from core.compare.score_tables import (
    CONTROL_TITLES,
    Controls,
    dots_of_test_set,
    lift_dots,
    names_of_test_sets,
    numbers_table,
    validation_dots,
)
from core.report import drawing
from core.report.drawing import WIDTH, Axis
from core.report.markup import Content, Markup, join_content, tag
from core.report.subject import DatasetSection, ReportEntry, Subject
from core.report.verdicts import section_title
from core.store.run import Run

_LEFT, _RIGHT = 24.0, WIDTH - 16.0  # where the axes begin and end
_LANE_HEIGHT, _TITLE_HEIGHT, _AXIS_HEIGHT = (
    14.0,
    18.0,
    22.0,
)  # heights of an item's lane, a score's name, the axis


def render_scores(subject: Subject, section: DatasetSection) -> Markup | None:
    """From easy to difficult, then each set's scores, then all numbers; None before a run is
    finished."""
    if not section.finished:
        return None
    rows = [row for item in section.finished_items for row in item.evaluated_members()]
    controls: Controls = subject.read_runs(Run.controls, rows)
    figures = [_accuracy_by_set_figure(section)]
    plots = [(_("validation"), validation_dots(section.finished_items, controls))]
    plots += [
        (name, dots_of_test_set(section.finished_items, controls, name))
        for name in names_of_test_sets(section.finished_items)
    ]
    figures += [_score_figure(name, frame, section) for name, frame in plots if len(frame)]
    lifts = lift_dots(section.finished_items, controls)
    if len(lifts):
        figures.append(_score_figure(_("lift"), lifts, section, min_top=2.0))
    head = [
        tag("h2", section_title(_("Scores"), section, subject)),
        render_legend(section.finished),
    ]
    first = tag("div", figures[:2], class_="plots")
    return tag(
        "section",
        tag("div", head, first, class_="keep"),  # on paper no heading stands alone
        tag("div", figures[2:], class_="plots"),
        tag("p", _legend_text(section, any(controls.values())), class_="small"),
        _tables(section, controls),
    )


def render_legend(entries: Sequence[ReportEntry]) -> Markup:
    """Which letter and colour is whose."""
    return tag("ul", [tag("li", one.badge_and_title) for one in entries], class_="key")


# --- from easy to difficult -----------------------------------------------------------------------


def _accuracy_by_set_figure(section: DatasetSection) -> Markup | None:
    """A lane per item with a mark for validation and each test set: the same question, put to
    photos of the same shoot and to photos from elsewhere."""
    sets = names_of_test_sets(section.finished_items)
    if not sets:
        return None
    places: list[tuple[str, tuple[str, ...]]] = []
    places.append((_("validation"), ("validation", "accuracy")))
    places += [(name, ("sets", name, "scores", "primary")) for name in sets]
    axis = Axis(0, 1, _LEFT, _RIGHT)
    lane, top, body, told = 23.0, 8.0, [], []
    for number, one in enumerate(section.finished):
        y = top + lane * (number + 0.5)
        found = [(name, one.item.summary_stats(*keys, "value")) for name, keys in places]
        known = [(name, spread.mean) for name, spread in found if spread]
        ends = [axis.position(value) for __, value in known]
        body.append(drawing.line(min(ends), y, max(ends), y, one.colour, 2))
        for (__, value), sign in zip(known, _marker_shapes(len(known)), strict=True):
            body.append(_draw_marker(sign, axis.position(value), y, one.colour))
        body.append(drawing.item_badge(10, y, one.letter, one.colour))
        told.append(", ".join([one.letter, *(f"{name} {percent(value)}" for name, value in known)]))
    height = top + lane * len(section.finished)
    alt = _("Share of photos answered right, from easy to difficult. {told}", told="; ".join(told))
    signs = [
        tag("li", _legend_marker(sign), name)
        for (name, __), sign in zip(places, _marker_shapes(len(places)), strict=True)
    ]
    return tag(
        "figure",
        tag("p", _("From the same shoot to elsewhere"), class_="head"),
        drawing.svg_figure(height + _AXIS_HEIGHT, alt, _grid(axis, top, height), body),
        tag("ul", signs, class_="key small"),
        tag("figcaption", _("Share of photos whose most prominent object is answered right.")),
    )


def _marker_shapes(count: int) -> list[str]:
    """A frame for validation, rings that fit into it for what lies between, a full circle for the
    last set: marks in one place all show."""
    return ["square", *["ring"] * (count - 2), "full"] if count > 1 else ["square"]


def _draw_marker(shape: str, x: float, y: float, colour: str) -> Markup:
    if shape == "square":
        return tag(
            "rect",
            x=x - 6.5,
            y=y - 6.5,
            width=13,
            height=13,
            stroke=colour,
            stroke_width=2,
            style="fill:var(--paper)",
        )
    if shape == "ring":
        return tag(
            "circle", cx=x, cy=y, r=3.6, stroke=colour, stroke_width=2, style="fill:var(--paper)"
        )
    return tag("circle", cx=x, cy=y, r=6.5, fill=colour)


def _legend_marker(shape: str) -> Markup:
    return tag(
        "svg",
        _draw_marker(shape, 8, 8, css_colour(GREY)),
        width=16,
        height=16,
        aria_hidden="true",
        style="vertical-align:-3px;margin-right:.3em",
    )


# --- dots with intervals --------------------------------------------------------------------------


def _score_figure(
    name: str, frame: pd.DataFrame, section: DatasetSection, min_top: float | None = None
) -> Markup:
    """The scores of one set: beneath each score's name a lane per item with its dot, its interval
    (of a group: its lowest to its highest run, a tick each), and the grey marks."""
    share = min_top is None
    most = 1.0 if share else max(float(min_top or 0), float(frame["high"].max()))
    axis = Axis(0, most, _LEFT, _RIGHT)
    by_id = {one.item.id: one for one in section.finished}
    body: list[Content] = []
    y, told = 4.0, []
    for score, rows in frame.groupby("title", sort=False):
        body.append(drawing.text_line(0, y + 11, translate(str(score))))
        y += _TITLE_HEIGHT
        for row in rows.to_dict("records"):
            one, middle = by_id[row["run"]], y + _LANE_HEIGHT / 2
            body += [_draw_baselines(row, axis, middle), _interval(row, axis, middle, one)]
            told.append(f"{translate(str(score))}, {one.letter} {row['words']}")
            y += _LANE_HEIGHT
        y += 4
    alt = _("Scores on {photos}. {told}", photos=name, told="; ".join(told))
    return tag(
        "figure",
        tag("p", tag("bdi", name), class_="head"),
        drawing.svg_figure(y + _AXIS_HEIGHT, alt, _grid(axis, 4, y, share), body),
    )


def _interval(row: Mapping[str, object], axis: Axis, y: float, entry: ReportEntry) -> list[Markup]:
    low, high, value = (axis.position(float(row[key])) for key in ("low", "high", "value"))  # type: ignore[arg-type]
    members: Sequence[float] = row["members"]  # type: ignore[assignment]
    ticks = [axis.position(member) for member in members] if len(members) > 1 else []
    return [
        drawing.line(low, y, high, y, entry.colour, 2.5),
        *(drawing.line(x, y - 4, x, y + 4, entry.colour, 1.5) for x in ticks),
        drawing.item_badge(value, y, entry.letter, entry.colour),
    ]


def _draw_baselines(row: Mapping[str, object], axis: Axis, y: float) -> list[Markup]:
    """What costs no training: a bar for the constant answer, signs for the controls."""
    marks, half = [], _LANE_HEIGHT / 2
    constant, frozen, untrained = (row.get(key) for key in ("constant", *CONTROL_TITLES))
    if _is_number(constant):
        x = axis.position(float(constant))  # type: ignore[arg-type]
        marks.append(drawing.line(x, y - half, x, y + half, None, 4, "constant"))
    if _is_number(frozen):
        x = axis.position(float(frozen))  # type: ignore[arg-type]
        corners = f"{x - 5:.1f},{y:.1f} {x:.1f},{y - 5:.1f} {x + 5:.1f},{y:.1f} {x:.1f},{y + 5:.1f}"
        marks.append(tag("polygon", points=corners, class_="control"))
    if _is_number(untrained):
        x = axis.position(float(untrained))  # type: ignore[arg-type]
        marks.append(drawing.line(x - 4, y - 4, x + 4, y + 4, None, 2, "control"))
        marks.append(drawing.line(x - 4, y + 4, x + 4, y - 4, None, 2, "control"))
    return marks


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not pd.isna(value)


def _grid(axis: Axis, top: float, bottom: float, is_share: bool = True) -> list[Markup]:
    """Upright lines with their numbers beneath."""
    steps = (
        [0.0, 0.25, 0.5, 0.75, 1.0] if is_share else [float(n) for n in range(int(axis.high) + 1)]
    )
    marks = []
    for value in steps:
        x = axis.position(value)
        marks.append(drawing.line(x, top, x, bottom, class_="grid"))
        told = percent(value) if is_share else f"{value:.0f}"
        marks.append(drawing.text_line(x, bottom + 14, told, "middle", "soft"))
    return marks


def _legend_text(section: DatasetSection, has_controls: bool) -> str:
    words = [_("Dot: score. Line: 95 % interval, wide because the photos are few.")]
    if any(len(one.item.evaluated_members()) > 1 for one in section.finished):
        words.append(_("Of a group: its mean, from its lowest to its highest run, a tick at each."))
    words.append(_("Grey is what needs no training. Bar: the best constant answer."))
    if has_controls:
        words.append(
            _(
                "Diamond: logistic regression on the frozen pretrained backbone. Cross: the same "
                "on untrained weights. A run that is no better has learned nothing that counts."
            )
        )
    return " ".join(words)


# --- all numbers ----------------------------------------------------------------------------------


def _tables(section: DatasetSection, controls: Controls) -> list[Markup]:
    """A table per set of photos: a row per item, then what needs no training; a score a column."""
    frame = numbers_table(section.finished_items, controls)
    photos, score, *columns = frame.columns
    by_title = {one.item.title: one for one in section.finished}
    found = []
    for name, rows in frame.groupby(photos, sort=False):
        heads = [
            tag("td", ""),
            *(tag("th", translate(str(what)), scope="col") for what in rows[score]),
        ]
        lines = []
        for column in columns:
            one, cells = by_title.get(column), [str(cell) for cell in rows[column]]
            if any(cells):
                head = one.badge_and_title if one else translate(column)
                lines.append(
                    tag(
                        "tr",
                        tag("th", head, scope="row"),
                        [tag("td", _cell(c)) for c in cells],
                        class_=None if one else "free",
                    )
                )
        values = {"photos": translate(str(name))}
        caption = _(
            "Every number on {photos}, with 95 % intervals; of groups the lowest and highest run.",
            **values,
        )
        found.append(
            tag(
                "div",
                tag(
                    "table",
                    tag("caption", caption),
                    tag("thead", tag("tr", heads)),
                    tag("tbody", lines),
                ),
                class_="scroll",
                tabindex=0,
                role="region",
                aria_label=_("Numbers on {photos}", **values),
            )
        )
    return found


def _cell(text: str) -> Markup:
    """`49 % (38 of 77), 38 to 60 %`, broken at the comma only."""
    return join_content([tag("span", part) for part in text.split(", ")], ", ")
