"""The Compare page: empty, normal and error case."""

from __future__ import annotations

import json

import pandas as pd

from core.compare.selection import selectable_items
from core.data.dataset import read_dataset
from core.store.index import RunIndex
from core.store.run import open_run
from pages.widgets.compare import curves
from tests.core.data.test_additions import add, picture
from tests.factory import (
    write_batches_and_timing,
    write_dataset,
    write_fingerprints,
    write_run,
)
from tests.pages.conftest import components, tables, visible_text


def numbers_of(app):
    """The table of all numbers."""
    return next(table for table in tables(app) if "constant answer" in table.columns)


def write_validation_predictions(run, photos=15):
    """Gives a run the answers on its validation photos, all right."""
    path = run.path / "predictions.csv"
    frame = pd.read_csv(path, na_filter=False)
    rows = pd.concat([frame.iloc[:1]] * photos, ignore_index=True).assign(
        kind="plain",
        split="validation",
        primary="red",
        present="red",
        predicted="red",
        file=[f"red/{number}.jpg" for number in range(photos)],
    )
    pd.concat([frame, rows]).to_csv(path, index=False)


def test_without_runs_it_offers_the_two(dataset, open_page):
    app = open_page("compare")
    assert not app.exception
    assert "No runs to compare yet" in visible_text(app)


def test_the_link_chooses_the_runs(runs, dataset, open_page):
    one = write_run(runs, dataset, "quick")
    two = write_run(runs, dataset, "looks-good", minutes=1)
    write_run(runs, dataset, "quick-bare", minutes=2)
    app = open_page("compare", runs=f"{two.id},{one.id}")
    assert not app.exception
    assert app.multiselect(key="compare").value == [one.id, two.id]
    assert [metric.value for metric in app.metric if metric.label == "Validation accuracy"] == [
        "100%",
        "100%",
    ]
    lift = [float(metric.value) for metric in app.metric if metric.label == "Lift"]
    assert lift[0] > lift[1]
    assert numbers_of(app)["quick"].iloc[0] == "100% (14 of 14), 78 to 100%"
    app = open_page("compare", runs=f"{two.id},{one.id}", section="Recipes")
    difference = tables(app)[0]
    assert list(difference.columns) == ["setting", "quick", "looks-good"]
    assert "bands" in set(difference["setting"])


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
    app.switch_page("cams.py").run()
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
    assert "Scores appear when a selected run is done." in visible_text(app)
    app = open_page("compare", runs=f"{one.id},{two.id}", section="Recipes")
    assert "have the same recipe" in visible_text(app)


def test_choosing_nothing_says_what_to_do(runs, dataset, open_page):
    write_run(runs, dataset, "quick")
    app = open_page("compare")
    app.multiselect(key="compare").set_value([]).run()
    assert not app.exception
    assert "Choose two or more runs" in app.info[0].value


def test_damaged_runs_are_one_line(runs, dataset, open_page):
    one = write_run(runs, dataset, "quick")
    (one.path / "history.csv").write_bytes(b"\xff\xfe\x00")
    app = open_page("compare", runs=one.id, section="Curves")
    assert not app.exception
    assert "history.csv" in app.error[0].value.replace("\\", "")
    (one.path / "predictions.csv").write_bytes(b"\xff\xfe\x00")
    for section in ("Photos", "Confusion"):
        app = open_page("compare", runs=one.id, section=section)
        assert not app.exception
        assert "predictions.csv" in app.error[0].value.replace("\\", "")


def test_the_sentence_that_matters_comes_first(runs, dataset, open_page):
    for number, name in enumerate(("quick", "looks-good")):
        write_validation_predictions(write_run(runs, dataset, name, minutes=number))
    app = open_page("compare")
    assert not app.exception
    words = [m.value for m in app.markdown if m.value.startswith("####")]
    plain = [value.replace("\\", "") for value in words]
    assert plain[0].endswith(
        "Validation cannot tell them apart: both are right on 15 of 15 photos."
    )
    assert "test_difficult (objects cut out)" in plain[1]
    compared = tables(app)[0]
    assert list(compared["photos"].unique()) == ["validation", "test", "test_difficult"]


