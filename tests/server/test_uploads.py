"""Files that are sent to Streamlit, of whom and how much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from server import uploads
from tests.server.conftest import HOST

MB = 1024 * 1024


class Runtime:
    """Streamlit's, as far as it is asked for sessions and files. Sessions: whether each is
    connected, and whether its page has an uploader."""

    def __init__(self) -> None:
        self.uploaded_file_mgr = MemoryUploadedFileManager("/_stcore/upload_file")
        self.sessions = {"ann": True, "bob": True, "eve": False}
        self._session_mgr = SimpleNamespace(
            get_session_info=lambda name: name if name in self.sessions else None
        )

    def get_app_session(self, name: str) -> Any:
        if name not in self.sessions:
            return None
        kind = "file_uploader_state_value" if self.sessions[name] else "int_value"
        widgets = SimpleNamespace(
            states={"a": 1, "b": 1},
            widget_metadata={
                "a": SimpleNamespace(value_type=kind),
                "gone": SimpleNamespace(value_type="file_uploader_state_value"),
            },
        )
        state = SimpleNamespace(_new_widget_state=widgets, _old_state={"mine": 1})
        return SimpleNamespace(session_state=state)

    def hold(self, session: str, megabytes: int, name: str = "") -> None:
        data = b"x" * megabytes * MB
        record = UploadedFileRec(name or str(megabytes), "x.zip", "", data)
        self.uploaded_file_mgr.add_file(session, record)


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]) -> Iterator[Runtime]:
    options["server.maxUploadSize"] = 2
    found = Runtime()
    monkeypatch.setattr(uploads.runtime, "get_instance", lambda: found)
    yield found


def put(client: TestClient, session: str, body: bytes = b"x", size: int | None = None) -> int:
    """The status of an answer. size: what the request says of itself."""
    told = {} if size is None else {"Content-Length": str(size)}
    path = f"/_stcore/upload_file/{session}/1"
    return client.put(path, content=body, headers=told).status_code


async def put_parts(client: TestClient, session: str, parts: AsyncIterator[bytes]) -> int:
    """The same, part by part."""
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        try:
            return {"type": "http.request", "body": await anext(parts), "more_body": True}
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    path = f"/_stcore/upload_file/{session}/1"
    scope = {"type": "http", "method": "PUT", "path": path, "query_string": b"", "root_path": "",
             "headers": [(b"host", HOST.encode())], "client": ("127.0.0.1", 1)}  # fmt: skip
    await client.app(scope, receive, send)
    return int(said[0]["status"])


def test_only_a_session_whose_page_takes_a_file_sends_one(
    client: TestClient, runtime: Runtime
) -> None:
    assert put(client, "ann") == 200
    for other in (
        "eve",
        "nobody",
        "",
        "eve%2F..%2Fann",
        "%00",
        "Ann",
        "ann ",
        "gone",
        "__class__",
    ):
        assert put(client, other) == 403, other


def test_files_are_taken_away_by_whoever_is_there(client: TestClient, runtime: Runtime) -> None:
    assert client.delete("/_stcore/upload_file/eve/1").status_code == 200
    assert client.delete("/_stcore/upload_file/nobody/1").status_code == 403


@pytest.mark.parametrize(("mode", "capture"), [("demo", ""), ("demo", "maybe"), ("dmeo", "")])
def test_where_nothing_is_uploaded_nothing_is_taken(
    client: TestClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, mode: str, capture: str
) -> None:
    monkeypatch.setenv("OVERFIT_LENS_MODE", mode)
    monkeypatch.setenv("OVERFIT_LENS_CAPTURE", capture)
    assert put(client, "ann") == 403


def test_what_is_too_much_is_refused_before_it_comes(client: TestClient, runtime: Runtime) -> None:
    assert put(client, "ann", size=6 * MB) == 413
    assert put(client, "ann", b"x" * 4 * MB) == 200
    runtime.hold("ann", 4)
    assert put(client, "ann", b"x" * 2 * MB) == 413
    assert put(client, "bob", b"x" * 2 * MB) == 200  # another's is not


def test_and_while_it_comes_where_its_size_is_not_told(
    client: TestClient, runtime: Runtime
) -> None:
    taken = []

    async def body() -> AsyncIterator[bytes]:
        while True:
            taken.append(MB // 4)
            yield b"x" * taken[-1]

    assert asyncio.run(put_parts(client, "ann", body())) == 413
    assert sum(taken) <= 5.5 * MB
    assert put(client, "ann", b"x" * 4 * MB) == 200  # what was refused is not counted on


def test_all_together_have_a_budget_too(client: TestClient, runtime: Runtime) -> None:
    for number in range(5):
        runtime.sessions[f"s{number}"] = True
        runtime.hold(f"s{number}", 2)
    assert put(client, "ann") == 413
    runtime.uploaded_file_mgr.remove_session_files("s0")
    assert put(client, "ann") == 200


def test_so_many_files_are_enough(
    client: TestClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_FILES", 3)
    for name in "abc":
        assert put(client, "ann") == 200
        runtime.hold("ann", 0, name)
    assert put(client, "ann") == 413


def test_files_go_with_their_session(client: TestClient, runtime: Runtime) -> None:
    runtime.hold("ann", 1)
    runtime.hold("left", 1)
    uploads.forget_gone_sessions()
    assert list(runtime.uploaded_file_mgr.file_storage) == ["ann"]


def test_a_session_that_ends_while_its_file_comes_leaves_none(
    client: TestClient, runtime: Runtime
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"x"
        del runtime.sessions["ann"]
        runtime.hold("ann", 1)  # as Streamlit stores what it has read to the end

    asyncio.run(put_parts(client, "ann", body()))
    assert list(runtime.uploaded_file_mgr.file_storage) == []


def test_those_that_come_at_once_are_counted_together(client: TestClient, runtime: Runtime) -> None:
    async def run() -> list[int]:
        come, others = asyncio.Event(), []

        async def first() -> AsyncIterator[bytes]:
            yield b"x" * 3 * MB
            await come.wait()

        async def second() -> AsyncIterator[bytes]:
            yield b"x" * 3 * MB

        waiting = asyncio.create_task(put_parts(client, "ann", first()))
        await asyncio.sleep(0)
        for name in ("ann", "bob"):
            others.append(await put_parts(client, name, second()))
        come.set()
        return [*others, await waiting]

    assert asyncio.run(run()) == [413, 200, 200]
