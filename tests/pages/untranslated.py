"""What a drawn page still says in English to who reads Japanese."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from streamlit.testing.v1 import AppTest

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
FIELDS = {"label", "help", "body", "placeholder", "options", "caption", "title", "format"}
NO_WORDS = re.compile(
    r"(?s)```.*?```|`[^`]*`|<style.*?</style>|<[^>]*>|:material/\w+:|https?:\S+"
    r"|\S+\.\w{2,5}\b|\b\w+(?:\.\w+)+\b"  # names of files, keys of recipes
)


def untranslated(app: AppTest, *names: str) -> list[str]:
    """Lines with two English words or more and nothing Japanese. names: what is not ours to
    translate (of runs, files, classes, keys)."""
    found = []
    for text in _texts(app):
        for line in NO_WORDS.sub(" ", text).splitlines():
            rest = line
            for name in sorted(names, key=len, reverse=True):
                rest = rest.replace(name, " ")
            if len(re.findall(r"[A-Za-z]{2,}", rest)) > 1 and not JAPANESE.search(line):
                found.append(line.strip())
    return list(dict.fromkeys(found))


def _texts(app: AppTest) -> Iterator[str]:
    for block in (app.main, app.sidebar):
        yield from _node_texts(block)


def _node_texts(node: Any) -> Iterator[str]:
    if (proto := getattr(node, "proto", None)) is not None:
        yield from _message_texts(proto)
    for child in getattr(node, "children", {}).values():
        yield from _node_texts(child)


def _message_texts(message: Any) -> Iterator[str]:
    """The fields that a person reads, however deep; of our own widgets what is under `words`."""
    if not hasattr(message, "ListFields"):
        return
    for field, value in message.ListFields():
        several = (
            value if not isinstance(value, str | bytes) and hasattr(value, "__iter__") else [value]
        )
        for one in several:
            if isinstance(one, str):
                if field.name in FIELDS:
                    yield one
                elif field.name in ("json", "spec", "columns") and one[:1] == "{":
                    yield from _json_texts(json.loads(one), field.name == "columns")
            else:
                yield from _message_texts(one)


def _json_texts(data: Any, shown: bool) -> Iterator[str]:
    if isinstance(data, str) and shown:
        yield data
    elif isinstance(data, dict):
        for name, value in data.items():
            yield from _json_texts(value, shown or name in ("words", "title"))
    elif isinstance(data, list):
        for value in data:
            yield from _json_texts(value, shown)
