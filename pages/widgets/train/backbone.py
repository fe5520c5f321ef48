"""The backbone: the pretrained network that turns a photo into features, and where it starts."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.base.language import N_, _, translate
from core.recipe.files import recipe_dict, recipe_from_dict
from core.recipe.layer_table import BACKBONES
from pages.widgets.shared import access
from pages.widgets.train.draft import Draft

_WEIGHTS = {"imagenet": "ImageNet", "none": N_("none: random numbers")}
_FROZEN_BN = {"eval": N_("stays as it is"), "train": N_("moves with each batch")}
_PRECISIONS = {"auto": N_("what is fastest here"), "float32": "float32", "bfloat16": "bfloat16"}


def show(draft: Draft) -> dict[str, Any]:
    """The recipe's `backbone` and `weights`."""
    left, right = st.columns([3, 2])
    key, names = draft.key_prefix("backbone"), list(BACKBONES)
    with left:
        backbone = st.selectbox(
            _("Backbone"),
            names,
            names.index(draft.start_value("backbone")),
            format_func=lambda name: translate(BACKBONES[name].title),
            key=key,
            persist_state="session",
            on_change=_reset_bands,
            args=(draft, key),
            help=_(
                "The pretrained network that turns a photo into features. Another one comes "
                "with its own bands."
            ),
        )
    begin = draft.start_value("weights")
    with right:
        weights = st.selectbox(
            _("It starts from"),
            [*dict.fromkeys([*_WEIGHTS, begin])],
            [*dict.fromkeys([*_WEIGHTS, begin])].index(begin),
            format_func=lambda name: translate(_WEIGHTS.get(str(name), str(name))),
            key=draft.key_prefix("weights"),
            persist_state="session",
            accept_new_options=not access.is_restricted("weights"),
            help=_(
                "What it learned on ImageNet (1.3 million photos), random numbers, or a file "
                "of weights: type its path (.safetensors or .pth)."
            ),
        )
    return {"backbone": backbone, "weights": str(weights)}


def show_advanced(draft: Draft) -> dict[str, Any]:
    """The recipe's `map_stride`, `frozen_bn` and `precision`."""
    stride = st.segmented_control(
        _("Pixels per cell of the class map"),
        [16, 32],
        default=draft.start_value("map_stride"),
        required=True,
        key=draft.key_prefix("map_stride"),
        persist_state="session",
        help=_("16 gives finer maps of where the evidence lies, and costs time."),
    )
    frozen_bn = _selectbox(
        draft,
        "frozen_bn",
        _("Batch norm in frozen layers"),
        _FROZEN_BN,
        _(
            "It scales what a layer sees by the mean and spread of the photos: "
            "those of ImageNet, or those of each batch."
        ),
    )
    precision = _selectbox(
        draft,
        "precision",
        _("Numbers"),
        _PRECISIONS,
        _("bfloat16 is half as long: faster where the processor has it."),
    )
    return {"map_stride": stride, "frozen_bn": frozen_bn, "precision": precision}


def _selectbox(draft: Draft, part: str, label: str, options: dict[str, str], help_text: str) -> str:
    return str(
        st.selectbox(
            label,
            list(options),
            list(options).index(draft.start_value(part)),
            key=draft.key_prefix(part),
            format_func=lambda name: translate(options[name]),
            persist_state="session",
            help=help_text,
        )
    )


def _reset_bands(draft: Draft, key: str) -> None:
    """Bands and map stride are of their backbone: the base's if it has it, else its usual ones."""
    backbone = st.session_state[key]
    same = backbone == draft.base.backbone
    usual = draft.base_values if same else recipe_dict(recipe_from_dict({"backbone": backbone}))
    draft.override({part: usual[part] for part in ("bands", "map_stride")})
