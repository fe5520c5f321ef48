"""What a page hands to the browser, down to the last text, and how each is drawn there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

Text = tuple[str, str]  # the fields that lead to it, and what it says

# Texts that are no Markdown: what st.text and st.code show, what stands in boxes to type or choose,
# what screen readers are told, and what things are called inside. Every other text is.
PLAIN = re.compile(
    r"^(Text\.body|Code\.code_text|(Selectbox|MultiSelect|TextInput|TextArea)\."
    r"(options|raw_values?|default|value|set_value|placeholder)|Dataframe\.(alt|columns)|"
    r"ImageList\.imgs\.(alt|url)|BidiComponent\..*|PlotlyChart\..*|Html\.body|"
    r".*(\.|_)(id|url|query_string|page|key))$"
)


def all_texts(app: AppTest) -> Iterator[Text]:
    """Every text of every element and block."""
    for node in _nodes(app._tree):
        proto = getattr(node, "proto", None)
        if isinstance(proto, Message):
            yield from _strings(proto, proto.DESCRIPTOR.name)


def markdown_texts(app: AppTest) -> Iterator[Text]:
    """The texts that Streamlit reads as Markdown."""
    return ((where, text) for where, text in all_texts(app) if not PLAIN.match(where))


def html_texts(app: AppTest) -> Iterator[Text]:
    """The texts that the browser reads as HTML: st.html, and the text of figures, as Plotly knows
    some of its tags."""
    for where, text in all_texts(app):
        if where == "Html.body":
            yield where, text
        elif where == "PlotlyChart.spec":
            yield from figure_texts(json.loads(text))
        elif where.startswith("BidiComponent") and text.startswith('{"figure":'):
            yield from figure_texts(json.loads(json.loads(text)["figure"]))


def figure_texts(figure: dict[str, Any]) -> Iterator[Text]:
    """What a figure shows. Of a trace's customdata, that is what its hover words name."""
    for trace in figure["data"]:
        shown = {int(n) for n in re.findall(r"customdata\[(\d+)\]", str(trace))}
        for row in trace.pop("customdata", []):
            yield from (("customdata", str(row[n])) for n in shown)
        for key in ("meta", "legendgroup"):
            trace.pop(key, None)
    yield from _leaves(figure, "figure")


def _leaves(node: Any, where: str) -> Iterator[Text]:
    if isinstance(node, str):
        yield where, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, f"{where}.{key}")
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value, where)


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", {}).values():
        yield from _nodes(child)


def _strings(message: Message, path: str) -> Iterator[Text]:
    for field, value in message.ListFields():
        where = f"{path}.{field.name}"
        for one in list(value) if field.is_repeated else [value]:
            if isinstance(one, Message):
                yield from _strings(one, where)
            elif isinstance(one, str):
                yield where, one
