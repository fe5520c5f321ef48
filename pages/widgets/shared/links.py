"""Links from one page to another, each with its page's icon."""

import streamlit as st

ICONS = {
    "lesson": ":material/school:",
    "train": ":material/model_training:",
    "data": ":material/photo_library:",
    "runs": ":material/list_alt:",
    "run": ":material/diagnosis:",
    "compare": ":material/compare_arrows:",
    "cams": ":material/frame_inspect:",
    "challenge": ":material/leaderboard:",
    "try_it": ":material/photo_camera:",
    "capture": ":material/add_a_photo:",
    "search": ":material/search:",
    "worker": ":material/engineering:",
}


def to(
    page: str, label: str, help: str | None = None, icon: str | None = None, **params: str
) -> None:
    """A link to `pages/<page>.py`. icon: another one, "" for none; params: of the link."""
    file, icon = f"{page}.py", ICONS[page] if icon is None else icon or None
    st.page_link(file, label=label, icon=icon, help=help, query_params=params or None)
