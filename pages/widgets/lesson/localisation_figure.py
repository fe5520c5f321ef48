"""Where both networks look, moving through their trainings in the browser (lesson_gaze.js)."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.base.language import _
from core.lesson.pair import SeedSpread
from pages.widgets.ui.assets import script, style

_LOCALISATION = st.components.v2.component(
    "overfit_lens_lesson_gaze",
    html='<div class="gaze-root"></div>',
    css=style("lesson/localisation_figure"),
    js=script("ui/element", "lesson/localisation_figure"),
)


def show(
    key: str,
    localisation: Mapping[str, Any],
    lifts: Mapping[str, Sequence[SeedSpread]],
    colours: Mapping[str, str],
) -> None:
    """localisation: core.lesson.figures.localisation_data; lifts: at its epochs, of A and B."""
    moments = [
        {
            "epoch": epoch,
            "words": _snapshot_text(place, epoch, len(localisation["epochs"])),
            **{side: f"{found[place].mean:.1f}" for side, found in lifts.items()},
        }
        for place, epoch in enumerate(localisation["epochs"])
    ]
    words = {
        "play": _("Play training"),
        "pause": _("Pause"),
        "slider": _("Training progress"),
        "numbers": _("Evidence in the frames, relative to a uniform spread:"),
        "looks": _("Where it looks:"),
    }
    _LOCALISATION(
        key=key,
        data={
            "moments": moments,
            "rows": localisation["rows"],
            "words": words,
            "colours": dict(colours),
        },
    )


def _snapshot_text(index: int, epoch: int, count: int) -> str:
    if index == 0:
        return _("after epoch {epoch}: only the last layers trained", epoch=epoch)
    if index == count - 1:
        return _("after epoch {epoch}: end of training", epoch=epoch)
    return _("after epoch {epoch}", epoch=epoch)
