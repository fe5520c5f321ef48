"""Where the app finds things: the two folders that the environment may move."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def runs_dir() -> Path:
    """The folder of run folders: OVERFIT_LENS_RUNS, or `runs/` in the project."""
    return Path(os.environ.get("OVERFIT_LENS_RUNS") or ROOT / "runs")


def data_parent() -> Path:
    """The folder of data sets: OVERFIT_LENS_DATA, or `dataset/` in the project."""
    return Path(os.environ.get("OVERFIT_LENS_DATA") or ROOT / "dataset")
