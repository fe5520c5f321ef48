"""What the Challenge asks for, how it is ranked, and the way to begin."""

import streamlit as st

from core.base.language import _
from core.compare.challenge_ranking import BASE_RECIPE, MAX_CHANGES, MIN_SEEDS
from pages.widgets.shared import access, links


def show(key: str) -> None:
    """What is asked, and the way to begin."""
    st.markdown(
        _(
            "The recipe **{recipe}** has perfect validation and learned nothing worth shipping. "
            "Mend it, in {changes} changes or fewer if you can. Recipes trained with {seeds} seeds "
            "or more are ranked on photos of the same books that no page shows.",
            recipe=BASE_RECIPE,
            changes=MAX_CHANGES,
            seeds=MIN_SEEDS,
        )
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        several = not access.is_restricted("repeats")
        links.to(
            "train",
            _("Open the failing recipe on Train, with three seeds")
            if several
            else _("Open the failing recipe on Train"),
            **({"preset": BASE_RECIPE} | ({"seeds": "3"} if several else {})),
        )
        with st.popover(
            _("How it is ranked"), icon=":material/help:", type="tertiary", key=f"{key}.how"
        ):
            _rules()


def _rules() -> None:
    st.markdown(
        _(
            "- **Score**: the share of the books in the hidden photos, each cut out and classified "
            "alone, that are named right. One object, one answer: the sharpest score there is.\n"
            "- **Rank**: 1 + how many groups are really better. Really: the photos say so (95 % "
            "interval of the difference) and so do the seeds (Welch's test). Where they do not, "
            "groups share a rank.\n"
            "- **Every seed counts.** One that failed or was stopped is named beside its group.\n"
            "- **The photos** were drawn for this folder of runs alone, from a random seed, so "
            "that nobody can tune on them. Do not hold this board against another computer's: "
            "bring the runs together instead.\n"
            "- Try often enough and you fit the board itself. Few changes, with a reason for each, "
            "are worth more than a high rank after fifty tries."
        )
    )
