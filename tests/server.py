"""A server of one file on this machine, with the ways in which real ones disappoint."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread

import pytest
import torch

from core.model.backbones import _BUILDERS
from core.model.layers import BACKBONES

SERVED = "mobilenet_v3_large"  # the smallest


class FileServer:
    """Sends `data` for every address; used as a context manager.

    ranges: whether it can begin in the middle. cut: the connection ends after so many bytes of an
    answer. status: answered instead, with no file. asked: the `Range` of each request, in order.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.ranges = True
        self.cut: int | None = None
        self.status = 200
        self.asked: list[str | None] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FileServer:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(files: FileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            files.asked.append(wanted)
            if files.status != 200:
                self.send_error(files.status)
                return
            first = 0
            if wanted and files.ranges:
                first = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if first and first >= len(files.data):
                self.send_error(416)
                return
            self.send_response(206 if first else 200)
            if first:
                last = len(files.data) - 1
                self.send_header("Content-Range", f"bytes {first}-{last}/{len(files.data)}")
            self.send_header("Content-Length", str(len(files.data) - first))
            self.end_headers()
            end = len(files.data) if files.cut is None else first + files.cut
            self.wfile.write(files.data[first:end])

        def log_message(self, *words: object) -> None:
            pass

    return Handler


def publish(data: bytes, server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets `data` be the ImageNet weights of SERVED, and `server` be where torchvision has them."""
    server.data = data
    address = f"{server.url}/{SERVED}-{hashlib.sha256(data).hexdigest()[:8]}.pth"
    facts = replace(BACKBONES[SERVED], weights_url=address)
    monkeypatch.setitem(BACKBONES, SERVED, facts)


def saved(state: object) -> bytes:
    """What torch.save writes into a file."""
    file = BytesIO()
    torch.save(state, file)
    return file.getvalue()


def random_weights() -> bytes:
    """A file of SERVED's weights, the same each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return saved(_BUILDERS[SERVED](32)[0].state_dict())
