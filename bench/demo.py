"""The hosted demo in the memory that it is meant for: twenty visitors, and one of them trains.

    .venv/bin/python bench/demo.py

Two cases, each with its own server (bin/serve, OVERFIT_LENS_MODE=demo) and a hard limit of memory
for all its processes: 1 GB with training off, 2 GB with training on, where one visitor launches
`quick`, and again when it is done. Visitors (bench/visitor.py) click through the Lesson, Compare
and CAMs for two minutes, each ten seconds after the page before, on average. A page counts as drawn
when the server says that its script has finished.

The limit is a control group's where this user may make one; else the memory of all processes is
added up twice a second, and the server killed beyond it. Limits: no error, no kill, a median under
1.5 s. About six minutes. Nothing else should run meanwhile. Linux only.
"""

import contextlib
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from common import ROOT, dashboard, memory, print_head, print_row, run_script, temporary_folder
from visitor import Visitor

from core.store.run import find_runs
from core.store.status import Status
from core.store.visitors import visitor_dirs

GB = 1_000_000_000
MEDIAN_SECONDS = 1.5
CGROUP = Path("/sys/fs/cgroup")
SECTIONS = ("Scores", "Curves", "Photos", "Confusion", "Layers", "Recipes")
RUNS = "example-quick-s0,example-looks-good-s0"
PAGE_SEQUENCE = [
    *(("", {"step": str(step), "vote": "a"}) for step in range(1, 8)),
    *(("compare", {"runs": RUNS, "section": section}) for section in SECTIONS),
    *(("cams", {"runs": RUNS, "set": name}) for name in ("test_difficult", "test", "validation")),
]  # what a visitor clicks through, again and again


# --- a hard limit of memory -----------------------------------------------------------------------


