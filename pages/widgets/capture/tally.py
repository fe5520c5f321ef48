"""How a session stands: what each run got right, and of two whether one is better."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from core.base import formatting, palette
from core.base.language import _
from core.capture import tally
from core.capture.session import Session
from pages.widgets.capture.photos import show_run_name


def show(session: Session, labels: Mapping[str, str]) -> None:
    """labels: the runs' names, by id."""
    with st.container(border=True):
        for run in session.runs:
            _show_run(session, run, labels)
        pair = tally.pair_tally(session.pictures, session.runs)
        if pair is not None:
            _show_pair(session, pair, [labels.get(run, run) for run in session.runs])
        st.caption(
            _(
                "These photos were prompted, not sampled at random. They compare runs, but "
                "say less about accuracy elsewhere."
            )
        )


def _show_run(session: Session, run: str, labels: Mapping[str, str]) -> None:
    found = tally.run_tally(session.pictures, run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        show_run_name(session, run, labels)
        st.markdown(
            _("{right} of {n} correct", right=found.right, n=found.answered), width="content"
        )
        if found.answered:
            why = _(
                "With 95% probability, the accuracy on photos prompted like these stays "
                "within this range at all times, however often you check."
            )
            words = _("{low:.0f}% to {high:.0f}%", low=100 * found.low, high=100 * found.high)
            st.caption(words, width="content", help=why)


def _show_pair(session: Session, pair: tally.PairTally, names: Sequence[str]) -> None:
    words = formatting.escape_markdown(tally.verdict_text(pair, names))
    odds = tally.odds_text(pair, names)
    st.html(_bar_html(session, pair, names, odds))
    if pair.settled_after:
        st.markdown(f":green[:material/verified:] **{words}**")
        st.caption(_("You can stop here. More photos do no harm."))
    else:
        st.markdown(f"**{words}**")
        told = [text for text in (odds, tally.remaining_text(pair)) if text]
        st.caption(formatting.escape_markdown(" · ".join(told)))


def _bar_html(session: Session, pair: tally.PairTally, names: Sequence[str], odds: str) -> str:
    """A bar that grows from the middle towards the run that is ahead, on a logarithmic scale whose
    ends are the odds that settle it."""
    ahead = int(pair.second_only > pair.first_only)
    level = pair.progress if odds else 0.0
    colour = palette.css_colour(palette.run_colour(session.runs[ahead]))
    side = "left" if ahead else "right"
    ends = (escape(_("20 to 1 for {name}", name=name)) for name in names)
    return (
        f'<div role="img" aria-label="{escape(odds or _("No run is ahead"))}">'
        '<div style="position:relative;height:12px;border-radius:6px;overflow:hidden;'
        'background:light-dark(#e4e6ef,#2a3142)">'
        f'<div style="position:absolute;height:12px;{side}:50%;width:{50 * level:.1f}%;'
        f'background:{colour}"></div><div style="position:absolute;height:12px;width:2px;'
        'left:calc(50% - 1px);background:light-dark(#141a28,#e8eaf2)"></div></div>'
        '<div style="display:flex;justify-content:space-between;gap:1rem;font-size:.8rem">'
        f"<span>{'</span><span>'.join(ends)}</span></div></div>"
    )
