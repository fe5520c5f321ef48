"""What every answer has, and what of requests is written down."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from server import responses, setup


@pytest.mark.parametrize("path", ["/", "/train", "/media/x", "/healthz", "/capture/none", "/x/y"])
def test_every_answer_says_what_a_page_may_do(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "*" not in policy
    assert policy.endswith("frame-ancestors 'self'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_refusals_say_it_too(client: TestClient) -> None:
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 403 and "Content-Security-Policy" in answer.headers


def test_frames_only_where_the_owner_names_them(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(responses.FRAMES, "https://huggingface.co, https://*.hf.space")
    policy = client.get("/").headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' https://huggingface.co https://*.hf.space")
    for told in ("*", "https://x; script-src *", "huggingface.co", "https://a.example/b"):
        monkeypatch.setenv(responses.FRAMES, told)
        assert client.get("/").headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")


@pytest.mark.parametrize("host", ["x; script-src *", "a b", 'a"b', "a,b"])
def test_a_name_adds_nothing_to_the_policy(host: str) -> None:
    assert host not in responses.policy(host)
    assert " ws://[::1]:8501 wss://[::1]:8501;" in responses.policy("[::1]:8501")


def test_the_log_has_a_line_for_each_request_and_no_key(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", responses.LOG.name)
    number = client.get("/train?key=SECRET").headers["X-Request-ID"]
    client.get("/capture/SECRET?lang=ja")
    client.post("/capture/SECRET/photo?phone=SECRET", headers={"Cookie": "_streamlit_user=SECRET"})
    client.put("/_stcore/upload_file/SECRET/SECRET-1", headers={"Origin": "http://x"})
    client.get("/media/SECRET.png", headers={"Referer": "http://localhost/?key=SECRET"})
    client.get("/a%0Ab")
    lines = [json.loads(line.message) for line in caplog.records if line.name == responses.LOG.name]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("GET", "/train", 200),
        ("GET", "/capture/…", 404),
        ("POST", "/capture/…/photo", 404),
        ("PUT", "/_stcore/upload_file/…", 403),
        ("GET", "/media/…", 200),
        ("GET", "/a\nb", 404),
    ]
    assert "SECRET" not in caplog.text and lines[0]["id"] == number
    assert all(line["client"] == "127.0.0.1" for line in lines if line["status"] == 403)
    assert not any("\n" in line.message for line in caplog.records)


@pytest.mark.parametrize(("chunk", "whole"), [(0.01, 900.0), (30.0, 0.0)])
def test_a_body_that_does_not_come_ends_the_request(
    monkeypatch: pytest.MonkeyPatch, chunk: float, whole: float
) -> None:
    monkeypatch.setattr(responses, "CHUNK_SECONDS", chunk)
    monkeypatch.setattr(responses, "BODY_SECONDS", whole)

    async def take(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    app = Starlette(routes=[Route("/", take, methods=["POST"])], middleware=setup.MIDDLEWARE)
    said: list[dict[str, Any]] = []
    first = [{"type": "http.request", "body": b"x", "more_body": True}]

    async def receive() -> dict[str, Any]:
        return first.pop() if first else await asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "root_path": "",
             "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1)}  # fmt: skip
    asyncio.run(app(scope, receive, send))
    assert said[0]["status"] == 408 and (b"connection", b"close") in said[0]["headers"]
