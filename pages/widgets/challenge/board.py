"""The challenge board, a card for each group: rank, score, what it changes, and the ways to it."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting, palette
from core.base.language import _, ngettext
from core.compare.challenge_ranking import (
    BASE_RECIPE,
    MAX_CHANGES,
    MIN_SEEDS,
    Entrant,
    Leaderboard,
    Standing,
)
from core.compare.selection import item_colours
from core.store.groups import Group
from core.views.challenge_text import (
    changes_text,
    difference_text,
    excluded_text,
    missing_text,
    score_text,
    seeds_text,
    standing_html,
    validation_text,
)
from pages.widgets.shared import access, links, selection, verdict

_MAX_CARDS = 20  # cards that are drawn before more are asked for


def show(key: str, board: Leaderboard) -> None:
    """The ranked groups, best first."""
    lines = board.standings
    if not lines:
        return
    if words := validation_text(board):
        st.markdown(f"**{formatting.escape_markdown(words)}**")
    st.caption(
        _(
            "● accuracy on {objects} hidden objects, its bar the 95% interval over photos; "
            "| each run; ◇ validation accuracy",
            objects=board.object_count,
        )
    )
    paint = item_colours([line.group for line in lines])
    marks = palette.assign_markers(paint)
    shown = lines if st.session_state.get(f"{key}.all") else lines[:_MAX_CARDS]
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
        for entrant in left_out[:_MAX_CARDS]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                name = formatting.escape_markdown(entrant.group.title)
                words = formatting.escape_markdown(excluded_text(entrant))
                st.markdown(f"**{name}**: {words}", width="stretch")
                _train_link(entrant.group, _("Train with three seeds"))
        if len(left_out) > _MAX_CARDS:
            st.caption(_("and {count} more", count=len(left_out) - _MAX_CARDS))


def _card(
    key: str, standing: Standing, neighbour: Standing | None, colour: str, marker: palette.Marker
) -> None:
    with st.container(border=True, key=f"{key}.{standing.group.id}", gap="xsmall"):
        rank, who, figure, known = st.columns([2, 6, 8, 5], vertical_alignment="center")
        with rank:
            shared = _("tied") if standing.tied else ""
            st.markdown(f"## {standing.rank} :small[:gray[{shared}]]")
        with who, st.container(gap="xsmall"):
            _show_group(standing, colour, marker)
        with figure, st.container(gap="xsmall"):
            st.html(standing_html(standing, colour, marker))
            above = (
                f" · {difference_text(standing.difference_to_above)}"
                if standing.difference_to_above
                else ""
            )
            st.markdown(f"**{score_text(standing)}**{formatting.escape_markdown(above)}")
        with known, st.container(gap="xsmall"):
            verdict.chip_link(standing.group)
            st.caption(
                _numbers(standing),
                help=_(
                    "Lift: evidence inside the books' boxes on the hidden photos, relative "
                    "to evidence spread uniformly. 1 is no better than chance."
                ),
            )
        with st.container(horizontal=True, vertical_alignment="center"):
            _changes(key, standing)
            _show_links(standing, neighbour)


def _show_group(standing: Standing, colour: str, marker: palette.Marker) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(palette.dot_html(colour, 14, marker), width="content")
        st.markdown(f"**{formatting.escape_markdown(standing.group.title)}**", width="content")
    st.caption(formatting.escape_markdown(seeds_text(standing.entrant)))
    if words := missing_text(standing.entrant):
        st.markdown(f":orange[:material/warning:] {formatting.escape_markdown(words)}")


def _numbers(standing: Standing) -> str:
    words = [_("validation {share}", share=formatting.percent(standing.validation))]
    if standing.lift is not None:
        words.append(_("lift {lift}", lift=formatting.decimal(standing.lift)))
    return " · ".join(words)


def _changes(key: str, standing: Standing) -> None:
    """How many keys differ from the failing recipe's, and behind it which."""
    words = changes_text(standing.changes)
    few = 0 < len(standing.changes) <= MAX_CHANGES
    if not standing.changes:
        st.markdown(f":gray[{words}]", width="content")
        return
    with st.popover(
        words,
        icon=":material/task_alt:" if few else ":material/difference:",
        type="tertiary",
        key=f"{key}.changes.{standing.group.id}",
    ):
        st.markdown(_("Changed from **{recipe}**", recipe=BASE_RECIPE))
        for name, failing, here in standing.changes:
            was = formatting.escape_markdown(_("was {value}", value=failing))
            st.markdown(f"**{name}** {formatting.escape_markdown(here)}  \n:gray[{was}]")


def _show_links(standing: Standing, neighbour: Standing | None) -> None:
    """To its recipe on Train, to Compare with the line above (for the first: below), to CAMs."""
    items = [standing.group] if neighbour is None else [standing.group, neighbour.group]
    link = selection.link_params(items)
    _train_link(standing.group, _("Open recipe"))
    links.to("compare", _("Compare"), help=_("With its neighbour on the leaderboard"), **link)
    links.to("cams", _("CAMs"), help=_("Where its runs look"), **link)


def _train_link(group: Group, label: str) -> None:
    newest = max(group.members, key=lambda row: row.id)
    links.to("train", label, icon=":material/tune:", again=newest.id, seeds="3")


def show_task(key: str) -> None:
    """What is asked, and the way to begin."""
    st.markdown(
        _(
            "The recipe **{recipe}** validates perfectly but learned nothing worth "
            "shipping. Fix it, in {changes} changes or fewer if you can. Recipes trained "
            "with {seeds} or more seeds are ranked on photos of the same books that no "
            "page shows.",
            recipe=BASE_RECIPE,
            changes=MAX_CHANGES,
            seeds=MIN_SEEDS,
        )
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        several = not access.is_restricted("repeats")
        links.to(
            "train",
            _("Open the failing recipe on Train with three seeds")
            if several
            else _("Open the failing recipe on Train"),
            **({"preset": BASE_RECIPE} | ({"seeds": "3"} if several else {})),
        )
        with st.popover(
            _("How ranking works"), icon=":material/help:", type="tertiary", key=f"{key}.how"
        ):
            _rules()


def _rules() -> None:
    st.markdown(
        _(
            "- **Score**: the fraction of books in the hidden photos that are classified "
            "correctly, each cut out and classified alone. One object, one prediction: the "
            "most sensitive score there is.\n- **Rank**: 1 + the number of groups that are "
            "significantly better. Significant means by the photos (95% interval of the "
            "difference) and by the seeds (Welch's test). Otherwise, groups share a rank.\n"
            "- **Every seed counts.** One that failed or was stopped is listed with its "
            "group.\n- **The photos** were generated for this runs folder alone, from a "
            "random seed, so that nobody can tune on them. Do not compare this leaderboard "
            "with another computer's: bring the runs together instead.\n- Try often enough "
            "and you fit the leaderboard itself. A few changes, each with a reason, are "
            "worth more than a high rank after fifty tries."
        )
    )
