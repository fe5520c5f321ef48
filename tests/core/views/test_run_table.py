"""core.views.run_table: the table of Runs as plain data."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.base.palette import MARKERS, RUN_COLOURS, css_colour, run_colour
from core.store.annotations import annotate
from core.store.fields import DEFAULT_COLUMNS
from core.store.index import RunIndex
from core.views import run_table
from tests.factory import write_dataset, write_run

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    root = tmp_path_factory.mktemp("tables")
    runs, dataset = root / "runs", write_dataset(root / "data")
    first = write_run(runs, dataset, "quick", object_evidence=0.9)
    annotate(first, starred=True, add_tags=["a", "b"])
    write_run(runs, dataset, "looks-good", minutes=1)
    write_run(runs, dataset, "quick", "failed", minutes=2, changes={"seed": 1})
    write_run(runs, dataset, "quick", minutes=3, changes={"seed": 2}, object_evidence=0.1)
    write_run(runs, dataset, "quick-bare", state="queued", minutes=4)
    return RunIndex(runs).rows()


COLUMNS = (*DEFAULT_COLUMNS, "state", "difficult", "test", "loss", "data", "seed")


def table(rows, by, columns=COLUMNS):
    return run_table.build_table(rows, rows, columns, by, NOW)


def column(found, key):
    place = [column["key"] for column in found["columns"]].index(key)
    return [line["cells"][place] for line in found["lines"]]


def test_runs_are_newest_first_and_what_is_unknown_is_empty(rows):
    found = table(rows, run_table.NO_GROUPS)
    titles = [line["title"] for line in found["lines"]]
    assert titles == ["quick-bare", "quick, seed 2", "quick, seed 1", "looks-good", "quick, seed 0"]
    states = [cell[0] for cell in column(found, "state")]
    assert states == ["waiting", "done", "failed after epoch 16 of 32", "done", "done"]
    assert [cell is None for cell in column(found, "objects")] == [True, False, True, False, False]
    assert column(found, "validation")[4] == ["100%", 1.0]
    assert [cell and cell[0] for cell in column(found, "verdict")] == [
        "waiting",
        "overfit that looks good",
        "failed after epoch 16 of 32",
        "overfit that looks good",
        "generalises",
    ]
    assert [line["starred"] for line in found["lines"]] == [False] * 4 + [True]
    assert {head["key"] for head in found["columns"] if not head["number"]} == {
        "verdict",
        "state",
        "started",
        "data",
    }


def test_repeats_are_a_line_with_mean_and_spread(rows):
    found = table(rows, run_table.REPEATS)
    assert [line["title"] for line in found["lines"]] == [
        "quick-bare",
        "quick, 3 seeds",
        "looks-good",
    ]
    assert [run["title"] for run in found["lines"][1]["runs"]] == [
        "quick, seed 0",
        "quick, seed 1",
        "quick, seed 2",
    ]
    scores = [row.field_values["objects"] for row in rows if row.name == "quick" and row.summary]
    mean, (low, high) = sum(scores) / 2, sorted(100 * score for score in scores)
    assert column(found, "objects")[1] == [
        f"{100 * mean:.0f}% ({low:.0f}-{high:.0f})",
        pytest.approx(mean),
    ]
    assert column(found, "state")[1][0] == "2 of 3 done, 1 failed"
    assert column(found, "verdict")[1][0].startswith("no majority")
    assert column(found, "data")[1] == ["data", "data"]


def test_any_key_groups_and_a_run_with_two_tags_is_in_both(rows):
    found = table(rows, "tag")
    assert [(line["title"], line["badge"]) for line in found["lines"]] == [
        ("none", "4 runs"),
        ("a", "1 run"),
        ("b", "1 run"),
    ]
    assert {line["title"] for line in table(rows, "augment.zoom")["lines"]} == {
        "off",
        "range 1 to 1.5, p 0.75",
    }


def test_runs_of_other_recipes_with_the_same_seed_count_each(rows):
    found = table(rows, "data")
    (line,) = found["lines"]
    assert len(line["runs"]) == 5
    scores = [row.field_values["objects"] for row in rows if row.summary]
    assert column(found, "objects")[0][1] == pytest.approx(sum(scores) / 3)


def test_what_can_be_chosen(rows):
    columns, groupings = run_table.column_and_group_choices(rows)
    assert columns[: len(DEFAULT_COLUMNS)] == list(DEFAULT_COLUMNS)
    assert {"augment.zoom", "bands", "test.ranking", "test_difficult.lift", "tag"} <= set(columns)
    assert "backbone" not in columns
    assert groupings[:2] == ["none", "repeats"]
    assert "augment.zoom" in groupings


def test_a_line_has_its_runs_colour_and_those_of_one_colour_are_parted(rows, monkeypatch):
    found = table(rows, run_table.REPEATS)["lines"]
    for line in [*found, *found[1]["runs"]]:
        assert line["dot"]["backgroundColor"] == css_colour(run_colour(line["id"]))
    assert [line["dot"] for line in table(rows, "data")["lines"]] == [None]
    monkeypatch.setattr(run_table.palette, "run_colour", lambda id_: RUN_COLOURS[0])
    lines = table(rows, run_table.NO_GROUPS)["lines"]
    shapes = [mark.shape for mark in MARKERS[:5]]
    assert [line["dot"]["clipPath"] for line in reversed(lines)] == shapes
