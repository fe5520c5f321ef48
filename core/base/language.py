"""Every word on screen, in the language that was chosen: `_("Train")`.

The key is the English text itself, so that the code reads as what it shows; core/base/locale/ja.po
holds the Japanese (gettext's format, which translators' tools read). A text without an entry stays
English. A test finds texts that have none, and entries that no text asks for: so `_` takes its
text literally. A text that is kept first, in a table of constants or in a run's file, is named by
`N_` where it stands and put into the reader's language by `translate` where it is shown.

core does not know who is looking: the dashboard tells it with `listen` (the language is a
visitor's, not the server's); a command speaks English.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache, partial
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "ja": "日本語"}  # by their codes in a link, `?lang=ja`
_PLACEHOLDER = re.compile(r"\{(\w+)[^{}]*\}")  # `{name}`, `{share:.0%}`
# Values of these names are somebody's own words: a folder may be called `test`, a column `seed`.
_UNTRANSLATED_FIELDS = frozenset(
    """path file folder root place parent source table column key dotted split name twin run
    photo classes assignment""".split()  # noqa: SIM905
)
_NUMBER_FIELDS = frozenset(("good", "signs", "total", "right", "correct", "count"))
_SETS = frozenset(("name", "set"))  # never of two sentences
_LEAD = re.compile(r"\{\w+\}: ")
_BRACKETS = re.compile(r"\([^()]*\)")
_NAME = re.compile(r"\S+|.*/.*|.*\.\w{2,5}")  # of a key or file; spaces only in a path or file
_FOLDER = Path(__file__).parent / "locale"
_get_language: Callable[[], str] = lambda: "en"  # noqa: E731 (a variable, set by listen)
_language_override: ContextVar[str | None] = ContextVar("language", default=None)


def set_language_getter(get_language: Callable[[], str]) -> None:
    """From now on `language()` tells which of LANGUAGES the person speaks who is being served."""
    global _get_language
    _get_language = get_language


def language() -> str:
    """A key of LANGUAGES: English where the one asked for is not there."""
    asked = _language_override.get() or _get_language()
    return asked if asked in LANGUAGES else "en"


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """In the block that language is spoken, whoever is looking: for a file that is made for a
    person after their page was drawn."""
    token = _language_override.set(language)
    try:
        yield
    finally:
        _language_override.reset(token)


def _(english: str, **values: object) -> str:
    """The text in the chosen language, with `{name}` replaced by values (str.format); without
    values, braces stay as they are."""
    text = catalogue(language()).get(english, english)
    return text.format(**values) if values else text


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """`one` for a count of 1, else `many`; `{count}` and values are put in. The catalogue knows it
    by `many`: Japanese has one form."""
    text = catalogue(language()).get(many) or (one if count == 1 else many)
    return text.format(count=count, **values)


def N_(english: str, **values: object) -> str:
    """The English text, noted for the catalogue: somebody will see it through `translate`. With
    `{name}` replaced by values, as by `_`; without values, braces stay as they are."""
    return english.format(**values) if values else english


def join_sentences(*texts: str) -> str:
    """Sentences in the chosen language as one text; what is empty is left out."""
    found = [one for one in texts if one]
    return "".join(one + _sentence_separator(one) for one in found[:-1]) + "".join(found[-1:])


def translate(english: str) -> str:
    """An English text that was made before (marked, or read from a file) in the chosen language:
    found by itself, or as one of the catalogue's with values put in, or sentence by sentence."""
    return english if language() == "en" else _translated(language(), english)


@lru_cache(maxsize=8192)
def _translated(language: str, english: str) -> str:
    __, known = _look_up(language, english)
    if known:
        return known
    ends = [found.end() for found in re.finditer(r"[.!?:;] (?=\S)", english)]
    for end in reversed(ends):  # as many sentences at a time as the catalogue knows
        __, known = _look_up(language, english[: end - 1])
        if known:
            return known + _sentence_separator(known) + _translated(language, english[end:])
    place, colon, rest = english.partition(": ")
    if colon and _NAME.fullmatch(place):
        return f"{place}: {_translated(language, rest)}"
    return english


