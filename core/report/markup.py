"""HTML and SVG as text in which only what `tag` made is markup: everything else is escaped, so that
no name, label or error that comes from a file can become a part of the page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TypeAlias

# Characters that HTML knows no meaning for, and halves of characters that UTF-8 cannot write.
_INVALID_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_VOID_ELEMENTS = frozenset({"br", "img", "meta"})  # have no content, and so no end


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Content: TypeAlias = str | Iterable["Content"] | None


def tag(name: str, *content: Content, **attributes: str | float | bool | None) -> Markup:
    """An element: `tag("p", "1 < 2", class_="small")` is `<p class="small">1 &lt; 2</p>`.

    content: texts, which are escaped, Markup, which is not, lists of them, or None for nothing.
    attributes: an underscore at the end is dropped, others are dashes; None leaves one out, True
    writes its name alone.
    """
    inner = join_content(content)
    head = name + "".join(_attribute(key, value) for key, value in attributes.items())
    return Markup(f"<{head}>") if name in _VOID_ELEMENTS else Markup(f"<{head}>{inner}</{name}>")


def join_content(content: Iterable[Content], separator: str = "") -> Markup:
    """The pieces one after another, as markup."""
    return Markup(separator.join(_flatten(content)))


def style(css: str) -> Markup:
    """A style sheet of our own: CSS knows no escapes, so nothing from a file may be in it."""
    return Markup(f"<style>{css}</style>")


def _flatten(content: Iterable[Content]) -> Iterable[str]:
    for piece in content:
        if isinstance(piece, Markup):
            yield piece
        elif isinstance(piece, str):
            yield _escaped(piece).replace(" %", "\u00a0%")  # a number keeps its sign
        elif piece is not None:
            yield from _flatten(piece)


def _attribute(key: str, value: str | float | bool | None) -> str:
    name = key.removesuffix("_").replace("_", "-")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    text = value if isinstance(value, str) else number(value)
    return f' {name}="{_escaped(text)}"'


def _escaped(text: str) -> str:
    return html.escape(_INVALID_CHARACTERS.sub("\ufffd", text))


def number(value: float) -> str:
    """A coordinate: two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
