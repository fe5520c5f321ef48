"""Which class the chosen items take for which, run by run."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import streamlit as st

from core.base import formatting
from core.base.language import N_, _
from core.compare.colours import ColourScheme
from core.compare.confusion import ConfusionMatrix, confusion_matrix, confusion_table
from core.compare.photo_answers import predicted_splits
from core.plots.comparison import confusion_heatmap
from core.plots.figures import Table
from core.store.groups import Group
from pages.widgets.compare import photo_set
from pages.widgets.shared import run_files, selection
from pages.widgets.ui import figure

Cell: TypeAlias = tuple[Group, ConfusionMatrix, str, str]  # and its label, its answer
_MAX_MATRICES = 6  # more are shown one at a time
_MAX_PHOTOS = 24  # photos that are listed


def show(key: str, selected: Sequence[Group], colour_scheme: ColourScheme) -> None:
    """A square of labels and answers per item; a click on a cell lists its photos."""
    predictions = run_files.read_finished("predictions.csv", selected)
    sets = predicted_splits(selected, predictions)
    set_name = photo_set.choose(selected, sets)
    if set_name is None:
        return
    if len(selected) > _MAX_MATRICES:
        selected = [selection.choose_one(key, _("Run or group"), selected, "of")]
    found = {item.id: confusion_matrix(item, predictions, set_name) for item in selected}
    drawn = [(item, one) for item in selected if (one := found[item.id]) is not None]
    if not drawn:
        st.caption(_("These photos have no labels, so predictions cannot be right or wrong."))
        return
    st.caption(
        _(
            "Rows: label; columns: prediction. A stronger colour is a larger fraction of "
            "the label's photos. Correct predictions are on the diagonal. A group shows "
            "the mean count of its runs. Hover over a cell to see its photos' names; click "
            "it to show them below."
        )
    )
    cells: dict[str, Cell] = {}  # by their words in the link
    columns = st.columns(min(len(drawn), 3))
    for place, (item, one) in enumerate(drawn):
        with columns[place % len(columns)]:
            st.markdown(f"**{formatting.escape_markdown(item.title)}**")
            cells |= {f"{item.id}/{'/'.join(cell)}": (item, one, *cell) for cell in one.file_counts}
            name = f"{key}.{set_name}.{item.id}"
            words = N_("confusion {set} {run}").format(set=set_name, run=item.title)
            drawing = confusion_heatmap(one, colour_scheme.colours[item.id])
            cell = figure.show(name, drawing, _numbers(item, one), words, clickable=True)
            if cell:
                st.query_params["cell"] = f"{item.id}/{cell[0]}/{cell[1]}"
    picked = cells.get(st.query_params.get("cell", "")) or _most_confused(drawn)
    if picked is not None:
        _photos(set_name, *picked)


def _numbers(item: Group, matrix: ConfusionMatrix) -> Callable[[], Table]:
    """What makes the table behind a drawing, once it is asked for."""
    return lambda: confusion_table([item.title], [matrix])


def _most_confused(drawn: Sequence[tuple[Group, ConfusionMatrix]]) -> Cell | None:
    """The fullest cell of mistakes, shown before anything is clicked."""
    wrong = [(item, one, *one.error_cells()[0]) for item, one in drawn if one.error_cells()]
    return max(wrong, key=lambda w: w[1].counts.loc[w[2], w[3]] / w[1].runs, default=None)


def _photos(
    set_name: str, item: Group, matrix: ConfusionMatrix, truth: str, predicted: str
) -> None:
    """The photos of one cell, as pictures."""
    run, label, said = (formatting.escape_markdown(name) for name in (item.title, truth, predicted))
    st.markdown(
        _("**{run}**: {label}, predicted correctly", run=run, label=label)
        if truth == predicted
        else _("**{run}**: {label}, predicted as {answer}", run=run, label=label, answer=said)
    )
    named = matrix.photos(truth, predicted)
    photo_set.pictures(
        item, set_name, list(named)[:_MAX_PHOTOS], list(named.values())[:_MAX_PHOTOS]
    )
    if len(named) > _MAX_PHOTOS:
        count = len(named) - _MAX_PHOTOS
        st.caption(_("And {count} more; the CSV lists them all.", count=count))
