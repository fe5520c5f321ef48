"""A folder of example runs for the lesson, written by the factory."""

from __future__ import annotations

from pathlib import Path

from core.data.dataset import Dataset
from tests.factory import write_run

SEEDS = 3


def write_examples(folder: Path, dataset: Dataset) -> Path:
    """Three trainings each of what only looks good and of what generalises."""
    for seed in range(SEEDS):
        write_run(folder, dataset, "quick", changes={"seed": seed}, minutes=seed)
        write_run(folder, dataset, "looks-good", changes={"seed": seed}, minutes=10 + seed)
    return folder
