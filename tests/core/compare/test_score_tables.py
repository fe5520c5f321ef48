"""core.compare.score_tables: scores of runs and groups, with the controls beside them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from core.compare import score_tables
from core.compare.selection import run_items, selectable_items
from core.compare.tables import SCORE_TITLES
from core.store.index import RunIndex
from core.store.run import open_run
from tests.factory import write_dataset, write_run

HARD = ("sets", "test_difficult", "scores", "object")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("scores")
    dataset = write_dataset(root / "data")
    write_run(root / "runs", dataset, "looks-good")
    for seed, looks in enumerate([0.9, 0.1]):
        write_run(
            root / "runs", dataset, changes={"seed": seed}, minutes=seed + 1, object_evidence=looks
        )
    write_run(root / "runs", dataset, "quick-bare", "queued", minutes=5)
    return root / "runs"


@pytest.fixture(scope="module")
def rows(folder):
    return RunIndex(folder).rows()


@pytest.fixture(scope="module")
def controls(folder, rows):
    return {row.id: open_run(folder, row.id).controls() for row in rows}


def named(rows, title):
    return next(item for item in selectable_items(rows) if item.title == title)


def test_dots_hold_every_score_of_every_item(rows, controls):
    items = [named(rows, "quick, 2 seeds"), named(rows, "looks-good"), named(rows, "quick-bare")]
    dots = score_tables.dots_of_test_set(items, controls, "test_difficult")
    assert list(dots["title"].unique()) == list(SCORE_TITLES.values())
    assert len(dots) == 8  # the waiting run has none
    group, run = (
        dots[(dots["run"] == i.id) & (dots["title"] == "objects cut out")].iloc[0]
        for i in items[:2]
    )
    assert group["members"] == items[0].summary_values(*HARD, "value")
    assert (group["low"], group["high"]) == (min(group["members"]), max(group["members"]))
    assert group["words"].endswith("2 runs")
    score = items[1].members[0].summary["sets"]["test_difficult"]["scores"]["object"]
    assert (run["low"], run["high"]) == (score["low"], score["high"])  # its 95% interval
    assert run["frozen"] == score["value"]
    assert run["untrained"] == score["constant"]
    assert score_tables.validation_dots(items, controls)["value"].tolist() == [1, 1]


def test_lift_is_drawn_on_every_set_beside_an_even_spread(rows, controls):
    dots = score_tables.lift_dots([named(rows, "looks-good")], controls)
    assert list(dots["title"]) == ["test", "test_difficult"]
    assert set(dots["constant"]) == {1.0}
    assert dots["frozen"].tolist() == dots["value"].tolist()


def test_runs_without_controls_or_verdict_still_have_their_scores(rows):
    items = [named(rows, "looks-good")]
    dots = score_tables.dots_of_test_set(items, {}, "test")
    assert dots["frozen"].isna().all()
    table = score_tables.numbers_table(items, {})
    assert list(table.columns) == ["photos", "score", "looks-good", "constant answer"]
    assert not score_tables.lift_dots(items, {items[0].id: None}).empty


def test_a_control_that_could_not_be_computed_is_left_out(rows, controls):
    item = named(rows, "looks-good")
    some = {item.id: {**controls[item.id], "frozen": None}}
    assert score_tables.control_score(item, some, "frozen", *HARD, "value") is None
    assert score_tables.control_score(item, some, "untrained", *HARD, "value") is not None
    assert "frozen backbone" not in score_tables.numbers_table([item], some).columns


def test_the_table_of_numbers_tells_runs_by_interval_and_groups_by_spread(rows, controls):
    items = [named(rows, "quick, 2 seeds"), named(rows, "looks-good")]
    frame = score_tables.numbers_table(items, controls)
    assert list(frame.columns) == [
        "photos",
        "score",
        "quick, 2 seeds",
        "looks-good",
        "constant answer",
        "frozen backbone",
        "untrained weights",
    ]
    first = frame.iloc[0]
    assert (first["photos"], first["looks-good"]) == (
        "validation",
        "100% (14 of 14), 78 to 100%",
    )
    assert first["quick, 2 seeds"] == "100% (100-100)"
    assert first["frozen backbone"] == "100%"
    hard = frame[frame["photos"] == "test_difficult"].set_index("score")
    assert {"objects cut out", "evidence in the box", "pointing game"} <= set(hard.index)
    lift = hard.loc["lift"]
    values = sorted(items[0].summary_values("sets", "test_difficult", "localisation", "lift"))
    assert math.isclose(float(lift["quick, 2 seeds"].split()[0]), sum(values) / 2, abs_tol=0.006)
    assert lift["quick, 2 seeds"].endswith(f"({values[0]:.2f}-{values[1]:.2f})")
    assert lift["constant answer"] == "1.00"
    own = f"{items[1].summary_values('sets', 'test_difficult', 'localisation', 'lift')[0]:.2f}"
    assert own in lift["frozen backbone"]


def test_headline_texts(rows):
    group, run = named(rows, "quick, 2 seeds"), named(rows, "looks-good")
    value, small = score_tables.share_texts(group, *HARD)
    assert value.endswith("%")
    assert small.endswith("% in 2 runs")
    score = run.members[0].summary["sets"]["test_difficult"]["scores"]["object"]
    assert score_tables.share_texts(run, *HARD)[1] == f"{score['correct']} of {score['total']}"
    assert score_tables.share_texts(named(rows, "quick-bare"), *HARD) == ("-", "")


def test_headlines_tell_the_labelled_set_with_most_objects(rows):
    assert score_tables.headline_set(run_items(rows, rows)) == "test_difficult"
    assert score_tables.headline_set([]) == ""
    assert score_tables.names_of_test_sets([named(rows, "quick-bare")]) == []


def test_of_very_many_test_sets_the_first_are_drawn_and_the_headlines_one(rows, controls):
    run = next(row for row in rows if row.summary)
    sets = run.summary["sets"]
    many = {f"set {number}": sets["test"] for number in range(90)} | sets
    (item,) = run_items([replace(run, summary=run.summary | {"sets": many})], rows)
    drawn = score_tables.drawn_test_sets([item])
    assert len(drawn) == score_tables.MAX_DRAWN_SETS
    assert drawn[0] == "set 0" and drawn[-1] == "test_difficult"
    assert len(score_tables.names_of_test_sets([item])) == len(many)
    assert set(score_tables.lift_dots([item], controls)["title"]) == set(drawn)
    table = score_tables.numbers_table([item], controls)
    assert set(many) < set(table["photos"])  # nothing is left out there
