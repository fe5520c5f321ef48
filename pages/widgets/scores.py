"""Final scores: what validation says beside what the test sets say."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import charts, tables, text
from core.store.index import RunRow
from pages.widgets import chosen


def headline(rows: Sequence[RunRow], all_rows: Sequence[RunRow], hard: str) -> None:
    """One card per run: what validation says, and what the hardest set says."""
    labels = tables.labels_of(all_rows)
    paint = chosen.colours(all_rows, [row.id for row in rows])
    for row, place in zip(rows, st.columns(min(len(rows), 3) or 1) * 2, strict=False):
        validation = ((row.summary or {}).get("validation") or {}).get("accuracy")
        cut_out = tables.score(row, hard, "object") or tables.score(row, hard, "primary")
        lift = (tables.localisation(row, hard) or {}).get("lift")
        with place.container(border=True):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.html(charts.dot(paint[row.id]), width="content")
                st.text(labels[row.id], width="content")
            with st.container(horizontal=True):
                st.metric("Validation accuracy", _percent(validation), _count(validation),
                          delta_color="off", delta_arrow="off", width="content",
                          help=tables.SCORE_WORDS["accuracy"])  # fmt: skip
                st.metric("Difficult objects", _percent(cut_out), _count(cut_out),
                          delta_color="off", delta_arrow="off", width="content",
                          help=tables.SCORE_WORDS["object"])  # fmt: skip
                st.metric("Lift", "-" if lift is None else f"{lift:.2f}", "evidence in the boxes",
                          delta_color="off", delta_arrow="off", width="content",
                          help=tables.LIFT_WORDS)  # fmt: skip


def _percent(score: dict[str, float] | None) -> str:
    return "-" if score is None else text.percent(score["value"])


def _count(score: dict[str, float] | None) -> str | None:
    if score is None or score.get("correct") is None:
        return None
    return f"{score['correct']} of {score['total']}"


def show(key: str, rows: Sequence[RunRow], all_rows: Sequence[RunRow]) -> None:
    """Dot plots with intervals for validation and each test set, then the same as a table."""
    labels = tables.labels_of(all_rows)
    paint = chosen.colours(all_rows, [row.id for row in rows])
    sets = tables.scored_sets(rows)
    plots = [("validation", tables.validation_dots(rows, labels))]
    plots += [(name, tables.set_dots(rows, labels, name)) for name in sets]
    shown = [(name, dots) for name, dots in plots if not dots.empty]
    for (name, dots), place in zip(shown, st.columns(max(len(shown), 1)), strict=False):
        with place:
            st.markdown(f"**{text.plain_markdown(name)}**", help=_words(list(dots["title"])))
            st.plotly_chart(charts.score_dots(dots, paint), key=f"{key}.{name}",
                            config=charts.PLOT_CONFIG)  # fmt: skip
    st.caption(
        "Dot: score. Line: 95 % interval, wide because the photos are few. Grey mark: what the "
        "best constant answer scores, without looking at the photo. *Any book present* is nearly "
        "empty as evidence where photos show several books: compare it with its grey mark."
    )
    with st.expander("The same numbers as a table", expanded=False):
        st.dataframe(tables.numbers_table(rows, labels), hide_index=True, height="content")


def _words(shown: Sequence[str]) -> str:
    """What the scores of these titles mean."""
    titles = {title: name for name, title in tables.SCORE_TITLES.items()}
    words = [f"- {title}: {tables.SCORE_WORDS[titles.get(title, title)]}" for title in shown]
    return "\n".join(dict.fromkeys(words))
