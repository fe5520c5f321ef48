"""How steps are made: optimizer, batch size, label smoothing."""

from typing import Any

import streamlit as st

from core.base.language import _
from pages.widgets.train import optimizer
from pages.widgets.train.draft import Draft


def show(draft: Draft) -> dict[str, Any]:
    """The recipe's `optimizer`, `layer_decay`, `batch_size` and `label_smoothing`."""
    found: dict[str, Any] = {
        "optimizer": optimizer.show(draft.key_prefix("optimizer"), draft.start_value("optimizer"))
    }
    decay = st.number_input(
        _("Layer-wise rate decay"),
        0.05,
        1.0,
        draft.start_value("layer_decay"),
        0.05,
        key=draft.key_prefix("layer_decay"),
        persist_state="session",
        placeholder=_("none: a band's layers share its rate"),
        help=_(
            "Each layer learns at so many times the rate of the next one towards the head "
            "(`layer_decay`); the bands' rates are those next to the head. Usual: 0.65 to 0.9."
        ),
    )
    found["layer_decay"] = decay
    left, right = st.columns(2)
    with left:
        size = st.number_input(
            _("Batch size"),
            2,
            512,
            draft.start_value("batch_size"),
            key=draft.key_prefix("batch_size"),
            persist_state="session",
            help=_("Views per step. Fewer: more steps in an epoch."),
        )
    with right:
        smooth = st.number_input(
            _("Label smoothing"),
            0.0,
            0.5,
            float(draft.start_value("label_smoothing")),
            0.05,
            key=draft.key_prefix("label_smoothing"),
            persist_state="session",
            help=_(
                "Share of each label that is spread evenly over all classes, so that the "
                "network is not pushed to be certain."
            ),
        )
    return found | {"batch_size": int(size), "label_smoothing": smooth}