def test_a_group_is_one_item_of_the_link_and_of_the_page(runs, dataset, open_page):
    for seed in range(3):
        write_run(runs, dataset, changes={"seed": seed}, minutes=seed)
    bad = write_run(runs, dataset, "looks-good", minutes=5)
    app = open_page("compare")  # the newest two items: the run, and the group as one
    group = app.multiselect(key="compare").value[0]
    assert app.multiselect(key="compare").value == [group, bad.id]
    assert app.query_params["groups"] in (group, [group])
    again = open_page("compare", runs=bad.id, groups=group)
    assert not again.exception
    assert not again.warning
    assert again.multiselect(key="compare").value == [group, bad.id]
    numbers = numbers_of(again)
    assert list(numbers.columns)[2:4] == ["quick, 3 seeds", "looks-good"]
    assert numbers["quick, 3 seeds"].iloc[0] == "100% (100-100)"
    assert {"frozen backbone", "untrained weights"} <= set(numbers.columns)
    shown = open_page("compare", runs=bad.id, groups=group, section="Curves")
    assert "its band spans the lowest to the highest" in visible_text(shown)
    assert "generalises, 3 of 3" in "".join(link.label for link in again.get("page_link"))


def test_a_group_is_carried_to_the_class_maps_as_one_column(runs, dataset, open_page):
    for seed in range(2):
        write_run(runs, dataset, changes={"seed": seed}, minutes=seed)
    app = open_page("compare")
    app.switch_page("cams.py").run()
    assert not app.exception
    (group,) = app.multiselect(key="cams").value
    assert group in app.query_params["groups"]


def test_older_runs_without_a_diagnosis_still_compare(runs, dataset, open_page):
    for number, name in enumerate(("quick", "looks-good")):
        run = write_run(runs, dataset, name, minutes=number)
        for file in ("diagnosis.json", "drift.csv", "controls.json", "reliance.csv"):
            (run.path / file).unlink()
        summary = json.loads((run.path / "summary.json").read_text())
        (run.path / "summary.json").write_text(
            json.dumps({key: value for key, value in summary.items() if key != "verdict"})
        )
    app = open_page("compare")
    assert not app.exception
    assert not app.error
    assert "Layer drift" not in visible_text(app)
    assert list(numbers_of(app).columns)[-1] == "constant answer"


def test_runs_that_differ_in_one_number_are_drawn_by_it(runs, dataset, open_page):
    for number, views in enumerate((2, 4, 8)):
        for seed in range(2):
            write_run(
                runs,
                dataset,
                changes={"views_per_photo": views, "seed": seed},
                minutes=2 * number + seed,
            )
    groups = [item.id for item in selectable_items(RunIndex(runs).rows()) if item.repeats == 2]
    app = open_page("compare", groups=",".join(groups[:2]))
    assert "By views" not in visible_text(app)  # two items make no curve
    app = open_page("compare", groups=",".join(groups))
    assert not app.exception
    assert "By views\\_per\\_photo" in visible_text(app)


def test_only_the_open_section_is_there_and_the_link_says_which(runs, dataset, open_page):
    ids = [
        write_run(runs, dataset, name, minutes=n).id
        for n, name in enumerate(("quick", "looks-good"))
    ]
    link = {"runs": ",".join(ids), "section": "Curves"}
    assert "have no recorded steps" in visible_text(open_page("compare", **link, axis="step"))
    for id_ in ids:
        write_batches_and_timing(open_run(runs, id_))
    app = open_page("compare", **link, axis="step", smooth="0.5", log="true")
    assert not app.exception
    assert "Solid: validation. Dotted: training." in visible_text(app)
    assert "Training loss is per batch" in visible_text(app)
    assert app.slider(key="smooth").value == 0.5
    assert app.toggle(key="log").value is True
    assert not tables(app)
    assert app.query_params["section"] in ("Curves", ["Curves"])


def test_very_many_runs_are_bands_and_a_search_draws_lines(runs, dataset, open_page, monkeypatch):
    monkeypatch.setattr(curves, "MANY", 2)
    ids = [
        write_run(runs, dataset, name, minutes=n).id
        for n, name in enumerate(("quick", "looks-good"))
    ]
    link = {"runs": ",".join(ids), "section": "Curves"}
    assert "range of all 2 runs" in visible_text(open_page("compare", **link))
    app = open_page("compare", **link, find="verdict:generalises", log="true")
    assert not app.exception
    assert "Thin lines: 1 of 1 matches." in visible_text(app)
    assert "colr" in visible_text(open_page("compare", **link, find="colr:3"))
    assert "have no recorded steps" in visible_text(open_page("compare", **link, axis="step"))


