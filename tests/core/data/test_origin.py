"""Where a test set is from: stated, told by its name, by copies, by the cameras' clocks."""

import json
import shutil

import pytest
from PIL import ExifTags, Image

from core.base.errors import DataError
from core.base.yaml_files import read_yaml
from core.data.dataset import read_dataset
from core.data.fingerprints import truth_fingerprint
from core.data.near_copies import find_near_copies
from core.data.origin import SetOrigin, find_origins, write_origin


def write(path, taken_at=None, hue=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if taken_at:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken_at
    Image.effect_noise((48, 48), 60 + hue).convert("RGB").save(path, exif=exif)


@pytest.fixture
def folder(tmp_path):
    for label in "ab":
        for number in range(3):
            write(tmp_path / "train" / label / f"{number}.jpg", f"2026:05:01 10:{number:02d}:00")
    return tmp_path


def read_origins(folder):
    dataset = read_dataset(folder)
    return find_origins(dataset, lambda: find_near_copies(dataset))


def test_what_is_stated_counts_and_its_name_comes_next(folder):
    for name in ("hard", "easy", "Val", "dev"):
        write(folder / name / "1.jpg")
    stated = {"hard": "elsewhere", "easy": "same_shoot", "dev": "elsewhere"}
    note = {"test_sets": {name: {"origin": origin} for name, origin in stated.items()}}
    (folder / "dataset.yaml").write_text(json.dumps(note))  # which is YAML too
    assert read_origins(folder) == {
        "hard": SetOrigin(True, "stated"),
        "easy": SetOrigin(False, "stated"),
        "dev": SetOrigin(True, "stated"),
        "Val": SetOrigin(False, "name"),
    }


def test_copies_and_clocks_tell_from_a_third_of_the_photos_on(folder):
    for number in range(6):
        write(folder / "copies" / f"{number}.jpg")
        write(folder / "soon" / f"{number}.jpg")
        write(folder / "later" / f"{number}.jpg", "2026:05:01 11:30:00")
    for number in range(2):
        shutil.copy(folder / "train" / "a" / f"{number}.jpg", folder / "copies")
        write(folder / "soon" / f"{number}.jpg", "2026:05:01 09:10:00")
    assert read_origins(folder) == {
        "copies": SetOrigin(False, "copies"),
        "soon": SetOrigin(False, "time"),
        "later": SetOrigin(True, "nothing"),
    }
    write(folder / "soon" / "1.jpg")  # one of six is fewer than a third
    assert read_origins(folder)["soon"] == SetOrigin(True, "nothing")


def test_copies_are_looked_for_only_where_nothing_else_tells(folder):
    write(folder / "valid" / "1.jpg")
    dataset = read_dataset(folder)
    assert find_origins(dataset, lambda: pytest.fail("not asked"))["valid"].by == "name"


def test_stating_it_keeps_all_else_and_overtakes_the_scores(folder):
    write(folder / "hard" / "1.jpg")
    (folder / "dataset.yaml").write_text("title: Forks\nfamilies: [zoom]\n")
    before = truth_fingerprint(read_dataset(folder).test_set("hard"))
    write_origin(folder, "hard", elsewhere=False)
    write_origin(folder, "hard", elsewhere=True)
    assert read_yaml(folder / "dataset.yaml") == {
        "title": "Forks",
        "families": ["zoom"],
        "test_sets": {"hard": {"origin": "elsewhere"}},
    }
    assert truth_fingerprint(read_dataset(folder).test_set("hard")) != before
    with pytest.raises(DataError, match="no test set easy"):
        write_origin(folder, "easy", elsewhere=True)


@pytest.mark.parametrize("stated", ["[hard]", "{hard: elsewhere}", "{hard: {origin: moon}}"])
def test_a_statement_that_cannot_be_read_is_one_line(folder, stated):
    (folder / "dataset.yaml").write_text(f"test_sets: {stated}\n")
    with pytest.raises(DataError, match=r"dataset\.yaml: test_sets: .*origin: same_shoot"):
        read_dataset(folder)
