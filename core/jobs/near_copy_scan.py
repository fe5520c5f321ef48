"""Near-copies of a large data set, looked for in a process of its own with the lowest priority: it
takes a core for a minute, in which the dashboard would answer nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent import futures
from pathlib import Path

from core.base.errors import DataError
from core.base.language import N_
from core.data.dataset import Dataset
from core.data.near_copies import Pair, known_copies, near_copies
from core.jobs.local import PROJECT_ROOT

Search = futures.Future[tuple[Pair, ...]]
_searchers = futures.ThreadPoolExecutor(1, "near-copies")  # one search at a time
FEW = 200  # photos that are compared in this process: a second or two


def search_copies(dataset: Dataset, runs_dir: Path) -> Search:
    """Begins the search; its result is that of `copies_apart`."""
    return _searchers.submit(copies_apart, dataset, runs_dir)


def found_soon(search: Search, seconds: float) -> bool:
    """Waits so long at most; whether it is done by then."""
    futures.wait([search], timeout=seconds)
    return search.done()


def copies_apart(dataset: Dataset, runs_dir: Path) -> tuple[Pair, ...]:
    """As `near_copies`: waits for them, but leaves this process free. Raises DataError likewise."""
    photos = len(dataset.train) + sum(len(each.photos) for each in dataset.test_sets)
    if photos <= FEW or known_copies(dataset, runs_dir) is not None:
        return near_copies(dataset, runs_dir)
    folders = [str(dataset.root.resolve()), "--runs", str(Path(runs_dir).resolve())]
    done = subprocess.run(
        ["nice", "-n", "19", sys.executable, "-m", "core", "data", "check", *folders],
        cwd=PROJECT_ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    found = known_copies(dataset, runs_dir)
    if found is None:  # a photo that cannot be read, or a folder that cannot be written
        lines = done.stderr.strip().splitlines() or [N_("no answer")]
        raise DataError(
            N_("no search for near-copies: {reason}").format(
                reason=lines[-1].removeprefix("error: "),
            )
        )
    return found
