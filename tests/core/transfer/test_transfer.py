"""core.transfer: runs leave in a zip file and land elsewhere, byte for byte. Hostile zip files
are in tests/corpus/zips."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from core.base.errors import InputError, RunError
from core.store.annotations import annotate, read_annotations
from core.store.index import RunIndex
from core.store.provenance import read_provenance
from core.store.rescoring import install_results
from core.store.run import Run, find_runs, open_run
from core.store.trash import delete_runs, empty_trash
from core.transfer.manifest import MAX_FILE_BYTES
from core.transfer.pack import export_zip, pack, run_files, runs_bytes
from core.transfer.submissions import (
    find_import_requests,
    import_summary,
    import_table,
    import_uploads,
)
from core.transfer.unpack import STAGING_FOLDER, ImportRequest, ImportResult, import_runs
from tests.conftest import ROOT, fixed_clock
from tests.core.data.test_additions import add, picture
from tests.factory import write_dataset, write_fingerprints, write_run

pytestmark = pytest.mark.slow


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def export_runs(
    runs: Path, *names: str, sender: str = "Ada", to: str = "ada.zip", checkpoint: bool = False
) -> Path:
    """A zip file of these runs, or all, beside their folder."""
    ids = names or tuple(run.id for run in find_runs(runs))
    export_zip(runs, ids, runs.parent / to, sender, fixed_clock, checkpoint)
    return runs.parent / to


def import_file(path: Path, runs: Path, datasets: Path | None = None) -> list[ImportResult]:
    return import_runs([ImportRequest(path, path.name)], runs, datasets or runs, fixed_clock)


@pytest.fixture
def group(tmp_path, trained, tiny) -> Path:
    """A folder of three runs: a really trained one with weights and checkpoint, said something of;
    one that failed, and one that was cancelled."""
    runs = tmp_path / "runs"
    shutil.copytree(trained.path, runs / trained.id)
    annotate(open_run(runs, trained.id), name="the good one", add_tags=["x"], note="写真")
    write_run(runs, tiny, "looks-good", "failed", minutes=1)
    cancelled = write_run(runs, tiny, "quick-bare", "cancelled", minutes=2)
    cancelled.request_cancel()
    return runs


def test_a_group_exported_deleted_and_imported_is_the_same_to_the_byte(group, tiny):
    before = {run.id: contents(run.path) for run in find_runs(group)}
    assert "checkpoint/optimizer.safetensors" in before[min(before)]
    path = export_runs(group, checkpoint=True)
    delete_runs(group, list(before), fixed_clock)
    assert len(empty_trash(group)) == 3
    entries = import_file(path, group, tiny.root.parent)
    assert [(entry.run, entry.outcome) for entry in entries] == [
        (id_, "taken") for id_ in sorted(before)
    ]
    assert {run.id: contents(run.path) for run in find_runs(group)} == before
    rows = RunIndex(group).rows()
    assert {row.id for row in rows} == set(before) and not any(row.problem for row in rows)
    assert {row.came_from for row in rows} == {"Ada"}
    run = open_run(group, min(before))
    assert read_annotations(run).note == "写真"
    assert run.data_dir() == tiny.root  # found by its fingerprints
    assert [row.photos_missing for row in rows] == [True, True, False]
    assert not (group / STAGING_FOLDER).exists()
    assert not any(row.unconfirmed for row in rows)


def test_the_same_runs_give_the_same_bytes(group):
    ids = [run.id for run in find_runs(group)]
    packed = pack(group, ids, "Ada", fixed_clock)
    assert packed == pack(group, list(reversed(ids)), "Ada", fixed_clock)
    assert packed.runs == tuple(sorted(ids)) and packed.left_out == ()
    whole = [(name, data) for id_ in ids for name, data in contents(group / id_).items()]
    assert runs_bytes(group, ids, checkpoint=True) == sum(len(data) for _, data in whole)
    light = [len(data) for name, data in whole if not name.startswith("checkpoint/")]
    assert runs_bytes(group, ids) == sum(light)


def test_checkpoints_are_moved_only_when_asked_for(group, tiny, tmp_path):
    path, other = export_runs(group), tmp_path / "other"
    entries = import_file(path, other, tiny.root.parent)
    assert [entry.outcome for entry in entries] == ["taken"] * 3
    again = "starts the run from the beginning"
    assert [again in entry.reason for entry in entries] == [False, True, True]  # one is done
    trained = min(run.id for run in find_runs(other))
    assert (group / trained / "checkpoint").is_dir()
    assert not (other / trained / "checkpoint").exists()
    assert "weights.safetensors" in contents(other / trained)
    # Where it was trained it is the same run, with its checkpoint or without.
    assert {entry.outcome for entry in import_file(path, group)} == {"here"}
    whole = export_runs(group, to="whole.zip", checkpoint=True)
    assert {entry.outcome for entry in import_file(whole, group)} == {"here"}


def test_a_run_that_stopped_while_it_was_scored_is_moved(tmp_path, tiny):
    run = write_run(tmp_path / "runs", tiny, validated=True)
    for name in ("summary.json", "diagnosis.json"):
        (run.path / name).unlink()
    run.write_status(replace(run.status(), state="failed", error="no space"))
    (entry,) = import_file(export_runs(tmp_path / "runs"), tmp_path / "other")
    assert entry.outcome == "taken", entry.reason


@pytest.mark.parametrize(("cka", "outcome"), [(-1, "taken"), (-0.3, "taken"), (-1.1, "refused")])
def test_a_layer_that_is_unlike_what_it_was_is_no_damage(tmp_path, tiny, cka, outcome):
    """Debiased CKA lies below 0 by chance; it stays above -1."""
    run = write_run(tmp_path / "runs", tiny)
    table = pd.read_csv(run.path / "drift.csv")
    table.loc[table.index[-1], "cka"] = cka
    table.to_csv(run.path / "drift.csv", index=False)
    if outcome == "refused":
        with pytest.raises(RunError, match="cka"):
            export_runs(tmp_path / "runs", run.id)
        return
    (entry,) = import_file(export_runs(tmp_path / "runs", to="b.zip"), tmp_path / "other")
    assert entry.outcome == outcome, entry.reason


def test_no_file_of_a_run_is_held_in_memory(tmp_path, tiny):
    run = write_run(tmp_path / "runs", tiny)
    path = export_runs(tmp_path / "runs")
    huge = bytes(32_000_000)
    with zipfile.ZipFile(path) as archive:
        told = json.loads(archive.read("travel.json"))
        found = {name: archive.read(name) for name in archive.namelist()[:-1]}
    name = "checkpoint/optimizer.safetensors"
    told["runs"][run.id]["files"][name] = {
        "size": len(huge),
        "sha256": hashlib.sha256(huge).hexdigest(),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in found.items():
            archive.writestr(member, data)
        archive.writestr(f"{run.id}/{name}", huge, compress_type=zipfile.ZIP_STORED)
        archive.writestr("travel.json", json.dumps(told))
    del huge
    tracemalloc.start()
    (entry,) = import_file(path, tmp_path / "other")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert entry.outcome == "refused" and name in entry.reason
    assert peak < 16_000_000


def test_what_is_no_part_of_a_run_stays_behind_and_is_told(tmp_path, tiny):
    runs = tmp_path / "runs"
    run = write_run(runs, tiny)
    (run.path / "mine.txt").write_text("x")
    (run.path / ".checkpoint.new").mkdir()
    (run.path / ".checkpoint.new" / "state.json").write_text("{}")
    packed = pack(runs, [run.id], "", fixed_clock)
    assert packed.left_out == (f"{run.id}/.checkpoint.new/state.json", f"{run.id}/mine.txt")


def test_every_file_that_training_writes_is_exported(trained):
    known, others = run_files(trained.path)
    assert others == [] and {"weights.safetensors", "checkpoint/state.json"} <= set(known)
    assert set(known) <= set(MAX_FILE_BYTES)


@pytest.mark.parametrize("state", ["running", "queued", "paused"])
def test_a_run_that_has_not_ended_stays(tmp_path, tiny, state):
    run = write_run(tmp_path, tiny, state=state)
    with pytest.raises(RunError, match=f"is {state}; only a run that is done, failed or cancelled"):
        pack(tmp_path, [run.id], "", fixed_clock)


@pytest.mark.parametrize("name", ["two\nlines", "x" * 81])
def test_a_sender_has_a_name_of_one_line(tmp_path, tiny, name):
    run = write_run(tmp_path, tiny)
    with pytest.raises(InputError, match="--from"):
        pack(tmp_path, [run.id], name, fixed_clock)


# --- whose photos ---------------------------------------------------------------------------------


def test_photos_are_known_by_what_they_are_not_by_where_they_lie(tmp_path):
    away, here = write_dataset(tmp_path / "a" / "books"), tmp_path / "b"
    run = write_run(tmp_path / "runs", away)
    write_fingerprints(run, away)
    path = export_runs(tmp_path / "runs")
    shutil.move(away.root, here / "renamed")
    write_dataset(away.root, photos=5)  # other photos where the run says that its own lie
    runs = tmp_path / "other"
    (entry,) = import_file(path, runs, here)
    assert entry.photos_found and open_run(runs, run.id).data_dir() == here / "renamed"
    add(here / "renamed", "train", {"a.jpg": picture()}, label="red")  # they may have joined since
    (entry,) = import_file(path, runs, here)
    assert entry.photos_found
    shutil.move(here / "renamed", tmp_path / "gone")
    (entry,) = import_file(path, runs, here)  # looked for again
    assert (entry.outcome, entry.photos_found) == ("here", False)
    with pytest.raises(RunError, match="was imported, and its photos are not here"):
        open_run(runs, run.id).data_dir()
    (row,) = RunIndex(runs).rows()
    assert row.photos_missing and row.data == "books" and row.problem is None
    shutil.move(tmp_path / "gone", here / "back")
    (here / "back" / "labels.csv").unlink()  # labels may differ
    (entry,) = import_file(path, runs, here)
    assert entry.photos_found and open_run(runs, run.id).data_dir() == here / "back"
    (here / "back" / "test" / "img_0.jpg").unlink()
    (here / "back" / "boxes.csv").unlink()
    assert not import_file(path, runs, here)[0].photos_found


# --- who sent it ----------------------------------------------------------------------------------


def test_a_run_that_is_sent_on_says_who_trained_it(tmp_path, tiny):
    write_run(tmp_path / "a" / "runs", tiny)
    import_file(export_runs(tmp_path / "a" / "runs"), tmp_path / "b" / "runs")
    (entry,) = import_file(
        export_runs(tmp_path / "b" / "runs", sender="Bo"), tmp_path / "c" / "runs"
    )
    assert entry.row is not None and entry.row.came_from == "Ada, passed on by Bo"
    import_file(export_runs(tmp_path / "c" / "runs", sender="", to="c.zip"), tmp_path / "d")
    (run,) = find_runs(tmp_path / "d")
    arrival = read_provenance(tmp_path / "d", run.id)
    assert arrival is not None and (arrival.sender_text, arrival.file) == ("Ada", "c.zip")


def test_without_a_name_it_is_the_files(tmp_path, tiny):
    write_run(tmp_path / "a" / "runs", tiny)
    (entry,) = import_file(
        export_runs(tmp_path / "a" / "runs", sender=" ", to="eva-k.zip"), tmp_path / "b"
    )
    assert entry.sender == "eva-k" and entry.row is not None and entry.row.came_from == "eva-k"


def test_a_note_goes_with_the_run_for_good_and_not_before(tmp_path, tiny):
    write_run(tmp_path / "a" / "runs", tiny)
    path, runs = export_runs(tmp_path / "a" / "runs"), tmp_path / "b"
    (entry,) = import_file(path, runs)
    delete_runs(runs, [entry.run], fixed_clock)
    import_file(path, runs)  # again, while the first waits in the trash
    empty_trash(runs)
    assert RunIndex(runs).rows()[0].came_from == "Ada"
    delete_runs(runs, [entry.run], fixed_clock)
    empty_trash(runs)
    assert read_provenance(runs, entry.run) is None


# --- a class hands in -----------------------------------------------------------------------------


def test_submissions_of_a_class_are_listed_by_sender(tmp_path, tiny):
    for number, name in enumerate(["ada", "bo"]):
        runs = tmp_path / name / "runs"
        write_fingerprints(
            write_run(
                runs,
                tiny,
                "looks-good",
                changes={"seed": number},
                minutes=number,
                validated=True,
            ),
            tiny,
        )
        export_runs(runs, sender=name.title() if name == "ada" else "", to=f"{name}.zip")
    folder = tmp_path / "class"
    (folder / "Bo_17_file").mkdir(parents=True)
    shutil.copy(tmp_path / "ada" / "ada.zip", folder / "ada.zip")
    shutil.copy(tmp_path / "ada" / "ada.zip", folder / "copied.zip")
    shutil.copy(tmp_path / "bo" / "bo.zip", folder / "Bo_17_file")
    (folder / "carl.docx").write_text("my homework")
    (folder / "dora").mkdir()
    (folder / "Thumbs.db").write_text("x")
    parcels = find_import_requests([folder])
    assert [parcel.name for parcel in parcels] == [
        "Bo_17_file/bo.zip",
        "ada.zip",
        "carl.docx",
        "copied.zip",
        "dora",
    ]
    told: list[tuple[int, int]] = []
    entries = import_runs(
        parcels,
        tmp_path / "mine",
        tiny.root.parent,
        fixed_clock,
        lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (5, 5)
    assert import_summary(entries) == "2 imported, 1 already here, 2 rejected"
    lines = import_table(entries).to_numpy().tolist()
    score = "67% (4 of 6), test_difficult"
    assert lines[0] == [
        "Bo_17_file/bo.zip",
        "Bo_17_file/bo",
        "looks-good, seed 1",
        "tiny (here)",
        "overfit that looks good",
        score,
        "imported",
    ]
    assert lines[1][1:3] == ["Ada", "looks-good, seed 0"]
    assert lines[2][0] == "carl.docx" and "rejected: not a readable zip file" in lines[2][-1]
    assert lines[3][-1] == "already here, from Ada"
    assert lines[4][0] == "dora" and "contains no travel.json" in lines[4][-1]


def test_one_bad_run_keeps_no_good_one_out(tmp_path, tiny):
    runs = tmp_path / "runs"
    good, bad = (write_run(runs, tiny, minutes=n) for n in range(2))
    path = export_runs(runs)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[f"{bad.id}/history.csv"] += b"1\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    entries = import_file(path, tmp_path / "other")
    assert [(e.run, e.outcome) for e in entries] == [(good.id, "taken"), (bad.id, "refused")]
    assert [run.id for run in find_runs(tmp_path / "other")] == [good.id]
    assert not (tmp_path / "other" / ".arrived" / f"{bad.id}.json").exists()


def test_uploads_are_taken_as_files_are(tmp_path, tiny):
    write_run(tmp_path / "a" / "runs", tiny)
    path = export_runs(tmp_path / "a" / "runs", sender="")
    why = tmp_path / "why.zip"
    with zipfile.ZipFile(why, "w") as archive:
        archive.writestr("not-exported.txt", "the disk is full")
    with path.open("rb") as one, why.open("rb") as two:
        entries = import_uploads(
            [("eva\x1b.zip", one), ("why.zip", two)], tmp_path / "b", tmp_path, fixed_clock
        )
    assert [(entry.file, entry.sender) for entry in entries] == [
        ("eva?.zip", "eva?"),
        ("why.zip", "why"),
    ]
    assert "contains no travel.json" in entries[1].reason and str(tmp_path) not in entries[1].reason


# --- what could go wrong --------------------------------------------------------------------------


def test_an_import_that_is_killed_leaves_no_run_and_the_next_one_clears_up(tmp_path, tiny):
    runs = tmp_path / "a" / "runs"
    write_run(runs, tiny)
    path, other = export_runs(runs), tmp_path / "b"
    script = f"""
