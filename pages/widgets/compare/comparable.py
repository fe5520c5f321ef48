"""What can be compared photo by photo, and a word where some of it cannot."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.language import _
from core.compare.selection import (
    comparable_predictions,
    items_on_other_photos,
    same_test_photos,
    split_fingerprints,
)
from core.store.groups import Group
from pages.widgets.shared import run_files
from pages.widgets.shared.run_files import RunFiles

_MAX_NAMED = 6  # items that the notice names


def notice(selected: Sequence[Group]) -> None:
    """Says which items are on other training or test photos than the first."""
    others = items_on_other_photos(selected, selected[0]) if selected else []
    if not others:
        return
    environments = run_files.read_finished("environment.json", selected)
    own, *prints = (
        split_fingerprints(environments.get(item.evaluated_members()[0].id, {}))
        for item in (selected[0], *others)
    )
    if all(same_test_photos(own, theirs) for theirs in prints):
        text = _(
            "Trained on different photos than {run}: {runs}. Test scores are comparable "
            "because the test photos are the same. On validation, only photos that both "
            "have are compared.",
            **_names(selected[0], others),
        )
        st.info(text)
        return
    st.warning(
        _(
            "Different photos than {run}: {runs}. Sets with the same name may contain "
            "different photos, so their scores are not comparable. Photo by photo, only "
            "identical sets are compared.",
            **_names(selected[0], others),
        )
    )


def _names(reference: Group, others: Sequence[Group]) -> dict[str, str]:
    run, *rest = (formatting.escape_markdown(item.title) for item in (reference, *others))
    return {"run": run, "runs": formatting.join_names(rest, _MAX_NAMED)}


def answers(selected: Sequence[Group]) -> RunFiles:
    """The runs' answers that can be compared with those of the first item, by run id."""
    found = run_files.read_finished("predictions.csv", selected)
    if not selected or not items_on_other_photos(selected, selected[0]):
        return found
    environments = run_files.read_finished("environment.json", selected)
    prints = {id_: split_fingerprints(environment) for id_, environment in environments.items()}
    reference = selected[0].evaluated_members()[0].id
    return RunFiles(
        comparable_predictions(found, prints, reference),
        [*found.state, *environments.state, reference],
    )
