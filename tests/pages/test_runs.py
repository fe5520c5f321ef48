"""The Runs page: empty, normal and error case."""

from __future__ import annotations

import json
import os

import pytest

from core.jobs.queue import Queue
from core.store.annotations import annotate, read_annotations
from core.store.provenance import Provenance, write_provenance
from core.store.run import find_runs, open_run
from core.store.saved_views import read_views
from core.store.trash import deleted_runs
from tests.factory import write_run
from tests.pages.conftest import components, visible_text


def data(app):
    """What the table in the browser is given."""
    table, *_ = components(app)  # the open run's curves are the others
    return json.loads(table.proto.json)


def titles(app):
    """The lines of the table, those inside groups indented."""
    found = []
    for line in data(app)["lines"]:
        found += [line["title"], *(f"  {run['title']}" for run in line.get("runs", []))]
    return found


def cells(app, key):
    """What is written in a column, of runs and groups alike."""
    shown = data(app)
    place = [column["key"] for column in shown["columns"]].index(key)
    found = [line["cells"][place] for line in shown["lines"]]
    return [cell and cell[0] for cell in found]


def select(app, *runs):
    """Selects runs, as the boxes in the browser do."""
    app.session_state["runs.table.checked"] = [run.id for run in runs]
    return app.run()


def test_without_runs_it_offers_the_two(dataset, open_page):
    app = open_page("runs")
    assert not app.exception
    assert "No runs yet" in visible_text(app)
    assert app.button(key="runs.first.train")


def test_it_lists_runs_newest_first_and_shows_the_newest(runs, dataset, open_page):
    write_run(runs, dataset, "quick")
    write_run(runs, dataset, "looks-good", minutes=1)
    app = open_page("runs")
    assert not app.exception
    assert titles(app) == ["looks-good", "quick"]
    assert cells(app, "verdict") == ["overfit that looks good", "generalises"]
    assert app.subheader[0].value == r"looks\-good"
    assert "done, took 1 min 4 s" in visible_text(app)
    assert "epoch 32 of 32" in app.code[-1].value


def test_a_view_is_saved_by_name_and_opened_again(runs, dataset, open_page):
    write_run(runs, dataset, "quick")
    app = open_page("runs", q="objects>60%", group="none")
    assert app.code[0].value.endswith("q=objects%3E60%25&group=none")
    app.text_input(key="runs.table.views.name").set_value("good")
    next(b for b in app.button if b.label == "Save view").click().run()
    assert not app.exception
    assert read_views(runs) == {"good": {"q": "objects>60%", "group": "none"}}
    assert "good" in [link.label for link in open_page("runs").get("page_link")]
    next(b for b in app.button if b.label == "Delete good").click().run()
    assert read_views(runs) == {}


