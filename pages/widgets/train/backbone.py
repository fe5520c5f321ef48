"""The backbone: the pretrained network that turns a photo into features, and where it starts."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.base.language import N_, _, translate
from core.recipe.files import recipe_dict, recipe_from
from core.recipe.layer_table import BACKBONES
from pages.widgets.shared import access
from pages.widgets.train.draft import Draft

_WEIGHTS = {"imagenet": "ImageNet", "none": N_("none: random numbers")}
_FROZEN_BN = {"eval": N_("stays as it is"), "train": N_("moves with each batch")}
_PRECISIONS = {"auto": N_("what is fastest here"), "float32": "float32", "bfloat16": "bfloat16"}


def show(draft: Draft) -> dict[str, Any]:
    """The recipe's `backbone` and `weights`."""
    left, right = st.columns([3, 2])
    key, names = draft.controls("backbone"), list(BACKBONES)
    with left:
        backbone = st.selectbox(
            _("Backbone"),
            names,
            names.index(draft.begin("backbone")),
            format_func=lambda name: translate(BACKBONES[name].title),
            key=key,
            persist_state="session",
            on_change=_other,
            args=(draft, key),
            help=_(
                "The pretrained network that turns a photo into features. Another one comes "
                "with its own bands."
            ),
        )
    begin = draft.begin("weights")
    with right:
        weights = st.selectbox(
            _("It starts from"),
            [*dict.fromkeys([*_WEIGHTS, begin])],
            [*dict.fromkeys([*_WEIGHTS, begin])].index(begin),
            format_func=lambda name: translate(_WEIGHTS.get(str(name), str(name))),
            key=draft.controls("weights"),
            persist_state="session",
            accept_new_options=not access.shut("weights"),
            help=_(
                "What it learned on ImageNet (1.3 million photos), random numbers, or a file "
                "of weights: type its path (.safetensors or .pth)."
            ),
        )
    return {"backbone": backbone, "weights": str(weights)}


def more(draft: Draft) -> dict[str, Any]:
    """The recipe's `map_stride`, `frozen_bn` and `precision`."""
    stride = st.segmented_control(
        _("Pixels per cell of the class map"),
        [16, 32],
        default=draft.begin("map_stride"),
        required=True,
        key=draft.controls("map_stride"),
        persist_state="session",
        help=_("16 gives finer maps of where the evidence lies, and costs time."),
    )
    frozen_bn = _choice(
        draft,
        "frozen_bn",
        _("Batch norm in frozen layers"),
        _FROZEN_BN,
        _(
            "It scales what a layer sees by the mean and spread of the photos: "
            "those of ImageNet, or those of each batch."
        ),
    )
    precision = _choice(
        draft,
        "precision",
        _("Numbers"),
        _PRECISIONS,
        _("bfloat16 is half as long: faster where the processor has it."),
    )
    return {"map_stride": stride, "frozen_bn": frozen_bn, "precision": precision}


def _choice(draft: Draft, part: str, label: str, options: dict[str, str], words: str) -> str:
    return str(
        st.selectbox(
            label,
            list(options),
            list(options).index(draft.begin(part)),
            key=draft.controls(part),
            format_func=lambda name: translate(options[name]),
            persist_state="session",
            help=words,
        )
    )


def _other(draft: Draft, key: str) -> None:
    """Bands and map stride are of their backbone: the base's if it has it, else its usual ones."""
    backbone = st.session_state[key]
    same = backbone == draft.base.backbone
    usual = recipe_dict(draft.base if same else recipe_from({"backbone": backbone}))
    draft.put({part: usual[part] for part in ("bands", "map_stride")})
