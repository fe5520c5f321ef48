"""A zip file of photos on the Data page: how it is read is shown, and changed, before anything is
written."""

from __future__ import annotations

import io
import zipfile

import pytest

from core.data.dataset import read_dataset
from tests.corpus.builders import picture, picture_bytes
from tests.pages.conftest import visible_text
from tests.pages.untranslated import untranslated

KEY = "data_page.new"


def zipped(*names):
    """A zip file with a photo, or a text, of each name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, name in enumerate(names):
            photo = picture_bytes("JPEG", picture(size=(60 + number, 50)))
            archive.writestr(name, photo if name.endswith(".jpg") else "a,b")
    return buffer.getvalue()


def upload(app, data):
    app.get("file_uploader")[0].set_value(("mine.zip", data, "application/zip")).run()
    assert not app.exception
    return app


def folders(app):
    table = app.dataframe[0].value
    return dict(zip(table["folder"], table["kind"], strict=True))


def test_the_reading_is_shown_before_anything_is_written(runs, tmp_path, open_page):
    names = [
        f"{split}/{name}/{n}.jpg" for split in ("学習", "テスト") for name in "ab" for n in "12"
    ]
    app = upload(open_page("data"), zipped(*names, "学習/a/notes.txt"))
    assert folders(app) == {
        "学習": "train",
        "学習/a": "class",
        "学習/b": "class",
        "テスト": "test",
        "テスト/a": "class",
        "テスト/b": "class",
    }
    assert app.expander[0].label == "Excluded: 1 files"
    assert not list((tmp_path / "dataset").glob("*"))
    app.button(key=f"{KEY}.go").click().run()
    assert not app.exception
    dataset = read_dataset(tmp_path / "dataset" / "mine")
    assert dataset.class_counts() == {"a": 2, "b": 2} and len(dataset.test_sets[0].labels) == 4


@pytest.mark.parametrize(
    ("choice", "classes"), [(0, {"A": 4, "B": 4}), (1, {"cats": 4, "dogs": 4})]
)
def test_two_readings_are_asked(runs, tmp_path, open_page, choice, classes):
    data = zipped(*(f"{a}/{b}/{n}.jpg" for a in "AB" for b in ("cats", "dogs") for n in "12"))
    app = upload(open_page("data"), data)
    assert "There are two ways to read this file" in visible_text(app)
    assert app.button(key=f"{KEY}.go").disabled
    app.button(key=f"{KEY}.first.{choice}").click().run()
    assert not app.exception and not app.button(key=f"{KEY}.go").disabled
    app.button(key=f"{KEY}.go").click().run()
    assert read_dataset(tmp_path / "dataset" / "mine").class_counts() == classes


def test_what_cannot_be_read_is_told_in_the_readers_language(runs, open_page):
    app = upload(open_page("data", lang="ja"), zipped("a/1.jpg", "2.jpg"))
    assert app.error and app.button(key=f"{KEY}.go").disabled
    assert not untranslated(app, "mine.zip", "mine", "a")