import os
from pathlib import Path
from core.store.status import utc_now
from core.transfer import unpack
unpack.check_run = lambda run: os._exit(9)  # when all is written and nothing has landed
unpack.import_runs([unpack.ImportRequest(Path({str(path)!r}), "a.zip")], Path({str(other)!r}),
                   Path("gone"), utc_now)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
    assert done.returncode == 9
    assert len(list((other / STAGING_FOLDER).glob("*/status.json"))) == 1  # it was about to
    assert find_runs(other) == [] and RunIndex(other).rows() == []
    assert [entry.outcome for entry in import_file(path, other)] == ["taken"]
    assert not (other / STAGING_FOLDER).exists()


def test_a_full_disk_is_one_line_and_keeps_what_was_taken(tmp_path, tiny, monkeypatch):
    runs = tmp_path / "a" / "runs"
    first, second = (write_run(runs, tiny, minutes=n) for n in range(2))
    path, other = export_runs(runs), tmp_path / "b"
    from core.base import files

    def full(place: Path, data: object) -> None:
        if second.id in str(place):
            raise OSError(28, "No space left on device", str(place))
        real(place, data)

    real = files.overwrite
    monkeypatch.setattr("core.transfer.unpack.files.overwrite", full)
    with pytest.raises(RunError, match=r"^[^\n]*b: No space left on device; free some space"):
        import_file(path, other)
    assert [run.id for run in find_runs(other)] == [first.id]
    assert not (other / STAGING_FOLDER).exists()


