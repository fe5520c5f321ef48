"""The figure of a run's answer to one photo: a bar for each class, and one with a part hidden."""

import plotly.graph_objects as go

from core.base.formatting import decimal
from core.base.language import _
from core.jobs.preview.client import PreviewPrediction
from core.plots.figures import escape_label, layout

_ROW, _ROW_MASKED = 26, 40  # pixels of a class, without and with a second bar


def prediction_bars(prediction: PreviewPrediction, colour: str) -> go.Figure:
    """Probabilities 0..1, every class in the data set's order, the first on top."""
    masked = prediction.masked
    bars = [(_("the photo"), prediction.probabilities, colour)]
    if masked is not None:
        bars.append((_("with the box hidden"), masked.probabilities, "rgba(0,0,0,0)"))
    figure = go.Figure()
    for name, probabilities, fill in bars:
        figure.add_bar(
            x=list(probabilities.values()),
            y=[escape_label(name) for name in probabilities],
            name=name,
            orientation="h",
            text=[decimal(value) for value in probabilities.values()],
            textposition="outside",
            cliponaxis=False,
            marker={"color": fill, "line": {"color": colour, "width": 2}},
            hovertemplate=f"%{{y}}, {name}: %{{x:.3f}}<extra></extra>",
        )
    rows = len(prediction.probabilities)
    figure.update_layout(
        layout(_ROW * rows + 20 if masked is None else _ROW_MASKED * rows + 55, "closest"),
        barmode="group",
        bargap=0.25,
        bargroupgap=0.05,
        showlegend=masked is not None,
    )
    figure.update_xaxes(range=[0, 1.15], visible=False)
    figure.update_yaxes(autorange="reversed", title=None, showgrid=False)
    return figure
