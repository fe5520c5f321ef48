"""Every word on screen, in the language that was chosen: `say("Train")`.

The key is the English text itself, so that the code reads as what it shows; core/locale/ja.po holds
the Japanese (gettext's format, which translators' tools read). A text without an entry stays
English. A test finds texts that have none, and entries that no text asks for.

core does not know who is looking: the dashboard tells it with `listen` (the language is a
visitor's, not the server's); a command speaks English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "ja": "日本語"}  # by their codes in a link, `?lang=ja`
_FOLDER = Path(__file__).parent / "locale"
_asked: Callable[[], str] = lambda: "en"  # noqa: E731 (a variable, set by listen)
_settled: ContextVar[str | None] = ContextVar("language", default=None)


def listen(language: Callable[[], str]) -> None:
    """From now on `language()` tells which of LANGUAGES the person speaks who is being served."""
    global _asked
    _asked = language


def language() -> str:
    """A key of LANGUAGES: English where the one asked for is not there."""
    asked = _settled.get() or _asked()
    return asked if asked in LANGUAGES else "en"


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """In the block that language is spoken, whoever is looking: for a file that is made for a
    person after their page was drawn."""
    token = _settled.set(language)
    try:
        yield
    finally:
        _settled.reset(token)


def say(english: str, **values: object) -> str:
    """The text in the chosen language, with `{name}` replaced by values (str.format); without
    values, braces stay as they are."""
    text = catalogue(language()).get(english, english)
    return text.format(**values) if values else text


def say_count(count: int, one: str, many: str, **values: object) -> str:
    """`one` for a count of 1, else `many`; `{count}` and values are put in. The catalogue knows it
    by `many`: Japanese has one form."""
    text = catalogue(language()).get(many) or (one if count == 1 else many)
    return text.format(count=count, **values)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English text to that language's; empty for English."""
    file = _FOLDER / f"{language}.po"
    if not file.exists():
        return {}
    with file.open("rb") as opened:
        entries = read_po(opened, locale=language, charset="utf-8")
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}
