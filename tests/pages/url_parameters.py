"""The parameters that the app reads from a link, found in its code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_READS = ("get", "get_all", "pop")
# Functions that are told a parameter's name, and which of their arguments it is.
_PARAMETER_POSITION = {"choose_one": 3, "_read_param": 0, "_write_param": 0}
# Where the names stand that are no words at the places where the link is read (`BY_NAME`).
LISTS = {
    "selection.py": ("link_params",),
    "recipe_source.py": ("_SOURCE_PARAMS",),
    "photo_filter.py": ("clear_photo_params", "_clear_params"),
    "run_table.py": ("_URL_PARAMS",),
}


def url_parameters() -> dict[str, set[str]]:
    """Each parameter with the files that read it."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "pages").rglob("*.py")):
        for name in _names(ast.parse(path.read_text("utf-8")), path.name):
            found.setdefault(name, set()).add(path.name)
    for path in sorted((ROOT / "pages").rglob("*.js")):
        for name in re.findall(
            r'(?:link\.get|number|oneOf|\bput)\("(\w+)"', path.read_text("utf-8")
        ):
            found.setdefault(name, set()).add(path.name)
    return found


def _names(tree: ast.Module, file: str) -> Iterator[str]:
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        for name in _parameter_nodes(node):
            if isinstance(name, ast.Name) and name.id in constants:
                name = constants[name.id]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value
    for place in LISTS.get(file, ()):
        held = constants.get(place) or next(
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.name == place
        )
        for node in ast.walk(held):
            if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z]+", str(node.value)):
                yield str(node.value)


def _parameter_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Where a parameter is named in a piece of code."""
    if isinstance(node, ast.Subscript) and _is_link(node.value):
        yield node.slice
    elif isinstance(node, ast.Compare) and any(map(_is_link, node.comparators)):
        yield node.left
    elif isinstance(node, ast.Call):
        bound = {word.arg: word.value for word in node.keywords}
        how = bound.get("bind")
        if isinstance(how, ast.Constant) and how.value == "query-params":
            yield bound["key"]
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if isinstance(called, ast.Attribute) and name in _READS and _is_link(called.value):
            yield node.args[0]
        if re.fullmatch(r"url_state\.(read|write|segments|select)", ast.unparse(called)):
            yield node.args[0]
        if name in _PARAMETER_POSITION and len(node.args) > max(
            _PARAMETER_POSITION[name], 1
        ):  # it comes with more
            yield node.args[_PARAMETER_POSITION[name]]


def dynamic_readers() -> set[str]:
    """Places (`file function`) that read a parameter whose name is no word there."""
    found = set()
    for path in sorted((ROOT / "pages").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                names = [name for node in ast.walk(function) for name in _parameter_nodes(node)]
                if any(isinstance(n, ast.Name) and not n.id.isupper() for n in names):
                    found.add(f"{path.name} {function.name}")
    return found


def _is_link(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "query_params"
