"""The three dropout rates of the class-map head."""

import streamlit as st

from core.base.language import _
from core.recipe.schema import ClassMapDropout


def show(key: str, preset: ClassMapDropout) -> dict[str, float]:
    """The recipe's `head.dropout` as plain data."""
    rates = {}
    for column, (name, title, words) in zip(
        st.columns(3),
        (
            (
                "features",
                _("Features"),
                _(
                    "Whole channels of the backbone's output are dropped. While training, this "
                    "share of them is set to zero at random, so that no single one can be relied "
                    "on."
                ),
            ),
            (
                "class_map",
                _("Class maps"),
                _(
                    "Whole maps of a class are dropped. While training, this share of them is set "
                    "to zero at random, so that no single one can be relied on."
                ),
            ),
            (
                "logits",
                _("Answer"),
                _(
                    "Single numbers of the answer are dropped. While training, this share of them "
                    "is set to zero at random, so that no single one can be relied on."
                ),
            ),
        ),
        strict=True,
    ):
        rates[name] = column.slider(
            title,
            0.0,
            0.95,
            float(getattr(preset, name)),
            0.05,
            key=f"{key}.{name}",
            persist_state="session",
            help=words,
        )
    return rates
