"""The search box of Runs: a small language for choosing runs.

    quick verdict:generalises lr<1e-2 objects>60% -tag:old is:starred

All terms must hold. A bare word is looked for in the name, the tags, the verdict, the data set, the
note and the id; `"two words"` is one. `key:value` holds where the value contains the word, or is
the number; `a,b` means a or b. `=` and `!=` compare the whole, `<`, `<=`, `>`, `>=` numbers and
dates; shares may be written .6 or 60%. `-` before a term excludes. Keys are those of
core.store.fields; of a recipe key the last part is enough where it is the only one (`mixup>0`).
`off` or `none` is what a thing without a value has.
"""

import difflib
import math
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.base.errors import InputError
from core.base.language import N_, _, translate
from core.store.fields import RUN_FIELDS, field_info, generic_key, schema_keys
from core.store.index import RunRow

EXAMPLES = "verdict:generalises, objects>60%, lr<1e-2, tag:class-3, -is:starred"
# `live` waits or trains, `example` came with Overfit Lens.
FLAGS = ("starred", "live", "running", "waiting", "done", "failed", "cancelled", "example")
_TEXT_FIELDS = ("name", "tag", "verdict", "data", "note", "id")
_STATE_ALIASES = {"waiting": "queued", "training": "running"}  # as the pages say it
_EMPTY_VALUES = ("off", "none")
_UNITS = {"": 1.0, "%": 0.01, "s": 1.0, "min": 60.0, "h": 3600.0}
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%|s|min|h|)", re.IGNORECASE)
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# A quoted text may stand for a word or a value; one that is not closed yet goes to the end.
_TERM = re.compile(r'(-?)(?:([A-Za-z_][\w.]*)(:|!=|<=|>=|=|<|>))?((?:"[^"]*"?|[^\s"])*)')

FieldValues = Mapping[str, Any]
Predicate = Callable[[FieldValues], bool]


class QueryError(InputError):
    """A query that cannot be read; the line says what was not understood."""


@dataclass(frozen=True)
class QueryKey:
    """A key that may stand in a query: words that say what it is, whether any run has a number
    there, and the texts that runs have (the commonest twelve)."""

    key: str
    description: str
    numeric: bool
    values: tuple[str, ...]


Vocabulary = Mapping[str, QueryKey]


def vocabulary(rows: Iterable[RunRow]) -> dict[str, QueryKey]:
    """The keys of these runs, the best known first, then what else a recipe may say."""
    numbers: set[str] = set()
    texts: dict[str, Counter[str]] = {key: Counter() for key in RUN_FIELDS}
    for row in rows:
        for key, value in row.field_values.items():
            counts = texts.setdefault(key, Counter())
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, int | float):
                    numbers.add(key)
                elif item is not None and len(item) <= 40:
                    counts[item] += 1
    for key in sorted(schema_keys() - texts.keys()):
        texts[key] = Counter()
    numeric = numbers | {
        key for key, own in RUN_FIELDS.items() if own.kind not in ("words", "moment")
    }
    return {
        key: QueryKey(
            key,
            field_info(key).description,
            key in numeric,
            tuple(text for text, _count in counts.most_common(12)),
        )
        for key, counts in texts.items()
    }


def filter_rows(rows: Sequence[RunRow], query: str, known: Vocabulary) -> list[RunRow]:
    """Those of the rows for which every term holds. Raises QueryError."""
    tests = parse_query(query, known)
    return [
        row
        for row in rows
        if all(test(row.field_values | {"is": _row_flags(row)}) for test in tests)
    ]


def parse_query(query: str, known: Vocabulary) -> list[Predicate]:
    """The terms of a query as tests of a run's facts. Raises QueryError."""
    tests = []
    for match in _TERM.finditer(query):
        minus, key, sign, value = match.groups()
        if not match.group():
            continue
        if not key and not value:
            raise QueryError(
                _("`{term}` excludes nothing; use -word or -key:value", term=match.group())
            )
        test = _term(key, sign, value, known) if key else _match_text(value)
        tests.append(_negate(test) if minus else test)
    return tests


def _match_text(value: str) -> Predicate:
    wanted = _unquote(value)

    def test(facts: FieldValues) -> bool:
        return any(wanted in text for key in _TEXT_FIELDS for text in _texts(facts.get(key)))

    return test


def _term(key: str, op: str, value: str, known: Vocabulary) -> Predicate:
    term = f"{key}{op}{value}"
    if not _unquote(value):
        told = N_("`{term}` needs a value, for example {example}")
        raise _refused(told, term, f"{key}{op}{_example_value(key)}")
    if key.lower() == "is":
        return _match_flag(op, value)
    key = _resolved(key, known)
    alternatives = [value] if op in _OPERATORS or '"' in value else value.split(",")
    sign = "=" if op == "!=" else op
    tests = [_match_value(key, sign, each, known, term) for each in alternatives if each]

    def test(facts: FieldValues) -> bool:
        return any(test(facts) for test in tests) != (op == "!=")

    return test