def test_photos_are_filtered_and_a_choice_of_one_is_kept_in_the_link(runs, dataset, open_page):
    ids = [
        write_run(runs, dataset, name, minutes=n).id
        for n, name in enumerate(("quick", "looks-good"))
    ]
    app = open_page("compare", runs=",".join(ids), section="Photos")
    assert not app.exception
    everything = tables(app)[0]
    assert list(everything.columns) == ["photo", "label", "quick", "looks-good"]
    assert len(everything) == 6  # of test_difficult
    drawn = [json.loads(each.proto.json) for each in components(app)]
    (pictures,) = [data["pictures"] for data in drawn if data.get("pictures")]
    assert len(pictures) == 6
    assert all(picture.startswith("data:image/jpeg") for picture in pictures)
    app = open_page(
        "compare", runs=",".join(ids), section="Photos", show="only one right", one=ids[0]
    )
    assert not app.exception
    assert app.selectbox(key="compare.photos.one").value == ids[0]
    alone = tables(app)[0]
    assert 0 < len(alone) < 6
    assert (
        alone["quick"].str.startswith("✓").all() and alone["looks-good"].str.startswith("✗").all()
    )
    app.selectbox(key="compare.photos.one").set_value(ids[1]).run()
    assert app.query_params["one"] in (ids[1], [ids[1]])


def test_confusion_opens_on_the_commonest_mistake_with_its_photos(runs, dataset, open_page):
    one = write_run(runs, dataset, "looks-good")
    app = open_page("compare", runs=one.id, section="Confusion")
    assert not app.exception
    assert "predicted as" in visible_text(app)
    assert "img\\_" in visible_text(app)


def test_a_photo_with_a_bracket_in_its_name_is_pictured(runs, tmp_path, open_page):
    root = write_dataset(tmp_path / "dataset" / "brackets").root
    for name in ("labels.csv", "boxes.csv"):
        table = (root / name).read_text("utf-8")
        (root / name).write_text(table.replace(".jpg", " (1).jpg"), "utf-8")
    for photo in root.glob("test*/*.jpg"):
        photo.rename(photo.with_name(f"{photo.stem} (1).jpg"))
    one = write_run(runs, read_dataset(root), "looks-good")
    app = open_page("compare", runs=one.id, section="Confusion")
    assert not app.exception
    assert app.get("image")


def test_any_number_can_be_chosen_and_is_compared_with_one(runs, dataset, open_page):
    ids = [
        write_run(
            runs, dataset, "quick" if n % 2 else "looks-good", changes={"seed": n}, minutes=n
        ).id
        for n in range(11)
    ]
    app = open_page("compare", runs=",".join(ids), against=ids[3])
    assert not app.exception
    assert app.multiselect(key="compare").value == ids
    assert app.selectbox(key="colour").value == "recipe"
    table = tables(app)[0]
    assert table["run or group"].iloc[0] == "quick, seed 3"
    assert table["result on test_difficult, objects cut out"].iloc[0] == "reference"
    assert (
        table["result on test_difficult, objects cut out"]
        .iloc[1:]
        .str.contains("better on|the same")
        .all()
    )
    for section in ("Curves", "Photos", "Confusion", "Layers", "Recipes"):
        app = open_page("compare", runs=",".join(ids), section=section)
        assert not app.exception
        assert not app.error


def test_the_clearest_pair_is_one_click_away(runs, dataset, open_page):
    one = write_run(runs, dataset, "quick")
    app = open_page("compare", runs=one.id)
    assert "No two runs here have equally good validation" in visible_text(app)
    two = write_run(runs, dataset, "looks-good", minutes=1)
    app = open_page("compare", runs=one.id)
    app.button(key="compare.pair").click().run()
    assert not app.exception
    assert app.multiselect(key="compare").value == [one.id, two.id]


def test_runs_on_other_photos_are_named_and_not_compared(runs, dataset, open_page, tmp_path):
    one = write_run(runs, dataset, "quick")
    other = write_dataset(tmp_path / "dataset" / "other")
    two = write_run(runs, other, "looks-good", minutes=1)
    app = open_page("compare", runs=f"{one.id},{two.id}")
    assert not app.exception
    assert "Different photos than quick: looks\\-good" in app.warning[0].value
    assert "significant difference" not in visible_text(app)