def test_a_note_is_markdown_without_pictures(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick")
    annotate(run, note="**best** !![a](https://elsewhere/a.png)")
    shown = [m.value for m in open_page("runs").markdown]
    assert "**best** [a](https://elsewhere/a.png)" in shown
    write_provenance(runs, run.id, Provenance("Ada", "ada.zip", "2026-03-01T09:00:00+00:00"))
    app = open_page("runs")
    assert not [m.value for m in app.markdown if "**best**" in m.value]


def test_the_link_chooses_the_run(runs, dataset, open_page):
    first = write_run(runs, dataset, "quick")
    write_run(runs, dataset, "looks-good", minutes=1)
    app = open_page("runs", run=first.id)
    assert not app.exception
    assert app.subheader[0].value == "quick"
    assert "does not exist here" in open_page("runs", run="gone").warning[0].value


@pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled"])
def test_every_state_is_told(runs, dataset, open_page, state):
    write_run(runs, dataset, "quick", state)
    app = open_page("runs")
    assert not app.exception
    if state == "failed":
        assert app.error[0].value == r"the worker \(process 4242\) stopped in epoch 17"


def test_a_run_that_waits_for_no_worker_is_told(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick", "queued")
    Queue(runs).submit(run.id)
    os.utime(run.path / "status.json", (0, 0))  # launched long ago
    app = open_page("runs")
    assert not app.exception
    assert "1 run is waiting, but no worker is running" in visible_text(app)
    assert app.button(key="runs.worker.start")


def test_a_waiting_run_can_be_cancelled(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick", "queued")
    Queue(runs).submit(run.id)
    app = open_page("runs")
    app.button(key=f"runs.detail.stop.{run.id}").click().run()
    assert not app.exception
    assert open_run(runs, run.id).status().state == "cancelled"


def test_a_damaged_folder_is_one_line_and_hides_no_other_run(runs, dataset, open_page):
    write_run(runs, dataset, "quick")
    broken = write_run(runs, dataset, "looks-good", minutes=1)
    (broken.path / "recipe.yaml").write_text("bands: {0: fast}\n", "utf-8")
    app = open_page("runs")
    assert not app.exception
    assert cells(app, "verdict") == ["cannot be read", "generalises"]
    assert "bands.0.lr: must be a number" in app.error[0].value.replace("\\", "")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("status.json", '{"state": "do'),
        ("status.json", '{"state": "dancing"}'),
        ("summary.json", '{"sets": [1, 2]}'),
        ("summary.json", '{"sets": {"test": {"scores": {"primary": {"value": "much"}}}}}'),
        ("environment.json", '{"data": {}}'),
    ],
)
def test_a_spoiled_file_hides_no_other_run(runs, dataset, open_page, file, text):
    write_run(runs, dataset, "quick")
    broken = write_run(runs, dataset, "looks-good", minutes=1)
    (broken.path / file).write_text(text, "utf-8")
    app = open_page("runs")
    assert not app.exception
    assert cells(app, "verdict") == ["cannot be read", "generalises"]
    assert f"{file}: damaged" in app.error[0].value.replace("\\", "")


def test_a_damaged_history_is_one_line(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick")
    (run.path / "history.csv").write_bytes(b"\xff\xfe\x00")
    app = open_page("runs")
    assert not app.exception
    assert "history.csv" in app.error[0].value.replace("\\", "")


def test_repeats_are_one_line_with_their_runs_under_it(runs, dataset, open_page):
    ids = [write_run(runs, dataset, changes={"seed": s}, minutes=s).id for s in range(3)]
    write_run(runs, dataset, "looks-good", minutes=5)
    app = open_page("runs", run=ids[1])
    assert not app.exception
    members = ["  quick, seed 0", "  quick, seed 1", "  quick, seed 2"]
    assert titles(app) == ["looks-good", "quick, 3 seeds", *members]
    assert cells(app, "verdict") == ["overfit that looks good", "generalises, 3 of 3"]
    assert cells(app, "validation") == ["100%", "100% (100-100)"]
    assert app.subheader[0].value == r"quick, seed 1"
    app = open_page("runs", run=ids[1], group="none")
    assert not app.exception
    assert titles(app) == ["looks-good", "quick, seed 2", "quick, seed 1", "quick, seed 0"]
    app = open_page("runs", group="augment.zoom")
    assert titles(app)[0] == "off"
    app.selectbox(key="runs.table.group").select("verdict").run()
    assert [line["badge"] for line in data(app)["lines"]] == ["1 run", "3 runs"]
    assert app.query_params["group"] == "verdict"


def test_the_link_searches_and_chooses_columns(runs, dataset, open_page):
    write_run(runs, dataset, "quick")
    write_run(runs, dataset, "looks-good", minutes=1)
    app = open_page("runs", q="verdict:gen", columns="augment.zoom,lr")
    assert not app.exception
    assert titles(app) == ["quick"]
    assert (data(app)["shown"], data(app)["all"], data(app)["error"]) == (1, 2, "")
    assert cells(app, "augment.zoom") == ["range 1 to 1.5, p 0.75"]
    assert cells(app, "lr") == ["1e-2"]
    app = open_page("runs", q="lr<fast")
    assert titles(app) == ["looks-good", "quick"]
    assert data(app)["error"].startswith("`lr<fast` needs a number")
    app.multiselect(key="runs.table.columns").set_value(["seed"]).run()
    assert [column["key"] for column in data(app)["columns"]] == ["seed"]
    assert app.query_params["columns"] == "seed"


def test_what_is_said_of_the_open_run_is_written_field_by_field(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick")
    app = open_page("runs")
    annotate(run, add_tags=["theirs"], starred=True)  # meanwhile, by someone else
    key = f"runs.words.{run.id}"
    app.text_input(key=f"{key}.name.None").set_value("the good one").run()
    assert not app.exception
    app.text_area(key=f"{key}.note.").set_value("looks at the title").run()
    app.multiselect(key=f"{key}.tags.theirs").set_value(["theirs", "mine"]).run()
    said = read_annotations(run)
    assert (said.name, said.starred, said.note) == ("the good one", True, "looks at the title")
    assert said.tags == ("theirs", "mine")
    assert titles(app) == ["the good one"]
    assert app.subheader[0].value == "the good one"
    app.multiselect(key=f"{key}.tags.theirs mine").set_value(["two words"]).run()
    assert "without spaces" in app.error[0].value.replace("\\", "")
    assert read_annotations(run) == said


def test_deleted_runs_come_back(runs, dataset, open_page):
    keep, go, last = (write_run(runs, dataset, minutes=n) for n in range(3))
    app = select(open_page("runs", run=go.id), go, last)
    app.button(key="runs.table.bulk.delete").click().run()
    assert not app.exception
    assert not app.warning
    assert [run.id for run in find_runs(runs)] == [keep.id]
    assert "2 runs deleted." in visible_text(app)
    app.button(key="runs.deleted.undo").click().run()
    assert len(find_runs(runs)) == 3
    assert "deleted" not in visible_text(app)
    app = select(app, keep, go, last)
    app.button(key="runs.table.bulk.delete").click().run()
    assert "No runs yet" in visible_text(app)
    app = open_page("runs")  # another browser: no undo, but the list
    app.multiselect(key="runs.trash.ids").set_value([go.id]).run()
    app.button(key="runs.trash.restore").click().run()
    assert titles(app) == ["quick"]
    assert {run.id for run in deleted_runs(runs)} == {keep.id, last.id}


def test_a_run_that_waits_is_not_deleted(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick", "queued")
    app = select(open_page("runs"), run)
    app.button(key="runs.table.bulk.delete").click().run()
    assert "is queued; cancel it first" in app.error[0].value.replace("\\", "")
    app.button(key="runs.table.bulk.stop_circle").click().run()
    assert open_run(runs, run.id).status().state == "cancelled"


def test_selected_runs_are_starred_tagged_and_resumed(runs, dataset, open_page, no_worker):
    done = write_run(runs, dataset)
    failed = write_run(runs, dataset, "looks-good", "failed", minutes=1)
    app = select(open_page("runs"), done, failed)
    app.button(key="runs.table.bulk.star").click().run()
    assert all(read_annotations(run).starred for run in (done, failed))
    app.text_input(key="runs.table.bulk.tag").set_value("class-3")
    next(button for button in app.button if button.label == "Add").click().run()
    assert not app.exception
    assert [line["tags"] for line in data(app)["lines"]] == [["class-3"]] * 2
    app.button(key="runs.table.bulk.off.class-3").click().run()
    assert read_annotations(done).tags == ()
    app.button(key="runs.table.bulk.resume").click().run()
    assert failed.status().state == "queued"
    assert no_worker


def test_the_queues_order_is_changed(runs, dataset, open_page):
    waiting = [write_run(runs, dataset, "quick", "queued", minutes=n) for n in range(3)]
    for run in waiting:
        Queue(runs).submit(run.id)
    app = open_page("runs")
    app.button(key=f"runs.table.queue.first.{waiting[2].id}").click().run()
    assert not app.exception
    order = [waiting[2].id, waiting[0].id, waiting[1].id]
    assert [entry.work_id for entry in Queue(runs).entries()] == order


def test_a_damaged_note_hides_no_run(runs, dataset, open_page):
    run = write_run(runs, dataset)
    (run.path / "annotations.json").write_text("{", "utf-8")
    app = open_page("runs")
    assert not app.exception
    assert titles(app) == ["quick"]
    assert "annotations.json: damaged" in app.error[0].value.replace("\\", "")