def test_a_run_that_differs_is_refused_and_stays(tmp_path, tiny):
    runs = tmp_path / "runs"
    run = write_run(runs, tiny)
    path = export_runs(runs)
    annotate(Run(run.path), note="mine")
    before = contents(run.path)
    (entry,) = import_file(path, runs)
    assert entry.outcome == "refused"
    assert "already here, but annotations.json differ. To replace it with this one" in entry.reason
    assert contents(run.path) == before


def forge(run: Run, name: str, *keys: str, value: object) -> None:
    """Another value in a JSON file of a run."""
    path = run.path / name
    data = inner = json.loads(path.read_text("utf-8"))
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    path.write_text(json.dumps(data), "utf-8")


def forge_verdict(run: Run) -> None:
    forge(run, "summary.json", "verdict", value="generalises")
    forge(run, "diagnosis.json", "verdict", value="generalises")


def forge_without_validation(run: Run) -> None:
    path = run.path / "predictions.csv"
    rows = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(row for row in rows if ",validation," not in row), "utf-8")


def forge_score(run: Run) -> None:
    place = ("sets", "test_difficult", "scores", "object", "value")
    forge(run, "summary.json", *place, value=1.0)


def forge_interval(run: Run) -> None:
    forge(run, "summary.json", "validation", "accuracy", "low", value=1.0)


