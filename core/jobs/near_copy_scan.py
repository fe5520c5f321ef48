"""Near-copies of a large data set, looked for in a process of its own with the lowest priority: it
takes a core for a minute, in which the dashboard would answer nobody."""

import os
import subprocess
import sys
from concurrent import futures
from pathlib import Path

from core.base.errors import DataError
from core.base.files import PROJECT_ROOT
from core.base.language import N_
from core.data.dataset import Dataset
from core.data.near_copies import NearCopyPair, cached_near_copies, near_copies

SearchFuture = futures.Future[tuple[NearCopyPair, ...]]
_executor = futures.ThreadPoolExecutor(1, "near-copies")  # one search at a time
MAX_IN_PROCESS_PHOTOS = 200  # photos that are compared in this process: a second or two


def submit_search(dataset: Dataset, runs_dir: Path) -> SearchFuture:
    """Begins the search; its result is that of `near_copies_in_subprocess`."""
    return _executor.submit(near_copies_in_subprocess, dataset, runs_dir)


def wait_for_search(search: SearchFuture, timeout: float) -> bool:
    """Waits so long at most; whether it is done by then."""
    futures.wait([search], timeout=timeout)
    return search.done()


def near_copies_in_subprocess(dataset: Dataset, runs_dir: Path) -> tuple[NearCopyPair, ...]:
    """As `near_copies`: waits for them, but leaves this process free. Raises DataError likewise."""
    photos = len(dataset.train) + sum(len(each.photos) for each in dataset.test_sets)
    if photos <= MAX_IN_PROCESS_PHOTOS or cached_near_copies(dataset, runs_dir) is not None:
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
    found = cached_near_copies(dataset, runs_dir)
    if found is None:  # a photo that cannot be read, or a folder that cannot be written
        lines = done.stderr.strip().splitlines() or [N_("no output")]
        raise DataError(
            N_("cannot search for near-copies: {reason}", reason=lines[-1].removeprefix("error: "))
        )
    return found
