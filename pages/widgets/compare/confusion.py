"""Which class the chosen items take for which, run by run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import streamlit as st

from core.base import formatting
from core.base.language import N_, _
from core.compare.colours import Paint
from core.compare.comparison import Predictions
from core.compare.confusion import Confusion, confusion, confusion_table
from core.compare.photo_answers import answer_sets
from core.plots.comparison import confusion_cells
from core.plots.figures import Table
from core.store.groups import Group
from pages.widgets.compare import photo_set
from pages.widgets.shared import selection
from pages.widgets.ui import figure

Cell: TypeAlias = tuple[Group, Confusion, str, str]  # and its label, its answer
_AT_ONCE = 6  # more are shown one at a time
_MORE = 24  # photos that are listed


def show(key: str, items: Sequence[Group], predictions: Predictions, paint: Paint) -> None:
    """A square of labels and answers per item; a click on a cell lists its photos."""
    sets = answer_sets(items, predictions)
    set_name = photo_set.choose(sets)
    if set_name is None:
        return
    if len(items) > _AT_ONCE:
        items = [selection.pick(key, _("Run or group"), items, "of")]
    found = {item.id: confusion(item, predictions, set_name) for item in items}
    drawn = [(item, one) for item in items if (one := found[item.id]) is not None]
    if not drawn:
        st.caption(_("These photos have no labels: there is nothing to be right or wrong about."))
        return
    st.caption(
        _(
            "Down: the label; across: the answer. Stronger colour: a larger share of the label's "
            "photos. Right answers are on the diagonal. Of a group, the mean count of its runs. "
            "Point at a cell for its photos, click it to see them below."
        )
    )
    cells: dict[str, Cell] = {}  # by their words in the link
    columns = st.columns(min(len(drawn), 3))
    for place, (item, one) in enumerate(drawn):
        with columns[place % len(columns)]:
            st.markdown(f"**{formatting.plain_markdown(item.title)}**")
            cells |= {f"{item.id}/{'/'.join(cell)}": (item, one, *cell) for cell in one.files}
            name = f"{key}.{set_name}.{item.id}"
            words = N_("confusion {set} {run}").format(set=set_name, run=item.title)
            drawing = confusion_cells(one, paint.colours[item.id])
            cell = figure.show(name, drawing, _numbers(item, one), words, clicks=True)
            if cell:
                st.query_params["cell"] = f"{item.id}/{cell[0]}/{cell[1]}"
    picked = cells.get(st.query_params.get("cell", "")) or _worst(drawn)
    if picked is not None:
        _photos(set_name, *picked)


def _numbers(item: Group, one: Confusion) -> Callable[[], Table]:
    """What makes the table behind a drawing, once it is asked for."""
    return lambda: confusion_table([item.title], [one])


def _worst(drawn: Sequence[tuple[Group, Confusion]]) -> Cell | None:
    """The fullest cell of mistakes, shown before anything is clicked."""
    wrong = [(item, one, *one.mistakes()[0]) for item, one in drawn if one.mistakes()]
    return max(wrong, key=lambda w: w[1].counts.loc[w[2], w[3]] / w[1].runs, default=None)


def _photos(set_name: str, item: Group, one: Confusion, truth: str, answer: str) -> None:
    """The photos of one cell, as pictures."""
    run, label, said = (formatting.plain_markdown(name) for name in (item.title, truth, answer))
    st.markdown(
        _("**{run}**: {label}, answered right", run=run, label=label)
        if truth == answer
        else _("**{run}**: {label}, taken for {answer}", run=run, label=label, answer=said)
    )
    named = one.photos(truth, answer)
    photo_set.pictures(item, set_name, list(named)[:_MORE], list(named.values())[:_MORE])
    if len(named) > _MORE:
        count = len(named) - _MORE
        st.caption(_("And {count} more: all of them are in the numbers.", count=count))
