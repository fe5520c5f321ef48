"""Random changes of the training photos: switches, and the numbers of those that are on."""

from typing import Any

import streamlit as st

from core.base.language import N_, _, translate
from core.recipe.schema import Blur, Cutout, Erase, Rotate, Zoom
from pages.widgets.train.controls import Group
from pages.widgets.train.draft import Draft

_FLIPS = {"none": N_("none"), "horizontal": N_("horizontal"), "both": N_("both")}
_SWITCHES = (
    ("zoom", N_("Zoom"), N_("Enlarges the photo at random, so less of its surroundings shows.")),
    ("rotate", N_("Rotation"), N_("Rotates the photo by a random angle.")),
    ("lighting", N_("Lighting"), N_("Varies brightness and contrast at random.")),
    (
        "trivial",
        N_("TrivialAugment"),
        N_("One random transformation of random strength: rotation, shear, colour, sharpness, …"),
    ),
    ("cutout", N_("Cutout"), N_("Hides parts of the photo with black squares.")),
    ("erase", N_("Random erasing"), N_("Fills a rectangle of random size with noise.")),
    ("blur", N_("Blur"), N_("Blurs the photo at random.")),
    (
        "mixup",
        N_("Mixup"),
        N_(
            "Blends each view with a view of another photo, and their labels in the same "
            "proportion: 70% this book, 30% that one."
        ),
    ),
)
_MIXUP = 0.4  # where it is switched on; the mixup paper tries 0.1 to 0.4 on ImageNet
# Of what is switched on: keys of the value ("" where it is one number) and of the control, label,
# lowest, highest, step.
_NUMBERS = {
    "zoom": (
        ("range", "zoom_range", N_("Zoom range"), 0.5, 4.0, 0.05),
        ("p", "zoom_p", N_("Zoom: probability"), 0.0, 1.0, 0.05),
    ),
    "rotate": (
        (
            "degrees",
            "degrees",
            N_("Rotation: maximum angle, either way (degrees)"),
            0.0,
            180.0,
            1.0,
        ),
        ("p", "rotate_p", N_("Rotation: probability"), 0.0, 1.0, 0.05),
    ),
    "lighting": (("", "lighting_by", N_("Lighting: maximum change"), 0.0, 0.9, 0.01),),
    "cutout": (
        ("holes", "holes", N_("Cutout: number of squares"), 1, 20, 1),
        ("length", "length", N_("Cutout: side length (pixels)"), 1, 512, 1),
        ("p", "cutout_p", N_("Cutout: probability"), 0.0, 1.0, 0.05),
    ),
    "erase": (
        ("p", "erase_p", N_("Random erasing: probability"), 0.0, 1.0, 0.05),
        ("area", "area", N_("Random erasing: fraction of the view"), 0.0, 1.0, 0.01),
        ("aspect", "aspect", N_("Random erasing: aspect ratio (height/width)"), 0.1, 10.0, 0.1),
    ),
    "blur": (
        ("size", "size", N_("Blur: size (pixels)"), 3, 31, 2),
        ("p", "blur_p", N_("Blur: probability"), 0.0, 1.0, 0.05),
    ),
    "mixup": (("", "mixup_by", N_("Mixup: strength (alpha)"), 0.0, 5.0, 0.05),),
}
_HELP = {
    "mixup_by": N_(
        "Alpha in the mixup paper. Near 0, most views stay almost unmixed; at 1, every "
        "proportion is equally likely."
    )
}
# What is switched on begins with; the mixup paper tries 0.1 to 0.4 on ImageNet.
_SWITCHED_ON: dict[str, Any] = {
    part.__name__.lower(): part().model_dump() for part in (Zoom, Rotate, Cutout, Erase, Blur)
} | {"lighting": 0.05, "mixup": 0.4}


def show(draft: Draft) -> dict[str, Any]:
    """The recipe's `augment`."""
    start = draft.start_value("augment")
    controls = Group(draft.key_prefix("augment"), start)
    with st.container(horizontal=True, gap="small"):
        on = {
            name: controls.switch(name, translate(title), help=translate(words))
            for name, title, words in _SWITCHES
        }
    shown = {"flip": controls.segments("flip", _("Flip"), _FLIPS), "trivial": on["trivial"]}
    with st.expander(_("Values")):
        if not any(on.values()):
            st.caption(_("Turn something on to set its values."))
        for part, sliders in _NUMBERS.items():
            if not on[part]:
                shown[part] = 0 if part == "mixup" else start[part] and None  # 0 stays 0
                continue
            begin = start[part] or _SWITCHED_ON[part]
            found = {}
            for name, key, label, low, high, step in sliders:
                value = begin[name] if name else begin
                words = translate(_HELP[key]) if key in _HELP else None
                found[name] = controls.value_slider(
                    key, translate(label), low, high, step, value, help=words
                )
            shown[part] = found.get("", found)
    return {**start, **shown}
