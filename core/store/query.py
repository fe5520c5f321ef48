"""The search box of Runs: a small language for choosing runs.

    quick verdict:generalises lr<1e-2 objects>60% -tag:old is:starred

All terms must hold. A bare word is looked for in the name, the tags, the verdict, the data set, the
note and the id; `"two words"` is one. `key:value` holds where the value contains the word, or is
the number; `a,b` means a or b. `=` and `!=` compare the whole, `<`, `<=`, `>`, `>=` numbers and
dates; shares may be written .6 or 60 %. `-` before a term excludes. Keys are those of
core.store.fields; of a recipe key the last part is enough where it is the only one (`mixup>0`).
`off` or `none` is what a thing without a value has.
"""

from __future__ import annotations

import difflib
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.base.errors import InputError
from core.base.language import _
from core.store.fields import OWN, fact, known_form, schema_keys
from core.store.index import RunRow

EXAMPLES = "verdict:generalises, objects>60%, lr<1e-2, tag:class-3, -is:starred"
# `live` waits or trains, `example` came with Overfit Lens.
FLAGS = ("starred", "live", "running", "waiting", "done", "failed", "cancelled", "example")
_FREE = ("name", "tag", "verdict", "data", "note", "id")
_STATES = {"waiting": "queued", "training": "running"}  # as the pages say it
_NOTHING = ("off", "none")
_UNITS = {"": 1.0, "%": 0.01, "s": 1.0, "min": 60.0, "h": 3600.0}
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%|s|min|h|)", re.IGNORECASE)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# A quoted text may stand for a word or a value; one that is not closed yet goes to the end.
_TERM = re.compile(r'(-?)(?:([A-Za-z_][\w.]*)(:|!=|<=|>=|=|<|>))?((?:"[^"]*"?|[^\s"])*)')

Facts = Mapping[str, Any]
Test = Callable[[Facts], bool]


class QueryError(InputError):
    """A query that cannot be read; the line says what was not understood."""


@dataclass(frozen=True)
class Key:
    """A key that may stand in a query: words that say what it is, whether any run has a number
    there, and the texts that runs have (the commonest twelve)."""

    key: str
    words: str
    numeric: bool
    values: tuple[str, ...]


Vocabulary = Mapping[str, Key]


def vocabulary(rows: Iterable[RunRow]) -> dict[str, Key]:
    """The keys of these runs, the best known first, then what else a recipe may say."""
    numbers: set[str] = set()
    texts: dict[str, dict[str, int]] = {key: {} for key in OWN}
    for row in rows:
        for key, value in row.facts.items():
            counts = texts.setdefault(key, {})
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, int | float):
                    numbers.add(key)
                elif item is not None and len(item) <= 40:
                    counts[item] = counts.get(item, 0) + 1
    for key in sorted(schema_keys() - texts.keys()):
        texts.setdefault(key, {})
    numeric = numbers | {key for key, own in OWN.items() if own.kind not in ("words", "moment")}
    return {
        key: Key(key, fact(key).words, key in numeric, _commonest(counts))
        for key, counts in texts.items()
    }


def _commonest(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda text: -counts[text])[:12])


def select(rows: Sequence[RunRow], query: str, known: Vocabulary) -> list[RunRow]:
    """Those of the rows for which every term holds. Raises QueryError."""
    tests = read_query(query, known)
    return [row for row in rows if all(test(row.facts | {"is": _flags(row)}) for test in tests)]


def read_query(query: str, known: Vocabulary) -> list[Test]:
    """The terms of a query as tests of a run's facts. Raises QueryError."""
    tests = []
    for match in _TERM.finditer(query):
        minus, key, sign, value = match.groups()
        if not match.group():
            continue
        if not key and not value:
            raise QueryError(
                _("`{term}` excludes nothing: write -word or -key:value", term=match.group())
            )
        test = _term(key, sign, value, known) if key else _words(value)
        tests.append(_not(test) if minus else test)
    return tests


def _words(value: str) -> Test:
    wanted = _bare(value)

    def test(facts: Facts) -> bool:
        return any(wanted in text for key in _FREE for text in _texts(facts.get(key)))

    return test


def _term(key: str, sign: str, value: str, known: Vocabulary) -> Test:
    term = f"{key}{sign}{value}"
    if not _bare(value):
        raise QueryError(
            _(
                "`{term}` lacks a value: write, for example, {example}",
                term=term,
                example=f"{key}{sign}{_sample(key)}",
            )
        )
    if key.lower() == "is":
        return _flag(sign, value)
    key = _resolved(key, known)
    if sign == "!=":
        return _not(_any_of(key, "=", value, known, term))
    return _any_of(key, sign, value, known, term)


def _any_of(key: str, sign: str, value: str, known: Vocabulary, term: str) -> Test:
    """Alternatives: `a,b`."""
    values = [value] if sign in _COMPARE or '"' in value else [v for v in value.split(",") if v]
    tests = [_one(key, sign, each, known, term) for each in values]
    return lambda facts: any(test(facts) for test in tests)


