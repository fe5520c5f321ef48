"""The lesson's sentences as HTML: words of the trade open where they stand, questions below."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from core.lesson.glossary import RANGE_KEY, SIDES, glossary, split_terms
from pages.widgets.ui.assets import style

_STYLE = style("lesson/lesson")


def show_html(inner: str, colours: Mapping[str, str], large: bool = False) -> None:
    """Draws HTML of the lesson. colours: of A and B."""
    paint = "; ".join(f"--{side.lower()}: {colour}" for side, colour in colours.items())
    size = " large" if large else ""
    st.html(f'<style>{_STYLE}</style><div class="lesson{size}" style="{paint}">{inner}</div>')


def text_html(text: str, css_class: str = "say") -> str:
    """A text with its marks (core.lesson.glossary) as HTML. css_class: `say` or `answer`."""
    meanings = glossary()
    pieces = "".join(_piece(*one, meanings) for one in split_terms(text))
    return f'<div class="{css_class}">{pieces}</div>'


def question_html(question: str, answer: str) -> str:
    """A question that opens."""
    words = text_html(answer).replace('class="say"', 'class="say more"')
    return f'<details class="why"><summary>{escape(question)}</summary>{words}</details>'


def questions_html(questions: Mapping[str, str]) -> str:
    return "".join(question_html(*one) for one in questions.items())


def side_html(letter: str) -> str:
    return f'<b class="side side-{letter}">{letter}</b>'


def _piece(text: str, key: str, meanings: Mapping[str, tuple[str, str]]) -> str:
    if key in SIDES:
        return side_html(key)
    if key == RANGE_KEY:
        return f'<span class="nowrap">{escape(text)}</span>'
    if not key:
        return escape(text)
    meaning = escape(meanings[key][1])
    return (
        f'<details class="term"><summary>{escape(text)}</summary><span>{meaning}</span></details>'
    )
