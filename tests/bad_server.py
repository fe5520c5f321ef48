"""A local HTTP server that serves files and misbehaves as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class BadServer:
    """files: content by path. orders: by path, what each request in turn is answered with; the last
    order holds for all that follow, `ok` without any. seen: (path, Range) of each request.

    Orders: ok, no-range (always everything), truncate (breaks off half way), stall (half, then
    silence), silent (nothing after the head), drip (a byte now and then), wrong (other bytes),
    short (and says so), long, html, elsewhere (another range than asked for), loop (redirects to
    itself), or an HTTP status.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.responses: dict[str, list[str]] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.closing = threading.Event()
        self.url = ""

    def next_response(self, path: str) -> str:
        orders = self.responses.get(path) or ["ok"]
        return orders.pop(0) if len(orders) > 1 else orders[0]


@contextmanager
def bad_server() -> Iterator[BadServer]:
    """Serves on a free port of this machine until the block ends."""
    told = BadServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, asked = self.path.lstrip("/"), self.headers.get("Range")
            told.requests.append((path, asked))
            if path not in told.files:
                self.send_error(404)
                return
            order = told.next_response(path)
            if order.isdigit():
                self.send_error(int(order))
            elif order == "loop":
                self._head(302, Location=self.path)
            elif order == "html":
                page = b"<html>Please log in.</html>"
                self._head(200, page, Content_Type="text/html; charset=utf-8")
                self.wfile.write(page)
            else:
                self._send(told.files[path], asked, order)

        def _send(self, data: bytes, range_header: str | None, order: str) -> None:
            data = {"wrong": data[:-9] + b"!" * 9, "short": data[:-9], "long": data + b"!" * 9}.get(
                order, data
            )
            start = int(range_header.removeprefix("bytes=").rstrip("-")) if range_header else 0
            if not range_header or order == "no-range":
                self._head(200, data)
                start = 0
            elif start >= len(data):
                self.send_error(416)
                return
            else:
                told_start = start + 1 if order == "elsewhere" else start
                whole = f"bytes {told_start}-{len(data) - 1}/{len(data)}"
                self._head(206, data[start:], Content_Range=whole)
            half = data[start : start + max(1, (len(data) - start) // 2)]
            if order == "truncate":
                self.wfile.write(half)
            elif order in ("stall", "silent"):
                self.wfile.write(half if order == "stall" else b"")
                self.wfile.flush()
                told.closing.wait(20)
            elif order == "drip":
                for place in range(start, len(data)):
                    self.wfile.write(data[place : place + 1])
                    if told.closing.wait(0.02):
                        break
            else:
                self.wfile.write(data[start:])

        def _head(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # a client that hangs up is what these tests are about

    server = Server(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield told
    finally:
        told.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
