"""The head: the layers that turn features into an answer, and their dropout."""

from typing import Any

import streamlit as st

from core.base.language import N_, _, translate
from core.recipe.schema import ClassMapDropout
from pages.widgets.train.controls import Group
from pages.widgets.train.draft import Draft

_KINDS = {"class_map": N_("class maps"), "dense": N_("dense")}
_DROPOUT = (
    (
        "features",
        N_("Features"),
        N_(
            "Whole channels of the backbone's output are dropped. While training, this share of "
            "them is set to zero at random, so that no single one can be relied on."
        ),
    ),
    (
        "class_map",
        N_("Class maps"),
        N_(
            "Whole maps of a class are dropped. While training, this share of them is set to zero "
            "at random, so that no single one can be relied on."
        ),
    ),
    (
        "logits",
        N_("Answer"),
        N_(
            "Single numbers of the answer are dropped. While training, this share of them is set "
            "to zero at random, so that no single one can be relied on."
        ),
    ),
)


def show(draft: Draft) -> dict[str, Any]:
    """The recipe's `head`."""
    controls = Group(draft.key_prefix("head"), {"width": 256} | draft.start_value("head"))
    kind = controls.segments(
        "kind",
        _("Head of the network"),
        _KINDS,
        help=_(
            "Class maps: one map per class, whose mean is the class's score, so one sees "
            "where the answer came from. Dense: features averaged over the photo, then a "
            "hidden layer."
        ),
    )
    if kind == "dense":
        label = _("Units of the hidden layer")
        return {"kind": kind, "width": controls.number("width", label, 8, 4096, 8)}
    words = _(
        "While the network learns, so many of the numbers at three places of it are set to zero at "
        "random: the dotted lines above."
    )
    st.markdown(_("**Dropout**"), help=words)
    start = ClassMapDropout(**controls.values.get("dropout", {})).model_dump()
    rates = Group(f"{controls.key}.dropout", start)
    return {
        "kind": kind,
        "dropout": {
            name: rates.value_slider(
                name, translate(title), 0.0, 0.95, 0.05, place=column, help=translate(told)
            )
            for column, (name, title, told) in zip(st.columns(3), _DROPOUT, strict=True)
        },
    }
