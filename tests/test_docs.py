"""The docs keep up with the code: recipe keys, presets, commands and scores are all there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from core.cli import app
from core.compare.tables import SCORE_TITLES
from core.evaluate.rules import MEANINGS, RULES, THRESHOLDS
from core.recipe.batch import recipe_batch_names
from core.recipe.files import preset_names
from core.recipe.layer_table import BACKBONES, head_start
from core.recipe.schema import Recipe
from tests.conftest import ROOT

DOCS = {path.name: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
README = (ROOT / "README.md").read_text("utf-8")


def schema(part: type[BaseModel], path: str = "") -> Iterator[tuple[str, str]]:
    """Every key of the recipe's format, and what it is a part of."""
    for name, field in part.model_fields.items():
        key = field.alias or name
        yield key, path
        yield from (found for inner in models(field.annotation) for found in schema(inner, key))


def models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in get_args(annotation) for found in models(argument)]


@pytest.mark.parametrize(("key", "parent"), sorted(set(schema(Recipe))))
def test_every_recipe_key_is_in_the_reference(key, parent):
    """In one row of the table with what it is a part of."""
    rows = [line for line in DOCS["recipe.md"].splitlines() if line.startswith("| `")]
    found = [set(re.findall(r"\w+", row.rsplit("|", 2)[0])) for row in rows]
    assert any({key} | ({parent} if parent else set()) <= words for words in found)


def test_the_schemas_walk_reaches_its_leaves():
    assert {("p", "erase"), ("momentum", "optimizer"), ("width", "head")} < set(schema(Recipe))


def test_every_preset_is_in_the_reference():
    for name in preset_names():
        assert f"`{name}`" in DOCS["recipe.md"]


def test_every_batch_is_in_the_reference():
    for name in recipe_batch_names():
        assert f"- `{name}`: " in DOCS["recipe.md"]


def test_the_table_of_backbones_is_the_codes():
    for name, facts in BACKBONES.items():
        firsts = ", ".join(str(first) for first, _ in facts.bands)
        size = facts.weights_size if facts.weights_url else "installed"
        layers = head_start(name, facts.map_stride)
        row = f"| `{name}` | {layers} | {facts.map_stride} | {firsts} | {size} |"
        assert row in DOCS["recipe.md"], row


def test_every_command_is_listed():
    groups = {"": app.registered_commands} | {
        f"{group.name} ": group.typer_instance.registered_commands
        for group in app.registered_groups
    }
    for prefix, commands in groups.items():
        for command in commands:
            name = command.name or command.callback.__name__
            assert f"`{prefix}{name}" in DOCS["commands.md"], prefix + name


def test_every_score_is_explained():
    for name, title in SCORE_TITLES.items():
        assert f"{title} (`{name}`)" in DOCS["how-numbers-are-computed.md"]


def test_every_place_named_in_the_docs_exists():
    text = "\n".join([README, *DOCS.values()])
    for place in re.findall(r"`((?:core|docs|pages|bench|tests|dataset)/[\w/.-]+)`", text):
        assert (ROOT / place).exists(), place


def test_the_readme_begins_with_the_two_commands_and_a_picture():
    top = README[:1200]
    assert "make run" in top and "make test" in top and "![" in top
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file(), picture


def test_the_verdicts_tables_are_the_codes():
    text = (ROOT / "docs" / "how-numbers-are-computed.md").read_text("utf-8")
    for name, (value, words) in THRESHOLDS.items():
        assert f"| `{name}` | {value:g} | {words} |" in text
    for number, (rule, (verdict, words)) in enumerate(RULES.items(), start=1):
        assert f"| {number} | {rule} | {verdict} | {words} |" in text
    for verdict, words in MEANINGS.items():
        assert f"- **{verdict}**: {words}" in text


def test_every_threat_names_tests_that_are_there():
    """A test without a file is of the file that is named before it."""
    rows = [line for line in DOCS["security.md"].splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 12
    named = 0
    for row in [*rows, *re.findall(r"`tests/[^`]+`", DOCS["security.md"])]:
        file, found = "", 0
        for place in re.findall(r"`((?:tests/[\w/.]+\.py)?(?:::)?(?:test_\w+)?)`", row):
            path, _, test = place.rpartition("::") if "::" in place else ("", "", place)
            if not path and place.startswith("tests/"):
                assert (ROOT / place).is_file(), place
            else:
                file = path or file
                assert f"def {test}(" in (ROOT / file).read_text("utf-8"), place
            found += 1
        assert found, row
        named += found
    assert named > 40
