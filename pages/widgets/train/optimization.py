"""How steps are made: optimizer, batch size, label smoothing."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.base.language import _
from pages.widgets.train.controls import Group
from pages.widgets.train.draft import Draft

_NAMES = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"}


def show(draft: Draft) -> dict[str, Any]:
    """The recipe's `optimizer`, `layer_decay`, `batch_size` and `label_smoothing`."""
    optimizer = show_optimizer(draft.key_prefix("optimizer"), draft.start_value("optimizer"))
    decay = draft.number(
        "layer_decay",
        _("Layer-wise rate decay"),
        0.05,
        1.0,
        0.05,
        placeholder=_("none: the layers of a band share its rate"),
        help=_(
            "Each layer's learning rate is this multiple of the next layer's, towards the "
            "head (`layer_decay`); the bands' rates are those next to the head. Usual: "
            "0.65 to 0.9."
        ),
    )
    left, right = st.columns(2)
    size = draft.number(
        "batch_size",
        _("Batch size"),
        2,
        512,
        place=left,
        help=_("Views per step. Smaller batches mean more steps per epoch."),
    )
    smoothing = draft.number(
        "label_smoothing",
        _("Label smoothing"),
        0.0,
        0.5,
        0.05,
        place=right,
        help=_(
            "Fraction of each label spread evenly over all classes, so that the network is "
            "not pushed towards certainty."
        ),
    )
    return {
        "optimizer": optimizer,
        "layer_decay": decay,
        "batch_size": size,
        "label_smoothing": smoothing,
    }


def show_optimizer(key: str, start: Mapping[str, Any]) -> dict[str, Any]:
    """An `optimizer` of a recipe. Another one begins with its own usual momentum."""
    controls, (left, middle, right) = Group(key, start), st.columns([4, 4, 5])
    name = controls.select(
        "name",
        _("Optimizer"),
        _NAMES,
        place=left,
        help=_(
            "How gradients become weight updates. SGD steps against the gradient; the "
            "others scale each weight's step by the size of its gradients."
        ),
    )
    usual = 0.0 if name == "rmsprop" else 0.9
    momentum = controls.number(
        f"momentum.{name}",
        _("Momentum"),
        0.0,
        0.999,
        0.05,
        start["momentum"] if name == start["name"] else usual,
        middle,
        format="%.3g",
        help=_("Fraction of the previous step that is kept; for Adam, the first beta."),
    )
    decay = controls.number(
        "decay",
        _("Weight decay"),
        0.0,
        1.0,
        1e-4,
        start["weight_decay"],
        right,
        format="%.3g",
        help=_("Pulls every weight towards 0."),
    )
    return {"name": name, "momentum": momentum, "weight_decay": decay}
