"""core.data.expected_use: what use will look like, as dataset.yaml keeps it."""

from __future__ import annotations

import pytest

from core.__main__ import main
from core.base.errors import DataError
from core.data.expected_use import USE_QUESTIONS, expected_use, read_stated_use, write_use
from tests.factory import write_dataset


@pytest.fixture
def root(tmp_path):
    return write_dataset(tmp_path / "books").root


def test_answers_are_kept_beside_all_else(root):
    (root / "dataset.yaml").write_text("title: Mine\ntest_sets: {test: {origin: elsewhere}}\n")
    assert read_stated_use(root) == {}
    write_use(root, {"turned": "any"})
    assert read_stated_use(root) == {"turned": "any"}
    assert expected_use({"turned": "any"})["turned"] == "any"
    assert "title: Mine" in (root / "dataset.yaml").read_text()
    write_use(root, {})
    assert "use" not in (root / "dataset.yaml").read_text()


def test_unanswered_the_mild_changes_count():
    assert expected_use({}) == {
        "turned": "slightly",
        "distance": "slightly",
        "light": "other",
        "background": "same",
        "medium": "same",
    }
    assert all(question.default in question.answers for question in USE_QUESTIONS.values())


@pytest.mark.parametrize("use", ["{turned: wildly}", "{tuned: any}", "any", "{light: [other]}"])
def test_another_answer_is_refused_by_name(root, use):
    (root / "dataset.yaml").write_text(f"use: {use}\n")
    with pytest.raises(DataError, match=r"dataset\.yaml: use: .*must be one of"):
        read_stated_use(root)


def test_the_command_states_and_tells(root, capsys):
    assert main(["data", "use", str(root), "turned=any", "light=same"]) == 0
    out = capsys.readouterr().out
    assert "turned=any" in out and "background=same" in out and "not stated" in out
    assert read_stated_use(root) == {"turned": "any", "light": "same"}
    assert main(["data", "use", str(root), "turned=wildly"]) == 2
    assert "must be one of same, slightly, any" in capsys.readouterr().err
