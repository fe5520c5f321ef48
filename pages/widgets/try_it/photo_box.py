"""A photo on which a person draws one box (photo_box.js)."""

import streamlit as st

from core.base.language import _, language
from core.data.label_tables import Box
from core.views.try_it import QueryPhoto, box_payload, parse_box
from pages.widgets.ui.assets import script, style

_BOX = st.components.v2.component(
    "overfit_lens_photo_box",
    html='<div class="box-root"></div>',
    css=style("try_it/photo_box"),
    js=script("ui/fill", "ui/element", "try_it/photo_box"),
)


def show(key: str, photo: QueryPhoto) -> Box | None:
    """The photo; the box that is on it, in shares of its sides. The link keeps it (`?box=`)."""
    stamp = f"{photo.name} {len(photo.data)}"
    linked = parse_box([part for part in st.query_params.get("box", "").split(",") if part])
    fresh = st.session_state.get(f"{key}.photo") not in (None, stamp)
    if fresh:  # another photo begins without the box of the one before
        linked = None
    st.session_state[f"{key}.photo"] = stamp
    data = box_payload(photo, stamp, linked) | {"words": _ui_text(), "language": language()}
    found = _BOX(key=key, data=data, default={"box": None}, on_box_change=lambda: None)
    told = found.box
    box = parse_box(told["corners"]) if told and told["photo"] == stamp else linked
    if box is None:
        st.query_params.pop("box", None)
    else:
        st.query_params["box"] = ",".join(f"{v:g}" for v in (box.x0, box.y0, box.x1, box.y1))
    return box


def _ui_text() -> dict[str, str]:
    """What the browser says by itself, for `fill` of fill.js."""
    return {
        "help": _(
            "{photo}. Photo. Enter puts a box on it, arrow keys move the box, with Shift they "
            "resize it, Delete removes it."
        ),
        "draw": _("Draw a box over what you want to hide."),
        "hidden": _("Hidden: {share} % of the photo."),
        "hide": _("Hide {label}"),
        "middle": _("Box in the middle"),
        "remove": _("Remove the box"),
    }
