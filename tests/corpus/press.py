"""Ctrl-C at a moment. Whether it has come is asked in the process itself, just before it does
something that Python's audit hooks are told of: no machine is too quick, or too slow, for that.

`python -m tests.corpus.press MODULE COMMAND...` is `python -m core COMMAND...` with Ctrl-C while it
imports MODULE.
"""

from __future__ import annotations

import runpy
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OPENS = "open"  # a file
Moment = Callable[[], bool]
_waiting: list[tuple[str, str, Moment]] = []
_heard = False  # a hook stays for good: one is enough


@contextmanager
def pressed(moment: Moment, event: str = OPENS, what: str = "") -> Iterator[None]:
    """Within, Ctrl-C is pressed once: at the first such event (of that file or module) at which the
    moment has come."""
    global _heard
    if not _heard:
        sys.addaudithook(_hear)
        _heard = True
    _waiting.append((event, what, moment))
    try:
        yield
    finally:
        _waiting.clear()


def _hear(event: str, found: tuple[object, ...]) -> None:
    if not _waiting or event != _waiting[0][0]:
        return
    _, what, moment = _waiting[0]
    if (what and what != found[0]) or threading.current_thread() is not threading.main_thread():
        return
    waits = _waiting.pop()  # the moment itself may open files
    if moment():
        signal.raise_signal(signal.SIGINT)  # to this thread: at once, and not to one of torch's
    else:
        _waiting.append(waits)


if __name__ == "__main__":
    _, module, *sys.argv[1:] = sys.argv
    with pressed(lambda: True, "import", module):
        runpy.run_module("core", run_name="__main__", alter_sys=True)