def _one(key: str, sign: str, value: str, known: Vocabulary, term: str) -> Test:
    wanted = _bare(value)
    if sign in _COMPARE:
        return _comparison(key, sign, wanted, known, term)
    if wanted in _NOTHING:
        return lambda facts: _nothing(facts.get(key)) or wanted in _texts(facts.get(key))
    number = _number(key, wanted)
    if key == "state":
        wanted = _STATES.get(wanted, wanted)
    if number is None and key in known and known[key].numeric and not known[key].values:
        raise QueryError(
            _(
                "`{term}`: {key} is a number: write, for example, {example}",
                term=term,
                key=key,
                example=f"{key}={_sample(key)}",
            )
        )

    def test(facts: Facts) -> bool:
        found = facts.get(key)
        if isinstance(found, int | float):
            return number is not None and math.isclose(found, number, rel_tol=1e-9, abs_tol=1e-12)
        texts = _texts(found)
        return wanted in texts if sign == "=" else any(wanted in text for text in texts)

    return test


def _comparison(key: str, sign: str, wanted: str, known: Vocabulary, term: str) -> Test:
    compare = _COMPARE[sign]
    if fact(key).kind == "moment":
        if not re.match(r"\d{4}", wanted):
            raise QueryError(
                _(
                    "`{term}` needs a date: write, for example, {example}",
                    term=term,
                    example=f"{key}{sign}2026-03-01",
                )
            )
        return lambda facts: facts.get(key) is not None and compare(str(facts[key]).lower(), wanted)
    if key in known and not known[key].numeric and known[key].values:
        raise QueryError(
            _(
                "`{term}`: {key} is a word: write, for example, {example}",
                term=term,
                key=key,
                example=f"{key}:{_value(known[key])}",
            )
        )
    number = _number(key, wanted)
    if number is None:
        raise QueryError(
            _(
                "`{term}` needs a number: write, for example, {example}",
                term=term,
                example=f"{key}{sign}{_sample(key)}",
            )
        )

    def test(facts: Facts) -> bool:
        found = facts.get(key)
        return isinstance(found, int | float) and compare(found, number)

    return test


def _flag(sign: str, value: str) -> Test:
    wanted = _bare(value)
    if wanted not in FLAGS or sign not in (":", "="):
        raise QueryError(
            _(
                "`{term}` is not known: write is: and one of {flags}",
                term=f"is{sign}{value}",
                flags=", ".join(FLAGS),
            )
        )
    return lambda facts: wanted in facts["is"]


def _flags(row: RunRow) -> tuple[str, ...]:
    state = row.status.state
    flags = [state, *(word for word, meant in _STATES.items() if meant == state)]
    if not row.status.ended:
        flags.append("live")
    if row.example:
        flags.append("example")
    return (*flags, "starred") if row.starred else tuple(flags)


def _resolved(key: str, known: Vocabulary) -> str:
    """The key that is meant: itself, or the one recipe key that ends with it."""
    lowered = key.lower()
    if lowered in known or known_form(lowered) in schema_keys():
        return lowered
    exact = [name for name in known if name.lower() == lowered]
    ends = exact or [name for name in known if name.endswith(f".{lowered}") and ".N." not in name]
    if len(ends) == 1:
        return ends[0]
    if ends:
        few = ", ".join(sorted(ends)[:4]) + (" ..." if ends[4:] else "")
        raise QueryError(_("`{key}` may be several keys: write {keys}", key=key, keys=few))
    close = difflib.get_close_matches(lowered, [*known, *_last_parts(known), "is"], n=1)
    if close:
        raise QueryError(
            _("`{key}` is no key of a run: did you mean {close}?", key=key, close=close[0])
        )
    raise QueryError(_("`{key}` is no key of a run: try {examples}", key=key, examples=EXAMPLES))


def _last_parts(known: Vocabulary) -> list[str]:
    return [name.rsplit(".", 1)[-1] for name in known]


def _number(key: str, value: str) -> float | None:
    """A number as people write it. A share above 1 can only be meant in percent."""
    match = _NUMBER.fullmatch(value)
    if match is None:
        return None
    number = float(match.group(1)) * _UNITS[match.group(2).lower()]
    if fact(key).kind == "share" and not match.group(2) and number > 1:
        number /= 100
    return number


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, tuple) else (value,)
    return tuple(str(item).lower() for item in items)


def _nothing(value: Any) -> bool:
    return value is None or value == () or value == ""


def _bare(value: str) -> str:
    return value.replace('"', "").lower()


def _not(test: Test) -> Test:
    return lambda facts: not test(facts)


def _sample(key: str) -> str:
    """A value that shows how this key is asked for."""
    by_kind = {"share": "60%", "seconds": "90", "moment": "2026-03-01"}
    own = {"lr": "1e-2", "lift": "1.5", "is": "starred", "verdict": "generalises"}
    return own.get(key) or by_kind.get(fact(key).kind, "1")


def _value(key: Key) -> str:
    value = key.values[0]
    return f'"{value}"' if " " in value else value
