import os
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from core.base.errors import DataError
from core.data.archive import Limits, open_file_source, printable

SMALL = Limits(files=20, file_bytes=3_000_000, total_bytes=6_000_000, ratio=50)


def write_zip(tmp_path, members, **options):
    """A zip file of these members: name or ZipInfo, content."""
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for member, data in members:
            archive.writestr(member, data)
    return path


def test_a_folder_and_a_zip_of_it_hold_the_same(tmp_path):
    folder = tmp_path / "photos"
    names = ["a/1.jpg", "b c/ü.png", "本/x.txt"]
    for name in [*names, ".hidden/1.jpg", "a/._1.jpg", "__MACOSX/a/1.jpg", "a/Thumbs.db"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    path = write_zip(
        tmp_path,
        [
            (p.relative_to(folder).as_posix(), p.read_bytes())
            for p in folder.rglob("*")
            if p.is_file()
        ],
    )
    for place in (folder, path):
        with open_file_source(place) as source:
            assert list(source.files) == names
            assert [source.read(name).decode() for name in names] == names
            assert source.name == place.name and source.rejected == ()


def test_what_goes_while_a_folder_is_listed_is_passed_over(tmp_path, monkeypatch):
    """A photo that is being added has a hidden name first."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.jpg").write_text("1")
    gone = [tmp_path / ".p0001.jpg", tmp_path / ".adding-1" / "b"]
    listed, facts = Path.iterdir, (tmp_path / "a").lstat()
    monkeypatch.setattr(
        Path, "iterdir", lambda path: [*listed(path), *(gone if path == tmp_path else ())]
    )
    real = Path.lstat
    monkeypatch.setattr(Path, "lstat", lambda path: facts if path == gone[1] else real(path))
    source = open_file_source(tmp_path, SMALL)
    assert source.files == ("a/1.jpg",) and not source.rejected


def test_names_with_backslashes_or_unmarked_utf8_are_read(tmp_path):
    path = write_zip(tmp_path, [("a\\1.jpg", b"1"), ("./b//2.jpg", b"2"), ("xxxx.jpg", b"3")])
    data = path.read_bytes().replace(b"xxxx.jpg", "本x.jpg".encode())  # the flag is not set
    path.write_bytes(data)
    with open_file_source(path) as source:
        assert source.files == ("a/1.jpg", "b/2.jpg", "本x.jpg")
        assert [source.read(name) for name in source.files] == [b"1", b"2", b"3"]


@pytest.mark.parametrize("name", ["../x.jpg", "a/../../x.jpg", "/etc/x.jpg", "C:\\x.jpg", "..\\x"])
def test_a_zip_that_points_outside_is_refused_whole(tmp_path, name):
    path = write_zip(tmp_path, [("a/1.jpg", b"1"), (name, b"2")])
    with pytest.raises(DataError, match=r"photos\.zip: .* points outside the zip file"):
        open_file_source(path)


def test_links_and_devices_are_refused_one_by_one(tmp_path):
    link, pipe = zipfile.ZipInfo("a/link.jpg"), zipfile.ZipInfo("a/pipe.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    pipe.external_attr = (stat.S_IFIFO | 0o777) << 16
    path = write_zip(tmp_path, [(link, "/etc/passwd"), (pipe, ""), ("a/1.jpg", b"1")])
    folder = tmp_path / "folder"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "1.jpg").write_bytes(b"1")
    (folder / "a" / "link.jpg").symlink_to("/etc/passwd")
    (folder / "b").symlink_to(tmp_path)  # a folder that holds itself
    os.mkfifo(folder / "a" / "pipe.jpg")
    for place in (path, folder):
        with open_file_source(place) as source:
            assert source.files == ("a/1.jpg",)
            reasons = {one.name: one.reason for one in source.rejected}
        assert "link" in reasons["a/link.jpg"] and "neither" in reasons["a/pipe.jpg"]
    assert "link" in reasons["b"]


def test_an_encrypted_zip_is_refused(tmp_path):
    path = write_zip(tmp_path, [("a/1.jpg", b"1")])
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flag, in the member's own header and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(DataError, match="encrypted; unpack"):
        open_file_source(path)


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ([(f"{n}.jpg", b"") for n in range(21)], "more than 20 files"),
        ([(f"{n}.jpg", os.urandom(2_100_000)) for n in range(3)], "unpacks to 0.0 GB; the limit"),
        ([("a.jpg", bytes(2_000_000))], "more than 50 times its size"),
    ],
)
def test_bombs_are_refused_by_what_they_declare(tmp_path, members, word):
    with pytest.raises(DataError, match=word):
        open_file_source(write_zip(tmp_path, members), SMALL)


def test_a_folder_of_too_many_files_is_refused(tmp_path):
    for number in range(21):
        (tmp_path / f"{number}.jpg").touch()
    with pytest.raises(DataError, match="more than 20 files"):
        open_file_source(tmp_path, SMALL)


def test_what_a_member_declares_is_not_believed(tmp_path):
    path = write_zip(tmp_path, [("a.jpg", bytes(900_000))])
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 100)  # unpacked size in the directory
    path.write_bytes(data)
    with open_file_source(path, SMALL) as source, pytest.raises(DataError, match="damaged"):
        source.read("a.jpg")


def test_all_that_is_unpacked_is_counted_together(tmp_path):
    path = write_zip(tmp_path, [("a.jpg", os.urandom(2_900_000))])
    with open_file_source(path, SMALL) as source:
        source.read("a.jpg")
        source.read("a.jpg")
        with pytest.raises(DataError, match="exceeds the size limit"):
            source.read("a.jpg")


def test_members_that_share_their_bytes_are_refused(tmp_path):
    path = write_zip(tmp_path, [("a.jpg", os.urandom(3000)), ("b.jpg", os.urandom(3000))])
    data = bytearray(path.read_bytes())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second + 42 : second + 46] = struct.pack("<I", 100)  # where b.jpg begins: in a.jpg
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"overlap|not a readable zip file"):
        open_file_source(path)


def test_damaged_members_are_told_when_they_are_read(tmp_path):
    path = write_zip(tmp_path, [("a.jpg", b"a" * 500), ("b.jpg", b"b")])
    data = bytearray(path.read_bytes())
    data[40] ^= 0xFF
    path.write_bytes(data)
    with open_file_source(path) as source:
        assert source.read("b.jpg") == b"b"
        with pytest.raises(DataError, match="damaged in the zip file"):
            source.read("a.jpg")


def test_a_name_that_comes_twice_is_taken_once(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = write_zip(tmp_path, [("a.jpg", b"1"), ("a.jpg", b"2")])
    with open_file_source(path) as source:
        assert source.read("a.jpg") == b"1"
        assert "twice" in source.rejected[0].reason


def test_what_is_neither_folder_nor_zip_is_refused(tmp_path):
    text = tmp_path / "photos.rar"
    text.write_text("Rar!")
    with pytest.raises(DataError, match=r"photos\.rar: not a readable zip file"):
        open_file_source(text)
    with pytest.raises(DataError, match="gone: no such folder or zip file"):
        open_file_source(tmp_path / "gone")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(write_zip(tmp_path, [("a.jpg", b"1" * 999)]).read_bytes()[:60])
    with pytest.raises(DataError, match=r"cut\.zip: not a readable zip file"):
        open_file_source(cut)


def test_names_play_no_tricks_on_a_terminal():
    assert printable("a\x1b[2Jb\nc\udcff\u202ed") == "a?[2Jb?c??d"
    assert len(printable("x" * 999)) == 200
