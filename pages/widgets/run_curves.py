"""The curves of one run: loss, validation accuracy, learning rates; of a run under way as they
grow."""

from __future__ import annotations

import streamlit as st

from core import charts, run_charts, tables
from core.store.index import RunRow
from core.store.run import Run


def show(key: str, row: RunRow, run: Run, colour: str) -> None:
    """Draws them in the run's colour; nothing of a run that waits or never finished an epoch.
    Raises InputError when a table is damaged."""
    history, live = run.history(), row.status.state == "running"
    if history.empty and not live:
        return
    one, name, paint = {row.id: history}, {row.id: row.name}, {row.id: colour}
    figures = [
        charts.curves(one, name, paint, "loss"),
        charts.curves(one, name, paint, "accuracy"),
        charts.used_rates(history),
    ]
    if live:
        figures = [run_charts.to_the_end(figure, row.status.epochs) for figure in figures]
        if history.empty:
            figures[0] = run_charts.batch_losses(run.batches(), colour)
    titles = (
        ("Loss", "How wrong the answers are, weighted by how sure they were. Dotted: on the varied "
         "views that it trains on; solid: on the validation photos."),
        ("Validation accuracy", tables.SCORE_WORDS["accuracy"]),
        ("Learning rates", "How far each step changed the weights, per band of layers."),
    )  # fmt: skip
    places = zip(st.columns(3), ("loss", "accuracy", "rates"), titles, figures, strict=True)
    for column, part, (title, words), figure in places:
        with column:
            st.markdown(f"**{title}**", help=words)
            st.plotly_chart(figure, key=f"{key}.{part}", config=charts.PLOT_CONFIG)
