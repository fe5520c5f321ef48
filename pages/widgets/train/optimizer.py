"""The optimizer: how gradients become steps."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.base.language import _

_NAMES = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"}


def show(key: str, start: Mapping[str, Any]) -> dict[str, Any]:
    """An `optimizer` of a recipe. Another one begins with its own usual momentum."""
    left, middle, right = st.columns([4, 3, 3])
    with left:
        name = str(
            st.selectbox(
                _("Optimizer"),
                list(_NAMES),
                list(_NAMES).index(start["name"]),
                format_func=lambda name: _NAMES[name],
                key=f"{key}.name",
                persist_state="session",
                help=_(
                    "How gradients become steps. SGD: a step against the gradient. The "
                    "others scale each weight's step by how large its gradients are."
                ),
            )
        )
    usual = 0.0 if name == "rmsprop" else 0.9
    with middle:
        momentum = st.number_input(
            _("Momentum"),
            0.0,
            0.999,
            float(start["momentum"] if name == start["name"] else usual),
            0.05,
            format="%.3g",
            key=f"{key}.momentum.{name}",
            persist_state="session",
            help=_("Share of the last step that is kept; Adam's first beta."),
        )
    with right:
        decay = st.number_input(
            _("Decay"),
            0.0,
            1.0,
            float(start["weight_decay"]),
            1e-4,
            format="%.3g",
            key=f"{key}.decay",
            persist_state="session",
            help=_("Weight decay: the pull of every weight towards 0."),
        )
    return {"name": name, "momentum": momentum, "weight_decay": decay}
