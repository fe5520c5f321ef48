"""What to do when a recipe's ImageNet weights are not on this machine."""

from __future__ import annotations

import streamlit as st

from core.model.layers import BACKBONES
from core.model.weights import lacks_imagenet, ways_on


def show(backbone: str, weights: str) -> None:
    """The ways on, where the weights are missing; nothing otherwise."""
    if not lacks_imagenet(backbone, weights):
        return
    ways = "\n".join(f"- {way}" for way in ways_on(backbone))
    st.warning(
        f"This recipe starts from the ImageNet weights of {BACKBONES[backbone].title}, "
        f"which are not on this machine. You can\n\n{ways}",
        icon=":material/download:",
    )
