"""Runs leave and land on the Runs page; and what pages say of runs that came from elsewhere."""

from __future__ import annotations

import json
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from streamlit.testing.v1 import AppTest

from core.store.run import Run, find_runs
from core.transfer.pack import pack
from core.transfer.unpack import ImportRequest, import_runs
from tests.conftest import fixed_clock
from tests.factory import write_dataset, write_fingerprints, write_run
from tests.pages.conftest import components, visible_text
from tests.pages.test_runs import data, select
from tests.pages.untranslated import untranslated

IMPORT = "runs.table.import"
SENDER = "Ada *x* <b>L</b>"


@pytest.fixture
def zipped(tmp_path) -> bytes:
    """Two runs of somebody else, on photos of theirs."""
    books = write_dataset(tmp_path / "away" / "my_books", photos=5)
    for number, preset in enumerate(("quick", "looks-good")):
        write_fingerprints(
            write_run(tmp_path / "theirs", books, preset, minutes=number, validated=True), books
        )
    ids = [run.id for run in find_runs(tmp_path / "theirs")]
    packed = pack(tmp_path / "theirs", ids, SENDER, fixed_clock)
    shutil.rmtree(tmp_path / "away")
    return packed.data


@pytest.fixture
def imported_runs(tmp_path, runs, zipped) -> list[Run]:
    """Those runs in the app's folder."""
    path: Path = tmp_path / "ada.zip"
    path.write_bytes(zipped)
    import_runs([ImportRequest(path, path.name)], runs, tmp_path / "dataset", fixed_clock)
    return find_runs(runs)


@pytest.mark.parametrize("empty", [True, False])
def test_zip_files_are_imported_and_a_table_says_who_sent_what(
    runs, dataset, open_page, zipped, empty
):
    if not empty:
        write_run(runs, dataset, minutes=9)
    app = open_page("runs")
    assert not app.exception and app.button(key=f"{IMPORT}.go").disabled
    sent = [("ada.zip", zipped, "application/zip"), ("bo.zip", b"x", "application/zip")]
    app.get("file_uploader")[0].set_value(sent).run()
    app.button(key=f"{IMPORT}.go").click().run()
    assert not app.exception
    assert "**2 imported, 0 already here, 1 rejected**" in visible_text(app)
    table = app.dataframe[0].value
    assert list(table["from"]) == [SENDER, SENDER, "bo"]
    assert list(table["data set"]) == ["my_books (not here)"] * 2 + [""]
    assert list(table["verdict"]) == ["generalises", "overfit that looks good", ""]
    assert "bo.zip: not a readable zip file" in visible_text(app).replace("\\", "")
    assert "For runs whose photos are not here" in visible_text(app)
    assert [line["from"] for line in data(app)["lines"]].count(SENDER) == 2
    app.button(key=f"{IMPORT}.hide").click().run()
    assert len(app.dataframe) == 0


def test_what_an_import_refused_is_told_in_the_readers_language(runs, dataset, open_page, zipped):
    app = open_page("runs", lang="ja")
    sent = [("ada.zip", zipped[:-9], "application/zip"), ("bo.zip", b"x", "application/zip")]
    app.get("file_uploader")[0].set_value(sent).run()
    app.button(key=f"{IMPORT}.go").click().run()
    assert not app.exception
    told = list(app.dataframe[0].value.iloc[:, -1])
    assert told and all("読み取れるzipファイルではありません" in line for line in told)
    assert not untranslated(app, "ada.zip", "bo.zip")


def test_selected_runs_are_exported_but_for_those_that_have_not_ended(runs, dataset, open_page):
    done, waiting = (
        write_run(runs, dataset, state=state, minutes=n)
        for n, state in enumerate(("done", "queued"))
    )
    app = select(open_page("runs"), done, waiting)
    assert not app.exception
    assert "not ended or unreadable: 1" in visible_text(app)
    app.text_input(key="runs.table.bulk.export.from").set_value("Ada")
    app.button(key="runs.table.bulk.export.make").click().run()  # both at once, as one does
    assert not app.exception
    assert len(download_buttons(app)) == 1
    assert not [
        box for box in app.checkbox if box.label == "Include checkpoints"
    ]  # none is stopped
    app.text_input(key="runs.table.bulk.export.from").set_value("Eva").run()
    assert not download_buttons(app)  # that file says Ada
    (done.path / "history.csv").write_bytes(b"damaged")
    app.button(key="runs.table.bulk.export.make").click().run()
    assert not app.exception and not download_buttons(app)
    assert "history\\.csv" in app.error[0].value  # as plain text
    app = select(app, waiting)
    assert "Only runs that have ended can be exported." in visible_text(app)


