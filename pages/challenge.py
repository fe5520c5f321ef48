"""Challenge: mend the failing recipe; groups of seeds are ranked on photos that no page shows.

The link says which data set's board it is (`?photos=<fingerprint>`).
"""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.base.errors import InputError
from core.base.language import _
from core.compare.challenge_ranking import (
    MIN_SEEDS,
    ComparableGroups,
    Leaderboard,
    find_comparable_groups,
    read_leaderboard,
)
from core.store.index import RunRow
from core.store.rescoring import challenge_fingerprint
from pages import settings
from pages.widgets.challenge import board as challenge_board
from pages.widgets.challenge import submit
from pages.widgets.shared import access, selection, worker_notice
from pages.widgets.shared.cached import cached
from pages.widgets.ui import messages

KEY = "challenge"
POLL_SECONDS = 2.0


def cached_board(field: ComparableGroups) -> Leaderboard:
    """Cached until a run, an answer or a photo changes. Raises InputError for a damaged note."""
    runs_dir = settings.runs_dir()
    return leaderboard(runs_dir, challenge_fingerprint(runs_dir), field)


@cached
def leaderboard(runs_dir: Path, answers: str, field: ComparableGroups) -> Leaderboard:
    return read_leaderboard(runs_dir, field)


def choose_board(available: Sequence[ComparableGroups]) -> ComparableGroups:
    """The board of the link; the one with the newest run without."""
    known = {field.id: field for field in available}
    linked = st.query_params.get("photos", "")
    if linked and linked not in known:
        st.warning(_("The linked leaderboard does not exist here. Showing the newest one."))
    if len(known) == 1:
        return available[0]
    if st.session_state.get(f"{KEY}.photos") not in known:
        st.session_state[f"{KEY}.photos"] = linked if linked in known else available[0].id
    picked = st.selectbox(
        _("Trained on"),
        list(known),
        key=f"{KEY}.photos",
        format_func=lambda id_: known[id_].title,
        width=320,
        help=_("Only runs trained on the same photos are ranked together."),
    )
    st.query_params["photos"] = picked
    return known[picked]


def show_live(field_id: str, polling: bool) -> None:
    """The board; drawn again and again while something that it shows is under way."""
    rows = selection.all_runs()
    field = next((field for field in find_comparable_groups(rows) if field.id == field_id), None)
    if field is None:
        st.rerun()  # its runs were deleted
    try:
        found = cached_board(field)
    except InputError as error:
        messages.show_error(error)
        return
    if is_live(field, found) != polling:
        st.rerun()  # the whole page: begins or ends the polling
    worker_notice.show(f"{KEY}.worker", rows)
    for problem in found.problems:
        messages.show_error(problem)
    submit.show(f"{KEY}.ask", found, rows)
    challenge_board.show(f"{KEY}.board", found)
    if not found.standings and not found.waiting:
        st.info(_("No group here has {seeds} finished seeds yet.", seeds=MIN_SEEDS))
    challenge_board.show_left_out(f"{KEY}.board", found.excluded)


def is_live(field: ComparableGroups, board: Leaderboard) -> bool:
    """Whether a run of the board trains or waits, or answers the hidden photos."""
    training = any(not row.status.ended for group in field.groups for row in group.members)
    return training or bool(submit.unfinished_trials(board))


def rerun_on_first_board() -> None:
    if find_comparable_groups(selection.all_runs()):
        st.rerun()


def show_page(rows: Sequence[RunRow]) -> None:
    found = find_comparable_groups(rows)
    if not found:
        st.info(
            _(
                "No run here classifies the toy books yet. Open the failing recipe, change "
                "what you think it needs, and launch it with three seeds. The groups can "
                "be ranked as soon as their runs are done."
            )
        )
        if any(not row.status.ended for row in rows):
            st.fragment(rerun_on_first_board, run_every=POLL_SECONDS)()
        return
    field = choose_board(found)
    watching = is_live(field, cached_board(field))
    st.fragment(show_live, run_every=POLL_SECONDS if watching else None)(field.id, watching)


st.title(_("Challenge"), anchor=False)
challenge_board.show_task(KEY)
with messages.show_errors():
    if not access.show_restriction("challenge"):
        show_page(selection.all_runs())
