"""core.store.annotations: what people say of a run stays with it, whoever else writes."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace

import pytest

from core.base.errors import RunError
from core.compare.tables import labels_by_id
from core.recipe.files import load_recipe
from core.store.annotations import (
    ANNOTATIONS_FILE,
    MAX_TAGS,
    Annotations,
    annotate,
    read_annotations,
)
from core.store.groups import find_groups
from core.store.index import RunIndex
from core.store.run import Run, create_run
from core.store.trash import delete_runs, restore_run
from tests.conftest import fixed_clock
from tests.core.store.annotation_writer import write


@pytest.fixture
def run(tmp_path) -> Run:
    return create_run(tmp_path / "runs", load_recipe("quick"), tmp_path, fixed_clock)


def test_each_field_is_changed_alone(run):
    assert read_annotations(run) == Annotations()
    annotate(run, name=" the good one ")
    annotate(run, starred=True)
    annotate(run, add_tags=["class-3", "old"], note="looks at the title\nnot the cover")
    annotate(run, add_tags=["shown"], remove_tags=["old"])
    said = read_annotations(run)
    assert said == Annotations(
        "the good one", True, ("class-3", "shown"), "looks at the title\nnot the cover"
    )
    assert annotate(run, name="").name is None
    assert run.recipe().name == "quick"


def test_the_display_name_is_shown_everywhere_and_the_recipe_keeps_its_own(run):
    runs = run.path.parent
    index = RunIndex(runs)
    assert index.rows()[0].name == "quick"
    annotate(run, name="the good one", starred=True, add_tags=["a"], note="why")
    (row,) = index.rows()
    assert (row.name, row.starred, row.tags, row.note) == ("the good one", True, ("a",), "why")
    assert row.recipe["name"] == "quick"
    assert labels_by_id([row]) == {row.id: "the good one"}
    assert RunIndex(runs).rows() == [row]  # as the file has it


def test_a_group_with_a_renamed_run_keeps_the_recipes_name(tmp_path):
    made = [
        create_run(tmp_path, load_recipe("quick", {"seed": seed}), tmp_path, fixed_clock)
        for seed in range(2)
    ]
    annotate(made[0], name="mine")
    (group,) = find_groups(RunIndex(tmp_path).rows())
    assert group.title == "quick, 2 seeds"
    annotate(made[1], name="mine")
    (group,) = find_groups(RunIndex(tmp_path).rows())
    assert group.title == "mine, 2 seeds"


def test_they_move_to_the_trash_and_back(run):
    annotate(run, add_tags=["kept"])
    run.write_status(replace(run.status(), state="done"))
    delete_runs(run.path.parent, [run.id], fixed_clock)
    assert read_annotations(restore_run(run.path.parent, run.id)).tags == ("kept",)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "a/b"}, "name: must be 1 to 80 characters"),
        ({"name": "x" * 81}, "name: must be 1 to 80"),
        ({"add_tags": ["two words"]}, "tag 'two words': must be"),
        ({"add_tags": ["a,b"]}, "tag 'a,b'"),
        ({"add_tags": [""]}, "tag ''"),
        ({"note": "x" * 5000}, "note: at most 4000 characters, not 5000"),
        ({"add_tags": [str(n) for n in range(MAX_TAGS + 1)]}, "at most 20 tags"),
    ],
)
def test_what_cannot_be_said_changes_nothing(run, change, words):
    annotate(run, name="before", add_tags=["t"])
    with pytest.raises(RunError, match=words):
        annotate(run, **change)
    assert read_annotations(run) == Annotations("before", False, ("t",), "")


@pytest.mark.parametrize("text", ["{", "[1]", '{"starred": "perhaps"}', '{"tags": [{}]}'])
def test_a_damaged_file_is_named_and_hides_no_run(run, text):
    (run.path / ANNOTATIONS_FILE).write_text(text, "utf-8")
    with pytest.raises(RunError, match=r"annotations\.json: damaged"):
        annotate(run, starred=True)
    (row,) = RunIndex(run.path.parent).rows()
    assert (row.problem, row.name, row.tags) == (None, "quick", ())
    assert (run.path / ANNOTATIONS_FILE).read_text("utf-8") == text


def test_keys_of_a_later_version_do_no_harm(run):
    (run.path / ANNOTATIONS_FILE).write_text(json.dumps({"tags": ["a"], "mood": "good"}), "utf-8")
    assert read_annotations(run).tags == ("a",)


@pytest.mark.slow
def test_writers_at_the_same_moment_lose_nothing(run):
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(3)
    writers = [context.Process(target=write, args=(run.path, n, ready)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=300)
        assert writer.exitcode == 0
        writer.close()
    said = read_annotations(run)
    assert sorted(said.tags) == ["w0-4", "w1-4", "w2-4"]
    assert (said.name, said.starred, said.note) == ("mine", True, "theirs")
