"""One catalogue for all pages: every text has its entry, every entry its text; and the sources hold
no text that is shown without having been asked of the catalogue."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from core.base.language import LANGUAGES
from tests.conftest import ROOT

TEXT_ARGUMENT = {"_": 0, "ngettext": 1, "N_": 0}  # which argument the catalogue knows a text by
CATALOGUE_FUNCTIONS = {*TEXT_ARGUMENT, "translate"}
OTHERS = sorted(set(LANGUAGES) - {"en"})
SOURCES = sorted(
    path for folder in ("core", "pages", "server") for path in (ROOT / folder).rglob("*.py")
) + [ROOT / "app.py"]
TEMPLATES = sorted(ROOT.joinpath("core").rglob("*.j2"))
TEXT_PACKAGES = {ROOT / "core" / name for name in ("compare", "hosting", "plots", "views")}
# What only the server's owner reads, in its log.
LOG_SOURCES = {ROOT / "server" / "health.py", ROOT / "core" / "hosting" / "sign_in_setup.py"}
# Of these every text is looked at: what pages draw, and the words that core has for them.
UI_SOURCES = [
    path
    for path in SOURCES
    if path not in LOG_SOURCES
    and (
        path.is_relative_to(ROOT / "pages")
        or path.is_relative_to(ROOT / "server")
        or path.parent in (ROOT, *TEXT_PACKAGES)
    )
]
SCRIPTS = sorted(path for folder in ("pages", "server") for path in (ROOT / folder).rglob("*.js"))
NO_WORDS = re.compile(
    r"[<>{}]|; *--|:[^ ]+;|: var\(|^model name$|^[\w./-]+\.\w{2,3}$|^[a-z_]+=\"|^\.venv/bin/|-src "
    r"|^middle right$"
)  # markup, styles, a key of /proc/cpuinfo, files, a command, a policy, a place of Plotly
PLACEHOLDER = re.compile(r"\{(\w+)[^{}]*\}")
ELEMENTS = {
    "title",
    "header",
    "subheader",
    "markdown",
    "caption",
    "write",
    "text",
    "info",
    "warning",
    "error",
    "success",
    "button",
    "checkbox",
    "toggle",
    "selectbox",
    "multiselect",
    "radio",
    "pills",
    "segmented_control",
    "slider",
    "select_slider",
    "number_input",
    "text_input",
    "text_area",
    "file_uploader",
    "download_button",
    "link_button",
    "page_link",
    "popover",
    "expander",
    "tabs",
    "metric",
    "status",
    "spinner",
    "toast",
    "form_submit_button",
    "camera_input",
    "dialog",
    "Page",
    "Column",
    "TextColumn",
    "NumberColumn",
    "LinkColumn",
    "ImageColumn",
    "CheckboxColumn",
    "ProgressColumn",
}
TEXT_KEYWORDS = {
    "label",
    "help",
    "title",
    "caption",
    "placeholder",
    "body",
    "options",
    "show_spinner",
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=name(path))


def catalogue_calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Calls of core.base.language' functions, under whatever name they were imported."""
    imported = {
        (alias.asname or alias.name): alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        if node.module == "core.base.language"
        for alias in node.names
        if alias.name in CATALOGUE_FUNCTIONS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in imported:
                yield imported[called.id], node
            elif (
                isinstance(called, ast.Attribute)
                and called.attr in CATALOGUE_FUNCTIONS
                and isinstance(called.value, ast.Name)
                and called.value.id == "words"
            ):
                yield called.attr, node


def literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def catalogue_texts() -> tuple[dict[str, str], list[str]]:
    """Every text that the code asks for, with the place; and the places that ask for no literal."""
    texts: dict[str, str] = {}
    unclear = []
    for path in SOURCES:
        for kind, call in catalogue_calls(parse(path)):
            if kind in TEXT_ARGUMENT:
                place = f"{name(path)}:{call.lineno}"
                text = (
                    literal(call.args[TEXT_ARGUMENT[kind]])
                    if len(call.args) > TEXT_ARGUMENT[kind]
                    else None
                )
                if text is None:
                    unclear.append(place)
                else:
                    texts.setdefault(text, place)
    for path in TEMPLATES:
        tree = Environment().parse(path.read_text("utf-8"))
        for called in tree.find_all(nodes.Call):
            if isinstance(called.node, nodes.Name) and called.node.name in TEXT_ARGUMENT:
                text = called.args[TEXT_ARGUMENT[called.node.name]]
                place = f"{name(path)}:{called.lineno}"
                if isinstance(text, nodes.Const):
                    texts.setdefault(text.value, place)
                else:
                    unclear.append(place)
    return texts, unclear


def entries(language: str) -> list[tuple[str, str]]:
    """As they stand in the file: a reader of the format would drop a second one unseen."""
    file = ROOT / "core/base/locale" / f"{language}.po"
    found = []
    for block in re.split(r"\n\s*\n", file.read_text("utf-8")):
        part = read_po(iter(block.encode("utf-8").splitlines(keepends=True)), charset="utf-8")
        found += [(str(one.id), str(one.string)) for one in part if one.id]
    return found


def test_texts_are_asked_for_literally():
    assert catalogue_texts()[1] == [], (
        "say, say_count and mark take literals; for a variable: retell"
    )


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_missing_and_no_entry_stale(language):
    texts, known = catalogue_texts()[0], dict(entries(language))
    missing = [f"{place}: {text!r}" for text, place in texts.items() if not known.get(text)]
    stale = [text for text in known if text not in texts]
    assert not missing, "missing:\n" + "\n".join(missing)
    assert not stale, "stale:\n" + "\n".join(stale)


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_has_two_entries(language):
    counts = Counter(text for text, _ in entries(language))
    assert [text for text, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("language", OTHERS)
def test_both_sides_have_the_same_values(language):
    """All of one side in the other; a count need not be said twice."""
    differ = [
        text
        for text, translated in entries(language)
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(translated))
    ]
    assert differ == []


# --- texts that are not asked of the catalogue ----------------------------------------------------


def has_words(text: str, least: int) -> bool:
    """Whether a text holds that many words in a row which a person reads; code and icons are
    none."""
    text = re.sub(
        r"Overfit Lens|`[^`]*`|:material/\w+:|:\w+\[|<[^>]*>|https?:\S+|\{[^}]*\}", "\0", text
    )
    return bool(re.search(r"[A-Za-z]{2,}" + r"[,.:;]? +[A-Za-z]{2,}" * (least - 1), text))


def untranslated_literals(path: Path) -> list[str]:
    """Texts that are shown as they stand, by line: whatever a Streamlit element is given, and
    elsewhere two words or more in one literal (errors, docstrings and styles aside)."""
    tree = parse(path)
    inside = {id(node) for _, call in catalogue_calls(tree) for node in ast.walk(call)}
    handed = set()
    for node in ast.walk(tree):
        aside: list[ast.AST] = []
        if isinstance(node, ast.Raise | ast.Assert | ast.Import | ast.ImportFrom):
            aside = [node]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            aside = [node.value]
        elif isinstance(node, ast.arg) and node.annotation:
            aside = [node.annotation]
        inside |= {id(part) for each in aside for part in ast.walk(each)}
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", "") in ELEMENTS
            and not ast.unparse(node.func).startswith("url_state.")
        ):
            told = [*node.args[:1], *(k.value for k in node.keywords if k.arg in TEXT_KEYWORDS)]
            handed |= {id(part) for each in told for part in shown_parts(each)}
    return [
        f"{name(path)}:{node.lineno}: {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in inside and not NO_WORDS.search(node.value)
        if has_words(
            node.value, 1 if id(node) in handed and path.parent not in TEXT_PACKAGES else 2
        )
    ]


