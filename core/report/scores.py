"""Scores as figures beside what costs no training, every number as a table, and the curves."""

from typing import Any

from core.base.language import _, translate
from core.compare import score_tables
from core.compare.curves import build_lines, has_zero_loss
from core.report import figures
from core.report.subject import DatasetSection, Subject
from core.store.run import Run


def score_section(subject: Subject, section: DatasetSection) -> dict[str, Any] | None:
    """From easy to difficult, then each set's scores, then all numbers; None before a run is
    finished."""
    items = section.finished_items
    if not items:
        return None
    rows = [row for item in items for row in item.evaluated_members()]
    controls: score_tables.Controls = subject.read_runs(Run.controls, rows)
    sets = score_tables.names_of_test_sets(items)
    drawn: list[tuple[str, figures.Drawing, Any]] = []
    if sets:
        keys: dict[str, tuple[str, ...]] = {_("validation"): ("validation", "accuracy")}
        keys |= {name: ("sets", name, "scores", "primary") for name in sets}
        signs = list(zip(figures.marker_shapes(len(keys)), keys, strict=True))
        easy_to_difficult = figures.accuracy_by_set(section.finished, keys)
        drawn.append((_("From the same shoot to elsewhere"), easy_to_difficult, signs))
    dots = [(_("validation"), score_tables.validation_dots(items, controls))]
    dots += [(name, score_tables.dots_of_test_set(items, controls, name)) for name in sets]
    dots.append((_("lift"), score_tables.lift_dots(items, controls)))
    drawn += [
        (name, figures.score_dots(name, frame, section.finished), ())
        for name, frame in dots
        if len(frame)
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
    epochs, losses = max(line.points["x"].max() for line in lines), figures.loss_range(lines)
    drawn = []
    for one in section.entries:
        if own := [line for line in lines if line.item == one.item.id]:
            drawn.append((one, figures.training_curves(one, own, int(epochs), losses)))
    groups = any(item.repeats > 1 for item in items)
    return {"figures": drawn, "zero": has_zero_loss(lines), "groups": groups}
