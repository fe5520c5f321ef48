"""The network: its pretrained backbone, where that starts, and the head with its dropout."""

from functools import cache
from typing import Any

import streamlit as st

from core.base import formatting
from core.base.language import N_, _, translate
from core.model.pretrained_weights import lacks_imagenet_weights, missing_weights_options
from core.recipe.files import recipe_dict, recipe_from_dict
from core.recipe.layer_table import BACKBONES, timm_model, timm_names
from core.recipe.schema import ClassMapDropout
from pages.widgets.shared import access
from pages.widgets.train.controls import Group
from pages.widgets.train.draft import Draft

_WEIGHTS = {"imagenet": "ImageNet", "none": N_("none (random)")}
_FROZEN_BN = {"eval": N_("fixed statistics"), "train": N_("updated with each batch")}
_PRECISIONS = {"auto": N_("fastest on this machine"), "float32": "float32", "bfloat16": "bfloat16"}
_KINDS = {"class_map": N_("class maps"), "dense": N_("dense")}
_DROPOUT = (
    (
        "features",
        N_("Features"),
        N_(
            "Drops whole channels of the backbone's output: during training, this fraction "
            "of them is set to zero at random, so that the network cannot rely on any "
            "single one."
        ),
    ),
    (
        "class_map",
        N_("Class maps"),
        N_(
            "Drops whole class maps: during training, this fraction of them is set to zero "
            "at random, so that the network cannot rely on any single one."
        ),
    ),
    (
        "logits",
        N_("Logits"),
        N_(
            "Drops single logits (the numbers of the output): during training, this "
            "fraction of them is set to zero at random, so that the network cannot rely on "
            "any single one."
        ),
    ),
)


def show(draft: Draft) -> dict[str, Any]:
    """The recipe's `backbone` and `weights`; what to do where the weights are missing."""
    left, right = st.columns([3, 2])
    begin = draft.start_value("backbone")
    backbone = draft.select(
        "backbone",
        _("Backbone"),
        list(dict.fromkeys([*BACKBONES, begin, *_timm()])),
        place=left,
        format_func=_label,
        on_change=_reset_bands,
        args=(draft,),
        help=_(
            "The pretrained network that turns a photo into features. Another backbone "
            "comes with its own bands. Type to search timm's models, listed with their "
            "number of trainable weights, photo size and licence of the pretrained weights."
        ),
    )
    weights = str(
        draft.select(
            "weights",
            _("Initial weights"),
            list(dict.fromkeys([*_WEIGHTS, draft.start_value("weights")])),
            place=right,
            format_func=lambda name: translate(_WEIGHTS[name]) if name in _WEIGHTS else name,
            accept_new_options=not access.is_restricted("weights"),
            help=_(
                "Pretrained on ImageNet (1.3 million photos), random, or from a weights "
                "file: type its path (.safetensors or .pth)."
            ),
        )
    )
    if lacks_imagenet_weights(backbone, weights):
        words = _(
            "This recipe starts from the ImageNet weights of {backbone}, which are not on "
            "this machine. You can:",
            backbone=translate(BACKBONES[backbone].title),
        )
        ways = "\n".join(f"- {translate(way)}" for way in missing_weights_options(backbone))
        st.warning(f"{words}\n\n{ways}", icon=":material/download:")
    return {"backbone": backbone, "weights": weights}


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
    stride = strides[0]
    if len(strides) > 1:
        stride = draft.segments(
            "map_stride",
            _("Class map stride (pixels per cell)"),
            strides,
            help=_("16 gives finer maps of the evidence, but takes longer."),
        )
    frozen_bn = draft.select(
        "frozen_bn",
        _("Batch norm in frozen layers"),
        _FROZEN_BN,
        help=_(
            "Scales a layer's input by the mean and spread of the photos: those of "
            "ImageNet, or those of each batch."
        ),
    )
    precision = draft.select(
        "precision",
        _("Precision"),
        _PRECISIONS,
        help=_("bfloat16 uses half the bits: faster on processors that support it."),
    )
    return {"map_stride": stride, "frozen_bn": frozen_bn, "precision": precision}


def _reset_bands(draft: Draft) -> None:
    """Of a new backbone: the base's bands, map stride and image size, else its usual ones."""
    backbone = st.session_state[draft.key_prefix("backbone")]
    same = backbone == draft.base.backbone
    usual = draft.base_values if same else recipe_dict(recipe_from_dict({"backbone": backbone}))
    draft.override({part: usual[part] for part in ("bands", "map_stride", "image_size")})


def show_head(draft: Draft) -> dict[str, Any]:
    """The recipe's `head`."""
    controls = Group(draft.key_prefix("head"), {"width": 256} | draft.start_value("head"))
    kind = controls.segments(
        "kind",
        _("Network head"),
        _KINDS,
        help=_(
            "Class maps: one map per class, whose mean is the class's score, so you can "
            "see where the prediction comes from. Dense: features averaged over the photo, "
            "then a hidden layer."
        ),
    )
    if kind == "dense":
        label = _("Hidden layer units")
        return {"kind": kind, "width": controls.number("width", label, 8, 4096, 8)}
    words = _(
        "During training, this fraction of the values is set to zero at random at three "
        "places in the network: the dotted lines above."
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
