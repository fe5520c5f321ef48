"""What is known to mislead about a recipe, beside the part that it is about."""

from collections.abc import Sequence

import streamlit as st

from core.base.language import _
from core.views.recipe_warnings import RecipeWarning, Section


def show(cautions: Sequence[RecipeWarning], column: Section) -> None:
    """The cautions about one column of the page; nothing where there is none."""
    for caution in cautions:
        if caution.section == column:
            with st.container(border=True, gap="xsmall"):
                st.markdown(f":orange[:material/lightbulb:] {caution.text}")
                st.caption(_("Source: {source}", source=caution.source))