class MemoryLimit:
    """A control group with a limit; without one (`folder` is None) processes are watched."""

    def __init__(self, limit: int) -> None:
        self.limit, self.kills, self.peak = limit, 0, 0
        self.server_cpu_seconds = 0.0  # processor seconds of the dashboard, while it was watched
        self.folder = _create_cgroup(limit)
        self.how = "control group" if self.folder else "processes added up"

    def join(self) -> None:
        """Called in the new process, before it begins."""
        if self.folder is not None:
            (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def monitor(self, server: subprocess.Popen[bytes], until: threading.Event) -> None:
        """Notes the peak, twice a second; ends the server where nothing else heeds the limit."""
        begun = processor_seconds(server.pid)
        while not until.wait(0.5):
            self.server_cpu_seconds = processor_seconds(server.pid) - begun
            tree = process_tree(server.pid)
            now = sum(memory(pid, "Pss", "smaps_rollup") for pid in tree)
            self.peak = max(self.peak, now)
            if self.folder is None and now > self.limit:
                self.kills += 1
                server.kill()
                return

    def remove(self) -> None:
        """Ends what is left in the group, counts kills and takes the group away."""
        if self.folder is None:
            return
        for pid in (self.folder / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        for name in ("memory.events", "memory.oom_control"):  # version 2, version 1
            with contextlib.suppress(OSError):
                lines = (self.folder / name).read_text().splitlines()
                self.kills = int(dict(line.split() for line in lines).get("oom_kill", 0))
        for _ in range(50):
            with contextlib.suppress(OSError):
                self.folder.rmdir()
                return
            time.sleep(0.1)


def _create_cgroup(limit: int) -> Path | None:
    for parent, file in ((CGROUP, "memory.max"), (CGROUP / "memory", "memory.limit_in_bytes")):
        folder = parent / f"overfit-lens-{os.getpid()}"
        try:
            folder.mkdir()
            with (folder / file).open("r+") as known:  # elsewhere than in a control group: missing
                known.write(str(limit))
        except OSError:
            with contextlib.suppress(OSError):
                folder.rmdir()
            continue
        with contextlib.suppress(OSError):
            (folder / "memory.swap.max").write_text("0")
        return folder
    return None


def process_tree(pid: int) -> list[int]:
    """A process and all that come from it, also detached ones that it has started."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    found, more = {pid}, True
    while more:
        more = {child for child, parent in parents.items() if parent in found} - found
        found |= more
    return sorted(found)


def processor_seconds(pid: int) -> float:
    """Of all threads of a process; 0 once it ended."""
    with contextlib.suppress(OSError, IndexError):
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


# --- a case ---------------------------------------------------------------------------------------


@dataclass
class LoadResults:
    """Seconds of every page that was drawn, and errors in words."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextlib.contextmanager
def serve_demo(shared_root: Path, training: bool, limit: int) -> Iterator[tuple[str, MemoryLimit]]:
    """The demo's address, until the block ends; all its processes end with it."""
    confined, stop = MemoryLimit(limit), threading.Event()
    mode = {"OVERFIT_LENS_MODE": "demo", "OVERFIT_LENS_TRAINING": "on" if training else "off"}
    command = [ROOT / "bin" / "serve"]
    try:
        with dashboard(shared_root, command=command, before=confined.join, **mode) as app:
            watcher = threading.Thread(target=confined.monitor, args=(app.process, stop))
            watcher.start()
            try:
                yield app.url, confined
            finally:
                stop.set()
                watcher.join()
                for pid in reversed(process_tree(app.pid)):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGTERM)
    finally:
        confined.remove()


def browse_pages(url: str, number: int, until: float, pause: float, found: LoadResults) -> None:
    """A visitor who clicks from page to page."""
    chance = random.Random(number)
    time.sleep(chance.uniform(0, pause))  # not all in the same instant
    try:
        with Visitor(url) as visitor:
            place = chance.randrange(len(PAGE_SEQUENCE))
            while time.monotonic() < until:
                page, link = PAGE_SEQUENCE[place % len(PAGE_SEQUENCE)]
                drawn = visitor.open(page, link)
                found.seconds.append(drawn.seconds)
                found.errors += [f"{page}: {error}" for error in drawn.errors]
                if not drawn.titles:
                    found.errors.append(f"{page} {link}: no title")
                place += 1
                time.sleep(chance.uniform(0, 2 * pause))
    except Exception as error:  # the server is gone, or does not answer
        found.errors.append(f"visitor {number}: {type(error).__name__}: {error}")


def launch_runs(url: str, shared_root: Path, until: float, found: LoadResults) -> None:
    """A visitor who launches a run, and another one when it has ended."""
    try:
        with Visitor(url) as visitor:
            while time.monotonic() < until:
                page = visitor.open("train")
                launched = visitor.open("train", page.query, press=page.buttons["Launch"])
                found.seconds += [page.seconds, launched.seconds]
                found.errors += page.errors + launched.errors
                while time.monotonic() < until:
                    if all(status.ended for status in run_statuses(shared_root)):
                        break
                    time.sleep(1)
    except Exception as error:
        found.errors.append(f"training: {type(error).__name__}: {error}")


def run_statuses(shared_root: Path) -> list[Status]:
    return [run.status() for folder in visitor_dirs(shared_root) for run in find_runs(folder)]


def measure(training: bool, visitors: int, seconds: float, pause: float) -> bool:
    """Prints a case's line; whether it stayed within the limits."""
    found, limit = LoadResults(), (2 if training else 1) * GB
    with (
        temporary_folder() as runs_root,
        serve_demo(runs_root, training, limit) as (url, confined),
    ):
        with Visitor(url) as first:  # who warms what the server keeps, as after any start
            for page in ("", "compare", "cams", "train"):
                first.open(page)
        until = time.monotonic() + seconds
        people = [
            threading.Thread(target=browse_pages, args=(url, n, until, pause, found))
            for n in range(visitors - training)
        ]
        if training:
            args = (url, runs_root, until, found)
            people.append(threading.Thread(target=launch_runs, args=args))
        for person in people:
            person.start()
        for person in people:
            person.join()
        ends = [f"{s.state}, epoch {s.epoch} of {s.epochs}" for s in run_statuses(runs_root)]
    pages = sorted(found.seconds) or [float("inf")]
    middle = statistics.median(pages)
    slowest = pages[int(0.95 * len(pages))], pages[-1]
    times = middle, *slowest, confined.server_cpu_seconds / len(pages)
    case = "on" if training else "off", f"{limit / GB:.0f} GB ({confined.how})", len(found.seconds)
    faults = len(found.errors), confined.kills, f"{confined.peak / GB:.2f} GB"
    print_row(*case, *(f"{each:.2f}" for each in times), *faults, "; ".join(ends) or "-")
    for error in found.errors[:5]:
        print(f"  {error}", file=sys.stderr)
    return not found.errors and not confined.kills and middle < MEDIAN_SECONDS


def main(
    visitors: int = 20,
    seconds: float = 120,
    pause: float = 10,
    training: Literal["off", "on", "both"] = "both",
) -> None:
    load = os.getloadavg()[0]
    print(f"load before: {load:.1f}" + (" (others are at work)" if load > 1 else ""))
    times = "median s", "95% s", "slowest s", "CPU s a page"
    print_head("training", "limit", "pages", *times, "errors", "kills", "peak", "runs")
    cases = {"off": [False], "on": [True], "both": [False, True]}[training]
    good = [measure(case, visitors, seconds, pause) for case in cases]
    sys.exit(not all(good))


if __name__ == "__main__":
    run_script(main)
