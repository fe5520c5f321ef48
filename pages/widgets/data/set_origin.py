"""Whether a test set is from elsewhere: a fact that somebody states, for the verdict to rest on."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _, translate
from core.data.dataset import ORIGINS, Dataset, TestSet
from core.data.near_copies import NearCopyPair, quick_fingerprint
from core.data.origin import BASIS_TEXTS, SetOrigin, find_origins, write_origin
from pages.widgets.shared import access
from pages.widgets.ui import messages


def show(
    key: str, dataset: Dataset, test_set: TestSet, pairs: Sequence[NearCopyPair] | None
) -> None:
    """The switch, and what is taken for true while nobody has set it. pairs: the near-copies, None
    while they are looked for."""
    key = f"{key}.{dataset.root.name}.{test_set.name}"
    if error := st.session_state.pop(f"{key}.error", None):
        messages.show_error(error)
    names = dict(zip(ORIGINS, (_("elsewhere"), _("same shoot")), strict=True))
    st.session_state[key] = test_set.origin or None
    st.segmented_control(
        _("Where is it from?"),
        ORIGINS,
        format_func=names.__getitem__,
        key=key,
        on_change=_save_origin,
        args=(key, dataset, test_set.name),
        disabled=access.is_restricted("label"),
    )
    if test_set.origin or pairs is None:
        return
    stated = tuple(each.origin for each in dataset.test_sets)
    found = _origins(str(dataset.root), quick_fingerprint(dataset), stated, dataset, pairs)[
        test_set.name
    ]
    why = formatting.escape_markdown(translate(BASIS_TEXTS[found.by]))
    if found.elsewhere:
        st.caption(
            _(
                "Assumed to be from elsewhere ({why}). Only photos from elsewhere can show "
                "that a network generalises.",
                why=why,
            )
        )
    else:
        st.caption(
            _(
                "Assumed to be from the same shoot as the training photos ({why}). Only "
                "photos from elsewhere can show that a network generalises.",
                why=why,
            )
        )


def _save_origin(key: str, dataset: Dataset, name: str) -> None:
    chosen = st.session_state[key]
    if chosen is None:  # a second click on what is stated already
        return
    try:
        write_origin(dataset.root, name, chosen == "elsewhere")
    except InputError as problem:
        st.session_state[f"{key}.error"] = str(problem)


@st.cache_data(max_entries=20, show_spinner=False)
def _origins(
    root: str,
    stamp: str,
    stated: tuple[str, ...],
    _dataset: Dataset,
    _pairs: Sequence[NearCopyPair],
) -> dict[str, SetOrigin]:
    del root, stamp, stated  # the cache's key: what has changed is looked at again
    return find_origins(_dataset, lambda: _pairs)
