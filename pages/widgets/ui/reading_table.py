"""A table to read, sorted by a click on a title, of which a row may be chosen. Streamlit's own
(st.dataframe) draws on a canvas, where no screen reader and no search in the page finds its words,
and brings 1.2 MB of scripts."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from core.base.language import _
from core.plots.figures import Table
from pages.widgets.ui.assets import icon_name, script, style

_TABLE = st.components.v2.component(
    "overfit_lens_reading_table",
    html='<div class="table-root"><div class="scroll" role="region" tabindex="0"><table>'
    "<thead></thead><tbody></tbody></table></div></div>",
    css=style("ui/tables", "ui/reading_table"),
    js=script("ui/fill", "ui/element", "ui/chips", "ui/reading_table"),
)


class Column(NamedTuple):
    """title: in the reader's words; help: what it means; looks: of a verdict's column, icon and
    colour by its words."""

    title: str
    help: str = ""
    chip_styles: Mapping[str, tuple[str, str]] | None = None


class Choice(NamedTuple):
    """A row that is chosen by a click, and given up by another one. ids: of the rows. param: of the
    link, which holds the chosen row's id: the browser reads it there, so that the table, which may
    be long and full of pictures, is not sent again for a click."""

    ids: Sequence[str]
    param: str


def show(
    key: str,
    table: Table,
    label: str,
    columns: Mapping[str, Column | str] | None = None,
    swatches: tuple[str, list[dict[str, str]]] | None = None,
    height: int = 0,
    image_urls: Sequence[str] = (),
    choice: Choice | None = None,
) -> None:
    """Draws it. columns: by name, those that are not shown under their own; the first names its
    row. label: what it is, for who cannot see it. swatches: a column, and of each row a
    core.base.palette.swatch. height: pixels above which its rows are scrolled; 0, never. pictures:
    an address for each row, empty where there is none. choice: lets a row be chosen."""
    heads = {name: _head(str(name), columns or {}) for name in table.columns}
    cells: list[list[Any]] = [[] for __ in range(len(table))]
    for name, head in heads.items():
        marks = swatches[1] if swatches and swatches[0] == name else [{}] * len(table)
        for row, value, dot in zip(cells, table[name], marks, strict=True):
            row.append(_cell(value, head, dot))

    def toggle_row() -> None:
        if choice:
            _toggle_row(choice, str(st.session_state[key]["chosen"]))

    _TABLE(
        key=key,
        data={
            "rows": cells,
            "height": height,
            "pictures": list(image_urls),
            "ids": list(choice.ids) if choice else [],
            "param": choice.param if choice else "",
            "words": {
                "label": label,
                "titles": [head.title for head in heads.values()],
                "help": [head.help for head in heads.values()],
                "sort": _("{column}. Click to sort."),
            },
        },
        on_chosen_change=toggle_row,
    )


def _toggle_row(choice: Choice, id_: str) -> None:
    """Puts the row that was clicked into the link, or takes it out again."""
    if id_ not in choice.ids:
        return
    if st.query_params.get(choice.param) == id_:
        del st.query_params[choice.param]
    else:
        st.query_params[choice.param] = id_


def _head(name: str, columns: Mapping[str, Column | str]) -> Column:
    found = columns.get(name, name)
    return Column(found) if isinstance(found, str) else found


def _cell(value: Any, column: Column, swatch: dict[str, str]) -> Any:
    """What reading_table.js draws: words, words with a dot or on a colour, or nothing."""
    words = "" if value is None or value != value else str(value).strip()
    if swatch:
        return {"words": words, "dot": swatch}
    if not words:
        return None
    if column.chip_styles is not None and words in column.chip_styles:
        icon, tint = column.chip_styles[words]
        return {"words": words, "chip": [icon_name(icon), tint]}
    return words
