import csv
import shutil
import subprocess
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.__main__ import main
from core.base.download import RetryPolicy
from core.base.errors import DataError, InputError
from core.data.dataset import find_datasets, read_dataset
from core.data.download_photos import (
    COPIES,
    ORIGINALS,
    fetch_small_books,
    git_blob_sha1,
    read_manifest,
)
from core.data.photos import photo_size
from tests.bad_server import bad_server
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

BUNDLED_FOLDER = ROOT / "dataset" / "small_books"
RETRY_POLICY = RetryPolicy(timeout=20, max_failures=2, first_delay=0.01, max_delay=0.02)
PHOTO_PATHS = [
    "test/img_9.jpg",
    "train/red/img_1.jpg",
    "train/red/img_2.jpg",
    "train/blue/img_3.jpg",
    "train/blue/img_4.jpg",
]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A folder like the repository: photos of 1400x1000 under dataset/, lying on their side."""
    root = tmp_path_factory.mktemp("repository")
    random = np.random.default_rng(0)
    for place in PHOTO_PATHS:
        coarse = Image.fromarray(random.integers(0, 255, (5, 7, 3), dtype=np.uint8))
        image = coarse.resize((1400, 1000), Image.Resampling.BICUBIC)
        exif = image.getexif()
        exif[0x0112] = 6
        path = root / "dataset" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path, "JPEG", exif=exif)
    return root


@pytest.fixture
def bundled_folder(published, tmp_path):
    """What the project holds of the set."""
    folder = tmp_path / "home" / "small_books"
    folder.mkdir(parents=True)
    with (folder / "upstream_manifest.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "git_blob_sha1", "bytes"])
        for place in PHOTO_PATHS:
            data = (published / "dataset" / place).read_bytes()
            size = "" if place == PHOTO_PATHS[2] else len(data)  # as of the two that are too big
            rows.writerow([f"dataset/{place}", git_blob_sha1(data), size])
    (folder / "labels.csv").write_text("split,file,primary,present\ntest,img_9.jpg,red,red\n")
    (folder / "boxes.csv").write_text("split,file,label,x0,y0,x1,y1,visible_fraction\n")
    (folder / "LICENSE").write_text("MIT")
    (folder / "dataset.yaml").write_text("title: Small books\nlicence: MIT\n")
    return folder


@pytest.fixture
def server(published):
    with bad_server() as running:
        for place in PHOTO_PATHS:
            path = f"dataset/{place}"
            running.files[path] = (published / path).read_bytes()
        yield running


def fetch(bundled_folder, target, source, patience=RETRY_POLICY, **options):
    return fetch_small_books(bundled_folder, target, str(source), retry_policy=patience, **options)


def hidden_files(folder):
    return {path.name for path in folder.iterdir() if path.name.startswith(".")} - {".lock"}


def test_the_set_is_fetched_made_smaller_and_whole(bundled_folder, server, tmp_path):
    seen = []
    target = tmp_path / "data" / "small_books"
    dataset = fetch(bundled_folder, target, f"{server.url}/", on_progress=seen.append)
    assert dataset.class_counts() == {"blue": 2, "red": 2}
    assert dataset.test_set("test").labels["img_9.jpg"].primary == "red"
    assert dataset.licence == "MIT" and (target / "LICENSE").is_file()
    for photo in (*dataset.train, *dataset.test_set("test").photos):
        assert photo_size(photo.path) == (731, 1024)
        with Image.open(photo.path) as copy:
            assert copy.size == (731, 1024) and copy.getexif().get(0x0112) is None
    assert hidden_files(target) == set()
    shares = [now.bytes_done / now.bytes_total for now in seen]
    assert shares == sorted(shares) and shares[-1] == 1
    assert (seen[-1].photos_done, seen[-1].photos_total, seen[-1].eta) == (5, 5, 0)
    again = len(server.requests)
    fetch(bundled_folder, target, server.url)
    assert len(server.requests) == again  # nothing was asked for a second time


def test_it_may_fill_the_projects_own_folder(bundled_folder, published):
    assert fetch(bundled_folder, bundled_folder, published).root == bundled_folder


@pytest.mark.parametrize(
    ("order", "word"),
    [
        ("404", "HTTP error 404"),
        ("500", "HTTP error 500"),
        ("wrong", "differs from the published file"),
        ("short", "bytes instead of"),
        ("html", "a web page"),
        ("silent", "stopped sending"),
        ("loop", "too many redirects"),
    ],
)
def test_whatever_stops_it_no_half_of_a_set_is_seen_and_it_goes_on(
    bundled_folder, server, tmp_path, order, word
):
    place = f"dataset/{PHOTO_PATHS[3]}"
    server.responses[place] = [order]
    target = tmp_path / "data" / "small_books"
    patience = replace(RETRY_POLICY, timeout=0.25) if order == "silent" else RETRY_POLICY
    with pytest.raises(InputError, match=word) as caught:
        fetch(bundled_folder, target, server.url, patience)
    assert place in str(caught.value) and "\n" not in str(caught.value)
    assert find_datasets(target.parent) == []
    assert not (target / "train").exists() and not (target / "test").exists()
    server.responses.clear()
    server.requests.clear()
    assert fetch(bundled_folder, target, server.url).class_counts() == {"blue": 2, "red": 2}
    assert {path for path, _ in server.requests} == {place, f"dataset/{PHOTO_PATHS[4]}"}
    assert hidden_files(target) == set()


def test_a_killed_fetch_goes_on_within_the_photo(bundled_folder, server, tmp_path):
    target = tmp_path / "small_books"
    path = f"dataset/{PHOTO_PATHS[0]}"
    part = target / ORIGINALS / f"{path}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(server.files[path][:999])
    fetch(bundled_folder, target, server.url)
    assert server.requests[0] == (path, "bytes=999-")


def test_a_damaged_or_missing_copy_is_fetched_anew(bundled_folder, server, tmp_path):
    target = tmp_path / "small_books"
    fetch(bundled_folder, target, server.url)
    (target / PHOTO_PATHS[1]).write_bytes(b"\xff\xd8\xff")
    (target / PHOTO_PATHS[0]).unlink()
    server.requests.clear()
    fetch(bundled_folder, target, server.url)
    assert [path for path, _ in server.requests] == [f"dataset/{p}" for p in PHOTO_PATHS[:2]]
    assert photo_size(target / PHOTO_PATHS[1]) == (731, 1024)


def test_originals_are_kept_when_asked_for(bundled_folder, server, tmp_path):
    target = tmp_path / "small_books"
    fetch(bundled_folder, target, server.url)
    fetch(bundled_folder, target, server.url, keep_originals=True)
    assert hidden_files(target) == {ORIGINALS}
    for place in PHOTO_PATHS:
        path = target / ORIGINALS / "dataset" / place
        assert path.read_bytes() == server.files[f"dataset/{place}"]
    server.requests.clear()
    fetch(bundled_folder, target, server.url, keep_originals=True)
    assert server.requests == []
    assert [t.name for t in read_dataset(target).test_sets] == ["test"]


def test_from_a_folder_or_a_zip_wrapped_or_not(bundled_folder, published, tmp_path):
    packed = tmp_path / "repository-main.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for place in PHOTO_PATHS:
            archive.write(published / "dataset" / place, f"repository-main/dataset/{place}")
    for number, source in enumerate([published, published / "dataset", packed]):
        dataset = fetch(bundled_folder, tmp_path / f"set{number}", source)
        assert dataset.class_counts() == {"blue": 2, "red": 2}
        assert (published / "dataset" / PHOTO_PATHS[0]).is_file()


def test_a_folder_that_lacks_a_photo_or_holds_another_is_named(bundled_folder, published, tmp_path):
    mine = shutil.copytree(published, tmp_path / "mine")
    smaller = mine / "dataset" / PHOTO_PATHS[1]
    smaller.write_bytes((published / "dataset" / PHOTO_PATHS[2]).read_bytes())
    with pytest.raises(DataError, match=r"mine: dataset/train/red/img_1\.jpg (has|differs from)"):
        fetch(bundled_folder, tmp_path / "set", mine)
    smaller.unlink()
    with pytest.raises(DataError, match=r"mine: does not contain train/red/img_1\.jpg"):
        fetch(bundled_folder, tmp_path / "set", mine)
    with pytest.raises(DataError, match="no such folder or zip file"):
        fetch(bundled_folder, tmp_path / "set", tmp_path / "gone")
    assert {path.name for path in (tmp_path / "set" / COPIES).iterdir()} == {"test"}


def test_the_command(bundled_folder, published, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("core.cli.data.DATASETS", bundled_folder.parent)
    status = main(
        ["data", "fetch", "small_books", "--from", str(published), "--datasets", str(tmp_path)]
    )
    out, err = capsys.readouterr()
    assert status == 0
    assert "train/red: 2 photos" in out and "test: 1 photos, 1 labelled" in out
    assert "100%: 5 of 5 photos" in err
    assert main(["data", "fetch", "mnist"]) == 2
    assert capsys.readouterr().err == (
        "error: mnist: no photo set that can be fetched (there is: small_books)\n"
    )


# --- the real set ---------------------------------------------------------------------------------


def test_a_blobs_name_is_gits():
    assert git_blob_sha1(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_every_label_and_box_is_of_a_photo_in_the_manifest():
    originals = read_manifest(BUNDLED_FOLDER / "upstream_manifest.csv")
    assert len(originals) == 99
    assert len({one.blob for one in originals}) == 99
    places = {one.relative_path for one in originals}
    assert all(one.path.startswith("dataset/") and ".." not in one.path for one in originals)
    for table in ("labels.csv", "boxes.csv"):
        with (BUNDLED_FOLDER / table).open(newline="") as file:
            named = {f"{row['split']}/{row['file']}" for row in csv.DictReader(file)}
        assert named and named <= places


def test_the_copy_on_this_machine_is_laid_out_alike(small_books):
    places = {one.relative_path for one in read_manifest(BUNDLED_FOLDER / "upstream_manifest.csv")}
    here = {path.relative_to(small_books).as_posix() for path in small_books.rglob("*.jpg")}
    assert places - here == {
        "train/background/img_5562.jpg",
        "train/background/img_5563.jpg",
    }
    assert here <= places
    for name in ("labels.csv", "boxes.csv"):  # the boxes of training photos come after
        whole = (BUNDLED_FOLDER / name).read_bytes()
        assert whole.startswith((small_books / name).read_bytes())


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_git_takes_no_photo_of_the_set():
    """Whatever a fetch puts there is ignored."""
    for name in ("train/nlp/a.jpg", "test/a.jpg", f"{ORIGINALS}/a", f"{COPIES}/a", ".lock"):
        done = subprocess.run(
            ["git", "check-ignore", "-q", f"dataset/small_books/{name}"], cwd=ROOT, check=False
        )
        assert done.returncode == 0, name
