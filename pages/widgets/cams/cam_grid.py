"""The CAM grid: photos down, runs across, drawn in the browser (cam_grid_js/)."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.base import palette
from core.base.formatting import escape_markdown
from core.base.language import _, language, translate
from core.compare.selection import item_colours
from core.data.dataset import VALIDATION, Dataset, TestSet
from core.data.photos import Crop
from core.data.split import build_validation_set
from core.recipe.files import recipe_from_dict
from core.store.groups import Group
from core.store.index import RunRow
from core.store.run import open_run
from core.views.cam_grid import (
    CamColumn,
    Grid,
    TitledColumn,
    build_grid,
    mean_column,
    run_column,
    thumbnails,
)
from pages import settings
from pages.widgets.shared.verdict import VERDICT_STYLES
from pages.widgets.ui.assets import script, style

_SCRIPTS = ("reading", "link", "painting", "controls", "cells", "large", "grid")
_GRID = st.components.v2.component(
    "overfit_lens_cam_grid",
    html='<div class="grid-root"></div>',
    css=style("ui/tables", "cams/cam_grid_js/grid"),
    js=script("ui/fill", "ui/element", *(f"cams/cam_grid_js/{name}" for name in _SCRIPTS)),
)


def show(key: str, selected: Sequence[Group], dataset: Dataset, set_name: str) -> None:
    """The grid of one test set, or of the photos that validate in these runs; a group is a column,
    the mean over its finished members. Raises InputError when photos or maps cannot be read."""
    if set_name == VALIDATION:
        recipes = [recipe_from_dict(row.recipe) for item in selected for row in item.members]
        test_set = build_validation_set(dataset, recipes)
    else:
        test_set = dataset.test_set(set_name)
    dots = palette.swatches(item_colours(selected))
    titled = [_read_column(item, dots[item.id], test_set) for item in selected]
    waiting = [one.label for one in titled if one.column is None]
    if waiting:
        runs = escape_markdown(_(", ").join(waiting))
        st.info(_("No class maps yet: {runs}. They are made at the end of each cycle.", runs=runs))
    drawn = [one for one in titled if one.column]
    if drawn:
        grid = _grid(drawn, dataset, test_set)
        stamp = f"{grid.metadata['stamp']} {language()}"
        data = {**grid.metadata, "stamp": stamp, "words": _ui_text(), "thumbnails": grid.thumbnails}
        _GRID(key=key, data=data | {"maps": grid.maps})


def _read_column(item: Group, swatch: dict[str, str], test_set: TestSet) -> TitledColumn:
    members, runs_dir = item.evaluated_members() or item.members[:1], str(settings.runs_dir())
    with st.spinner(_("Reading class maps")):
        found = [_column(runs_dir, row.id, _stamp(row), test_set) for row in members]
    columns = [column for column in found if column]
    verdict = item.verdict_counts()
    words = None
    if verdict:
        text = verdict.text() if len(members) > 1 else str(verdict.majority)
        words = translate(text), VERDICT_STYLES.get(verdict.majority or "", ("", "gray"))[1]
    column = mean_column(columns) if len(columns) > 1 else next(iter(columns), None)
    return TitledColumn(members[0].id, item.title, swatch, column, words)


def _stamp(row: RunRow) -> str:
    """Changes when the run's maps may have changed: at each epoch and at the end."""
    return f"{row.status.state} {row.status.epoch} {row.status.finished}"


def _hash_test_set(test_set: TestSet) -> str:
    """What the caches tell sets of photos apart by."""
    times = [photo.path.stat().st_mtime_ns for photo in test_set.photos]
    return repr((test_set, times))


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={TestSet: _hash_test_set})
def _column(runs_dir: str, id_: str, stamp: str, test_set: TestSet) -> CamColumn | None:
    """The run's stamp is only there to make the cache notice."""
    del stamp
    return run_column(open_run(Path(runs_dir), id_), test_set)


def _grid(titled: Sequence[TitledColumn], dataset: Dataset, test_set: TestSet) -> Grid:
    crops: list[Crop] = list(dict.fromkeys(one.column.crop for one in titled if one.column))
    with st.spinner(_("Reading photos")):
        pictures = {crop: _thumbnails(test_set, crop) for crop in crops}
    return build_grid(titled, dataset, test_set, pictures)


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs={TestSet: _hash_test_set})
def _thumbnails(test_set: TestSet, crop: Crop) -> list[bytes]:
    return thumbnails(test_set, crop)


