"""The recipe that a person is writing on Train: where it began, and what its controls begin with.

Every part (a top-level key of the recipe) has controls that own what is typed into them. To write
into a part from elsewhere (a click on the strip, a key taken back, the answer of a search) its
controls are replaced: they get new keys, and the new value to begin with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.base import formatting
from core.base.errors import InputError
from core.base.language import translate
from core.data.dataset import Dataset
from core.data.split import split_sizes, with_valid_split
from core.recipe.bands import check_stages
from core.recipe.draft import decode_changes, encode_changes
from core.recipe.files import recipe_dict, recipe_from_dict
from core.recipe.schema import Recipe
from pages.widgets.train.controls import Controls
from pages.widgets.ui import messages, url_state


@dataclass(frozen=True)
class Draft(Controls):
    """key: where it is kept in the session; title: what it began from, such as `preset quick`;
    base: the recipe it began from; places: by dotted key, where to tell what is wrong with it."""

    key: str
    title: str
    base: Recipe
    error_containers: dict[str, DeltaGenerator]

    @cached_property
    def base_values(self) -> dict[str, Any]:
        """The base as plain data, by part."""
        return recipe_dict(self.base)

    @property
    def _overrides(self) -> dict[str, tuple[int, Any]]:
        """How often each part was written into, and what was."""
        parts: dict[str, tuple[int, Any]] = st.session_state.setdefault(f"{self.key}.parts", {})
        return parts

    def start_value(self, part: str) -> Any:
        """What the part's controls begin with, as plain data."""
        return self._overrides[part][1] if part in self._overrides else self.base_values[part]

    def key_prefix(self, part: str) -> str:
        """The key of the part's control, or the beginning of those of several."""
        return f"{self.key}.{part}.{self._overrides.get(part, (0, None))[0]}"

    @property
    def last_valid(self) -> Recipe:
        """The last recipe that was one, whatever the photos."""
        recipe: Recipe = st.session_state.get(f"{self.key}.valid", self.base)
        return recipe

    def validate(self, edited: Mapping[str, Any], dataset: Dataset) -> tuple[Recipe, str]:
        """The recipe, or the last valid one and the error, which is shown at its controls too."""
        try:
            recipe = recipe_from_dict(dict(edited))
            check_stages(recipe)
            st.session_state[f"{self.key}.valid"] = recipe
            split_sizes(recipe, dataset)
        except InputError as problem:
            key = f"{problem.key}."
            found = (
                place for name, place in self.error_containers.items() if key.startswith(f"{name}.")
            )
            messages.show_error(problem, next(found, st.bottom))
            return with_valid_split(self.last_valid, dataset), messages.message_text(problem)
        return recipe, ""

    def override(self, parts: Mapping[str, Any]) -> None:
        """Writes into parts, before their controls are drawn."""
        for part, value in parts.items():
            self._overrides[part] = (self._overrides.get(part, (0, None))[0] + 1, value)

    def override_and_rerun(self, parts: Mapping[str, Any]) -> None:
        """Writes into parts and draws the page again. What depends on other controls is written so
        and not in a callback, whose arguments are of the run before."""
        self.override(parts)
        st.rerun()

    def reset(self) -> None:
        """Begins again, because the base is another."""
        for name in ("undone", "valid"):
            st.session_state.pop(f"{self.key}.{name}", None)
        self.override(self.base_values)

    def undo_all(self, edited: Mapping[str, Any]) -> None:
        """Begins again; `edited` is kept for `redo_all`. Draws the page again."""
        st.session_state[f"{self.key}.undone"] = dict(edited)
        self.override_and_rerun(self.base_values)

    @property
    def has_undone(self) -> bool:
        """Whether there are changes that `redo_all` would bring."""
        return f"{self.key}.undone" in st.session_state

    def redo_all(self) -> None:
        """Undoes `undo_all`."""
        self.override(st.session_state.pop(f"{self.key}.undone"))

    def read_url(self, key: str) -> None:
        """Takes the link's changes (`with`). Only when a visit begins: later on the link follows
        the controls, and one that is a moment old must not undo what was just done."""
        if f"{key}.begun" in st.session_state:
            return
        st.session_state[f"{key}.begun"] = True
        linked = st.query_params.get("with", "")
        if not linked:
            return
        try:
            self.override(decode_changes(self.base, linked))
        except InputError as error:
            st.warning(formatting.escape_markdown(translate(str(error))), icon=":material/warning:")

    def write_url(self, recipe: Recipe) -> None:
        """Makes the link reopen this recipe."""
        url_state.write("with", encode_changes(self.base_values, recipe_dict(recipe)), "")
