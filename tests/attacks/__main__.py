"""Attacks a demo on this machine, and prints what became of each: `make attack`.

Another visitor opens two pages again and again meanwhile: the slower of its medians may be at most
FACTOR times what it was before, in the same run. Server and all its processes stay within 1 GB
(proportional share). Then the tests of what imports, shares, restarts and sign-in bear, and the
hostile corpus. Loopback only, about eight minutes. `--soak MINUTES`: instead, twenty visitors,
after which memory, threads, descriptors and temporary files are what they were (docs/security.md).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.attacks.attacks import ATTACKS, Attack, Target
from tests.conftest import ROOT

sys.path.append(str(ROOT / "bench"))
from common import free_port, memory, wait_until_healthy
from demo import PAGE_SEQUENCE, process_tree
from visitor import Visitor

LIMIT = 1_000_000_000  # bytes, of a demo without training
FACTOR = 4.0
PAGES = ("", "runs")
ELSEWHERE = "1.1.1.1"  # where the other visitor is, as a proxy would say
TESTS = [
    "tests/server",
    "tests/core/hosting",
    "tests/core/transfer",
    "tests/core/jobs/test_service.py",
    "tests/core/store/test_backup.py",
    "tests/faults/test_faults.py",
    "tests/corpus/test_corpus.py",
]
# Bounds of a soak: growth of memory after the third minute, and what may not grow at all.
SOAK_BYTES_PER_MINUTE = 1_000_000
SETTLED_MINUTES = 3


@contextlib.contextmanager
def demo_server(root: Path) -> Iterator[tuple[Target, subprocess.Popen[bytes]]]:
    port = free_port()
    with (root / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [str(ROOT / "bin" / "serve")],
            env={
                **os.environ,
                "PORT": str(port),
                "ADDRESS": "127.0.0.1",
                "OVERFIT_LENS_MODE": "demo",
                "OVERFIT_LENS_TRAINING": "off",
                "OVERFIT_LENS_RUNS": str(root / "runs"),
            },
            stdout=log,
            stderr=log,
        )
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", server)
        yield Target(f"http://127.0.0.1:{port}"), server
    finally:
        for pid in reversed(process_tree(server.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        server.wait(timeout=600)


def used_memory(pid: int) -> int:
    return sum(memory(each, "Pss", "smaps_rollup") for each in process_tree(pid))


def page_seconds(target: Target, times: int) -> list[float]:
    """Of the slower page, each time; a page with an error is an AssertionError."""
    found = []
    with Visitor(target.url, ELSEWHERE) as visitor:
        for _ in range(times):
            drawn = [visitor.open(page) for page in PAGES]
            assert not [error for page in drawn for error in page.errors]
            found.append(max(page.seconds for page in drawn))
    return found


def attack_server(target: Target, pid: int, attack: Attack, before: float) -> bool:
    """One attack, with another visitor beside it; prints its line and says whether it was borne."""
    peak, seconds, problems, over = 0, [], [], threading.Event()
    word = ""

    def run() -> None:
        nonlocal word
        try:
            word = attack(target)
        except Exception as error:
            problems.append(f"{type(error).__name__}: {error}")
        over.set()

    thread = threading.Thread(target=run)
    begun = time.monotonic()
    thread.start()
    while not over.is_set() or len(seconds) < 5:
        try:
            seconds += page_seconds(target, 1)
        except Exception as error:
            problems.append(f"another visitor: {type(error).__name__}: {error}")
            over.wait()
            break
        peak = max(peak, used_memory(pid))
    thread.join()
    took = time.monotonic() - begun
    ratio = statistics.median(seconds) / before if seconds else float("inf")
    if ratio > FACTOR:
        problems.append("too slow for others")
    if peak > LIMIT:
        problems.append("too much memory")
    name = attack.__name__.replace("_", " ")
    result = "; ".join(problems) or word
    print(
        f"| {name} | {result} | {ratio:.1f} | {peak / 1e6:.0f} MB | {took:.0f} s |"
        + (" NOT BORNE" if problems else ""),
        flush=True,
    )
    return not problems


def attack_all() -> bool:
    with tempfile.TemporaryDirectory() as name, demo_server(Path(name)) as (target, server):
        page_seconds(target, 3)  # what the server keeps is kept
        before = statistics.median(page_seconds(target, 15))
        print(f"another visitor's page before: {before:.2f} s")
        print("| attack | what became of it | times as slow for others | memory | took |")
        print("|---|---|---|---|---|", flush=True)
        borne = [attack_server(target, server.pid, attack, before) for attack in ATTACKS]
    return all(borne)


# --- the soak -------------------------------------------------------------------------------------


def resources_of(pid: int, root: Path) -> dict[str, int]:
    """Memory in bytes; threads, descriptors and temporary files by number."""
    tree = process_tree(pid)
    count: dict[str, int] = {"memory": used_memory(pid), "threads": 0, "descriptors": 0}
    for each in tree:
        with contextlib.suppress(OSError):
            count["threads"] += len(list(Path(f"/proc/{each}/task").iterdir()))
            count["descriptors"] += len(list(Path(f"/proc/{each}/fd").iterdir()))
    count["temporary files"] = sum(1 for _ in (root / "runs" / ".tmp").rglob("*"))
    return count


def browse(target: Target, number: int, stop: threading.Event, errors: list[str]) -> None:
    """A visitor who clicks, leaves now and then and comes back."""
    chance = random.Random(number)
    while not stop.wait(chance.uniform(0, 5)):
        try:
            with Visitor(target.url) as visitor:
                for _ in range(chance.randrange(5, 30)):
                    page, link = chance.choice(PAGE_SEQUENCE)
                    errors += visitor.open(page, link).errors
                    if stop.wait(chance.uniform(2, 8)):
                        break
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")


def soak(minutes: int, visitors: int = 20) -> bool:
    """Prints a line a minute. Each minute counts with the least of its six looks: pages in the
    making hold memory and threads for a moment."""
    stop, errors, found = threading.Event(), [], []
    with tempfile.TemporaryDirectory() as name, demo_server(Path(name)) as (target, server):
        people = [
            threading.Thread(target=browse, args=(target, number, stop, errors))
            for number in range(visitors)
        ]
        for person in people:
            person.start()
        for minute in range(1, minutes + 1):
            looks = []
            for _ in range(6):
                time.sleep(10)
                looks.append(resources_of(server.pid, Path(name)))
            found.append({key: min(look[key] for look in looks) for key in looks[0]})
            print(f"minute {minute}: {found[-1]}, {len(errors)} errors", flush=True)
        stop.set()
        for person in people:
            person.join()
    first, last = found[min(SETTLED_MINUTES, minutes) - 1], found[-1]
    growth = (last["memory"] - first["memory"]) / max(1, minutes - SETTLED_MINUTES)
    more = [key for key in first if key != "memory" and last[key] > first[key]]
    print(f"memory grows by {growth / 1e6:.2f} MB a minute; more at the end: {more or 'nothing'}")
    for error in errors[:5]:
        print(error)
    return growth < SOAK_BYTES_PER_MINUTE and not more and not errors


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--soak", type=int, metavar="MINUTES", help="twenty visitors instead")
    parser.add_argument("--server-only", action="store_true", help="without the tests")
    options = parser.parse_args()
    if options.soak:
        return 0 if soak(options.soak) else 1
    borne = attack_all()
    if not options.server_only:
        borne &= not subprocess.run(
            [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *TESTS],
            cwd=ROOT,
            check=False,
        ).returncode
    return 0 if borne else 1


if __name__ == "__main__":
    sys.exit(main())
