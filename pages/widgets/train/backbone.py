"""The backbone: the pretrained network that turns a photo into features, and where it starts."""

from functools import cache
from typing import Any

import streamlit as st

from core.base import formatting
from core.base.language import N_, _, translate
from core.recipe.files import recipe_dict, recipe_from_dict
from core.recipe.layer_table import BACKBONES
from core.recipe.timm_models import timm_model, timm_names
from pages.widgets.shared import access
from pages.widgets.train.draft import Draft

_WEIGHTS = {"imagenet": "ImageNet", "none": N_("none: random numbers")}
_FROZEN_BN = {"eval": N_("stays as it is"), "train": N_("moves with each batch")}
_PRECISIONS = {"auto": N_("what is fastest here"), "float32": "float32", "bfloat16": "bfloat16"}


def show(draft: Draft) -> dict[str, Any]:
    """The recipe's `backbone` and `weights`."""
    left, right = st.columns([3, 2])
    begin = draft.start_value("backbone")
    key, names = draft.key_prefix("backbone"), list(dict.fromkeys([*BACKBONES, begin, *_timm()]))
    with left:
        backbone = st.selectbox(
            _("Backbone"),
            names,
            names.index(begin),
            format_func=_label,
            key=key,
            persist_state="session",
            on_change=_reset_bands,
            args=(draft, key),
            help=_(
                "The pretrained network that turns a photo into features. Another one comes "
                "with its own bands. Type to search timm's models: weights that train, size of "
                "the photos, licence of the pretrained weights."
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


@cache
def _timm() -> tuple[str, ...]:
    return tuple(timm_names())


def _label(name: str) -> str:
    """Of a timm model also how large it is, what it takes and who may use its weights."""
    model = timm_model(name)
    if model is None:
        return translate(BACKBONES[name].title)
    size = translate(formatting.count_text(model.params))
    parts = (name, size, f"{model.image_size} px", model.licence)
    return " · ".join(part for part in parts if part)


def show_advanced(draft: Draft, backbone: str) -> dict[str, Any]:
    """The recipe's `map_stride`, `frozen_bn` and `precision`."""
    strides = BACKBONES[backbone].map_strides
    stride = (
        strides[0]
        if len(strides) == 1
        else st.segmented_control(
            _("Pixels per cell of the class map"),
            list(strides),
            default=draft.start_value("map_stride"),
            required=True,
            key=draft.key_prefix("map_stride"),
            persist_state="session",
            help=_("16 gives finer maps of where the evidence lies, and costs time."),
        )
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
    """Bands, map stride and image size are of their backbone: the base's if it has it, else its
    usual ones."""
    backbone = st.session_state[key]
    same = backbone == draft.base.backbone
    usual = draft.base_values if same else recipe_dict(recipe_from_dict({"backbone": backbone}))
    draft.override({part: usual[part] for part in ("bands", "map_stride", "image_size")})
