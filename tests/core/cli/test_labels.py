"""`data label`, `data earlier`, `data delete`, `data restore`."""

from __future__ import annotations

import pytest

from core.__main__ import main
from core.data.dataset import read_dataset
from core.data.label_edits import label_versions
from core.data.label_tables import Box, Label
from tests.factory import write_dataset


@pytest.fixture
def root(tmp_path):
    return write_dataset(tmp_path / "dataset" / "mine").root


def test_a_photo_is_labelled_shown_and_the_version_before_comes_back(root, capsys):
    before = read_dataset(root).test_set("test")
    assert (
        main(
            [
                "data",
                "label",
                str(root),
                "test",
                "img_0.jpg",
                "--primary",
                "red",
                "--present",
                "red blue",
                "--box",
                "red,0.1,0.2,0.5,0.6,0.9",
            ]
        )
        == 0
    )
    found = read_dataset(root).test_set("test")
    assert found.labels["img_0.jpg"] == Label("red", ("red", "blue"))
    assert found.boxes["img_0.jpg"] == (Box("red", 0.1, 0.2, 0.5, 0.6, 0.9),)
    assert "img_0.jpg: shows red most; visible: red blue" in capsys.readouterr().out
    assert main(["data", "label", str(root), "test", "img_0.jpg", "--remove"]) == 0
    assert main(["data", "label", str(root), "test", "img_0.jpg"]) == 0
    assert capsys.readouterr().out.endswith("img_0.jpg: not labelled\n")
    assert len(label_versions(root)) == 2
    oldest = label_versions(root)[-1].id
    assert main(["data", "earlier", str(root), "--restore", oldest]) == 0
    assert f"{oldest}: before test/img_0.jpg relabelled" in capsys.readouterr().out
    assert read_dataset(root).test_set("test") == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--primary", "atlas"], "'atlas' is not a class"),
        (["--present", "red"], "--present needs --primary"),
        (["--box", "red,0,0,1"], "must be label,x0,y0,x1,y1,visible"),
        (["--box", "red,0,0,2,1,1"], "x1 must be a number from 0 to 1"),
        (["--remove", "--primary", "red"], "either --remove"),
    ],
)
def test_what_cannot_be_a_label_is_one_line(root, capsys, options, words):
    assert main(["data", "label", str(root), "test", "img_0.jpg", *options]) == 2
    error = capsys.readouterr().err
    assert words in error and error.startswith("error: ") and error.count("\n") == 1
    assert label_versions(root) == []


def test_a_training_photo_gets_a_box_and_keeps_its_class(root, capsys):
    label = ["data", "label", str(root), "train", "red/red_0.jpg"]
    assert main([*label, "--box", "red,0.1,0.2,0.5,0.6,1"]) == 0
    assert read_dataset(root).train_boxes == {"red/red_0.jpg": (Box("red", 0.1, 0.2, 0.5, 0.6, 1),)}
    assert "red/red_0.jpg: shows red most" in capsys.readouterr().out
    assert main([*label, "--primary", "blue"]) == 2
    assert "its folder's" in capsys.readouterr().err


def test_an_imported_set_goes_and_comes_back(root, tmp_path, capsys):
    places = ["--datasets", str(root.parent)]
    asked = ["data", "delete", "mine", "--yes", *places, "--runs", str(tmp_path / "runs")]
    assert main(asked) == 2
    assert "was not imported" in capsys.readouterr().err
    (root / "import.txt").touch()
    assert main(asked) == 0
    assert not root.exists()
    assert main(["data", "restore", "mine", *places]) == 0
    assert read_dataset(root)
