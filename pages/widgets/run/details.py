"""What a run was: all its scores, its recipe, its photos, and how to make it again."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.language import _
from core.base.yaml_files import dump_yaml
from core.compare.confusion import class_scores
from core.compare.score_tables import numbers_table, translated_numbers
from core.compare.selection import run_items
from core.report.origins import data_lines, machine_lines, train_command
from core.store.index import RunRow
from core.store.run import Run
from pages.widgets.ui import reading_table


def show(key: str, row: RunRow, rows: Sequence[RunRow], run: Run) -> None:
    """Closed boxes, one for each; what is not there yet is left out."""
    item = run_items([row], rows)[0]
    if row.summary:
        with st.expander(_("All scores"), icon=":material/table:"):
            numbers = numbers_table([item], {row.id: run.controls()})
            table, names = translated_numbers(numbers, [item])
            words = _("Scores for every set of photos")
            reading_table.show(f"{key}.scores.{row.id}", table, words, names)
        with st.expander(_("By class"), icon=":material/category:"):
            _by_class(f"{key}.classes.{row.id}", row, run)
    with st.expander(_("Recipe, photos and machine"), icon=":material/receipt_long:"):
        st.code(train_command(item), language="shell")
        st.code(dump_yaml(dict(row.recipe)), language="yaml")
        environment = run.environment()
        lines = data_lines(environment, row) + machine_lines(environment, row)
        st.markdown("\n".join(f"- {formatting.escape_markdown(line)}" for line in lines))


def _by_class(key: str, row: RunRow, run: Run) -> None:
    plain = run.predictions()
    for split in ("validation", *(row.summary or {})["sets"]):
        table = class_scores(plain, split)
        if len(table):
            st.markdown(_("**Photos of {set}**", set=formatting.escape_markdown(split)))
            reading_table.show(f"{key}.{split}", table, _("By class: {set}", set=split))
