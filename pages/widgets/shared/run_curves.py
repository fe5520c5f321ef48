"""The curves of one run: loss, validation accuracy, learning rates; of a run under way as they
grow."""

import streamlit as st

from core.base import palette
from core.base.language import N_, _, translate
from core.compare import tables
from core.plots import figures as charts
from core.plots.live_curves import live_charts
from core.store.index import RunRow
from core.store.run import Run
from pages.widgets.ui import live_chart, plot

_TITLES = (
    (
        "loss",
        N_("Loss"),
        N_(
            "How wrong the answers are, weighted by how sure they were. Dotted: on the varied "
            "views that it trains on; solid: on the validation photos."
        ),
    ),
    ("accuracy", N_("Validation accuracy"), tables.SCORE_DESCRIPTIONS["accuracy"]),
    (
        "rates",
        N_("Learning rates"),
        N_("How far each step changed the weights, per band of layers."),
    ),
)


def show(key: str, row: RunRow, run: Run, colour: str, lightweight: bool = False) -> None:
    """Draws them in the run's colour; nothing of a run that waits or never finished an epoch.
    lightweight: without what Plotly offers (zoom, hover), which takes a browser most of a second to
    load. Raises InputError when a table is damaged."""
    history, running = run.history(), row.status.state == "running"
    if running or (lightweight and not history.empty):
        batches = run.batches() if history.empty else history.iloc[:0]
        drawn = live_charts(history, batches, row.status.epochs, palette.css_colour(colour))
        for column, (part, title, words), chart in zip(st.columns(3), _TITLES, drawn, strict=True):
            with column:
                st.markdown(f"**{translate(title)}**", help=translate(words))
                live_chart.show(f"{key}.live.{part}", chart)
        return
    if history.empty:
        return
    one, name, paint = {row.id: history}, {row.id: row.title}, {row.id: colour}
    figures = (
        charts.training_curves(one, name, paint, "loss"),
        charts.training_curves(one, name, paint, "accuracy"),
        charts.recorded_rates(history),
    )
    for column, (part, title, words), figure in zip(st.columns(3), _TITLES, figures, strict=True):
        with column:
            st.markdown(f"**{translate(title)}**", help=translate(words))
            words = _("{figure} of {run}", figure=translate(title), run=row.title)
            plot.show(f"{key}.{part}", figure, words)