def forge_a_set(run: Run) -> None:
    sets = json.loads((run.path / "summary.json").read_text("utf-8"))["sets"]
    forge(run, "summary.json", "sets", value=sets | {"attic": sets["test"]})


def forge_no_predictions(run: Run) -> None:
    (run.path / "predictions.csv").write_text("", "utf-8")


def forge_what_judges_read(run: Run) -> None:
    forge(run, "diagnosis.json", "evidence", "reliance", value={"test": {"photos": 3}})


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda run: None, ""),
        (forge_verdict, "its numbers give a different verdict: overfit that looks good"),
        (forge_without_validation, "different scores on validation"),
        (forge_score, "different scores on test_difficult"),
        (forge_interval, "different scores on validation"),
        (forge_a_set, "different scores on attic"),
        (forge_no_predictions, "cannot be recomputed"),
        (forge_what_judges_read, "cannot be recomputed"),
    ],
)
def test_a_verdict_that_its_predictions_do_not_give_is_not_shown(tmp_path, tiny, spoil, told):
    runs, other = tmp_path / "runs", tmp_path / "other"
    run = write_run(runs, tiny, "looks-good", validated=True)
    spoil(run)
    (entry,) = import_file(export_runs(runs), other)
    assert entry.outcome == "taken"
    (row,) = RunIndex(other).rows()
    landed = open_run(other, run.id)
    assert told in row.unconfirmed and bool(told) == bool(row.unconfirmed)
    shown = "overfit that looks good" if not told else "scores differ from its predictions"
    assert row.field_values["verdict"] == shown == import_table([entry])["verdict"][0]
    assert (landed.diagnosis() is None) == bool(told)
    assert (landed.summary() or {})["verdict"] == (None if told else shown)
    # What was sent stays as it is; scored again here, its verdict counts.
    assert contents(landed.path) == contents(run.path)
    stage = landed.path / ".results.x.tmp"
    stage.mkdir()
    install_results(landed, stage)
    assert landed.unconfirmed() == ""


def test_nothing_of_it_loads_torch_or_unpickles():
    own = list((ROOT / "core" / "transfer").glob("*.py"))
    assert len(own) >= 6
    assert not any("pickle" in path.read_text("utf-8") for path in own)
    script = "import sys; import core.transfer.submissions; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_a_manifest_lists_everything_and_nothing_else(tmp_path, tiny):
    run = write_run(tmp_path / "runs", tiny)
    with zipfile.ZipFile(export_runs(tmp_path / "runs")) as archive:
        told = json.loads(archive.read("travel.json"))
        names = archive.namelist()
    assert (told["format"], told["from"], told["exported"]) == (
        1,
        "Ada",
        "2026-03-01T09:00:00+00:00",
    )
    assert names == sorted(names[:-1]) + ["travel.json"]
    assert [f"{run.id}/{name}" for name in told["runs"][run.id]["files"]] == names[:-1]
