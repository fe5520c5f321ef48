"""The preview process: answers the dashboard's questions that need torch, one at a time.

`python -m core preview` starts it; the dashboard does so when it first asks
(core.jobs.preview.client). One thread, at low priority and never on a GPU: a training beside it
goes on undisturbed. It keeps decoded photos and a few runs' networks in memory, and leaves when
nobody has asked for a while."""

import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from core.base.errors import InputError, one_line
from core.base.language import N_
from core.jobs.detached import DetachedProcess
from core.jobs.messages import Message, MessageError, is_disconnected, receive, send
from core.jobs.preview.client import COMMAND, socket_path

NICE = 5  # how far it stands back behind a training
READ_SECONDS = 5.0  # for a question to arrive, and for its answer to be taken
WORK_SECONDS = 30.0  # for an answer
_BACKLOG = 64  # questions
Handler = Callable[[Message], Message]


def serve(runs_dir: Path, idle_seconds: float) -> bool:
    """Serves until nobody has asked for `idle_seconds`; False when another process does."""
    with DetachedProcess(COMMAND, runs_dir).hold_lock() as mine:
        if not mine:
            return False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sys.exit())
        answer = _load_handler(runs_dir)
        with _listening(socket_path(runs_dir)) as listener:
            _loop(listener, answer, idle_seconds)
    return True


def _load_handler(runs_dir: Path) -> Handler:
    """Loads torch and what else is slow the first time."""
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # read when torch is loaded

    from core.jobs.preview.answers import RequestHandler

    answering = RequestHandler(runs_dir)
    answering.warm_up()
    os.nice(NICE)  # only now: someone waits for the start
    return answering.handle


@contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    """A socket that only its owner can open. Whoever holds the lock may take its place."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    earlier = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(earlier)
    try:
        listener.listen(_BACKLOG)
        yield listener
    finally:
        path.unlink(missing_ok=True)
        listener.close()


def _loop(listener: socket.socket, handler: Handler, idle_seconds: float) -> None:
    leaving = False
    with suppress(SystemExit):
        while True:
            listener.settimeout(0 if leaving else idle_seconds)
            try:
                connection, _ = listener.accept()
            except (TimeoutError, BlockingIOError):
                if leaving:
                    return
                # Nobody can connect any more; whoever just did is still answered.
                Path(listener.getsockname()).unlink(missing_ok=True)
                leaving = True
                continue
            with connection:
                handle_connection(connection, handler)


def handle_connection(connection: socket.socket, handler: Handler) -> None:
    """One question and its answer, or one line that says why there is none."""
    try:
        question = receive(connection, READ_SECONDS)
        if is_disconnected(connection):
            return  # the page asks something else by now
        reply = _respond(handler, question)
    except MessageError as error:
        reply = _error_message(str(error))
    with suppress(OSError):  # nobody waits for it
        try:
            send(connection, reply, READ_SECONDS)
        except MessageError as error:
            send(connection, _error_message(str(error)), READ_SECONDS)


def _respond(handler: Handler, request: Message) -> Message:
    begun = time.monotonic()
    try:
        with time_limit(WORK_SECONDS):
            return handler(request)
    except InputError as error:
        return _error_message(str(error))
    except RequestTimeout:
        return _error_message(N_("timed out after {limit:.0f} seconds", limit=WORK_SECONDS))
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        told = N_("the preview failed ({kind}: {reason}); see preview.log for details")
        kind, reason = type(error).__name__, one_line(error, 200)
        return _error_message(told.format(kind=kind, reason=reason))
    finally:
        seconds = time.monotonic() - begun
        print(f"{request.fields.get('what')!r:.20}: {seconds:.2f} s", flush=True)


def _error_message(line: str) -> Message:
    return Message({"error": " ".join(line.split())})


class RequestTimeout(BaseException):
    """A question took too long. Not an Exception, so that no code in between takes it for one."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises RequestTimeout in the block once it has taken so long. Only in the main thread."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise RequestTimeout

    earlier: Any = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)
