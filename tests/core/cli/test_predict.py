"""`predict`: a finished run and any photos."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from core.__main__ import main
from core.data.photos import open_photo
from tests.conftest import ROOT
from tests.factory import write_run

pytestmark = pytest.mark.slow


@pytest.fixture
def call(capsys, trained):
    def call_(*arguments):
        status = main(["predict", *map(str, arguments), "--runs", str(trained.path.parent)])
        out, err = capsys.readouterr()
        return status, out, err

    return call_


@pytest.fixture
def photos(tiny):
    return [photo.path for photo in tiny.test_set("test_difficult").photos]


def test_a_line_per_photo_with_what_the_run_answered(call, trained, photos):
    rows = trained.predictions()
    rows = rows[rows["split"] == "test_difficult"].set_index("file")
    status, out, _ = call(trained.id, *photos)
    assert status == 0
    lines = [line.split(maxsplit=2) for line in out.splitlines()]
    assert [file for *_, file in lines] == [str(path) for path in photos]
    for (name, odds, _), path in zip(lines, photos, strict=True):
        assert name == rows.at[path.name, "predicted"]
        assert float(odds) == pytest.approx(rows.at[path.name, f"p_{name}"], abs=2e-3)
    status, out, _ = call(trained.id, photos[0], "--json")
    (answer,) = json.loads(out)
    for name, odds in answer["probabilities"].items():
        assert odds == pytest.approx(rows.at[photos[0].name, f"p_{name}"], abs=2e-3)
    assert answer["probability"] == max(answer["probabilities"].values())


def test_a_photo_that_cannot_be_read_does_not_stop_the_others(call, trained, photos, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_text("no photo")
    status, out, err = call(trained.id, photos[0], bad, tmp_path / "gone.jpg", photos[1])
    assert status == 2
    assert [line.split(maxsplit=2)[2] for line in out.splitlines()] == [*map(str, photos[:2])]
    assert [line.split(": ")[1] for line in err.splitlines()] == [
        str(bad),
        str(tmp_path / "gone.jpg"),
    ]
    status, out, _ = call(trained.id, bad, "--json")
    assert status == 2
    assert set(json.loads(out)[0]) == {"file", "error"}


def test_photos_of_which_none_can_be_read_are_told_without_loading_torch(trained, tmp_path):
    code = (
        "import sys; from core.__main__ import main; status = main(sys.argv[1:]);"
        "sys.exit(status if 'torch' not in sys.modules else 1)"
    )
    arguments = ["predict", trained.id, "gone.jpg", "--runs", str(trained.path.parent)]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: gone.jpg: ") and done.stdout == ""


def test_the_class_map_is_drawn_over_each_photo(call, trained, photos, tmp_path):
    cam = tmp_path / "seen.png"
    assert call(trained.id, photos[0], "--cam", cam)[0] == 0
    with open_photo(photos[0]) as photo, Image.open(cam) as picture:
        assert picture.size == photo.size
        assert np.abs(np.asarray(picture, float) - np.asarray(photo, float)).mean() > 5
    _, out, _ = call(trained.id, *photos[:2], "--cam", tmp_path / "cam.jpg", "--json")
    drawn = [answer["cam"] for answer in json.loads(out)]
    assert drawn == [str(tmp_path / f"cam-{n + 1}-{photos[n].stem}.jpg") for n in range(2)]
    with Image.open(drawn[1]) as picture:
        assert picture.format == "JPEG"


def test_a_picture_never_takes_a_photos_place(call, trained, tmp_path, photos):
    mine = tmp_path / "mine.jpg"
    mine.write_bytes(photos[0].read_bytes())
    for cam, message in (
        (mine, "would write over the photo"),
        (tmp_path / "cam.gif", "must end in .jpg"),
        (tmp_path / "no" / "cam.jpg", "there is no folder"),
    ):
        status, _, err = call(trained.id, mine, "--cam", cam)
        assert (status, err.count("\n")) == (2, 1)
        assert message in err
    assert mine.read_bytes() == photos[0].read_bytes()


def test_only_a_finished_run_answers(capsys, tmp_path, tiny, photos):
    run = write_run(tmp_path, tiny, state="failed")
    assert main(["predict", run.id, str(photos[0]), "--runs", str(tmp_path)]) == 2
    assert ": not finished (failed)" in capsys.readouterr().err
