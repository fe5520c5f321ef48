"""Challenge: mend the failing recipe; groups of seeds are ranked on photos that no page shows.

The link says which data set's board it is (`?photos=<fingerprint>`).
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.challenge import CHANGES, RECIPE, SEEDS, Board, Field, fields, read_board
from core.errors import InputError
from core.store.challenge import board_mark
from core.store.index import RunRow
from core.words import say
from pages import settings
from pages.widgets import challenge_ask, challenge_board, chosen, told, worker_notice

KEY = "challenge"
LIVE_SECONDS = 2.0


@st.cache_resource(max_entries=8, show_spinner=False)
def _board(runs_dir: str, mark: str, _field: Field) -> Board:
    """Read anew when a run, an answer or the photos have changed."""
    return read_board(settings.runs_dir(), _field)


def board_of(field: Field) -> Board:
    """Raises InputError when the hidden photos' note is damaged."""
    runs_dir = settings.runs_dir()
    mark = f"{chosen.version()} {field.id} {board_mark(runs_dir)}"
    return _board(str(runs_dir), mark, field)


def task() -> None:
    """What is asked, and the way to begin."""
    st.markdown(
        say(
            "The recipe **{recipe}** has perfect validation and learned nothing worth shipping. "
            "Mend it, in {changes} changes or fewer if you can. Recipes trained with {seeds} seeds "
            "or more are ranked on photos of the same books that no page shows.",
            recipe=RECIPE, changes=CHANGES, seeds=SEEDS,
        )
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            "pages/train.py", label=say("Open the failing recipe on Train, with three seeds"),
            icon=":material/model_training:", query_params={"preset": RECIPE, "seeds": "3"},
            width="content",
        )  # fmt: skip
        with st.popover(say("How it is ranked"), icon=":material/help:", type="tertiary",
                        key=f"{KEY}.how"):  # fmt: skip
            rules()


def rules() -> None:
    st.markdown(
        say(
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


def choose(found: Sequence[Field]) -> Field:
    """The board of the link; the one with the newest run without."""
    known = {field.id: field for field in found}
    linked = st.query_params.get("photos", "")
    if linked and linked not in known:
        st.warning(say("There is no board of that link here; this is the newest one's."))
    if len(known) == 1:
        return found[0]
    if st.session_state.get(f"{KEY}.photos") not in known:
        st.session_state[f"{KEY}.photos"] = linked if linked in known else found[0].id
    picked = st.selectbox(
        say("Trained on"), list(known), key=f"{KEY}.photos",
        format_func=lambda id_: known[id_].title, width=320,
        help=say("Only runs that saw the same photos are ranked together."),
    )  # fmt: skip
    st.query_params["photos"] = picked
    return known[picked]


def board(field_id: str, watching: bool) -> None:
    """The board; drawn again and again while something that it shows is under way."""
    rows = chosen.all_runs()
    field = next((field for field in fields(rows) if field.id == field_id), None)
    if field is None:
        st.rerun()  # its runs were deleted
    try:
        found = board_of(field)
    except InputError as error:
        told.error(error)
        return
    if live(field, found) != watching:
        st.rerun()  # the whole page: begins or ends the polling
    worker_notice.show(f"{KEY}.worker", rows)
    for problem in found.problems:
        told.error(problem)
    challenge_ask.show(f"{KEY}.ask", found, rows)
    challenge_board.show(f"{KEY}.board", found, rows)
    if not found.standings and not found.waiting:
        st.info(say("No group here has {seeds} finished seeds yet.", seeds=SEEDS))
    challenge_board.show_left_out(f"{KEY}.board", found.left_out)


def live(field: Field, found: Board) -> bool:
    """Whether a run of the board trains or waits, or answers the hidden photos."""
    training = any(not row.status.ended for group in field.groups for row in group.members)
    return training or bool(challenge_ask.under_way(found))


def await_first() -> None:
    if fields(chosen.all_runs()):
        st.rerun()


def show_page(rows: Sequence[RunRow]) -> None:
    found = fields(rows)
    if not found:
        st.info(say("No run here tells the toy books apart yet. Open the failing recipe, change "
                    "what you think it needs, launch it with three seeds, and come back: the "
                    "groups can be ranked as soon as their runs are done."))  # fmt: skip
        if any(not row.status.ended for row in rows):
            st.fragment(await_first, run_every=LIVE_SECONDS)()
        return
    field = choose(found)
    watching = live(field, board_of(field))
    st.fragment(board, run_every=LIVE_SECONDS if watching else None)(field.id, watching)


st.title(say("Challenge"), anchor=False)
task()
try:
    show_page(chosen.all_runs())
except InputError as damage:
    told.error(damage)
