"""A process that writes annotations: a module of its own, as each such process loads it anew."""

from __future__ import annotations

from multiprocessing.synchronize import Barrier
from pathlib import Path

from core.store.annotations import annotate
from core.store.run import Run


def write(folder: Path, number: int, ready: Barrier) -> None:
    run = Run(folder)
    ready.wait(300)  # seconds; until the others have started too
    for step in range(5):
        annotate(run, add_tags=[f"w{number}-{step}"], remove_tags=[f"w{number}-{step - 1}"])
    annotate(run, **[{"name": "mine"}, {"starred": True}, {"note": "theirs"}][number])
