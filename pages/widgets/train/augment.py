"""Random changes of the training photos: switches, and the numbers of those that are on."""

from typing import Any

import streamlit as st

from core.base.language import N_, _, translate
from core.recipe.schema import Augment, Blur, Cutout, Erase, Rotate, Zoom

_FLIPS = {"none": N_("none"), "horizontal": N_("left-right"), "both": N_("both ways")}
_SWITCHES = (
    ("zoom", N_("Zoom"), N_("The photo is enlarged at random, so less of its surroundings shows.")),
    ("rotate", N_("Rotate"), N_("The photo is turned by a random angle.")),
    ("lighting", N_("Lighting"), N_("Brightness and contrast vary at random.")),
    (
        "trivial",
        N_("TrivialAugment"),
        N_("One random change of random strength: turned, sheared, recoloured, sharpened, …"),
    ),
    ("cutout", N_("Cutout"), N_("Black squares hide parts of the photo.")),
    ("erase", N_("Eraser"), N_("A rectangle of random size is filled with noise.")),
    ("blur", N_("Blur"), N_("The photo is blurred at random.")),
    (
        "mixup",
        N_("Mixup"),
        N_(
            "Each view is blended with a view of another photo, and so is the answer that is asked "
            "for: 70 % this book, 30 % that one."
        ),
    ),
)
_MIXUP = 0.4  # where it is switched on; the mixup paper tries 0.1 to 0.4 on ImageNet


def show(key: str, preset: Augment) -> dict[str, Any]:
    """The recipe's `augment` group as plain data; `preset` gives the starting values."""
    with st.container(horizontal=True, gap="small"):
        on = {
            name: st.toggle(
                translate(title),
                value=bool(getattr(preset, name)),
                key=f"{key}.{name}",
                persist_state="session",
                help=translate(words),
            )
            for name, title, words in _SWITCHES
        }
    flip = st.segmented_control(
        _("Flip"),
        list(_FLIPS),
        default=preset.flip,
        required=True,
        format_func=lambda name: translate(_FLIPS[name]),
        key=f"{key}.flip",
        persist_state="session",
    )
    with st.expander(_("Numbers")):
        if not any(on.values()):
            st.caption(_("Switch something on to set its numbers."))
        return {
            "zoom": _zoom(key, preset.zoom or Zoom()) if on["zoom"] else None,
            "rotate": _rotate(key, preset.rotate or Rotate()) if on["rotate"] else None,
            "lighting": _slider(
                f"{key}.lighting_by",
                _("Lighting: most change"),
                0.0,
                0.9,
                preset.lighting or 0.05,
                0.01,
            )
            if on["lighting"]
            else preset.lighting and None,  # 0 stays 0
            "flip": flip or "none",
            "trivial": on["trivial"],
            "cutout": _cutout(key, preset.cutout or Cutout()) if on["cutout"] else None,
            "erase": _erase(key, preset.erase or Erase()) if on["erase"] else None,
            "blur": _blur(key, preset.blur or Blur()) if on["blur"] else None,
            "mixup": _slider(
                f"{key}.mixup_by",
                _("Mixup: strength"),
                0.0,
                5.0,
                preset.mixup or _MIXUP,
                0.05,
                _(
                    "Alpha of the mixup paper: near 0, most views keep nearly all "
                    "of their own photo; 1, any share is as likely."
                ),
            )
            if on["mixup"]
            else 0,
        }


def _zoom(key: str, start: Zoom) -> dict[str, Any]:
    span = _range(f"{key}.zoom_range", _("Zoom range"), 0.5, 4.0, start.range, 0.05)
    return {
        "range": span,
        "p": _probability_slider(f"{key}.zoom_p", _("Zoom: share of views"), start.p),
    }


def _rotate(key: str, start: Rotate) -> dict[str, Any]:
    degrees = _slider(
        f"{key}.degrees", _("Rotation, degrees either way"), 0.0, 180.0, start.degrees, 1.0
    )
    return {
        "degrees": degrees,
        "p": _probability_slider(f"{key}.rotate_p", _("Rotation: share of views"), start.p),
    }


def _cutout(key: str, start: Cutout) -> dict[str, Any]:
    return {
        "holes": _slider(f"{key}.holes", _("Cutout: squares"), 1, 20, start.holes, 1),
        "length": _slider(f"{key}.length", _("Cutout: side in pixels"), 1, 512, start.length, 1),
        "p": _probability_slider(f"{key}.cutout_p", _("Cutout: share of views"), start.p),
    }


def _erase(key: str, start: Erase) -> dict[str, Any]:
    return {
        "p": _probability_slider(f"{key}.erase_p", _("Eraser: share of views"), start.p),
        "area": _range(
            f"{key}.area", _("Eraser: share of the view it fills"), 0.0, 1.0, start.area, 0.01
        ),
        "aspect": _range(
            f"{key}.aspect", _("Eraser: height to width"), 0.1, 10.0, start.aspect, 0.1
        ),
    }


def _blur(key: str, start: Blur) -> dict[str, Any]:
    return {
        "size": _slider(f"{key}.size", _("Blur: size in pixels"), 3, 31, start.size, 2),
        "p": _probability_slider(f"{key}.blur_p", _("Blur: share of views"), start.p),
    }


def _probability_slider(key: str, label: str, value: float) -> float:
    return _slider(key, label, 0.0, 1.0, float(value), 0.05)


def _slider(
    key: str, label: str, low: Any, high: Any, value: Any, step: Any, help_text: str | None = None
) -> Any:
    """A whole number or a fraction, as `low` is one."""
    return st.slider(
        label, low, high, type(low)(value), step, key=key, persist_state="session", help=help_text
    )


def _range(
    key: str, label: str, low: float, high: float, value: tuple[float, float], step: float
) -> list[float]:
    return list(st.slider(label, low, high, value, step, key=key, persist_state="session"))