def download_buttons(app: AppTest) -> list[Any]:
    return [b for b in app.get("download_button") if b.proto.label == "Download"]


def test_checkpoints_are_exported_where_that_is_asked_for(runs, dataset, open_page):
    stopped = write_run(runs, dataset, state="cancelled")
    (stopped.path / "checkpoint").mkdir()
    (stopped.path / "checkpoint/state.json").write_text('{"epoch": 3, "stage": 1}')
    app = select(open_page("runs"), stopped)
    key = "runs.table.bulk.export"
    sizes = []
    for asked in (False, True):
        app.checkbox(key=f"{key}.checkpoint").set_value(asked)
        app.button(key=f"{key}.make").click().run()
        assert not app.exception and len(download_buttons(app)) == 1
        with ZipFile(BytesIO(app.session_state[f"{key}.made"][1])) as archive:
            sizes.append([name for name in archive.namelist() if "checkpoint/" in name])
    assert sizes == [[], [f"{stopped.id}/checkpoint/state.json"]]


def test_without_its_photos_a_run_is_told_in_words_and_without_a_broken_picture(
    runs, dataset, imported_runs, open_page
):
    link = ",".join(run.id for run in imported_runs)
    app = open_page("run", run=imported_runs[0].id)
    assert not app.exception and not app.error
    plain = visible_text(app).replace("\\", "")
    assert "was imported, and its photos are not here" in plain
    assert f"from {SENDER}" in plain and SENDER not in visible_text(app)
    app = open_page("cams", runs=link)
    assert not app.exception and not app.error
    assert "their photos are not here: quick, looks\\-good" in app.info[0].value
    app = open_page("compare", runs=link)
    assert not app.exception and not app.error
    app = open_page("compare", runs=link, section="Photos")
    assert not app.exception and not app.error
    app = open_page("try_it", runs=link)
    assert not app.exception and not app.error
    app = open_page("train", again=imported_runs[0].id)
    assert not app.exception
    assert "Its photos (my\\_books) are not among the data sets here" in visible_text(app)


def test_beside_a_run_of_ones_own_only_its_maps_are_shown(runs, dataset, imported_runs, open_page):
    own = write_run(runs, dataset, minutes=9)
    write_fingerprints(own, dataset)
    app = open_page("cams", runs=",".join([imported_runs[0].id, own.id]))
    assert not app.exception and not app.error
    assert "their photos are not here" in app.info[0].value
    assert len(components(app)) == 1


def test_a_forged_verdict_is_shown_nowhere(tmp_path, runs, dataset, open_page):
    run = write_run(tmp_path / "theirs", dataset, "looks-good", validated=True)
    for name in ("summary.json", "diagnosis.json"):
        path = run.path / name
        told = json.loads(path.read_text("utf-8")) | {"verdict": "generalises"}
        path.write_text(json.dumps(told), "utf-8")
    path = tmp_path / "ada.zip"
    path.write_bytes(pack(tmp_path / "theirs", [run.id], "Ada", fixed_clock).data)
    import_runs([ImportRequest(path, path.name)], runs, tmp_path / "dataset", fixed_clock)
    app = open_page("runs")
    assert not app.exception
    words = json.dumps(data(app)["lines"])
    assert "scores differ from its predictions" in words and "generalises" not in words
    app = open_page("run", run=run.id)
    assert not app.exception and not app.error
    plain = visible_text(app)
    assert "generalises" not in plain
    assert "its numbers give a different verdict" in app.warning[0].value
    for page in ("compare", "cams"):
        app = open_page(page, runs=run.id)
        assert not app.exception and "generalises" not in visible_text(app)
