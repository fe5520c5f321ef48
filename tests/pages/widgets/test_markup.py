"""Rules of the code that keep a stranger's text from becoming markup, read from the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PYTHON = sorted(path for folder in ("pages", "server") for path in (ROOT / folder).rglob("*.py"))
SCRIPTS = sorted(path for folder in ("pages", "server") for path in (ROOT / folder).rglob("*.js"))
# What turns text into elements or code.
WRITES = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|"
    r"\beval\(|new Function|srcdoc|setHTMLUnsafe|DOMParser|setAttribute\(\"on"
)
MESSAGE_CALLS = ("error", "warning", "info", "success", "toast", "caption", "markdown", "write")


def test_no_script_writes_markup():
    for path in SCRIPTS:
        assert WRITES.findall(path.read_text("utf-8")) == [], path


def test_no_page_lets_html_through_markdown():
    for path in PYTHON:
        assert "unsafe_allow_html" not in path.read_text("utf-8"), path


def test_no_local_name_hides_a_module():
    for path in PYTHON:
        assert not hidden_modules(ast.parse(path.read_text("utf-8"))), path


def hidden_modules(tree: ast.Module) -> set[str]:
    """The imported modules whose names stand for something else somewhere in the file."""
    modules = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (ROOT / str(node.module).replace(".", "/") / f"{alias.name}.py").is_file()
    }
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return modules & (stored | {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)})


def test_errors_are_shown_by_show_error():
    """Errors quote files, so none goes to Streamlit as it is: pages.widgets.ui.messages writes
    it."""
    for path in PYTHON:
        assert list(unescaped_lines(ast.parse(path.read_text("utf-8")))) == [], path


def unescaped_lines(tree: ast.Module) -> Iterator[int]:
    """The numbers of the lines that show an error as it is."""
    caught: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.name:
            caught.add(node.name)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", "") in MESSAGE_CALLS
            and node.args
        ):
            if getattr(getattr(node.func, "value", None), "id", "") == "messages":
                continue
            if _is_unescaped(node.args[0], caught):
                yield node.lineno


def _is_unescaped(node: ast.AST, caught: set[str]) -> bool:
    """Whether an error stands there without a call that makes it plain."""
    if isinstance(node, ast.Name):
        return node.id in caught
    if isinstance(node, ast.Call):
        named = node.func.id if isinstance(node.func, ast.Name) else ""
        return named == "str" and _is_unescaped(node.args[0], caught)
    if isinstance(node, ast.JoinedStr):
        return any(_is_unescaped(part, caught) for part in node.values)
    return isinstance(node, ast.FormattedValue) and _is_unescaped(node.value, caught)
