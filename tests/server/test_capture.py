"""The page for phones and its requests, without a browser."""

from __future__ import annotations

import asyncio
import errno
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.base import files
from core.capture.access import access_code, capture_root
from core.capture.session import Answer, Session, begin, end, open_session, record_answer
from core.data.dataset import Dataset
from core.store.visitors import new_key, visitor_dir
from server import capture, phone_state, setup
from tests.core.capture.photos import phone_photo
from tests.factory import write_dataset, write_run

OWN = {capture.HEADER: "capture"}
ACTIONS = ("photo", "skip", "lacking", "keep", "remove", "point")
PHONES_URL = "http://192.168.0.2:8501"
ANN, BOB = {"phone": "ann-ann-ann"}, {"phone": "bob-bob-bob"}


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return write_dataset(tmp_path / "books")


@pytest.fixture
def session(tmp_path: Path, dataset: Dataset) -> Session:
    """A session of two runs, whose photos nobody answers."""
    runs = [write_run(tmp_path / "runs", dataset, n).id for n in ("quick", "looks-good")]
    return begin(dataset.root, runs, seed=1)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("OVERFIT_LENS_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(phone_state, "ensure_answering", lambda runs_dir, session: None)
    phone_state._run_names.cache_clear()
    app = Starlette(routes=setup.ROUTES, middleware=setup.MIDDLEWARE)
    with TestClient(app, PHONES_URL, client=("192.168.0.9", 5000)) as client:
        yield client


@pytest.fixture
def page(tmp_path: Path, session: Session) -> str:
    """The path of the session's page."""
    return f"/capture/{access_code(tmp_path / 'runs', session)}"


def ask(client: TestClient, page: str, phone: dict[str, str] = ANN) -> dict[str, Any]:
    return dict(client.get(f"{page}/state", params=phone).json()["request"])


def send(
    client: TestClient, page: str, photo: bytes, upload: str = "upload-1", **query: str
) -> Any:
    """Sends a photo of what is asked for."""
    phone = {"phone": query.pop("phone", ANN["phone"])}
    asked = ask(client, page, phone)
    told = {"request": asked["id"], "label": asked["label"], "circumstance": asked["circumstance"]}
    params = {**phone, "upload": upload, "file": "one.jpg", **told, **query}
    return client.post(f"{page}/photo", params=params, content=photo, headers=OWN)


def log(session: Session) -> str:
    return (session.folder / "capture.jsonl").read_text("utf-8")


def test_without_the_code_nothing_is_there(
    client: TestClient, page: str, session: Session, dataset: Dataset
) -> None:
    before = log(session)
    codes = ("x" * 32, page[-32:-1], page[-32:] + "a", "..", "%2e%2e", "code.json", ".capture")
    for code in codes:
        paths = ("", "/state", "/photo", "/none", *(f"/{action}" for action in ACTIONS))
        for method in ("GET", "POST"):
            for path in paths:
                params = ANN | {"upload": "upload-1", "picture": "p0001"}
                url = f"/capture/{code}{path}"
                answer = client.request(method, url, params=params, headers=OWN)
                assert answer.status_code in (404, 405), (method, url)
                assert answer.text in ("Not Found", "Method Not Allowed", "")
    assert log(session) == before


def test_the_page_is_small_has_no_foreign_parts_and_is_not_kept(
    client: TestClient, page: str
) -> None:
    first, second = client.get(page), client.get(page)
    assert first.status_code == 200 and len(first.content) < 20_000
    assert first.headers["Cache-Control"] == "no-store"
    assert first.headers["Referrer-Policy"] == "no-referrer"
    policy = first.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "*" not in policy
    nonces = set(re.findall(r"'nonce-([^']+)'", policy))
    assert len(nonces) == 1 and first.text.count(f'nonce="{nonces.pop()}"') == 2
    assert first.headers["Content-Security-Policy"] != second.headers["Content-Security-Policy"]
    assert not re.findall(r"<[^>]+ (on\w+|style)=|https?://|\{\{", first.text)


@pytest.mark.parametrize(
    ("link", "browser", "language"),
    [
        ("", "ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        ("en", "ja", "en"),
        ("ja", "en", "ja"),
        ("", "fr", "en"),
    ],
)
def test_it_speaks_the_language_of_the_link_or_the_browser(
    client: TestClient, page: str, link: str, browser: str, language: str
) -> None:
    answer = client.get(page, params={"lang": link}, headers={"Accept-Language": browser})
    assert f'<html lang="{language}">' in answer.text
    assert ("撮る" in answer.text) == (language == "ja")
    params = ANN | {"lang": link}
    state = client.get(f"{page}/state", params=params, headers={"Accept-Language": browser})
    assert ("写真0枚" in state.text) == (language == "ja")


def test_a_photo_is_stored_with_the_label_that_was_asked_for(
    client: TestClient, page: str, session: Session, dataset: Dataset
) -> None:
    asked = ask(client, page)
    assert ask(client, page) == asked  # the same after a reload
    state = send(client, page, phone_photo(1), name="Ann").json()
    (picture,) = open_session(session.folder).pictures
    assert (picture.label, picture.circumstance) == (asked["label"], asked["circumstance"])
    assert (picture.name, picture.phone, picture.request) == ("Ann", ANN["phone"], asked["id"])
    rows = (dataset.root / "labels.csv").read_text("utf-8")
    assert f"{session.set_name},{picture.file},{asked['label']}" in rows
    assert state["request"]["id"] != asked["id"] and state["tally"][0] == "1 photo"
    assert [each["answer"] for each in state["pictures"][0]["answers"]] == [None, None]
    answer = Answer(picture.label, 0.9)
    record_answer(session, picture.id, session.runs[0], answer)
    state = client.get(f"{page}/state", params=ANN).json()
    assert [each["right"] for each in state["pictures"][0]["answers"]] == [True, None]
    assert "1 of 1 correct" in state["tally"][1]


def test_a_phone_sees_and_changes_its_own_photos_alone(
    client: TestClient, page: str, session: Session
) -> None:
    send(client, page, phone_photo(1))
    photo = client.get(f"{page}/photo", params=ANN | {"picture": "p0001"})
    assert photo.headers["Content-Type"] == "image/jpeg"
    assert b"Secret" not in photo.content and Image.open(BytesIO(photo.content)).size == (240, 320)
    assert client.get(f"{page}/photo", params=BOB | {"picture": "p0001"}).status_code == 404
    query = {"picture": "p0001", "x": "0.25", "y": "0.5"}
    for action in ("keep", "point", "remove"):
        url = f"{page}/{action}"
        assert client.post(url, params=BOB | query, headers=OWN).status_code == 404
        assert not open_session(session.folder).picture("p0001").removed
        state = client.post(url, params=ANN | query, headers=OWN).json()
        if action == "point":
            assert state["pictures"][0]["point"] == [0.25, 0.5]
    assert state["pictures"] == [] and open_session(session.folder).pictures == ()
    assert ask(client, page, BOB) != ask(client, page)


def test_skipping_asks_for_something_else(client: TestClient, page: str, session: Session) -> None:
    for action in ("skip", "lacking"):
        asked = ask(client, page)
        params = ANN | {"request": asked["id"]}
        state = client.post(f"{page}/{action}", params=params, headers=OWN).json()
        assert state["request"]["id"] != asked["id"]
    assert len(open_session(session.folder).skipped) == 1
    assert state["request"]["label"] != asked["label"]


def test_an_upload_that_is_tried_again_is_stored_once(
    client: TestClient, page: str, session: Session
) -> None:
    for _ in range(2):
        assert send(client, page, phone_photo(1)).status_code == 200
    assert len(open_session(session.folder).pictures) == 1
    assert send(client, page, phone_photo(2), upload="upload-2").status_code == 200
    assert len(open_session(session.folder).pictures) == 2


def test_two_phones_send_at_once(client: TestClient, page: str, session: Session) -> None:
    def fill(number: int) -> None:
        for turn in range(3):
            photo = phone_photo(10 * number + turn)
            query = {"phone": f"phone-number-{number}", "upload": f"upload-{number}-{turn}"}
            assert send(client, page, photo, **query).status_code == 200

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(fill, (1, 2)))
    pictures = open_session(session.folder).pictures
    assert len({each.id for each in pictures}) == 6
    asked = [json.loads(line) for line in log(session).splitlines()]
    labels = {each["id"]: each["label"] for each in asked if each["event"] == "asked"}
    assert [each.label for each in pictures] == [labels[each.request] for each in pictures]


@pytest.mark.parametrize(
    ("photo", "line"),
    [
        (b"shopping list", "one.jpg: not a readable photo"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "one.jpg: HEIC"),
        (b"\0\0\0\x18ftypmp42" + bytes(40), "one.jpg: a video"),
        (b"", "one.jpg: "),
    ],
)
def test_what_is_no_photo_is_refused_in_one_line(
    client: TestClient, page: str, session: Session, photo: bytes, line: str
) -> None:
    ask(client, page)
    before = log(session)
    answer = send(client, page, photo)
    assert answer.status_code == 422 and answer.json()["error"].startswith(line)
    assert "\n" not in answer.json()["error"] and "/" not in answer.json()["error"]
    assert log(session) == before


def test_a_full_disk_is_not_the_photos_fault(
    client: TestClient, page: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The phone keeps it, and sends it again."""

    def fail(*args: Any, **options: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "somewhere")

    ask(client, page)
    with monkeypatch.context() as patch:
        patch.setattr(files, "write_bytes", fail)
        answer = send(client, page, phone_photo(1))
        assert answer.status_code == 503 and "free some space" in answer.json()["error"]
    assert send(client, page, phone_photo(1)).status_code == 200
    assert len(open_session(session.folder).pictures) == 1


@pytest.mark.parametrize("said", [True, False])
def test_a_photo_that_is_too_large_is_not_read_to_its_end(
    client: TestClient, page: str, session: Session, monkeypatch: pytest.MonkeyPatch, said: bool
) -> None:
    monkeypatch.setattr(capture, "MAX_BYTES", 100_000)
    read = []

    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            read.append(True)
            yield bytes(10_000)

    params = ANN | {"upload": "upload-1", "file": "big.jpg", "label": "red"}
    headers = OWN | ({"Content-Length": "1000000"} if said else {})
    answer = client.post(f"{page}/photo", params=params, content=chunks(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["error"] == "big.jpg: larger than 50 MB; save a smaller copy"
    assert open_session(session.folder).pictures == ()


def test_another_site_changes_nothing(client: TestClient, page: str, session: Session) -> None:
    """It cannot send the header: that takes a question of the browser beforehand, which nobody
    answers."""
    asked = ask(client, page)
    before = log(session)
    params = ANN | {"upload": "upload-1", "label": "red", "request": asked["id"]}
    for action in ACTIONS:
        url, origin = f"{page}/{action}", {"Origin": "https://evil.example"}
        answer = client.post(url, params=params, content=phone_photo(), headers=origin)
        assert answer.status_code == 403
        asks = origin | {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": capture.HEADER,
        }
        allowed = client.options(url, headers=asks)
        assert "access-control-allow-origin" not in allowed.headers
    assert log(session) == before


def test_the_code_of_an_ended_session_says_so_and_does_nothing(
    client: TestClient, page: str, session: Session
) -> None:
    send(client, page, phone_photo(1))
    end(session)
    before = log(session)
    answer = client.get(page)
    assert answer.status_code == 200 and '"ended": true' in answer.text
    assert session.set_name not in answer.text
    assert not re.search(r"\bred\b", answer.text.split("<script")[1])
    assert client.get(f"{page}/state", params=ANN).status_code == 410
    assert client.get(f"{page}/photo", params=ANN | {"picture": "p0001"}).status_code == 410
    for action in ACTIONS:
        params = ANN | {"upload": "upload-2", "label": "red", "picture": "p0001"}
        answer = client.post(f"{page}/{action}", params=params, content=phone_photo(2), headers=OWN)
        assert answer.json() == {"error": "this session has ended"}
    assert log(session) == before
    begin(session.dataset_root, [], session.set_name)
    assert client.get(page).status_code == 404  # it has another code now


def test_a_retaken_photo_replaces_the_one_before(
    client: TestClient, page: str, session: Session
) -> None:
    send(client, page, phone_photo(1))
    (first,) = open_session(session.folder).pictures
    assert send(client, page, b"none", upload="upload-2", picture="p0001").status_code == 422
    assert open_session(session.folder).pictures == (first,)
    for _ in range(2):
        send(client, page, phone_photo(1), upload="upload-3", picture="p0001")
    (second,) = open_session(session.folder).pictures
    assert second.id != first.id and second.label == first.label and not second.warnings


@pytest.mark.parametrize("phone", ["", "short", "a" * 65, "../../../../", "ann ann ann"])
def test_what_no_page_of_ours_sends_is_refused(client: TestClient, page: str, phone: str) -> None:
    assert client.get(f"{page}/state", params={"phone": phone}).status_code == 400


# --- who may reach what ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "hosts", "status"),
    [
        ("127.0.0.1", ["localhost"], 200),
        ("::1", ["localhost", "127.0.0.1", "::1"], 200),
        ("192.168.0.9", ["localhost", "127.0.0.1", "::1"], 404),
        ("192.168.0.9", ["localhost", "192.168.0.2"], 200),
        ("192.168.0.9", ["*"], 200),
        ("192.168.0.9", [], 200),
    ],
)
def test_other_machines_reach_the_dashboard_only_by_a_name_that_is_allowed(
    monkeypatch: pytest.MonkeyPatch, machine: str, hosts: list[str], status: int
) -> None:
    monkeypatch.setattr(setup.config, "get_option", lambda name: hosts)
    app = Starlette(routes=setup.ROUTES, middleware=setup.MIDDLEWARE)
    url = PHONES_URL if machine.startswith("192") else "http://localhost:8501"
    client = TestClient(app, url, client=(machine, 5000))
    assert client.get("/app/static/plotly-LICENSE.txt").status_code == status
    assert client.get("/capture/none").text == "Not Found"


def test_a_demo_takes_photos_only_where_that_is_allowed(
    client: TestClient, page: str, tmp_path: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")
    assert client.get(page).status_code == 404
    monkeypatch.setenv("OVERFIT_LENS_CAPTURE", "maybe")
    assert client.get(page).status_code == 404
    monkeypatch.setenv("OVERFIT_LENS_CAPTURE", "on")
    visitor = visitor_dir(tmp_path / "runs", new_key())
    session = begin(capture_root(visitor, dataset.root), ["run-a"])
    page = f"/capture/{access_code(visitor, session)}"
    assert send(client, page, phone_photo(1)).status_code == 200
    assert list(dataset.root.glob("elsewhere/*.jpg")) == []


@pytest.mark.parametrize("headless", [True, False])
def test_a_browser_opens_where_there_is_a_display(
    monkeypatch: pytest.MonkeyPatch, headless: bool
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(setup.config, "get_option", lambda name: headless)
    monkeypatch.setattr(setup.server_util, "get_url", lambda host: f"http://{host}")
    monkeypatch.setattr(setup.cli_util, "open_browser", opened.append)
    monkeypatch.setattr(setup.health, "start_problems", list)
    monkeypatch.setattr(setup.os, "umask", lambda mask: masks.append(mask) or 0)
    masks: list[int] = []

    async def start() -> None:
        async with setup.lifespan(cast(Any, None)):
            await asyncio.sleep(0)

    asyncio.run(start())
    assert opened == ([] if headless else ["http://localhost"])
    assert masks == [0o077]
