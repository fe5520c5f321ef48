"""The letter on a run: its words, and which photos it shows."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pandas as pd
import pytest
from PIL import Image

from core.base.errors import RunError
from core.data.dataset import Dataset
from core.store.run import Run
from core.views.diagnosis_pictures import (
    localisation_pictures,
    object_crop_pictures,
    occlusion_pictures,
)
from core.views.diagnosis_report import DiagnosisReport, backbone_drift, build_report, rules_table
from tests.factory import write_run


@pytest.fixture(scope="module")
def bad(tmp_path_factory, tiny: Dataset) -> Run:
    return write_run(tmp_path_factory.mktemp("runs"), tiny, "looks-good")


@pytest.fixture(scope="module")
def good(tmp_path_factory, tiny: Dataset) -> Run:
    return write_run(tmp_path_factory.mktemp("runs"), tiny, "quick")


def report_of(run: Run) -> DiagnosisReport:
    letter = build_report(run)
    assert letter is not None
    return letter


def evidence_texts(report: DiagnosisReport) -> dict[str, str]:
    return {piece.key: piece.text for piece in report.evidence}


def test_a_bad_and_a_good_run_are_told_apart(bad, good):
    of_bad, of_good = report_of(bad), report_of(good)
    assert (of_bad.verdict, of_good.verdict) == ("overfit that looks good", "generalises")
    assert {p.key: p.good for p in of_bad.evidence if p.used_by_verdict} == {
        "validation": True,
        "finds": False,
        "looks": False,
        "needs": None,
    }
    assert all(p.good for p in of_good.evidence if p.key in ("validation", "finds", "looks"))
    assert all(p.good is None for p in of_bad.evidence if not p.used_by_verdict)


def test_every_number_is_the_run_folders_own(bad):
    told, evidence = evidence_texts(report_of(bad)), bad.diagnosis()["evidence"]
    score = bad.summary()["sets"]["test_difficult"]["scores"]["object"]
    assert told["finds"].startswith(f"Correct for {score['correct']} of {score['total']} objects")
    needed = score["constant"] + 0.4 * (1 - score["constant"])
    assert told["finds"].endswith(f"Good if at least {100 * needed:.0f}%.")
    place = bad.summary()["sets"]["test_difficult"]["localisation"]
    ratio = place["share"] / (1 - place["share"]) / (place["area"] / (1 - place["area"]))
    dense = f"{ratio:.2f} times as dense as outside. Good if at least 1.75 times as dense."
    assert dense in told["looks"]
    assert "Too few to judge: fewer than 10." in told["needs"]
    fall = evidence["reliance"]["test_difficult"]["comparison"]["fall"]["object"]
    notes = {piece.key: piece.note for piece in report_of(bad).evidence}
    assert f"objects painted over, \u2212{100 * fall['value']:.0f} (" in notes["needs"]
    assert "5 of 5 photos keep the same prediction" in told["needs"]


def test_drift_leaves_the_head_out_and_names_what_was_frozen(good, bad):
    assert evidence_texts(report_of(good))["drift"].startswith(
        "Layers 0 to 15 were frozen. Layers 16 to 19 trained."
    )
    layers = backbone_drift(bad)
    assert list(layers["layer"]) == list(range(20))
    least = layers.loc[layers["cka"].idxmin()]
    assert (
        f"lowest in layer {least['layer']} ({100 * least['cka']:.0f}%)"
        in (evidence_texts(report_of(bad))["drift"])
    )


def test_controls_stand_beside_the_run(bad):
    assert list(report_of(bad).controls["run"]) == ["run", "frozen", "untrained"]


@pytest.mark.parametrize(
    ("lifts", "meant"),
    [
        ([1.0, 1.1], "So they show what the head has learned."),
        ([1.8, 1.9], "So part of what they show comes from the backbone."),
        ([1.0, 9.0], "So these maps show nothing that the head has learned."),
    ],
)
def test_a_random_heads_maps_are_compared_with_the_runs_own(tmp_path, tiny, lifts, meant):
    run = write_run(tmp_path, tiny, "quick")
    diagnosis = run.diagnosis()
    redrawn = {"lift": sum(lifts) / 2, "lifts": lifts}
    diagnosis["evidence"]["redrawn_head"] = {"test_difficult": redrawn}
    (run.path / "diagnosis.json").write_text(json.dumps(diagnosis))
    notes = {piece.key: piece.note for piece in report_of(run).evidence}
    assert meant in notes["looks"]


def test_a_fault_of_ours_is_not_called_a_damaged_file(good, monkeypatch):
    monkeypatch.setattr(
        "core.views.diagnosis_report._drift_evidence", lambda layers: {}["no such key"]
    )
    with pytest.raises(KeyError):
        build_report(good)


def test_it_shows_pictures_of_typical_photos(bad, good):
    pictures = {piece.key: piece.pictures for piece in report_of(bad).evidence}
    assert [len(pictures[key]) for key in ("finds", "looks", "needs")] == [6, 2, 3]
    for picture in (picture for found in pictures.values() for picture in found):
        assert Image.open(io.BytesIO(picture.jpeg)).format == "JPEG"
        assert picture.alt
    # 4 of 10 are right, so 2 of 6 are shown right.
    assert sum(bool(picture.correct) for picture in pictures["finds"]) == 2
    of_good = {piece.key: piece.pictures for piece in report_of(good).evidence}
    plain, without, elsewhere = (picture.caption for picture in of_good["needs"])
    assert "background" in without and "background" not in plain + elsewhere


def test_the_class_maps_photo_is_the_nearest_to_the_sets_means(bad, tiny):
    test_set = tiny.test_set("test_difficult")
    place = bad.summary()["sets"]["test_difficult"]["localisation"]
    _, heated = localisation_pictures(test_set, tiny, bad.class_maps(), "squash")
    share = float(heated.caption.split(", ")[1].split("%")[0])
    assert abs(share - 100 * place["share"]) < 15
    assert heated.jpeg != localisation_pictures(test_set, tiny, bad.class_maps(), "squash")[0].jpeg


def test_what_is_not_there_is_left_out(tiny):
    test_set = tiny.test_set("test_difficult")
    nothing = pd.DataFrame(columns=["file", "predicted", "variant", "fill"])
    assert object_crop_pictures(test_set, tiny.classes, nothing) == []
    assert occlusion_pictures(test_set, tiny.classes, "squash", 224, nothing) == []


def test_without_photos_the_words_stay(tmp_path, bad, tiny):
    moved = Run(tmp_path / "moved")
    moved.path.mkdir()
    for file in bad.path.iterdir():
        (moved.path / file.name).write_bytes(file.read_bytes())
    place = {"format": 1, "data": {"path": str(tmp_path / "gone")}}
    (moved.path / "environment.json").write_text(json.dumps(place), "utf-8")
    letter = report_of(moved)
    assert "no such folder" in letter.problem
    assert evidence_texts(letter) == evidence_texts(report_of(bad))
    assert not any(piece.pictures for piece in letter.evidence)


def test_a_summary_that_lacks_a_key_is_one_line(tmp_path, tiny):
    run = write_run(tmp_path, tiny, "quick")
    summary = json.loads((run.path / "summary.json").read_text())
    del summary["validation"]
    (run.path / "summary.json").write_text(json.dumps(summary))
    with pytest.raises(RunError, match=r"summary\.json: damaged \(validation: Field required\)"):
        build_report(run)


def test_no_diagnosis_no_report(tmp_path, tiny):
    run = write_run(tmp_path, tiny, "quick")
    (run.path / "diagnosis.json").unlink()
    assert build_report(run) is None


def test_the_rules_table_marks_the_one_that_fired():
    table = rules_table("a test set is bad, validation fine")
    assert list(table.loc[table["fired"] != "", "verdict"]) == ["overfit that looks good"]


def test_it_needs_no_torch():
    code = "import sys, core.views.diagnosis_report; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