def _look_up(language: str, english: str) -> tuple[int, str]:
    """The text that the catalogue knows as a whole or behind the name of a file or key, whichever
    has more letters of its own, and how many; nothing where it knows neither."""
    if told := catalogue(language).get(english):
        return len(english), told
    letters, told = _match_template(language, english)
    place, colon, rest = english.partition(": ")
    if colon and _NAME.fullmatch(place):
        of_rest, told_rest = _look_up(language, rest)
        if told_rest and of_rest >= letters:
            return of_rest, f"{place}: {told_rest}"
    return letters, told


def _match_template(language: str, english: str) -> tuple[int, str]:
    """The most telling template of the catalogue that makes the text, filled; and its letters."""
    for letters, pattern, translated, loose in _templates(language):
        found = pattern.fullmatch(english)
        if found:
            given = found.groupdict()
            values = {
                name: value if name in _UNTRANSLATED_FIELDS else _translated(language, value)
                for name, value in given.items()
            }
            if not any(_is_untranslated_sentence(given[name], values[name]) for name in loose):
                return letters, _PLACEHOLDER.sub(partial(_value, values), translated)
    return 0, ""


def _is_untranslated_sentence(given: str, translated: str) -> bool:
    """Whether a value is rather a sentence that the catalogue does not know; a path is none."""
    path = given.startswith("/") and ": " not in given
    return given == translated and " " in given and not path


def _value(values: Mapping[str, str], place: re.Match[str]) -> str:
    return values.get(place[1], place[0])


@cache
def _templates(language: str) -> list[tuple[int, re.Pattern[str], str, frozenset[str]]]:
    """Of each text with values: the letters of its own, what it matches, its translation, and which
    of its values cannot be of several unknown words, since it has so few of its own (under three)
    that they would not tell it; those in brackets can. Those with most letters come first."""
    found = []
    for english, translated in catalogue(language).items():
        for text, told in ((english, translated), *_without_leading_field(english, translated)):
            own = _PLACEHOLDER.sub("", text)
            if (own != text or text != english) and re.search(r"\w", own):
                few = len(re.findall(r"\w+", _PLACEHOLDER.sub(" ", text))) < 3
                loose = frozenset(_PLACEHOLDER.findall(_BRACKETS.sub("", text)) if few else ())
                found.append((len(own), _pattern(text), told, loose))
    found.sort(key=lambda one: -one[0])
    return found


def _without_leading_field(english: str, translated: str) -> Iterator[tuple[str, str]]:
    """`{path}: ...` without the path, which whoever shows it may have taken off."""
    lead = _LEAD.match(english)
    if lead and translated.startswith(lead[0]):
        yield english[lead.end() :], translated[lead.end() :]


def _pattern(english: str) -> re.Pattern[str]:
    """A value may stand in a text several times, but stays the same; a number is one word."""
    parts, seen = list[str](), set[str]()
    formats = [one[0] for one in _PLACEHOLDER.finditer(english)]
    for turn, part in enumerate(_PLACEHOLDER.split(english)):  # text and names by turns
        if turn % 2 == 0:
            parts.append(re.escape(part))
        else:
            number = part in _NUMBER_FIELDS or re.search(r":[^%]+%?\}", formats[turn // 2])
            value = r"\S+?" if number else r"(?:(?!\. [A-Z]).)+?" if part in _SETS else ".+?"
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>{value})")
            seen.add(part)
    return re.compile("".join(parts), re.DOTALL)


def _sentence_separator(text: str) -> str:
    """What separates it from the next sentence: nothing after a full stop of full width."""
    return "" if text.endswith(("。", "！", "？", "：")) else " "


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English text to that language's; empty for English."""
    file = _FOLDER / f"{language}.po"
    if not file.exists():
        return {}
    with file.open("rb") as opened:
        entries = read_po(opened, locale=language, charset="utf-8")
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}
