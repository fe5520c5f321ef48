"""Has finished groups answer the challenge's hidden photos: the worker does it, in seconds."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.language import _, ngettext, translate
from core.compare import tables
from core.compare.challenge_ranking import Leaderboard
from core.jobs.local import LocalExecutor, mark_lost_work, worker_alive
from core.store.index import RunRow
from core.store.rescoring import ChallengeEvaluation
from core.store.status import utc_now
from pages import settings
from pages.widgets.shared import access, worker_notice
from pages.widgets.ui import messages

_MAX_NAMED = 3  # groups by their names


def unfinished_trials(board: Leaderboard) -> list[ChallengeEvaluation]:
    """The trials of the board's waiting groups that are not at their end."""
    asked = _requested_trials(board)
    for trial in asked:
        mark_lost_work(trial, utc_now)
    return [trial for trial in asked if not trial.status().ended]


def show(key: str, board: Leaderboard, all_rows: Sequence[RunRow]) -> None:
    """The button that ranks what has not answered yet; how that stands; what went wrong."""
    labels = tables.labels_by_id(all_rows)
    waiting = unfinished_trials(board)
    if waiting:
        _progress(key, board, waiting, labels)
        return
    unanswered = board.pending_run_ids
    for trial in _requested_trials(board):
        status = trial.status()
        if status.state == "failed" and trial.id in unanswered:
            messages.show_error(
                _(
                    "{run} could not predict: {why}",
                    run=labels[trial.id],
                    why=translate(status.error or ""),
                )
            )
    if board.waiting and not access.is_restricted("challenge"):
        _offer(key, board, unanswered)


def _offer(key: str, board: Leaderboard, unanswered: Sequence[str]) -> None:
    titles = [entrant.group.title for entrant in board.waiting]
    names = "; ".join(titles[:_MAX_NAMED])
    if len(titles) > _MAX_NAMED:
        names = _("{names} and {count} more", names=names, count=len(titles) - _MAX_NAMED)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            ngettext("Rank {count} group", "Rank {count} groups", len(board.waiting)),
            key=f"{key}.ask",
            type="primary",
            icon=":material/leaderboard:",
        ):
            executor = LocalExecutor(settings.runs_dir())
            messages.rerun_after(lambda: executor.submit_to_challenge(unanswered))
        words = ngettext(
            "{names}: {count} run predicts the hidden photos, in seconds.",
            "{names}: {count} runs predict the hidden photos, in seconds each.",
            len(unanswered),
            names=names,
        )
        if not board.photo_count:
            words += " " + _("The photos are generated first, once: about half a minute.")
        st.caption(formatting.escape_markdown(words), width="stretch")


def _progress(
    key: str, board: Leaderboard, waiting: Sequence[ChallengeEvaluation], labels: dict[str, str]
) -> None:
    total = sum(len(entrant.runs) for entrant in board.waiting)
    left = max(len(waiting), len(board.pending_run_ids))
    now = next((trial for trial in waiting if trial.status().state == "running"), None)
    words = _("{done} of {total} runs have predicted", done=total - left, total=total)
    alive = worker_alive(settings.runs_dir())
    if now:
        words += f"; {labels[now.id]}: {translate(now.status().phase)}"
    elif alive:
        words += _("; the rest start when the worker is free")
    done, words = (total - left) / max(total, 1), formatting.escape_markdown(words)
    worker_notice.show_progress(key, done, words, waiting, _("Stop"), not alive)


def _requested_trials(board: Leaderboard) -> list[ChallengeEvaluation]:
    """The trials of waiting groups that were asked for."""
    ids = [row.id for entrant in board.waiting for row in entrant.runs]
    trials = [ChallengeEvaluation.of(settings.runs_dir(), id_) for id_ in ids]
    return [trial for trial in trials if trial.exists()]
