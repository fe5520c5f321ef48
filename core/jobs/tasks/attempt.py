"""One attempt at a run or a search: its log, and its end in status.json, whatever ends it."""

import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from core.base import files
from core.base.errors import InputError, RunError, os_error_line
from core.base.language import N_
from core.store.run import OWNER_LOCK, Run
from core.store.status import Clock, State


class Cancelled(Exception):
    """Somebody asked the run to stop."""


@contextmanager
def run_lifecycle(run: Run, clock: Clock) -> Iterator[logging.Logger]:
    """Takes up what waits and yields its log. Bad input and any other error end it as `failed` with
    one line; a wish to cancel, or Ctrl-C, as `cancelled`. Raises what ended it, apart from
    Cancelled; and RunError where it does not wait, or not any more: it is then as it was.

    The run is this process's own meanwhile: it holds the run's lock until its end is written."""
    with ExitStack() as owner:
        claim_run(run, clock, owner)
        log = _open_log(run)
        try:
            yield log
        except (Cancelled, KeyboardInterrupt) as error:
            cancelled = isinstance(error, Cancelled)
            log.info("cancelled" if cancelled else "interrupted")
            end_run(run, clock, owner, "cancelled", None)
            if not cancelled:
                raise
        except Exception as error:
            log.error("%s", error if isinstance(error, InputError) else traceback.format_exc())
            end_run(run, clock, owner, "failed", _error_line(error))
            raise
        finally:
            for handler in log.handlers[:]:
                with suppress(OSError):  # a full disk
                    handler.close()
                log.removeHandler(handler)
        with suppress(InputError), run.state_lock():
            let_go(run, owner)


def _error_line(error: Exception) -> str:
    if isinstance(error, InputError):
        return str(error)
    first_line = (str(error).strip().splitlines() or [""])[0]
    line = f"{type(error).__name__}: {first_line}"
    return (os_error_line(error) if isinstance(error, OSError) else line)[:300]


def claim_run(run: Run, clock: Clock, owner: ExitStack) -> None:
    """Of two processes that would carry out the same, one does."""
    with run.state_lock():
        state = run.status().state
        if state != "queued":
            raise RunError(
                N_("{run}: is {state}; only queued runs can start", run=run.id, state=state)
            )
        if not owner.enter_context(files.hold_lock(run.path / OWNER_LOCK)):
            raise RunError(N_("{run}: another process is already running it", run=run.id))
        run.report(clock, "")


def check_cancelled(run: Run) -> None:
    """Raises Cancelled when somebody has asked for the run to stop."""
    if run.cancel_requested():
        raise Cancelled


def end_run(run: Run, clock: Clock, owner: ExitStack, state: State, error: str | None) -> None:
    """Writes how it ended and lets the run go, at once for whoever would resume it."""
    # On a full disk this fails too; the worker's recovery then writes the end when it can.
    with suppress(OSError, InputError), run.state_lock():
        run.end(clock, state, error)
        let_go(run, owner)


def let_go(run: Run, owner: ExitStack) -> None:
    """Gives the run's lock back, and its file goes; only within the run's `state_lock`."""
    lock = run.path / OWNER_LOCK
    if files.lock_holder(lock) == os.getpid():  # it may have been deleted, and asked for anew
        with suppress(OSError):
            lock.unlink()
    owner.close()


class _LogFile(logging.FileHandler):
    """On a full disk it stays short, without Python's complaint about that on stderr."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass


def _open_log(run: Run) -> logging.Logger:
    log = logging.getLogger(f"overfit_lens.run.{run.id}")
    log.setLevel(logging.INFO)
    log.propagate = False
    handler = _LogFile(run.path / "log.txt", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    return log
