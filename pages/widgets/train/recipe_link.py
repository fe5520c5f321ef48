"""The link's `with`: what differs from where the recipe begins, so that a recipe can be sent on."""

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import translate
from core.recipe.draft import decode_changes, encode_changes
from core.recipe.files import recipe_dict
from core.recipe.schema import Recipe
from pages.widgets.train.draft import Draft

_CHANGES_PARAM = "with"


def read(key: str, draft: Draft) -> None:
    """Writes the link's changes into the draft. Only when a visit begins: later on the link follows
    the controls, and one that is a moment old must not undo what was just done."""
    if f"{key}.begun" in st.session_state:
        return
    st.session_state[f"{key}.begun"] = True
    linked = st.query_params.get(_CHANGES_PARAM, "")
    if not linked:
        return
    try:
        draft.override(decode_changes(draft.base, linked))
    except InputError as error:
        st.warning(formatting.escape_markdown(translate(str(error))), icon=":material/warning:")


def write(draft: Draft, recipe: Recipe) -> None:
    """Makes the link reopen this recipe."""
    found = encode_changes(draft.base_values, recipe_dict(recipe))
    if found:
        st.query_params[_CHANGES_PARAM] = found
    else:
        st.query_params.pop(_CHANGES_PARAM, None)
