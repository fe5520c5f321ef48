import fcntl
import socket

import pytest

from core import download as module
from core.download import download
from core.errors import InputError
from tests.server import FileServer

DATA = bytes(range(256)) * 4000  # about 1 MB, several chunks


@pytest.fixture
def server():
    with FileServer(DATA) as server:
        yield server


@pytest.fixture
def part(tmp_path):
    return tmp_path / "folder" / "file.part"


def test_a_file_arrives_whole_and_is_told_of(server, part):
    told = []
    download(server.url, part, lambda done, total: told.append((done, total)))
    assert part.read_bytes() == DATA
    assert told == sorted(told) and len(told) >= 4
    assert told[-1] == (len(DATA), len(DATA))


def test_it_goes_on_where_the_connection_ended(server, part):
    server.cut = 300_000
    with pytest.raises(InputError, match=r"ended after 0\.3 of 1\.0 MB; the same command goes on"):
        download(server.url, part)
    assert part.read_bytes() == DATA[:300_000]
    server.cut = None
    told = []
    download(server.url, part, lambda done, total: told.append((done, total)))
    assert part.read_bytes() == DATA
    assert server.asked == [None, "bytes=300000-"]
    assert told[0][0] > 300_000 and told[-1] == (len(DATA), len(DATA))


def test_a_server_that_cannot_go_on_begins_again(server, part):
    part.parent.mkdir()
    part.write_bytes(b"x" * 1000)
    server.ranges = False
    download(server.url, part)
    assert part.read_bytes() == DATA


def test_a_download_that_was_whole_stays_as_it_is(server, part):
    part.parent.mkdir()
    part.write_bytes(DATA)
    download(server.url, part)
    assert part.read_bytes() == DATA
    assert server.asked == [f"bytes={len(DATA)}-"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc/hosts", "must begin with http:// or https://"),
        ("weights.pth", "must begin with http:// or https://"),
        ("http://[", "cannot be reached"),
    ],
)
def test_addresses_that_are_none(part, url, words):
    with pytest.raises(InputError) as caught:
        download(url, part)
    assert str(caught.value).startswith(f"{url}: ") and words in str(caught.value)


def test_what_goes_wrong_is_one_line_that_names_the_address(server, part):
    server.status = 404
    with pytest.raises(InputError, match="the server says 404 Not Found") as caught:
        download(server.url, part)
    assert str(caught.value).startswith(server.url)
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}/file"
        with pytest.raises(InputError) as caught:
            download(nowhere, part)
    assert str(caught.value) == f"{nowhere}: cannot be reached (Connection refused)"
    assert not part.exists()


def test_a_silent_server_is_given_up(part, monkeypatch):
    monkeypatch.setattr(module, "_TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/file"
        with pytest.raises(InputError) as caught:
            download(url, part)
    assert str(caught.value) == f"{url}: cannot be reached (timed out)"


def test_two_processes_do_not_write_the_same_file(server, part):
    part.parent.mkdir()
    with part.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another process is downloading it"):
            download(server.url, part)
    assert server.asked == []


def test_a_place_that_cannot_be_written_is_named(server, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"file/x\.part: cannot be written"):
        download(server.url, tmp_path / "file" / "x.part")
