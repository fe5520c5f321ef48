"""Random changes of the training photos: switches, and their numbers in an expander."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.recipe import Augment, Blur, Cutout, Rotate, Zoom

_FLIPS = {"none": "none", "horizontal": "left-right", "both": "both ways"}


def show(key: str, preset: Augment) -> dict[str, Any]:
    """The recipe's `augment` group as plain data; `preset` gives the starting values."""
    on = {
        name: st.toggle(
            title,
            value=bool(getattr(preset, name)),
            key=f"{key}.{name}",
            persist_state="session",
            help=words,
        )
        for name, title, words in (
            ("zoom", "Zoom", "The photo is enlarged at random, so less of its surroundings shows."),
            ("rotate", "Rotate", "The photo is turned by a random angle."),
            ("lighting", "Lighting", "Brightness and contrast vary at random."),
            ("cutout", "Cutout", "Black squares hide parts of the photo."),
            ("blur", "Blur", "The photo is blurred at random."),
        )
    }
    flip = st.segmented_control(
        "Flip",
        list(_FLIPS),
        default=preset.flip,
        required=True,
        format_func=lambda name: _FLIPS[name],
        key=f"{key}.flip",
        persist_state="session",
    )
    with st.expander("Numbers"):
        zoom, rotate, cutout, blur = (
            preset.zoom or Zoom(),
            preset.rotate or Rotate(),
            preset.cutout or Cutout(),
            preset.blur or Blur(),
        )
        span = st.slider(
            "Zoom range", 0.5, 4.0, zoom.range, 0.05, key=f"{key}.zoom_range",
            persist_state="session", disabled=not on["zoom"],
        )  # fmt: skip
        zoom_p = _chance(f"{key}.zoom_p", "Zoom: share of views", zoom.p, on["zoom"])
        degrees = st.slider(
            "Rotation, degrees either way", 0.0, 180.0, float(rotate.degrees), 1.0,
            key=f"{key}.degrees", persist_state="session", disabled=not on["rotate"],
        )  # fmt: skip
        rotate_p = _chance(f"{key}.rotate_p", "Rotation: share of views", rotate.p, on["rotate"])
        lighting = st.slider(
            "Lighting, most change", 0.0, 0.9, preset.lighting or 0.05, 0.01,
            key=f"{key}.lighting_by", persist_state="session", disabled=not on["lighting"],
        )  # fmt: skip
        holes = st.slider(
            "Cutout: squares", 1, 20, cutout.holes, key=f"{key}.holes",
            persist_state="session", disabled=not on["cutout"],
        )  # fmt: skip
        length = st.slider(
            "Cutout: side in pixels", 1, 256, cutout.length, key=f"{key}.length",
            persist_state="session", disabled=not on["cutout"],
        )  # fmt: skip
        cutout_p = _chance(f"{key}.cutout_p", "Cutout: share of views", cutout.p, on["cutout"])
        size = st.slider(
            "Blur: size in pixels", 3, 31, blur.size, 2, key=f"{key}.size",
            persist_state="session", disabled=not on["blur"],
        )  # fmt: skip
        blur_p = _chance(f"{key}.blur_p", "Blur: share of views", blur.p, on["blur"])
    return {
        "zoom": {"range": list(span), "p": zoom_p} if on["zoom"] else None,
        "rotate": {"degrees": degrees, "p": rotate_p} if on["rotate"] else None,
        "lighting": lighting if on["lighting"] else None,
        "flip": flip or "none",
        "cutout": {"holes": holes, "length": length, "p": cutout_p} if on["cutout"] else None,
        "blur": {"size": size, "p": blur_p} if on["blur"] else None,
    }


def _chance(key: str, label: str, value: float, on: bool) -> float:
    return st.slider(
        label, 0.0, 1.0, float(value), 0.05, key=key, persist_state="session", disabled=not on
    )
