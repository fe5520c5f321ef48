"""What to do when a recipe's ImageNet weights are not on this machine."""

import streamlit as st

from core.base.language import _, translate
from core.model.pretrained_weights import lacks_imagenet_weights, missing_weights_options
from core.recipe.layer_table import BACKBONES


def show(backbone: str, weights: str) -> None:
    """The ways on, where the weights are missing; nothing otherwise."""
    if not lacks_imagenet_weights(backbone, weights):
        return
    ways = "\n".join(f"- {translate(way)}" for way in missing_weights_options(backbone))
    st.warning(
        _(
            "This recipe starts from the ImageNet weights of {backbone}, which are not on this "
            "machine. You can",
            backbone=translate(BACKBONES[backbone].title),
        )
        + f"\n\n{ways}",
        icon=":material/download:",
    )
