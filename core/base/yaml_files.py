"""Reads small YAML files written by people: plain data only, and `1e-4` is a number.

PyYAML follows YAML 1.1, where `1e-4` is text; learning rates are written so all the time, so the
resolver here is YAML 1.2's. Tags, aliases (a short file can expand to gigabytes) and keys given
twice are refused.
"""

import copy
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from core.base.errors import InputError
from core.base.language import N_

MAX_BYTES = 1_000_000
_MAX_CACHED_CHARS = 20_000  # characters; recipes have some 2,000


class _Loader(yaml.SafeLoader):
    """SafeLoader without aliases or repeated keys, and with YAML 1.2 numbers."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()
            raise yaml.constructor.ConstructorError(
                None, None, N_("aliases (*name) are not allowed"), event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, list | dict):
                raise yaml.constructor.ConstructorError(
                    None, None, N_("a key must be a word or a number"), key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None,
                    None,
                    N_("key '{key}' appears twice", key=key),
                    key_node.start_mark,
                )
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


_NUMBER = re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_WHOLE = re.compile(r"^[-+]?[0-9]+$")
# Keep SafeLoader's resolvers except its own for numbers (sexagesimals, octals, underscores) and
# dates, which would turn a file name such as 2026-01-01 into an object.
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, regexp)
        for tag, regexp in resolvers
        if tag.rsplit(":", 1)[1] not in ("int", "float", "timestamp")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _WHOLE, list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBER, list("-+.0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$"), list("-+.")
)


def _construct_whole(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(node.value)


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_whole)


@lru_cache(maxsize=256)
def _parsed(text: str) -> Any:
    return yaml.load(text, Loader=_Loader)


def parse_yaml(text: str, source: str) -> Any:
    """Plain data from YAML text. Raises InputError with one line that names `source`.

    A page reads the same few recipes each time it is drawn, and parsing one takes longer than
    copying what it held the last time."""
    try:
        if len(text) > _MAX_CACHED_CHARS:
            return yaml.load(text, Loader=_Loader)
        return copy.deepcopy(_parsed(text))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        place = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None)
        problem = problem or type(error).__name__
        line = N_("{source}: not a readable YAML file: {problem}")
        if place is not None:
            line = N_("{source}: not a readable YAML file: {problem} (line {line})")
        number = 0 if place is None else place.line + 1
        raise InputError(line.format(source=source, problem=problem, line=number)) from None


def read_yaml(path: Path) -> Any:
    """Plain data from a YAML file of at most 1 MB. Raises InputError that names the file."""
    try:
        if path.exists() and not path.is_file():
            # A pipe or a device might never end.
            raise InputError(N_("{path}: not a file", path=path))
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    if len(data) > MAX_BYTES:
        raise InputError(
            N_("{path}: larger than 1 MB, so not a recipe or data-set description", path=path)
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(N_("{path}: not UTF-8 text; save it as UTF-8", path=path)) from None
    return parse_yaml(text, str(path))


def dump_yaml(data: Any) -> str:
    """YAML text with the keys in the order given."""
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
    return text