def test_a_run_without_results_is_not_left_out_in_silence(runs, dataset, open_page):
    done, failed = write_run(runs, dataset), write_run(runs, dataset, "looks-good", "failed")
    both = f"{done.id},{failed.id}"
    told = "because they have no results: looks\\-good (failed). Curves"
    for section in ("Scores", "Photos", "Confusion", "Layers"):
        assert told in visible_text(open_page("compare", runs=both, section=section)), section
    for section in ("Curves", "Recipes"):
        assert "have no results" not in visible_text(
            open_page("compare", runs=both, section=section)
        )
    alone = visible_text(open_page("compare", runs=failed.id))
    assert "Scores appear when" in alone and "have no results" not in alone


def test_a_section_is_as_it_was_when_one_comes_back_to_it(runs, dataset, open_page):
    one = write_run(runs, dataset, "quick")
    app = open_page("compare", runs=one.id, section="Curves", smooth="0.5")
    app.toggle(key="log").set_value(True).run()
    app.segmented_control(key="section").set_value("Layers").run()
    app.segmented_control(key="section").set_value("Curves").run()
    assert not app.exception
    assert app.toggle(key="log").value is True
    assert app.slider(key="smooth").value == 0.5


def test_test_sets_of_any_name_fill_the_cards(runs, dataset, open_page, tmp_path):
    """Also beside runs on other photos, and where the last set has no labels."""
    one = write_run(runs, dataset, "quick")
    two = write_run(runs, write_dataset(tmp_path / "dataset" / "other"), "looks-good", minutes=1)
    path = two.path / "summary.json"
    summary = json.loads(path.read_text("utf-8"))
    sets = summary["sets"]
    summary["sets"] = {
        "near": sets["test"],
        "far": sets["test_difficult"],
        "unlabelled": {"photos": 3, "scores": {}},
    }
    path.write_text(json.dumps(summary), "utf-8")
    app = open_page("compare", runs=f"{one.id},{two.id}")
    assert not app.exception
    told = {metric.label: metric.value for metric in app.metric}
    assert "-" not in [metric.value for metric in app.metric]
    assert {"Difficult objects", "far: objects cut out"} <= set(told)
    app = open_page(
        "compare",
        runs=",".join(
            [one.id, two.id]
            + [write_run(runs, dataset, "quick", changes={"seed": n}, minutes=n).id for n in (2, 3)]
        ),
    )
    rows = tables(app)[0].set_index("run or group")
    assert "-" not in set(rows["difficult objects"]) and "" not in set(rows["lift"])


def test_of_many_it_is_told_how_many_only_photos_from_elsewhere_part(
    runs, dataset, open_page, monkeypatch
):
    # So few photos part nothing.
    monkeypatch.setattr("core.compare.comparison.ItemComparison.only_test_differs", True)
    ids = [write_run(runs, dataset, "quick").id] + [
        write_run(runs, dataset, "looks-good", changes={"batch_size": n}, minutes=n).id
        for n in (4, 5, 6)
    ]
    told = visible_text(open_page("compare", runs=",".join(ids)))
    assert "Validation cannot tell 3 of 3 from the reference" in told


def test_without_a_link_runs_on_the_same_photos_are_compared(runs, dataset, open_page, tmp_path):
    ids = [write_run(runs, dataset, minutes=n, changes={"batch_size": 4 + n}).id for n in (0, 2)]
    write_run(runs, write_dataset(tmp_path / "dataset" / "other"), "looks-good", minutes=1)
    assert open_page("compare").multiselect(key="compare").value == ids


def test_a_loss_of_0_on_a_log_axis_is_said(runs, dataset, open_page):
    one = write_run(runs, dataset, "quick")
    said = "A loss of exactly 0 is drawn at the bottom"
    assert said not in visible_text(open_page("compare", runs=one.id, section="Curves", log="true"))
    history = pd.read_csv(one.path / "history.csv")
    history.loc[3, "train_loss"] = 0.0
    history.to_csv(one.path / "history.csv", index=False)
    assert said in visible_text(open_page("compare", runs=one.id, section="Curves", log="true"))
    assert said not in visible_text(open_page("compare", runs=one.id, section="Curves"))


def test_runs_that_differ_by_added_training_photos_alone_are_compared(runs, dataset, open_page):
    one = write_run(runs, dataset, "quick")
    write_fingerprints(one, dataset)
    two = write_run(runs, dataset, "looks-good", minutes=1)
    write_fingerprints(two, add(dataset.root, "train", {"a.jpg": picture()}, label="red"))
    app = open_page("compare", runs=f"{one.id},{two.id}")
    assert not app.exception and not app.warning
    assert "Trained on different photos than quick: looks\\-good. Test scores" in app.info[0].value
