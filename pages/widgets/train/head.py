"""The head: the layers that turn features into an answer, and their dropout."""

from typing import Any

import streamlit as st

from core.base.language import N_, _, translate
from core.recipe.schema import ClassMapDropout
from pages.widgets.train import dropout
from pages.widgets.train.draft import Draft

_KINDS = {"class_map": N_("class maps"), "dense": N_("dense")}


def show(draft: Draft) -> dict[str, Any]:
    """The recipe's `head`."""
    begin, key = draft.start_value("head"), draft.key_prefix("head")
    kind = (
        st.segmented_control(
            _("Head of the network"),
            list(_KINDS),
            default=begin["kind"],
            required=True,
            format_func=lambda name: translate(_KINDS[name]),
            key=f"{key}.kind",
            persist_state="session",
            help=_(
                "Class maps: one map per class, whose mean is the class's score, so one sees "
                "where the answer came from. Dense: features averaged over the photo, then a "
                "hidden layer."
            ),
        )
        or begin["kind"]
    )
    if kind == "dense":
        width = st.number_input(
            _("Units of the hidden layer"),
            8,
            4096,
            begin.get("width", 256),
            8,
            key=f"{key}.width",
            persist_state="session",
        )
        return {"kind": kind, "width": int(width)}
    words = _(
        "While the network learns, so many of the numbers at three places of it are set to zero at "
        "random: the dotted lines above."
    )
    st.markdown(_("**Dropout**"), help=words)
    rates = ClassMapDropout(**begin.get("dropout", {}))
    return {"kind": kind, "dropout": dropout.show(f"{key}.dropout", rates)}