def _match_value(key: str, op: str, value: str, known: Vocabulary, term: str) -> Predicate:
    wanted = _unquote(value)
    if op in _OPERATORS:
        return _comparison(key, op, wanted, known, term)
    if wanted in _EMPTY_VALUES:
        return lambda facts: facts.get(key) in (None, (), "") or wanted in _texts(facts.get(key))
    number = _number(key, wanted)
    if key == "state":
        wanted = _STATE_ALIASES.get(wanted, wanted)
    if number is None and key in known and known[key].numeric and not known[key].values:
        told = N_("`{term}`: {key} takes a number, for example {example}")
        raise _refused(told, term, f"{key}={_example_value(key)}", key)

    def test(facts: FieldValues) -> bool:
        found = facts.get(key)
        if isinstance(found, int | float):
            return number is not None and math.isclose(found, number, rel_tol=1e-9, abs_tol=1e-12)
        texts = _texts(found)
        return wanted in texts if op == "=" else any(wanted in text for text in texts)

    return test


def _comparison(key: str, op: str, wanted: str, known: Vocabulary, term: str) -> Predicate:
    compare = _OPERATORS[op]
    if field_info(key).kind == "moment":
        if not re.match(r"\d{4}", wanted):
            told = N_("`{term}` needs a date, for example {example}")
            raise _refused(told, term, f"{key}{op}2026-03-01")
        return lambda facts: facts.get(key) is not None and compare(str(facts[key]).lower(), wanted)
    if key in known and not known[key].numeric and known[key].values:
        value = known[key].values[0]
        example = f'"{value}"' if " " in value else value
        told = N_("`{term}`: {key} takes text, for example {example}")
        raise _refused(told, term, f"{key}:{example}", key)
    number = _number(key, wanted)
    if number is None:
        told = N_("`{term}` needs a number, for example {example}")
        raise _refused(told, term, f"{key}{op}{_example_value(key)}")

    def test(facts: FieldValues) -> bool:
        found = facts.get(key)
        return isinstance(found, int | float) and compare(found, number)

    return test


def _match_flag(op: str, value: str) -> Predicate:
    wanted = _unquote(value)
    if wanted not in FLAGS or op not in (":", "="):
        known, told = (
            ", ".join(FLAGS),
            N_("`{term}` is unknown; use is: followed by one of {flags}"),
        )
        raise QueryError(translate(told).format(term=f"is{op}{value}", flags=known))
    return lambda facts: wanted in facts["is"]


def _row_flags(row: RunRow) -> tuple[str, ...]:
    state = row.status.state
    flags = [state, *(word for word, meant in _STATE_ALIASES.items() if meant == state)]
    if not row.status.ended:
        flags.append("live")
    if row.example:
        flags.append("example")
    return (*flags, "starred") if row.starred else tuple(flags)


def _resolved(key: str, known: Vocabulary) -> str:
    """The key that is meant: itself, or the one recipe key that ends with it."""
    lowered = key.lower()
    if lowered in known or generic_key(lowered) in schema_keys():
        return lowered
    exact = [name for name in known if name.lower() == lowered]
    ends = exact or [name for name in known if name.endswith(f".{lowered}") and ".N." not in name]
    if len(ends) == 1:
        return ends[0]
    if ends:
        few = ", ".join(sorted(ends)[:4]) + (" ..." if ends[4:] else "")
        raise QueryError(_("`{key}` matches several keys; use one of {keys}", key=key, keys=few))
    last_parts = [name.rsplit(".", 1)[-1] for name in known]
    close = difflib.get_close_matches(lowered, [*known, *last_parts, "is"], n=1)
    if close:
        raise QueryError(
            _("`{key}` is not a run key; did you mean {close}?", key=key, close=close[0])
        )
    raise QueryError(_("`{key}` is not a run key; try {examples}", key=key, examples=EXAMPLES))


def _number(key: str, value: str) -> float | None:
    """A number as people write it. A share above 1 can only be meant in percent."""
    match = _NUMBER.fullmatch(value)
    if match is None:
        return None
    number = float(match.group(1)) * _UNITS[match.group(2).lower()]
    if field_info(key).kind == "share" and not match.group(2) and number > 1:
        number /= 100
    return number


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, tuple) else (value,)
    return tuple(str(item).lower() for item in items)


def _unquote(value: str) -> str:
    return value.replace('"', "").lower()


def _negate(test: Predicate) -> Predicate:
    return lambda facts: not test(facts)


def _example_value(key: str) -> str:
    """A value that shows how this key is asked for."""
    by_kind = {"share": "60%", "seconds": "90", "moment": "2026-03-01"}
    own = {"lr": "1e-2", "lift": "1.5", "is": "starred", "verdict": "generalises"}
    return own.get(key) or by_kind.get(field_info(key).kind, "1")


def _refused(told: str, term: str, example: str, key: str = "") -> QueryError:
    return QueryError(translate(told).format(term=term, example=example, key=key))
