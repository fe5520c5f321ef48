import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from core.base.download import RetryPolicy, download
from core.base.errors import InputError
from tests.bad_server import bad_server

DATA = bytes(range(256)) * 40
RETRY_POLICY = RetryPolicy(timeout=120, max_failures=3, first_delay=0.01, max_delay=0.015)
SHORT_TIMEOUT_POLICY = replace(
    RETRY_POLICY, timeout=1
)  # where the server falls silent, which is waited for


@pytest.fixture
def server():
    with bad_server() as running:
        running.files["a/photo.jpg"] = DATA
        yield running


def check(part):
    return None if part.read_bytes() == DATA else "is another file"


def get(server, part, patience=RETRY_POLICY, **options):
    download(f"{server.url}/a/photo.jpg", part, len(DATA), check, patience, **options)
    return part.read_bytes()


def test_a_file_is_fetched_and_its_bytes_are_counted(server, tmp_path):
    counted = []
    assert get(server, tmp_path / "p", on_bytes=counted.append) == DATA
    assert counted[-1] == len(DATA) and counted == sorted(counted)
    assert server.requests == [("a/photo.jpg", None)]


@pytest.mark.parametrize("bad", ["truncate", "stall", "drip"])
def test_it_goes_on_where_it_stopped(server, tmp_path, bad):
    server.responses["a/photo.jpg"] = [bad, "ok"]
    patience = RETRY_POLICY if bad == "truncate" else SHORT_TIMEOUT_POLICY
    assert get(server, tmp_path / "p", patience) == DATA
    (_, first), *_, (_, last) = server.requests  # a busy machine may need a third try
    assert first is None
    assert 0 < int(last.removeprefix("bytes=").rstrip("-")) < len(DATA)


@pytest.mark.parametrize("bad", ["500", "503", "429", "html", "wrong", "short", "elsewhere"])
def test_what_passes_is_waited_for(server, tmp_path, bad):
    part = tmp_path / "p"
    part.write_bytes(DATA[:100])  # of an earlier call
    server.responses["a/photo.jpg"] = [bad, "ok"]
    assert get(server, part) == DATA


def test_a_server_that_ignores_range_sends_everything_again(server, tmp_path):
    part = tmp_path / "p"
    part.write_bytes(DATA[:5000])
    server.responses["a/photo.jpg"] = ["no-range"]
    assert get(server, part) == DATA
    assert server.requests == [("a/photo.jpg", "bytes=5000-")]


@pytest.mark.parametrize("left", [DATA, DATA[:-5] + b"wrong", DATA + b"more"])
def test_what_an_earlier_call_left_is_never_trusted(server, tmp_path, left):
    part = tmp_path / "p"
    part.write_bytes(left)
    assert get(server, part) == DATA


def test_a_line_that_breaks_again_and_again_but_gets_further_is_not_given_up(server, tmp_path):
    server.responses["a/photo.jpg"] = ["truncate"] * 8 + ["ok"]
    assert get(server, tmp_path / "p") == DATA
    assert len(server.requests) == 9


@pytest.mark.parametrize(
    ("order", "word", "tries"),
    [
        ("404", "HTTP error 404", 1),
        ("403", "HTTP error 403", 1),
        ("loop", "too many redirects", None),
        ("long", "sent more than", 1),
        ("500", "HTTP error 500 (Internal Server Error) (tried 3 times)", 3),
        ("html", "a web page instead of the file (tried 3 times)", 3),
        ("wrong", "is another file", 3),
        ("short", "is another file", 3),
    ],
)
def test_what_does_not_pass_is_told_in_one_line(server, tmp_path, order, word, tries):
    server.responses["a/photo.jpg"] = [order]
    with pytest.raises(InputError) as caught:
        get(server, tmp_path / "p")
    assert word in str(caught.value) and f"{server.url}/a/photo.jpg" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert tries is None or len(server.requests) == tries
    assert not (tmp_path / "p").exists()


def test_a_silent_server_is_given_up_in_a_known_time_and_what_came_is_kept(
    server, tmp_path, monkeypatch
):
    """The time is that of the tries and of the pauses between them."""
    server.responses["a/photo.jpg"] = ["silent"]
    (tmp_path / "p").write_bytes(DATA[:100])
    waits, pauses = [], []
    ask = urllib.request.urlopen

    def urlopen(request, timeout):
        waits.append(timeout)
        return ask(request, timeout=timeout)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    monkeypatch.setattr(time, "sleep", pauses.append)
    patience = replace(SHORT_TIMEOUT_POLICY, timeout=0.25)
    with pytest.raises(InputError, match=r"stopped sending \(tried 3 times\)"):
        get(server, tmp_path / "p", patience)
    assert waits == [0.25] * 3
    assert pauses == [0.01, 0.015]  # twice the first, but for the longest
    assert (tmp_path / "p").read_bytes() == DATA[:100]


def test_no_server_at_all(tmp_path):
    with bad_server() as gone:
        pass
    with pytest.raises(InputError, match=r"photo\.jpg: .*(refused|answer)"):
        get(gone, tmp_path / "p")


@pytest.mark.parametrize("url", ["file:///etc/hosts", "weights.pth", "ftp://here/x"])
def test_only_the_web_is_asked(tmp_path, url):
    with pytest.raises(InputError) as caught:
        download(url, tmp_path / "p", 10, check, RETRY_POLICY)
    assert str(caught.value) == f"{url}: must begin with http:// or https://"


def test_a_full_disk_is_told_at_once_and_named(server):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    with pytest.raises(InputError, match=r"^/dev/full: cannot be written \(No space left"):
        get(server, full)
    assert len(server.requests) == 1