def _ui_text() -> dict[str, str | list[str]]:
    """For `fill` and `fillCount` of fill.js."""
    return {
        "note": _(
            "Bright areas are evidence for the class. The number is the percentage of this "
            "evidence inside the object's box; the mark on the bar is the value for a "
            "uniform spread. To enlarge a photo, click it, or use the arrow keys and press "
            "Enter."
        ),
        "grid": _("Photos and class maps"),
        "diagnosis": _("Read the diagnosis"),
        "epoch": _("epoch {epoch}"),
        "epoch_mean": _("epoch {epoch}, mean of {count} runs"),
        "no_boxes": _("no boxes in this set"),
        "lift": _("in the box, lift {lift}"),
        "lift_help": _(
            "Mean over {objects} objects. Evidence spread uniformly would give {area}: lift 1."
        ),
        "photos": [_("1 photo"), _("{count} photos")],
        "photo": _("photo {file}"),
        "photo_shows": _("photo {file}, which shows {name}"),
        "no_label": _("no label"),
        "also": _("also {names}"),
        "comma": _(", "),
        "even": _("Value for evidence spread uniformly"),
        "no_map": _("This run has no map for this photo."),
        "says": _("predicts {name} {chance}"),
        "says_votes": _("predicts {name} {chance}, {votes} of {runs} runs"),
        "nothing_to_explain": _("no label to explain"),
        "unknown": _("{name} is not a class of this run"),
        "in_box": _("in the {name} box"),
        "share_in_box": _("{share} of the evidence in the {name} box"),
        "absent": _("{name} is not in this photo"),
        "background": _("background has no box"),
        "no_box": _("no box for {name}"),
        "no_evidence": _("no evidence for {name}"),
        "spoken": _("photo {file}, run {run}: predicts {name} {chance}, {where}"),
        "spoken_right": _("photo {file}, run {run}: predicts {name} {chance} (correct), {where}"),
        "spoken_wrong": _(
            "photo {file}, run {run}: predicts {name} {chance} (incorrect, actual: "
            "{primary}), {where}"
        ),
        "class": _("Evidence for"),
        "class_help": _("Class whose evidence the map shows"),
        "predicted": _("each run's prediction"),
        "labelled": _("the photo's label"),
        "heat": _("Opacity"),
        "heat_help": _("Opacity of the map over the photo"),
        "moment": _("Training progress"),
        "moment_help": _(
            "How far training had progressed. Maps are saved at the end of each cycle."
        ),
        "end": _("end"),
        "speed": _("Speed"),
        "slow": _("slow"),
        "normal": _("normal"),
        "fast": _("fast"),
        "pause": _("Pause"),
        "play": _("Play training"),
        "scale": _("Colour scale"),
        "scale_help": _(
            "Common: a colour means the same fraction of a run's evidence everywhere, so "
            "runs are comparable. Individual: the strongest spot of each map is brightest, "
            "even in a map with little evidence. Raw: the values that the network adds up "
            "to its prediction, before they become fractions; blue is evidence against the "
            "class."
        ),
        "one": _("common"),
        "own": _("individual"),
        "raw": _("raw values"),
        "boxes": _("Boxes"),
        "order": _("Order"),
        "order_help": _("By the results at the end of training"),
        "by_name": _("name"),
        "disagree": _("most disagreement"),
        "worst": _("least evidence in the box"),
        "nothing": _("nothing"),
        "most": _("map maximum"),
        "raw_value": _("Raw value"),
        "evidence": _("Evidence"),
        "times_even": _("Relative to a uniform spread"),
        "colours": _("Colour scale: {marks}"),
        "to": _(" to "),
        "class_present": _("{name} (in the photo) {chance}"),
        "class_share": _("{share} in the box"),
        "before": _("Previous photo"),
        "next": _("Next photo"),
        "close": _("Close"),
        "place": _("{file}, {at} of {count}"),
        "large": _("Photo {file}, enlarged"),
    }
