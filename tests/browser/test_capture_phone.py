"""The page for phones in a phone's window, while the server is killed and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.capture.access import access_code
from core.capture.session import (
    Answer,
    Session,
    begin,
    end,
    open_session,
    read_events,
    record_answer,
)
from core.jobs.preview import client
from tests.browser.conftest import TIMEOUT_MS, Server, free_port
from tests.core.capture.photos import phone_photo
from tests.factory import write_dataset, write_run
from tests.fork_server import ForkServer
from tests.waiting import wait_for

PHOTO = {"name": "photo.jpg", "mimeType": "image/jpeg"}


@pytest.fixture
def server(tmp_path: Path, fork_server: ForkServer) -> Iterator[Server]:
    places = {"OVERFIT_LENS_RUNS": tmp_path / "runs", "OVERFIT_LENS_DATA": tmp_path / "dataset"}
    environment = {name: str(place) for name, place in places.items()}
    server = Server(fork_server, environment, free_port(), tmp_path / "server.log")
    server.start()
    yield server
    if server.process is not None:
        server.process.terminate()
        server.process.wait()
    client.stop_preview(tmp_path / "runs")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A session of two runs without weights: no process answers."""
    dataset = write_dataset(tmp_path / "dataset" / "books")
    runs = [write_run(tmp_path / "runs", dataset, n).id for n in ("quick", "looks-good")]
    return begin(dataset.root, runs, seed=1)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone's page; its policy lets all of its parts be."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    yield page
    context.close()
    expected = "Failed to load resource"  # while the server is away, or has refused something
    assert [line for line in told if not line.startswith(expected)] == []


def take(phone: Page, number: int) -> None:
    photo = phone_photo(number, (2000, 1500))
    phone.set_input_files("#camera", {**PHOTO, "buffer": photo})


@pytest.mark.slow
def test_nothing_is_lost_when_the_server_is_killed(
    server: Server, session: Session, phone: Page, tmp_path: Path
) -> None:
    phone.goto(f"{server.url}/capture/{access_code(tmp_path / 'runs', session)}")
    take_it, tally = phone.get_by_role("button", name="Take photo"), phone.locator("#tally")
    expect(take_it).to_be_enabled()
    for number in (1, 2):
        take(phone, number)
        expect(tally).to_contain_text(f"{number} photo")
    take(phone, 3)
    server.kill()  # whether it has stored the photo or not
    expect(phone.get_by_role("status")).to_contain_text("No connection")
    photos = [{**PHOTO, "buffer": phone_photo(n, (2000, 1500))} for n in (4, 5)]
    phone.set_input_files("#chosen", photos)
    expect(phone.locator("#outbox img")).to_have_count(3)
    server.start()
    expect(tally).to_contain_text("5 photos")
    expect(phone.locator("#outbox img")).to_have_count(0)

    found = open_session(session.folder)
    assert len(found.pictures) == len({each.upload_id for each in found.pictures}) == 5
    asked = {e["id"]: e["label"] for e in read_events(session.folder) if e["event"] == "asked"}
    assert [each.label for each in found.pictures] == [asked[p.request] for p in found.pictures]
    newest = found.pictures[-1]
    # The phone has turned and resized it, and its location has not left the phone.
    assert b"Secret" not in found.path(newest).read_bytes()

    wanted = phone.locator("h1").inner_text()
    phone.reload()  # as after a screen that slept
    expect(phone.locator("h1")).to_have_text(wanted, use_inner_text=True)
    record_answer(session, newest.id, session.runs[0], Answer(newest.label, 0.9))
    record_answer(session, newest.id, session.runs[1], Answer("nothing", 0.9))
    card = phone.locator("article").first
    expect(card).to_contain_text("✓ correct")
    expect(card).to_contain_text("✗ wrong")
    expect(phone.get_by_role("status")).to_have_text("quick: correct. looks-good: wrong")


@pytest.mark.slow
def test_a_photo_is_undone_kept_and_pointed_at_by_a_tap(
    server: Server, session: Session, phone: Page, tmp_path: Path
) -> None:
    phone.goto(f"{server.url}/capture/{access_code(tmp_path / 'runs', session)}")
    status, card = phone.get_by_role("status"), phone.locator("article")
    expect(phone.get_by_role("button", name="Take photo")).to_be_enabled()
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    take(phone, 1)
    card.locator("img").tap()
    expect(phone.get_by_role("img", name="The object is here")).to_be_visible()
    (picture,) = open_session(session.folder).pictures
    assert picture.point == pytest.approx((0.5, 0.5), abs=0.02)
    take(phone, 1)
    expect(card.first).to_contain_text("almost identical to")
    card.first.get_by_role("button", name="Keep").tap()
    expect(phone.get_by_text("almost identical to")).to_have_count(0)
    phone.get_by_role("button", name="Undo").first.tap()
    wait_for(lambda: len(open_session(session.folder).pictures) == 1)
    before = phone.locator("h1").inner_text()
    phone.get_by_role("button", name="Skip").tap()
    expect(phone.locator("h1")).not_to_have_text(before, use_inner_text=True)
    end(session)
    expect(phone.locator("h1")).to_contain_text("This session has ended")
    expect(phone.get_by_role("button", name="Take photo")).to_have_count(0)
    expect(status).to_have_text("")