def shown_parts(node: ast.AST) -> Iterator[ast.AST]:
    """The literals that an element shows: not those that a further call or a lookup is given."""
    if isinstance(node, ast.Call | ast.Subscript | ast.Lambda | ast.Compare):
        return
    if isinstance(node, ast.IfExp):
        yield from shown_parts(node.body)
        yield from shown_parts(node.orelse)
        return
    yield node
    for part in ast.iter_child_nodes(node):
        yield from shown_parts(part)


def untranslated_script_literals(path: Path) -> list[str]:
    """Literals of a script that begin like a sentence: they come from Python, translated."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        code = re.sub(r"(^|\s)//.*", "", line)
        for _, text in re.findall(r"([\"'`])((?:(?!\1).)*)\1", code):
            words = re.search(r"^[A-Z][a-z]+ |[a-z]{2,} [a-z]{2,} [a-z]{2,}", text)
            if words and not re.search(r"[<;]|px|\bvar\(|solid", text):
                found.append(f"{name(path)}:{number}: {text!r}")
    return found


def test_every_text_on_screen_is_asked_for():
    found = [words for path in UI_SOURCES for words in untranslated_literals(path)]
    assert not found, "\n".join(["not in say(...):", *found])


def test_templates_ask_for_every_text():
    """What stands between tags is a name, a sign or white space."""
    for path in TEMPLATES:
        tree = Environment().parse(path.read_text("utf-8"))
        text = "\0".join(node.data for node in tree.find_all(nodes.TemplateData))
        assert not has_words(re.sub(r"<[^>]*>", "", text), 1), path


def test_scripts_get_their_texts_from_python():
    found = [words for path in SCRIPTS for words in untranslated_script_literals(path)]
    assert not found, "\n".join(["not handed in as words:", *found])
