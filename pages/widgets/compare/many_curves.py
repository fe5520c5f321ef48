"""The training curves of very many items: bands for all, lines for the best, the worst and those
that a search finds."""

from collections.abc import Sequence

import streamlit as st

from core.base.language import N_, _, translate
from core.compare.colours import ColourScheme
from core.compare.curves import EXTREMES, MAX_LINES, Axis, curve_matrices, matrix_table, ranked_by
from core.plots.curves import many_curve_panels
from core.store.fields import field_info
from core.store.groups import Group
from core.store.query import QueryError, filter_rows, vocabulary
from pages.widgets.shared.cached import cached
from pages.widgets.shared.run_files import RunFiles
from pages.widgets.ui import figure, messages

_matrices = cached(curve_matrices)


def show(
    key: str,
    selected: Sequence[Group],
    colour_scheme: ColourScheme,
    files: tuple[RunFiles, RunFiles, RunFiles],
    axis: Axis,
    smoothing: float,
    log: bool,
) -> None:
    """A panel per curve. files: history, batches and timing of every run."""
    matrices = _matrices(selected, *files, axis, smoothing)
    if not matrices:
        show_missing(axis)
        return
    by, ranked = ranked_by(selected)
    extremes = [*ranked[:EXTREMES], *ranked[EXTREMES:][-EXTREMES:]]
    found = _search(selected)
    if found is not None:  # the best of them first
        found = [id_ for id_ in ranked if id_ in found] + [
            id_ for id_ in found if id_ not in ranked
        ]
    drawn = extremes if found is None else found[:MAX_LINES]
    titles = {item.id: item.title for item in selected}
    figure.show(
        key,
        many_curve_panels(matrices, titles, colour_scheme, drawn, axis, log),
        lambda: matrix_table(matrices, titles, axis),
        N_("curves by {axis}").format(axis=axis),
    )
    words = [
        _("Grey: the range of all {count} runs.", count=len(selected)),
        _("Coloured bands: the middle half of the runs of each colour; thick line: their median."),
    ]
    if found is not None:
        words.append(
            _("Thin lines: {shown} of {count} matches.", shown=len(drawn), count=len(found))
        )
    elif drawn:
        words.append(
            _(
                "Thin lines: the best and the worst {count} by {score}.",
                count=EXTREMES,
                score=translate(field_info(by).title),
            )
        )
    words.append(_("Point anywhere to see one run. Drag across to zoom, double-click to reset."))
    st.caption(" ".join(words))


def show_missing(axis: Axis) -> None:
    """Says that there is nothing to draw along the axis."""
    st.caption(
        {
            "epoch": _("No chosen run has finished an epoch yet."),
            "step": _("The chosen runs have not kept their steps. Choose epoch."),
            "seconds": _("The chosen runs have not kept their seconds. Choose epoch."),
        }[axis]
    )


def _search(selected: Sequence[Group]) -> list[str] | None:
    """The ids of the items with a run that the search box finds; None without a search."""
    query = st.text_input(
        _("Highlight runs"),
        key="find",
        bind="query-params",
        width=320,
        placeholder=_("a word, objects>60%, mixup=0.2"),
        help=_("The search of Runs. What it finds is drawn as lines over the bands."),
    )
    if not query:
        return None
    rows = [row for item in selected for row in item.members]
    try:
        found = {row.id for row in filter_rows(rows, query, vocabulary(rows))}
    except QueryError as error:
        messages.show_error(error)
        return []
    return [item.id for item in selected if any(row.id in found for row in item.members)]
