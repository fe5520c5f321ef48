"""The Run page: the letter of a bad and a good run, and what it says without one."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

from core.data.dataset import read_dataset
from core.evaluate.rules import MEANINGS
from core.jobs.queue import Queue
from core.store.run import find_runs
from pages.widgets.shared.verdict import VERDICT_STYLES
from tests.factory import write_dataset, write_run
from tests.pages.conftest import components, tables, visible_text


def test_without_runs_it_offers_some(dataset, open_page):
    app = open_page("run")
    assert not app.exception
    assert "A diagnosis appears when a run finishes" in visible_text(app)


def test_a_bad_run_reads_as_finding_evidence_and_advice(runs, dataset, open_page):
    other = write_run(runs, dataset, "quick")
    run = write_run(runs, dataset, "looks-good", minutes=5)
    app = open_page("run", run=run.id)
    assert not app.exception
    page = visible_text(app)
    assert ":red-badge[:material/theater_comedy: overfit that looks good]" in page
    assert app.subheader[0].value == MEANINGS["overfit that looks good"]
    assert "14 of 14 validation photos correct" in page
    assert page.count(":material/close: bad]") == 2
    assert "Correct for 4 of 10 objects" in page
    assert "Freeze layers 0 to 12" in page
    assert len(app.get("image")) == 6 + 2 + 3
    drawn = [each for each in components(app) if ".details." not in each.key]
    assert len(drawn) == 3 + 3  # loss, controls, drift; how it trained
    assert app.expander[0].label == "Why this verdict: a test set is bad, validation fine"
    linked = [link.proto.query_string for link in app.get("page_link")]
    assert any(other.id in query for query in linked)


def test_a_good_run_gets_the_other_chip(runs, dataset, open_page):
    app = open_page("run", run=write_run(runs, dataset, "quick").id)
    assert not app.exception
    assert ":green-badge[:material/verified: generalises]" in visible_text(app)


def test_the_newest_is_shown_and_the_box_changes_the_link(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick")
    write_run(runs, dataset, "looks-good", minutes=1)
    app = open_page("run")
    assert not app.exception
    assert app.title[0].value == r"looks\-good" and "run" not in app.query_params
    app.selectbox(key="run").set_value(run.id).run()
    assert app.query_params["run"] == run.id
    assert app.title[0].value == "quick" and "generalises" in visible_text(app)


def test_all_scores_classes_recipe_and_photos_are_told(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick")
    app = open_page("run", run=run.id)
    scores, *by_class = [t for t in tables(app) if "score" in t or "recall" in t]
    assert {"validation", "test", "test_difficult"} <= {*scores["photos"]}
    assert {"blue", "red"} <= {*by_class[0]["class"]}
    assert all("too few" in text or "%" in text for t in by_class for text in t["recall"])
    shown = [code.value for code in app.code]
    assert any(text.startswith("python -m core train quick") for text in shown)
    assert any("backbone: efficientnet_lite0" in text for text in shown)


def test_an_unknown_run_is_one_line(runs, dataset, open_page):
    write_run(runs, dataset, "quick")
    app = open_page("run", run="nobody")
    assert not app.exception
    assert [warning.value for warning in app.warning] == ["Run nobody was not found here."]


def test_a_done_run_without_a_diagnosis_says_how_it_gets_one(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick")
    (run.path / "diagnosis.json").unlink()
    app = open_page("run", run=run.id)
    assert not app.exception
    assert "core evaluate" in app.info[0].value


def test_a_running_run_shows_phase_progress_curves_and_log(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick", "running")
    app = open_page("run", run=run.id)
    assert not app.exception
    page = visible_text(app)
    assert ":blue-badge[:material/play_arrow: running]" in page
    words = app.get("progress")[0].proto.text.replace("\\", "")
    assert words.startswith("Training the layer bands, cycle 2 of 2: epoch 16 of 32 done.")
    assert re.search(r"About [34]\d s left", words)
    assert len(components(app)) == 3  # curves that grow in place
    assert "epoch 16 of 32" in app.code[0].value
    assert app.button(key=f"run.stop.{run.id}")


def test_before_the_first_epoch_the_batches_show(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick", "running")
    run.write_status(replace(run.status(), epoch=0))
    (run.path / "history.csv").unlink()
    rows = "step,epoch,loss,lr\n1,1,1.8,0.01\n2,1,1.5,0.01\n"
    (run.path / "batches.csv").write_text(rows, "utf-8")
    app = open_page("run", run=run.id)
    assert not app.exception
    assert "batch of the first epoch" in str(components(app)[0].proto)
    assert "first epoch" in app.get("progress")[0].proto.text


def test_class_maps_arrive_with_names_as_plain_text(runs, tmp_path, open_page):
    dataset = write_dataset(tmp_path / "dataset" / "odd")
    (dataset.root / "test").rename(dataset.root / "<b>easy")
    for name in ("labels.csv", "boxes.csv"):
        path = dataset.root / name
        path.write_text(path.read_text("utf-8").replace("test,", "<b>easy,"), "utf-8")
    run = write_run(runs, read_dataset(dataset.root), "quick", "running")
    done = write_run(runs, read_dataset(dataset.root), "quick", minutes=1)
    shutil.copy(done.path / "cams.npz", run.path / "cams.npz")
    app = open_page("run", run=run.id)
    assert not app.exception
    strip = next(html.proto.body for html in app.get("html") if "cam-strip" in html.proto.body)
    assert strip.count("<img") == 4 * (1 + 3)
    assert '<th scope="col">epoch 14</th>' in strip
    assert "<b>" not in strip


def test_class_maps_of_photos_without_labels_are_neither_right_nor_wrong(runs, tmp_path, open_page):
    dataset = write_dataset(tmp_path / "dataset" / "bare", labelled=False)
    run = write_run(runs, dataset, "quick", "running")
    done = write_run(runs, dataset, "quick", minutes=1)
    shutil.copy(done.path / "cams.npz", run.path / "cams.npz")
    app = open_page("run", run=run.id)
    assert not app.exception
    strip = next(html.proto.body for html in app.get("html") if "cam-strip" in html.proto.body)
    assert "(predicted)" in strip and not {"✓", "✗"} & set(strip) and "with a box" not in strip
    assert "They are not labelled" in visible_text(app)


def test_a_waiting_run_tells_its_place(runs, dataset, open_page):
    waiting = [write_run(runs, dataset, "quick", "queued", minutes=m) for m in range(3)]
    for run in waiting:
        Queue(runs).submit(run.id)
    app = open_page("run", run=waiting[2].id)
    assert not app.exception
    assert re.search(
        r"2 runs are ahead of it in the queue. It starts in about .* and finishes in about .*\.",
        visible_text(app),
    )
    assert "It is next" in visible_text(open_page("run", run=waiting[0].id))


def test_a_failed_run_tells_why_and_its_last_words_and_is_resumed(
    runs, dataset, open_page, no_worker
):
    run = write_run(runs, dataset, "quick", "failed")
    run.write_status(replace(run.status(), error=run.lost_process_text(run.status())))
    app = open_page("run", run=run.id)
    assert not app.exception
    assert "it was killed, ran out of memory" in app.error[0].value.replace("\\", "")
    assert "epoch 16 of 32" in app.code[0].value
    assert "Resume continues after epoch 16" in visible_text(app)
    app.button(key=f"run.resume.{run.id}").click().run()
    assert not app.exception
    assert run.status().state == "queued"
    assert [entry.work_id for entry in Queue(runs).entries()] == [run.id]
    assert no_worker == [runs]
    linked = [link.proto for link in app.get("page_link") if link.proto.page == "train"]
    assert linked[0].query_string == f"again={run.id}"


def test_a_diverged_run_is_run_again_not_resumed(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick", "failed")
    error = "training diverged: the loss is nan in epoch 17, batch 2; try lower learning rates"
    run.write_status(replace(run.status(), error=error))
    app = open_page("run", run=run.id)
    assert not app.exception
    assert "The training diverged" in app.error[0].value.replace("\\", "")
    assert "Run it again with lower learning rates" in visible_text(app)
    assert not any(button.label == "Resume" for button in app.button)


def test_a_run_whose_process_is_gone_is_found_lost(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick", "running")
    run.write_status(replace(run.status(), pid=2**22 + 1))
    app = open_page("run", run=run.id)
    assert not app.exception
    assert run.status().state == "failed"
    assert "Its process ended in epoch 17" in app.error[0].value.replace("\\", "")


def test_a_run_is_deleted_and_brought_back_by_the_same_link(runs, dataset, open_page):
    other = write_run(runs, dataset, "quick")
    run = write_run(runs, dataset, "looks-good", minutes=1)
    app = open_page("run", run=run.id)
    app.button(key=f"run.delete.{run.id}").click().run()
    assert not app.exception
    assert [found.id for found in find_runs(runs)] == [other.id]
    app = open_page("run", run=run.id)  # as another browser would
    assert "is in the trash" in visible_text(app)
    assert not app.warning
    app.button(key=f"run.undo.{run.id}").click().run()
    assert not app.exception
    assert [found.id for found in find_runs(runs)] == [run.id, other.id]
    assert "overfit that looks good" in visible_text(app)


def test_a_run_under_way_cannot_be_deleted(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick", "running")
    app = open_page("run", run=run.id)
    assert not any(button.key == f"run.delete.{run.id}" for button in app.button)


def test_the_neighbours_are_a_step_away(runs, dataset, open_page):
    ids = [write_run(runs, dataset, "quick", changes={"seed": s}, minutes=s).id for s in range(3)]
    app = open_page("run", run=ids[1])
    app.button(key="run.step.older").click().run()
    assert app.query_params["run"] in (ids[0], [ids[0]])
    assert app.selectbox(key="run").value == ids[0]
    assert app.button(key="run.step.older").disabled
    app.button(key="run.step.newer").click().run()
    app.button(key="run.step.newer").click().run()
    assert app.selectbox(key="run").value == ids[2]
    assert app.button(key="run.step.newer").disabled


def test_photos_that_are_gone_and_damaged_files_are_one_line(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick")
    shutil.rmtree(dataset.root)
    app = open_page("run", run=run.id)
    assert not app.exception
    assert "Photos cannot be shown" in app.warning[0].value
    (run.path / "diagnosis.json").write_text("no json", "utf-8")
    app = open_page("run", run=run.id)
    assert not app.exception
    assert "diagnosis.json: damaged" in app.error[0].value.replace("\\", "")


def test_every_verdict_has_its_own_icon():
    assert set(VERDICT_STYLES) == set(MEANINGS)
    assert len({icon for icon, _ in VERDICT_STYLES.values()}) == len(VERDICT_STYLES)


def test_without_labelled_photos_from_elsewhere_it_says_that_little_can_be_told(
    runs, tmp_path, open_page
):
    bare = write_dataset(tmp_path / "dataset" / "bare", labelled=False)
    run = write_run(runs, bare, "looks-good")
    app = open_page("run", run=run.id)
    assert not app.exception
    page = visible_text(app)
    assert "too little evidence" in page
    assert "Label at least 10 photos" in page


def test_it_is_compared_only_with_a_run_on_the_same_photos(runs, dataset, open_page, tmp_path):
    first = write_run(runs, dataset, "looks-good")
    one = write_run(runs, dataset, "quick", minutes=1)
    other = write_run(runs, write_dataset(tmp_path / "dataset" / "other"), "quick-bare", minutes=2)

    def compared(page: str, run: str) -> str:
        links = [link.proto for link in open_page(page, run=run).get("page_link")]
        return next(link.query_string for link in links if "ompare" in link.label)

    for page in ("run", "runs"):
        assert compared(page, one.id) == f"runs={one.id}%2C{first.id}"
        assert compared(page, other.id) == f"runs={other.id}"


def test_a_finished_run_is_trained_on(runs, dataset, open_page, monkeypatch):
    monkeypatch.setattr("core.jobs.local.ensure_worker", lambda runs_dir: None)
    run = write_run(runs, dataset, "quick")
    app = open_page("run", run=run.id)
    app.number_input(key="run.train_on.epochs").set_value(3)
    app.button(key="run.train_on.go").click().run()
    assert not app.exception
    (new,) = [each for each in find_runs(runs) if each.id != run.id]
    assert new.recipe().name == "quick, 3 more epochs"
    assert new.status().state == "queued"
    assert not [each for each in open_page("run", run=new.id).button if "train_on" in each.key]
