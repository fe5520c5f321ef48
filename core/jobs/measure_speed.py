"""Measuring this machine beside the dashboard: in a process of its own, and never while a run
trains, since each would slow the other.

The dashboard asks `ask`, which starts such a process when it is needed and tells how it stands.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.base import demo_mode, files
from core.base.files import PROJECT_ROOT
from core.base.language import N_
from core.jobs.local import process_alive, running_work_id
from core.recipe.schema import Recipe
from core.train.speed import Speed, read_speed, speed_path

POLL_SECONDS = 1.0
STARTUP_GRACE = 30.0  # a process that has just been started may not have written its note yet
_children: dict[Path, tuple[subprocess.Popen[bytes], float]] = {}  # kept, so that they are reaped


@dataclass(frozen=True)
class MeasurementStatus:
    """How a measurement stands: `waiting` for a run to end, `measuring`, or `failed`: `error`."""

    state: Literal["waiting", "measuring", "failed"]
    error: str = ""


def request_speed(runs_dir: Path, recipe: Recipe) -> Speed | MeasurementStatus:
    """The calibration for a recipe, or how the process stands that makes it; starts one if there is
    none. Returns at once."""
    found = read_speed(runs_dir, recipe)
    if found is not None:
        return found
    if (
        demo_mode.is_enabled()
    ):  # it would take a process with torch; the worker measures before its first run
        return MeasurementStatus("waiting")
    note = _status_path(runs_dir, recipe)
    try:
        written = json.loads(note.read_text("utf-8"))
        told, pid = MeasurementStatus(written["state"], written["error"]), int(written["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        told, pid = MeasurementStatus("measuring"), 0
    if told.state == "failed":
        return told
    child = _children.get(note)
    if child is not None and child[0].poll() is None:
        return told
    if child is not None and time.monotonic() - child[1] < STARTUP_GRACE:
        # It has ended without a result: it cannot measure here.
        return MeasurementStatus(
            "failed", N_("it ended with status {status}").format(status=child[0].returncode)
        )
    if pid and process_alive(pid):
        return told  # another dashboard's, or one from before a restart
    _start(runs_dir, recipe, note)
    return MeasurementStatus("measuring")


def clear_failure(runs_dir: Path, recipe: Recipe) -> None:
    """Lets a failed measurement be tried again."""
    note = _status_path(runs_dir, recipe)
    note.unlink(missing_ok=True)
    _children.pop(note, None)


def measure(
    runs_dir: Path, recipe: Recipe, on_wait: Callable[[str], None] = lambda run: None
) -> Speed:
    """Measures, in this process, once no run trains; what is known already is returned at once.

    `on_wait` is told the run that is waited for. Whatever goes wrong is noted for `ask` and raised.
    """
    from core.train.calibrate import speed_for  # torch

    note = _status_path(runs_dir, recipe)
    try:
        _write_status(note, "measuring")
        while (run := running_work_id(runs_dir)) is not None:
            _write_status(note, "waiting")
            on_wait(run)
            while running_work_id(runs_dir) == run:
                time.sleep(POLL_SECONDS)
        _write_status(note, "measuring")
        speed = speed_for(runs_dir, recipe)
        note.unlink(missing_ok=True)
        return speed
    except Exception as error:
        _write_status(note, "failed", " ".join(str(error).split())[:300] or type(error).__name__)
        raise


def _status_path(runs_dir: Path, recipe: Recipe) -> Path:
    return speed_path(Path(runs_dir).resolve(), recipe).with_suffix(".note")


def _write_status(status_path: Path, state: str, error: str = "") -> None:
    with suppress(OSError):
        status_path.parent.mkdir(parents=True, exist_ok=True)
        files.write_json(status_path, {"state": state, "error": error, "pid": os.getpid()})


def _start(runs_dir: Path, recipe: Recipe, status_path: Path) -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "core",
            "calibrate",
            recipe.backbone,
            "--map-stride",
            str(recipe.map_stride),
            "--image-size",
            str(recipe.image_size),
            "--precision",
            recipe.precision,
            "--runs",
            str(Path(runs_dir).resolve()),
        ],
        cwd=PROJECT_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _children[status_path] = (process, time.monotonic())
