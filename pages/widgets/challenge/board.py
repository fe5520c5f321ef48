"""The challenge board, a card for each group: rank, score, what it changes, and the ways to it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.base import formatting, palette
from core.base.language import _, ngettext
from core.compare.challenge_ranking import CHANGES, RECIPE, Board, Entrant, Standing
from core.compare.selection import item_colours
from core.store.groups import Group
from core.views.challenge_line import standing_picture
from core.views.challenge_text import (
    changes_words,
    gap_words,
    left_out_words,
    missing_words,
    score_words,
    seeds_words,
    validation_words,
)
from pages.widgets.shared import selection, verdict

_MOST = 20  # cards that are drawn before more are asked for


def show(key: str, board: Board) -> None:
    """The ranked groups, best first."""
    lines = board.standings
    if not lines:
        return
    if words := validation_words(board):
        st.markdown(f"**{formatting.plain_markdown(words)}**")
    st.caption(
        _(
            "● share of {objects} hidden objects named right, its bar the 95 % interval over "
            "photos; | each run; ◇ accuracy on the validation photos",
            objects=board.objects,
        )
    )
    paint = item_colours([line.group for line in lines])
    marks = palette.marks(paint)
    shown = lines if st.session_state.get(f"{key}.all") else lines[:_MOST]
    for place, line in enumerate(shown):
        neighbour = lines[place - 1] if place else lines[1] if len(lines) > 1 else None
        _card(key, line, neighbour, paint[line.group.id], marks[line.group.id])
    if len(lines) > len(shown):
        st.button(
            _("Show all {count}", count=len(lines)),
            key=f"{key}.more",
            on_click=lambda: st.session_state.update({f"{key}.all": True}),
        )


def show_left_out(key: str, left_out: Sequence[Entrant]) -> None:
    """Groups with too few seeds that can answer, and why."""
    if not left_out:
        return
    title = ngettext("{count} group is not ranked", "{count} groups are not ranked", len(left_out))
    with st.expander(title, key=f"{key}.left_out"):
        for entrant in left_out[:_MOST]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                name = formatting.plain_markdown(entrant.group.title)
                words = formatting.plain_markdown(left_out_words(entrant))
                st.markdown(f"**{name}**: {words}", width="stretch")
                _train_link(entrant.group, _("Train three seeds"))
        if len(left_out) > _MOST:
            st.caption(_("and {count} more", count=len(left_out) - _MOST))


def _card(
    key: str, line: Standing, neighbour: Standing | None, colour: str, mark: palette.Mark
) -> None:
    with st.container(border=True, key=f"{key}.{line.group.id}", gap="xsmall"):
        rank, who, figure, known = st.columns([2, 6, 8, 5], vertical_alignment="center")
        with rank:
            shared = _("shared") if line.shared else ""
            st.markdown(f"## {line.rank} :small[:gray[{shared}]]")
        with who, st.container(gap="xsmall"):
            _who(line, colour, mark)
        with figure, st.container(gap="xsmall"):
            st.html(standing_picture(line, colour, mark))
            above = f" · {gap_words(line.above)}" if line.above else ""
            st.markdown(f"**{score_words(line)}**{formatting.plain_markdown(above)}")
        with known, st.container(gap="xsmall"):
            verdict.link(line.group)
            st.caption(
                _numbers(line),
                help=_(
                    "Lift: evidence inside the books' boxes on the hidden photos, against evidence "
                    "strewn evenly. 1 is no better than chance."
                ),
            )
        with st.container(horizontal=True, vertical_alignment="center"):
            _changes(key, line)
            _ways(line, neighbour)


def _who(line: Standing, colour: str, mark: palette.Mark) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(palette.dot(colour, 14, mark), width="content")
        st.markdown(f"**{formatting.plain_markdown(line.group.title)}**", width="content")
    st.caption(formatting.plain_markdown(seeds_words(line.entrant)))
    if words := missing_words(line.entrant):
        st.markdown(f":orange[:material/warning:] {formatting.plain_markdown(words)}")


def _numbers(line: Standing) -> str:
    words = [_("validation {share}", share=formatting.percent(line.validation))]
    if line.lift is not None:
        words.append(_("lift {lift}", lift=formatting.decimal(line.lift)))
    return " · ".join(words)


def _changes(key: str, line: Standing) -> None:
    """How many keys differ from the failing recipe's, and behind it which."""
    words = changes_words(line.changes)
    few = 0 < len(line.changes) <= CHANGES
    if not line.changes:
        st.markdown(f":gray[{words}]", width="content")
        return
    with st.popover(
        words,
        icon=":material/task_alt:" if few else ":material/difference:",
        type="tertiary",
        key=f"{key}.changes.{line.group.id}",
    ):
        st.markdown(_("Changed from **{recipe}**", recipe=RECIPE))
        for name, failing, here in line.changes:
            was = formatting.plain_markdown(_("was {value}", value=failing))
            st.markdown(f"**{name}** {formatting.plain_markdown(here)}  \n:gray[{was}]")


def _ways(line: Standing, neighbour: Standing | None) -> None:
    """To its recipe on Train, to Compare with the line above (for the first: below), to CAMs."""
    items = [line.group] if neighbour is None else [line.group, neighbour.group]
    link = selection.link(items)
    _train_link(line.group, _("Open its recipe"))
    st.page_link(
        "pages/compare.py",
        label=_("Compare"),
        icon=":material/compare_arrows:",
        query_params=link,
        width="content",
        help=_("With its neighbour on the board"),
    )
    st.page_link(
        "pages/cams.py",
        label=_("CAMs"),
        icon=":material/frame_inspect:",
        query_params=link,
        width="content",
        help=_("Where its runs look"),
    )


def _train_link(group: Group, label: str) -> None:
    newest = max(group.members, key=lambda row: row.id)
    st.page_link(
        "pages/train.py",
        label=label,
        icon=":material/tune:",
        width="content",
        query_params={"again": newest.id, "seeds": "3"},
    )
