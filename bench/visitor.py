"""A visitor of the dashboard without a browser: asks for pages as the browser does, and waits.

    .venv/bin/python bench/visitor.py http://localhost:8501 lesson runs "run?run=example-quick-s0"

Speaks Streamlit's own protocol over its websocket (the messages of the installed package): a page
counts as drawn when the server says that its script has finished. What the browser does with it
(pictures it fetches, drawing) is not in the time. Prints seconds, titles and errors of each page;
ends with 1 where a page has an error.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.sync.client import connect

PAGE_TIMEOUT = 120.0  # seconds for a page
_MAX_MESSAGE_BYTES = 200_000_000  # bytes of a message


@dataclass
class PageResult:
    """A page as it came: seconds, its titles, its errors, its buttons' ids by their labels, and
    the link as the page left it."""

    seconds: float = 0.0
    titles: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)
    query: str = ""


class Visitor:
    """One session of the server at `url`."""

    def __init__(self, url: str, address: str = "") -> None:
        """address: where a proxy on this machine says that the visitor is."""
        self._pages: dict[str, str] = {}  # their names in a link, and what Streamlit calls them
        self._connecting = connect(
            url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit"],
            additional_headers={"X-Forwarded-For": address} if address else None,
            max_size=_MAX_MESSAGE_BYTES,
            open_timeout=60,
            ping_timeout=None,
            compression=None,
        )

    def __enter__(self) -> Visitor:
        self._socket = self._connecting.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def open(self, page: str, query: dict[str, str] | str = "", press: str = "") -> PageResult:
        """The page of that name (empty: the first one), with a link's parameters; `press`: the id
        of a button that was clicked there."""
        words = query if isinstance(query, str) else urlencode(query)
        states = [WidgetState(id=press, trigger_value=True)] if press else []
        # As "back" and "forward" do: controls take what the link says, not what they said before.
        asked = ClientState(
            query_string=words,
            page_name=page,
            page_script_hash=self._pages.get(page, ""),
            widget_states=WidgetStates(widgets=states),
            is_history_navigation=not press,
        )
        found, begun = PageResult(query=words), time.perf_counter()
        self._socket.send(BackMsg(rerun_script=asked).SerializeToString())
        while True:
            data = self._socket.recv(timeout=PAGE_TIMEOUT)
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "navigation":
                for p in message.navigation.app_pages:
                    self._pages["" if p.is_default else p.url_pathname] = p.page_script_hash
            elif kind == "delta":
                _read(message, found)
            elif kind == "page_info_changed":
                found.query = message.page_info_changed.query_string
            elif kind == "script_finished" and message.script_finished in (
                ForwardMsg.FINISHED_SUCCESSFULLY,
                ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
            ):
                found.seconds = time.perf_counter() - begun
                return found


def _read(message: ForwardMsg, found: PageResult) -> None:
    element = message.delta.new_element
    kind = element.WhichOneof("type")
    if kind == "heading" and element.heading.tag == "h1":
        found.titles.append(element.heading.body)
    elif kind == "exception":
        found.errors.append(f"{element.exception.type}: {element.exception.message}")
    elif kind == "alert" and element.alert.format == element.alert.ERROR:
        found.errors.append(element.alert.body)
    elif kind == "button":
        found.buttons[element.button.label] = element.button.id


def main(url: str, *pages: str) -> int:
    wrong = 0
    with Visitor(url) as visitor:
        for page in pages or ("",):
            name, _, query = page.partition("?")
            drawn = visitor.open("" if name == "lesson" else name, query)
            print(f"{page}: {drawn.seconds:.2f} s, {drawn.titles} {drawn.errors or ''}", flush=True)
            wrong += bool(drawn.errors) or not drawn.titles
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
