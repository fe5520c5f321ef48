"""Random changes of the training photos: switches, and the numbers of those that are on."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.base.language import mark, retell, say
from core.recipe.schema import Augment, Blur, Cutout, Erase, Rotate, Zoom

_FLIPS = {"none": mark("none"), "horizontal": mark("left-right"), "both": mark("both ways")}
_SWITCHES = (
    (
        "zoom",
        mark("Zoom"),
        mark("The photo is enlarged at random, so less of its surroundings shows."),
    ),
    ("rotate", mark("Rotate"), mark("The photo is turned by a random angle.")),
    ("lighting", mark("Lighting"), mark("Brightness and contrast vary at random.")),
    ("cutout", mark("Cutout"), mark("Black squares hide parts of the photo.")),
    ("erase", mark("Eraser"), mark("A rectangle of random size is filled with noise.")),
    ("blur", mark("Blur"), mark("The photo is blurred at random.")),
    (
        "mixup",
        mark("Mixup"),
        mark(
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
                retell(title),
                value=bool(getattr(preset, name)),
                key=f"{key}.{name}",
                persist_state="session",
                help=retell(words),
            )
            for name, title, words in _SWITCHES
        }
    flip = st.segmented_control(
        say("Flip"),
        list(_FLIPS),
        default=preset.flip,
        required=True,
        format_func=lambda name: retell(_FLIPS[name]),
        key=f"{key}.flip",
        persist_state="session",
    )
    with st.expander(say("Numbers")):
        if not any(on.values()):
            st.caption(say("Switch something on to set its numbers."))
        return {
            "zoom": _zoom(key, preset.zoom or Zoom()) if on["zoom"] else None,
            "rotate": _rotate(key, preset.rotate or Rotate()) if on["rotate"] else None,
            "lighting": _slide(
                f"{key}.lighting_by",
                say("Lighting: most change"),
                0.0,
                0.9,
                preset.lighting or 0.05,
                0.01,
            )
            if on["lighting"]
            else preset.lighting and None,  # 0 stays 0
            "flip": flip or "none",
            "cutout": _cutout(key, preset.cutout or Cutout()) if on["cutout"] else None,
            "erase": _erase(key, preset.erase or Erase()) if on["erase"] else None,
            "blur": _blur(key, preset.blur or Blur()) if on["blur"] else None,
            "mixup": _slide(
                f"{key}.mixup_by",
                say("Mixup: strength"),
                0.0,
                5.0,
                preset.mixup or _MIXUP,
                0.05,
                say(
                    "Alpha of the mixup paper: near 0, most views keep nearly all "
                    "of their own photo; 1, any share is as likely."
                ),
            )
            if on["mixup"]
            else 0,
        }


def _zoom(key: str, start: Zoom) -> dict[str, Any]:
    span = _range(f"{key}.zoom_range", say("Zoom range"), 0.5, 4.0, start.range, 0.05)
    return {"range": span, "p": _chance(f"{key}.zoom_p", say("Zoom: share of views"), start.p)}


def _rotate(key: str, start: Rotate) -> dict[str, Any]:
    degrees = _slide(
        f"{key}.degrees", say("Rotation, degrees either way"), 0.0, 180.0, start.degrees, 1.0
    )
    return {
        "degrees": degrees,
        "p": _chance(f"{key}.rotate_p", say("Rotation: share of views"), start.p),
    }


def _cutout(key: str, start: Cutout) -> dict[str, Any]:
    return {
        "holes": _slide(f"{key}.holes", say("Cutout: squares"), 1, 20, start.holes, 1),
        "length": _slide(f"{key}.length", say("Cutout: side in pixels"), 1, 512, start.length, 1),
        "p": _chance(f"{key}.cutout_p", say("Cutout: share of views"), start.p),
    }


def _erase(key: str, start: Erase) -> dict[str, Any]:
    return {
        "p": _chance(f"{key}.erase_p", say("Eraser: share of views"), start.p),
        "area": _range(
            f"{key}.area", say("Eraser: share of the view it fills"), 0.0, 1.0, start.area, 0.01
        ),
        "aspect": _range(
            f"{key}.aspect", say("Eraser: height to width"), 0.1, 10.0, start.aspect, 0.1
        ),
    }


def _blur(key: str, start: Blur) -> dict[str, Any]:
    return {
        "size": _slide(f"{key}.size", say("Blur: size in pixels"), 3, 31, start.size, 2),
        "p": _chance(f"{key}.blur_p", say("Blur: share of views"), start.p),
    }


def _chance(key: str, label: str, value: float) -> float:
    return _slide(key, label, 0.0, 1.0, float(value), 0.05)


def _slide(
    key: str, label: str, low: Any, high: Any, value: Any, step: Any, words: str | None = None
) -> Any:
    """A whole number or a fraction, as `low` is one."""
    return st.slider(
        label, low, high, type(low)(value), step, key=key, persist_state="session", help=words
    )


def _range(
    key: str, label: str, low: float, high: float, value: tuple[float, float], step: float
) -> list[float]:
    return list(st.slider(label, low, high, value, step, key=key, persist_state="session"))
