import io
import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.__main__ import main
from core.base.errors import DataError, InputError
from core.capture.asking import Request
from core.capture.session import add_photo, begin, open_session
from core.data.archive import Limits, open_file_source
from core.data.dataset import find_datasets, read_dataset
from core.data.fingerprints import fingerprints
from core.data.importer import import_photos
from core.data.reading import read_source
from tests.core.capture.photos import phone_photo
from tests.factory import write_dataset


def picture(seed=0, size=(120, 90), mode="RGB", kind="JPEG", **options):
    """The bytes of a picture."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def sixteen_bit_png():
    """A picture with 16 bits a pixel."""
    values = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "PNG")
    return buffer.getvalue()


def rotated_jpeg():
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture(7, exif=exif)


TWO_CLASSES = {f"{name}/{n}.jpg": picture(n) for name in ("red", "blue") for n in range(3)}


def write_members(place, members):
    """A folder, or a zip file where the name ends so, of these members."""
    if place.suffix.lower() == ".zip":
        with zipfile.ZipFile(place, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)
    else:
        for name, data in members.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
    return place


@pytest.fixture
def datasets(tmp_path):
    return tmp_path / "dataset"


@pytest.mark.parametrize("name", ["My books.ZIP", "My books"])
def test_a_zip_or_folder_becomes_a_data_set(tmp_path, datasets, name):
    seen = []
    source = write_members(tmp_path / name, TWO_CLASSES | {"readme.txt": b"hello"})
    dataset, report = import_photos(
        source, datasets, on_photo=lambda done, total: seen.append((done, total))
    )
    assert dataset.root == datasets / "My_books"
    assert dataset.class_counts() == {"blue": 3, "red": 3} and dataset.test_sets == ()
    assert (dataset.licence, dataset.source) == ("not stated", f"imported from {name}")
    # Photos that are fit already keep their bytes.
    assert (dataset.root / "train/red/1.jpg").read_bytes() == TWO_CLASSES["red/1.jpg"]
    assert [one.reason for one in report.rejected] == ["not a photo, judging by its name"]
    assert seen[-1] == (6, 6)
    text = (dataset.root / "import.txt").read_text("utf-8")
    assert "train/red/1.jpg: from red/1.jpg\n" in text
    assert "readme.txt: not a photo, judging by its name" in text
    assert sorted(path.name for path in datasets.iterdir()) == ["My_books"]


@pytest.mark.parametrize(
    ("file", "data", "words"),
    [
        ("a.PNG", picture(1, kind="PNG"), ["PNG to JPEG"]),
        ("a.webp", picture(1, kind="WEBP"), ["WEBP to JPEG"]),
        ("a.Tiff", picture(1, kind="TIFF"), ["TIFF to JPEG"]),
        ("a.png", picture(1, mode="P", kind="PNG"), ["PNG to JPEG", "P to RGB"]),
        ("a.png", picture(1, mode="RGBA", kind="PNG"), ["PNG to JPEG", "RGBA to RGB"]),
        ("a.jpeg", picture(1, mode="CMYK"), ["CMYK to RGB"]),
        ("a.JPG", picture(1, size=(2200, 1100)), ["2200x1100 to 1024x512 pixels"]),
        ("a.jpg", rotated_jpeg(), ["rotated according to EXIF"]),
        ("a.png", sixteen_bit_png(), ["PNG to JPEG", "I;16 to RGB"]),
        ("a.jpg", picture(1, kind="PNG"), ["PNG to JPEG"]),  # by its name something else
        ("a.jpg", picture(1, mode="L"), []),
    ],
)
def test_every_kind_of_picture_becomes_an_upright_jpeg(tmp_path, datasets, file, data, words):
    source = write_members(tmp_path / "in", TWO_CLASSES | {f"red/{file}": data})
    dataset, report = import_photos(source, datasets)
    (one,) = [taken for taken in report.imported if taken.file == f"red/{file}"]
    assert list(one.changes) == words
    with (
        Image.open(dataset.root / one.copied_to) as copy,
        Image.open(io.BytesIO(data)) as was,
    ):
        assert copy.format == "JPEG" and copy.mode in ("RGB", "L")
        assert max(copy.size) <= 1024 and copy.getexif().get(0x0112, 1) == 1
        upright = was.size[::-1] if "rotated according to EXIF" in words else was.size
        assert copy.width / copy.height == pytest.approx(upright[0] / upright[1], rel=0.01)


def test_what_is_transparent_becomes_white_paper(tmp_path, datasets):
    clear = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(clear, "PNG")
    source = write_members(tmp_path / "in", TWO_CLASSES | {"red/c.png": clear.getvalue()})
    dataset, _ = import_photos(source, datasets)
    with Image.open(dataset.root / "train/red/c.jpg") as copy:
        assert np.asarray(copy).min() > 250


def test_what_cannot_be_read_is_left_out_and_told(tmp_path, datasets):
    bad = {
        "red/cut.jpg": TWO_CLASSES["red/0.jpg"][:400],
        "red/text.jpg": b"no photo",
        "red/print.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n",
        "red/dot.png": picture(size=(1, 1), kind="PNG"),
        "red/empty.jpg": b"",
        "red/phone.HEIC": b"ftypheic",
        "red/notes.docx": b"PK",
        "blue/inner.zip": b"PK",
        "loose.jpg": picture(),
        "\x1b[31mred/evil\n.txt": b"",
    }
    dataset, report = import_photos(write_members(tmp_path / "in.zip", TWO_CLASSES | bad), datasets)
    assert dataset.class_counts() == {"blue": 3, "red": 3}
    reasons = {one.name: one.reason for one in report.rejected}
    assert set(reasons) == set(bad)
    assert reasons["red/print.jpg"] == "not a photo, despite its name"
    assert reasons["red/phone.HEIC"] == "HEIC cannot be read; save it as JPEG"
    assert reasons["red/dot.png"] == "1x1 pixels is not a photo; remove it"
    assert reasons["loose.jpg"] == "is in no class and no test set"
    text = (dataset.root / "import.txt").read_text("utf-8")
    assert "\x1b" not in text and "evil\n" not in text
    assert "left out: 10 files" in report.summary()


def test_a_picture_bomb_is_not_decoded(tmp_path, datasets):
    buffer = io.BytesIO()
    Image.new("1", (20_000, 5_000)).save(buffer, "PNG")
    source = write_members(tmp_path / "in", TWO_CLASSES | {"red/bomb.png": buffer.getvalue()})
    _, report = import_photos(source, datasets)
    limit = "20000x5000 pixels; the limit is 80 million; save it smaller"
    assert [one.reason for one in report.rejected] == [limit]


def test_names_are_made_fit_and_unique(tmp_path, datasets):
    members = {
        "Vögel im Wald/été#1.jpg": picture(1),
        "Vögel im Wald/e\u0301te\u0301#1.JPG": picture(2),
        "Vögel im Wald/nest/été#1.png": picture(3, kind="PNG"),
        "本/.jpg.jpg": picture(4),  # a dot file
        "本/a,b.jpg": picture(5),
        "本/a b.jpg": picture(6),
    }
    dataset, _ = import_photos(write_members(tmp_path / "in.zip", members), datasets)
    assert [photo.file for photo in dataset.train] == [
        "Vögel_im_Wald/été_1.jpg",
        "Vögel_im_Wald/été_1_2.jpg",
        "Vögel_im_Wald/été_1_3.jpg",
        "本/a_b.jpg",
        "本/a_b_2.jpg",
    ]


def test_test_sets_keep_what_their_folders_tell(tmp_path, datasets):
    members = {f"books/train/{name}": data for name, data in TWO_CLASSES.items()} | {
        "books/train/background/1.jpg": picture(8),
        "books/train/background/2.jpg": picture(9),
        "books/test/Red/x.jpg": picture(10),
        "books/test/background/y.jpg": picture(11),
        "books/test/z.jpg": picture(12),
        "books/hard/x.jpg": picture(13),
    }
    dataset, report = import_photos(write_members(tmp_path / "in.zip", members), datasets)
    test, hard = dataset.test_set("test"), dataset.test_set("hard")
    assert {file: (x.primary, x.present) for file, x in test.labels.items()} == {
        "x.jpg": ("red", ("red",)),
        "y.jpg": ("background", ()),
    }
    assert len(test.photos) == 3 and len(hard.photos) == 1 and hard.labels == {}
    assert "test: 3 photos, from books/test/ (2 labelled by folder)" in report.summary()


def test_a_data_set_of_ours_comes_through_whole(tmp_path, datasets, tiny):
    packed = shutil.make_archive(str(tmp_path / "tiny"), "zip", tiny.root.parent, "tiny")
    (tiny_again, report) = import_photos(tmp_path / "tiny.zip", datasets)
    assert packed and report.rejected == ()
    assert fingerprints(tiny_again) == fingerprints(read_dataset(tiny.root))


def test_tables_follow_their_photos(tmp_path, datasets):
    members = {f"train/{name}": data for name, data in TWO_CLASSES.items()} | {
        "test/a b.png": picture(1, kind="PNG"),
        "test/bad.jpg": b"",
        "labels.csv": b"split,file,primary,present\ntest,a b.png,red,red blue\ntest,bad.jpg,red,\n",
        "boxes.csv": b"split,file,label,x0,y0,x1,y1,visible_fraction\ntest,a b.png,red,0,0,1,1,1\n",
        "additions.csv": b"addition,split,file\n1,test,a b.png\n2,train,red/1.jpg\n",
        "dataset.yaml": b"title: Mine\nlicence: CC0\n",
    }
    dataset, report = import_photos(write_members(tmp_path / "in", members), datasets)
    test = dataset.test_set("test")
    assert (test.added, dataset.added) == ({"a_b.jpg": 1}, {"red/1.jpg": 2})
    assert test.labels["a_b.jpg"].present == ("red", "blue")
    assert test.boxes["a_b.jpg"][0].label == "red"
    assert report.notes == ("labels.csv: 1 rows skipped because their photos were not imported",)
    assert (dataset.title, dataset.licence, dataset.source) == ("Mine", "CC0", "imported from in")


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"1.jpg": picture(), "2.jpg": picture()}, "found none"),
        ({"a/readme.txt": b"", "b/x.pdf": b""}, "found none"),
        ({"train/1.jpg": picture(), "train.csv": b"fnames,target\n"}, "at least two classes"),
        (
            {"red/0.jpg": picture(), "red/1.jpg": picture(1), "odd/1.jpg": picture()},
            "odd has 1 usable photos",
        ),
        (
            {
                "red/0.jpg": picture(),
                "red/1.jpg": picture(1),
                "odd/1.jpg": b"",
                "odd/2.jpg": picture(),
            },
            "a class needs two; odd/1.jpg: not a photo",
        ),
        (
            {f"train/{k}": v for k, v in TWO_CLASSES.items()}
            | {
                "test/a.jpg": picture(),
                "labels.csv": b"split,file,primary,present\ntest,a.jpg,z,z",
            },
            "labels.csv line 2: 'z' is not a class",
        ),
        ({**TWO_CLASSES, "../x.jpg": b""}, "points outside"),
    ],
)
def test_what_is_no_set_of_photos_is_one_line_and_nothing_is_left(
    tmp_path, datasets, members, word
):
    source = write_members(tmp_path / "in.zip", members)
    with pytest.raises(DataError) as caught:
        import_photos(source, datasets)
    assert word in str(caught.value) and "\n" not in str(caught.value)
    assert ".import" not in str(caught.value)
    assert not datasets.exists() or list(datasets.iterdir()) == []


def test_nothing_is_seen_before_it_is_whole_and_nothing_is_left_when_it_is_stopped(
    tmp_path, datasets
):
    def stop(done, total):
        assert find_datasets(datasets) == []
        if done == 4:
            raise KeyboardInterrupt

    source = write_members(tmp_path / "in", TWO_CLASSES)
    with pytest.raises(KeyboardInterrupt):
        import_photos(source, datasets, on_photo=stop)
    assert list(datasets.iterdir()) == []


def test_no_folder_is_ever_overwritten(tmp_path, datasets):
    source = write_members(tmp_path / "in", TWO_CLASSES)
    import_photos(source, datasets, "mine")
    before = fingerprints(read_dataset(datasets / "mine"))
    with pytest.raises(DataError, match=r"mine: already exists; choose another name"):
        import_photos(
            write_members(tmp_path / "mine", {f"x{k}": v for k, v in TWO_CLASSES.items()}), datasets
        )
    assert fingerprints(read_dataset(datasets / "mine")) == before
    for name in ("../up", "a b", "", ".x"):
        with pytest.raises(InputError, match="--name"):
            import_photos(source, datasets, name)


def test_limits_hold_for_what_is_read_too(tmp_path, datasets):
    source = write_members(tmp_path / "in", TWO_CLASSES | {"red/big.jpg": os.urandom(50_001)})
    _, report = import_photos(source, datasets, limits=Limits(file_bytes=50_000))
    assert [one.name for one in report.rejected] == ["red/big.jpg"]


def test_the_command(tmp_path, datasets, capsys):
    source = write_members(
        tmp_path / "in.zip", TWO_CLASSES | {"test/a.png": picture(9, kind="PNG")}
    )
    arguments = [
        "data",
        "import",
        str(source),
        "--datasets",
        str(datasets),
        "--name",
        "mine",
        "--runs",
        str(tmp_path),
    ]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == str(datasets / "mine")
    assert "train/red: 3 photos, from red/" in out and "1 PNG to JPEG" in out
    assert "100%: 7 of 7 photos" in err
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_a_zip_takes_a_capture_session_along(tmp_path):
    root = tmp_path / "books"
    write_dataset(root)
    session = begin(root, ["run-a"])
    add_photo(session, Request("red"), phone_photo(1, (1400, 1000)))
    packed = Path(shutil.make_archive(str(tmp_path / "books"), "zip", tmp_path, "books"))
    dataset, report = import_photos(packed, tmp_path / "data", "copy")
    assert not report.rejected
    found = open_session(dataset.root / "elsewhere")
    assert found.id == session.id and dataset.test_set("elsewhere").origin == "elsewhere"
    assert [(each.file, each.label) for each in found.pictures] == [("p0001.jpg", "red")]
    assert (found.folder / "p0001.jpg").read_bytes() == (session.folder / "p0001.jpg").read_bytes()
    assert add_photo(found, Request("blue"), phone_photo(2)).id == "p0002"


def test_a_log_of_a_session_from_elsewhere_names_no_file_outside(tmp_path):
    root = tmp_path / "books"
    write_dataset(root)
    session = begin(root, ["run-a"])
    victim = tmp_path / "victim.jpg"
    victim.write_bytes(b"mine")
    fields = ("label", "circumstance", "request", "upload_id", "phone", "name")
    event = {"event": "added", "at": "", "id": "../../victim", "warnings": []}
    lines = [event | dict.fromkeys(fields, "red"), {"event": "removed", "id": "../../victim"}]
    with (session.folder / "capture.jsonl").open("a") as log:
        log.writelines(json.dumps(line) + "\n" for line in lines)
    assert not open_session(session.folder).everything
    add_photo(session, Request("red"), phone_photo(1))
    assert victim.read_bytes() == b"mine"


def test_every_file_is_taken_or_left_out_with_a_reason(tmp_path, datasets):
    """Nothing is silent but what systems leave behind."""
    members = {f"set/train/{name}": data for name, data in TWO_CLASSES.items()} | {
        "set/test/red/1.jpg": picture(1),
        "set/test/green/2.jpg": picture(2),
        "set/test/a.xml": b"<annotation/>",
        "set/train/odd/1.jpg": picture(3),
        "set/train/loose.jpg": picture(4),
        "set/train/red/cut.jpg": picture(5)[:300],
        "set/train/red/x.jpg/thumb.jpg": picture(6),
        "set/train/red/.hidden.jpg": picture(7),
        "set/train/red/raw.nef": b"II*\0",
        "set/train/red/more.zip": b"PK",
        "set/train/red/film.mp4": b"x",
        "set/labels.csv": b"split,file,primary,present\ntest,1.jpg,red,red\n",
        "set/dataset.yaml": b"title: Mine\n",
        "set/unrelated.csv": b"a,b\n1,2\n",
        "set/package.json": b"{}",
        "set/_old/1.jpg": picture(8),
        "cover.jpg": picture(9),
    }
    litter = {f"set/{name}": b"x" for name in (".DS_Store", "train/._1.jpg", "Thumbs.db")}
    source = write_members(tmp_path / "in.zip", members | litter)
    _, report = import_photos(source, datasets)
    with open_file_source(source) as opened:
        used = read_source(opened).used
    taken, left = (
        [one.file for one in report.imported],
        [one.name for one in report.rejected],
    )
    assert sorted([*taken, *left, *used]) == sorted(members)
    assert all(one.reason for one in report.rejected)
    text = (datasets / "in" / "import.txt").read_text("utf-8")
    assert all(name in text for name in (*taken, *left))
