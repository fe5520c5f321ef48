"""A row of pictures with captions."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.views.diagnosis_pictures import Picture

_MARKS = {True: ":green[:material/check:] ", False: ":red[:material/close:] ", None: ""}


def show(pictures: Sequence[Picture], width: int) -> None:
    """Side by side, `width` pixels each; a mark says whether the answer in a caption is right."""
    if not pictures:
        return
    with st.container(horizontal=True, gap="small"):
        for picture in pictures:
            with st.container(width=width):
                st.image(picture.jpeg, alt=picture.alt, width=width)
                st.caption(_MARKS[picture.correct] + formatting.escape_markdown(picture.caption))
