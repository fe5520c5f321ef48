"""The Compare page: empty, normal and error case."""

from __future__ import annotations

from tests.factory import write_run
from tests.pages.conftest import texts


def test_without_runs_it_offers_the_two(dataset, open_page):
    app = open_page("compare")
    assert not app.exception
    assert "no runs to compare yet" in texts(app)


def test_the_link_chooses_the_runs(runs, dataset, open_page):
    one = write_run(runs, dataset, "quick")
    two = write_run(runs, dataset, "looks-good", minutes=1)
    write_run(runs, dataset, "quick-bare", minutes=2)
    app = open_page("compare", runs=f"{two.id},{one.id}")
    assert not app.exception
    assert app.multiselect(key="compare").value == [one.id, two.id]
    assert [metric.value for metric in app.metric if metric.label == "Validation accuracy"] == [
        "100 %", "100 %",
    ]  # fmt: skip
    lift = [float(metric.value) for metric in app.metric if metric.label == "Lift"]
    assert lift[0] > lift[1]
    difference = app.dataframe[-1].value
    assert list(difference.columns) == ["key", "quick", "looks-good"]
    assert "bands" in set(difference["key"])
    numbers = app.dataframe[0].value
    assert "100 % (14 of 14), 78 to 100 %" in set(numbers["quick"])


def test_without_a_link_it_takes_the_newest_finished_ones_and_says_so_in_the_link(
    runs, dataset, open_page
):
    ids = [write_run(runs, dataset, seed, minutes=i).id for i, seed in enumerate(["quick"] * 3)]
    write_run(runs, dataset, "quick", "running", minutes=5)
    app = open_page("compare")
    assert app.multiselect(key="compare").value == ids[1:]
    assert app.query_params["runs"] in (",".join(ids[1:]), [",".join(ids[1:])])


def test_the_choice_is_carried_to_the_next_page(runs, dataset, open_page):
    ids = [write_run(runs, dataset, "quick", minutes=i).id for i in range(3)]
    app = open_page("compare", runs=",".join(ids))
    app.multiselect(key="compare").set_value(ids[:1]).run()
    app.switch_page("pages/cams.py").run()
    assert app.multiselect(key="cams").value == ids[:1]


def test_a_run_that_is_gone_is_named(runs, dataset, open_page):
    one = write_run(runs, dataset, "quick")
    app = open_page("compare", runs=f"gone,{one.id}")
    assert not app.exception
    assert app.warning[0].value == "Not found here: gone."
    assert app.multiselect(key="compare").value == [one.id]


def test_runs_without_results_show_what_they_have(runs, dataset, open_page):
    one = write_run(runs, dataset, "quick", "running")
    two = write_run(runs, dataset, "quick", "queued", minutes=1)
    app = open_page("compare", runs=f"{one.id},{two.id}")
    assert not app.exception
    assert "Scores appear when a chosen run is done." in texts(app)
    assert "follow the same recipe" in texts(app)


def test_choosing_nothing_says_what_to_do(runs, dataset, open_page):
    write_run(runs, dataset, "quick")
    app = open_page("compare")
    app.multiselect(key="compare").set_value([]).run()
    assert not app.exception
    assert "Choose two runs" in app.info[0].value


def test_damaged_runs_are_one_line(runs, dataset, open_page):
    one = write_run(runs, dataset, "quick")
    (one.path / "history.csv").write_bytes(b"\xff\xfe\x00")
    app = open_page("compare", runs=one.id)
    assert not app.exception
    assert "history.csv" in app.error[0].value
