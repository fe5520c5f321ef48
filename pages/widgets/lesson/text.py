"""The lesson's sentences as HTML: words of the trade open where they stand, questions below."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from core.lesson.glossary import RANGE, SIDES, glossary, pieces
from core.lesson.steps import Why
from pages.widgets.ui.assets import style

_STYLE = style("lesson/lesson")


def box(inner: str, colours: Mapping[str, str], large: bool = False) -> None:
    """Draws HTML of the lesson. colours: of A and B."""
    paint = "; ".join(f"--{side.lower()}: {colour}" for side, colour in colours.items())
    size = " large" if large else ""
    st.html(f'<style>{_STYLE}</style><div class="lesson{size}" style="{paint}">{inner}</div>')


def sentences(text: str, kind: str = "say") -> str:
    """A text with its marks (core.lesson.glossary) as HTML. kind: `say` or `answer`."""
    meanings = glossary()
    return f'<div class="{kind}">{"".join(_piece(*one, meanings) for one in pieces(text))}</div>'


def why(question: str, answer: str) -> str:
    """A question that opens."""
    words = sentences(answer).replace('class="say"', 'class="say more"')
    return f'<details class="why"><summary>{escape(question)}</summary>{words}</details>'


def whys(found: tuple[Why, ...]) -> str:
    return "".join(why(*one) for one in found)


def side_name(letter: str) -> str:
    return f'<b class="side side-{letter}">{letter}</b>'


def _piece(words: str, key: str, meanings: Mapping[str, tuple[str, str]]) -> str:
    if key in SIDES:
        return side_name(key)
    if key == RANGE:
        return f'<span class="nowrap">{escape(words)}</span>'
    if not key:
        return escape(words)
    meaning = escape(meanings[key][1])
    return (
        f'<details class="term"><summary>{escape(words)}</summary><span>{meaning}</span></details>'
    )
