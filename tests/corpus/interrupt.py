"""Ctrl-C at a moment. Whether it has come is asked in the process itself, just before it does
something that Python's audit hooks are told of: no machine is too quick, or too slow, for that.

`python -m tests.corpus.interrupt MODULE COMMAND...` is `python -m core COMMAND...` with Ctrl-C
while it imports MODULE."""

from __future__ import annotations

import runpy
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OPEN_EVENT = "open"  # a file
Moment = Callable[[], bool]
_pending: list[tuple[str, str, Moment]] = []
_hook_installed = False  # a hook stays for good: one is enough


@contextmanager
def interrupt_when(condition: Moment, event: str = OPEN_EVENT, target: str = "") -> Iterator[None]:
    """Within, Ctrl-C is pressed once: at the first such event (of that file or module) at which the
    moment has come."""
    global _hook_installed
    if not _hook_installed:
        sys.addaudithook(_audit_hook)
        _hook_installed = True
    _pending.append((event, target, condition))
    try:
        yield
    finally:
        _pending.clear()


def _audit_hook(event: str, found: tuple[object, ...]) -> None:
    if not _pending or event != _pending[0][0]:
        return
    _, what, moment = _pending[0]
    if (what and what != found[0]) or threading.current_thread() is not threading.main_thread():
        return
    waits = _pending.pop()  # the moment itself may open files
    if moment():
        signal.raise_signal(signal.SIGINT)  # to this thread: at once, and not to one of torch's
    else:
        _pending.append(waits)


if __name__ == "__main__":
    _, module, *sys.argv[1:] = sys.argv
    with interrupt_when(lambda: True, "import", module):
        runpy.run_module("core", run_name="__main__", alter_sys=True)
