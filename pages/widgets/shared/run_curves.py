"""The curves of one run: loss, validation accuracy, learning rates."""

import streamlit as st

from core.base.language import N_, _, translate
from core.compare import tables
from core.plots import figures as charts
from core.store.index import RunRow
from core.store.run import Run
from pages.widgets.ui import plot

_TITLES = (
    (
        "loss",
        N_("Loss"),
        N_(
            "How wrong the predictions are, weighted by their confidence. Dotted: on the "
            "augmented training views; solid: on the validation photos."
        ),
    ),
    ("accuracy", N_("Validation accuracy"), tables.SCORE_DESCRIPTIONS["accuracy"]),
    (
        "rates",
        N_("Learning rates"),
        N_("How far each step changed the weights, per band of layers."),
    ),
)


def show(key: str, row: RunRow, run: Run, colour: str) -> None:
    """Draws them in the run's colour; of a run under way they grow in place, and before its first
    epoch is done there is the loss of its batches. Nothing of a run that waits or never finished
    an epoch. Raises InputError when a table is damaged."""
    history, running = run.history(), row.status.state == "running"
    if history.empty and not running:
        return
    epochs = row.status.epochs if running else 0
    figures = (
        charts.batch_losses(run.batches(), colour)
        if history.empty
        else charts.training_curves(history, colour, "loss", epochs),
        charts.training_curves(history, colour, "accuracy", epochs),
        charts.recorded_rates(history, epochs),
    )
    for column, (part, title, words), figure in zip(st.columns(3), _TITLES, figures, strict=True):
        with column:
            st.markdown(f"**{translate(title)}**", help=translate(words))
            told = [_("{figure} of {run}", figure=translate(title), run=row.title)]
            told += [str(trace.name) for trace in figure.data] if running else []
            plot.show(f"{key}.{part}", figure, ", ".join(told))
