"""What is kept for all visitors speaks no visitor's language: every cached function of the app is
found in its sources, and watched while pages are drawn in one language after the other."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from core.compare import challenge_ranking
from pages.widgets.shared import language
from tests.conftest import ROOT
from tests.factory import write_run
from tests.factory_challenge import CHALLENGE_CLASSES, write_challenge_set, write_group
from tests.factory_examples import write_examples
from tests.pages.conftest import components, visible_text
from tests.pages.untranslated import JAPANESE

CACHES = re.compile(r"\b(cache_data|cache_resource|cache|lru_cache|cached_property)\b")
CACHED = "pages/widgets/shared/cached.py"  # its key holds the language
LANGUAGE_ARGUMENT = "language"  # the argument of those that keep a value for each language
# Kept by hand, in objects that all visitors share.
PERSISTENT_CLASSES = {("core/store/index.py", name) for name in ("RunIndex", "AllRuns")}


def cached() -> Iterator[tuple[str, str, bool]]:
    """Of each cached function its file, its name and whether it is told the language."""
    folders = ("core", "pages", "server")
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        file = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and (file, node.name) in PERSISTENT_CLASSES:
                yield from (
                    (file, f.name, False) for f in node.body if isinstance(f, ast.FunctionDef)
                )
            elif isinstance(node, ast.FunctionDef) and any(
                CACHES.search(ast.unparse(one)) for one in node.decorator_list
            ):
                told = [argument.arg for argument in node.args.args]
                yield file, node.name, LANGUAGE_ARGUMENT in told or file == CACHED


def test_caches_are_found_where_they_are():
    found = set(cached())
    assert {
        (CACHED, "result", True),
        ("core/base/language.py", "catalogue", True),
        ("pages/widgets/runs/run_table.py", "_search_choices", False),
        ("core/store/index.py", "field_values", False),
        ("core/store/index.py", "snapshot", False),
        ("core/store/groups.py", "_observations", False),
    } <= found
    # What is no decorator would not be watched: these keep pixels and numbers.
    wrapped = {
        path.name
        for folder in ("core", "pages", "server")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"= (st\.)?(lru_)?cache(_data|_resource)?\(", path.read_text("utf-8"))
    }
    assert wrapped == {"contrast.py", "unpack.py", "interior.py"}


@pytest.fixture
def leaks(monkeypatch) -> list[str]:
    """Cached functions that asked which language is spoken, though they keep one value for all."""
    silent = {(str(ROOT / file), name) for file, name, told in cached() if not told}
    telling = {(str(ROOT / file), name) for file, name, told in cached() if told}
    found, asked = list[str](), language.current_language

    def watched() -> str:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            place = (frame.f_code.co_filename, frame.f_code.co_name)
            if place in telling:
                break
            if place in silent:
                found.append(f"{Path(place[0]).name} {place[1]}")
                break
            frame = frame.f_back
        return asked()

    monkeypatch.setattr(language, "current_language", watched)
    return found


@pytest.fixture
def pages_with_data(runs, dataset, monkeypatch, tmp_path) -> list[dict[str, str]]:
    """Runs in every state, a board, the lesson's examples; and links to pages with all of it."""
    monkeypatch.setattr(challenge_ranking, "CLASSES", CHALLENGE_CLASSES)
    examples = write_examples(tmp_path / "examples", dataset)
    for run in list(examples.iterdir()):
        run.rename(run.with_name(f"example-{run.name}"))
    monkeypatch.setenv("OVERFIT_LENS_EXAMPLES", str(examples))
    write_challenge_set(runs)
    good = write_group(runs, dataset, object_accuracy=0.8)
    bad = write_group(runs, dataset, "looks-good", object_accuracy=0.3, minutes=10)
    write_run(runs, dataset, "quick", "failed", minutes=30)
    two, many = f"{good[0].id},{bad[0].id}", ",".join(run.id for run in [*good, *bad])
    return [
        {"page": "challenge"},
        {"page": "lesson", "step": "2"},
        {"page": "compare", "runs": many},
        *({"page": "compare", "runs": two, "section": name} for name in ("Photos", "Recipes")),
        {"page": "runs"},
        {"page": "run", "run": good[0].id},
        {"page": "cams", "runs": two},
        {"page": "try_it", "runs": two},
        {"page": "data"},
    ]


@pytest.mark.slow
def test_no_visitor_reads_another_ones_language(pages_with_data, leaks, open_page, no_worker):
    for spoken in ("ja", "en"):
        for link in pages_with_data:
            app = open_page(**link, lang=spoken)
            assert not app.exception, link
            said = visible_text(app) + "".join(each.proto.json for each in components(app))
            assert bool(JAPANESE.search(said)) == (spoken == "ja"), (spoken, link)
    assert not leaks, sorted(set(leaks))  # also of what is English in Japanese, or not shown here
