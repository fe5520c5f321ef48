"""Proves "same bits": kills a training at random moments, resumes it, compares every byte.

    .venv/bin/python bench/kill_resume.py --recipe quick --kills 10 --seed 0 --empty-cache

Trains a recipe once undisturbed, then kills its process (SIGKILL) `--kills` times, at moments drawn
in as many equal parts of that run's duration, in random order. After each kill `python -m core
resume` goes on with the run and the next moment counts from that process's start; a run that ends
before its moment is compared and the moment is kept for a new run. With `--empty-cache` the feature
cache is emptied after every second kill.

Prints a line per kill and a verdict; ends with 1 when a byte of history.csv, batches.csv,
predictions.csv, cams.npz or weights.safetensors (or of drift.csv and diagnosis.json) differs. About
ten minutes for `quick` on two cores; other work on the machine does no harm.
"""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from common import POLL_SECONDS, ROOT, TOY_BOOKS, core_command, run_script, temporary_folder, timed

from core.cli.common import SetOption
from core.recipe.files import load_recipe, parse_changes
from core.recipe.schema import Recipe
from core.store.run import Run, create_run
from core.store.status import utc_now

FILES = "history.csv", "batches.csv", "predictions.csv", "cams.npz", "weights.safetensors"
OPTIONAL_FILES = ("drift.csv", "diagnosis.json")


def kill_fractions(kills: int, seed: int) -> list[float]:
    """Shares of the undisturbed duration: one from each of `kills` equal parts, shuffled."""
    draw = random.Random(seed)
    found = [(part + draw.random()) / kills for part in range(kills)]
    draw.shuffle(found)
    return found


def differences(run: Run, undisturbed: Run) -> list[str]:
    """The files whose bytes differ, each with the first line that does; a file that only one of
    the two has differs too."""
    found = []
    for name in (*FILES, *OPTIONAL_FILES):
        paths = [one.path / name for one in (run, undisturbed)]
        ours, wanted = (path.read_bytes() if path.is_file() else None for path in paths)
        if ours is None or wanted is None:
            if ours != wanted or name in FILES:
                found.append(f"{name}: missing")
        elif ours != wanted:
            pairs = zip(ours.splitlines(), wanted.splitlines(), strict=False)
            line = next((i for i, (a, b) in enumerate(pairs, start=1) if a != b), None)
            text = name.endswith((".csv", ".json"))
            found.append(f"{name}: line {line}" if text and line else name)
    return found


def start_process(run: Run) -> subprocess.Popen[bytes]:
    """A process that carries the run out, or on; what it says goes to a file beside the runs."""
    with (run.path.parent / "resume.log").open("ab") as log:
        command = core_command("resume", run.id, "--runs", run.path.parent)
        return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)


def must_be_done(run: Run) -> None:
    """Raises RuntimeError, with what the process said, when the run did not end well."""
    status = run.status()
    if status.state != "done":
        said = (run.path.parent / "resume.log").read_text("utf-8", errors="replace")
        raise RuntimeError(f"{run.id}: {status.state} {status.error or ''}\n{said[-2000:]}")


def kill_after(run: Run, seconds: float) -> int | None:
    """Goes on with the run and kills its process after so long; the id that the process had, or
    None when it ended well before."""
    deadline = time.perf_counter() + seconds
    process = start_process(run)
    while process.poll() is None and time.perf_counter() < deadline:
        time.sleep(POLL_SECONDS)
    process.kill()  # does nothing to a process that has ended
    if process.wait() == -signal.SIGKILL:
        return process.pid
    must_be_done(run)
    return None


def killed_phase(run: Run, pid: int) -> str:
    """What the killed process of that id was doing, by the run's own status."""
    status = run.status()
    if status.pid != pid:
        return "starting Python"
    phase = status.phase or ("leaving Python" if status.state == "done" else status.state)
    return f"{phase}, {status.epoch} of {status.epochs} epochs finished"


class Proof:
    """The undisturbed run, and the lives of those that are killed."""

    def __init__(self, folder: Path, recipe: Recipe, data: Path) -> None:
        self.folder, self.recipe, self.data = folder, recipe, data
        self.compared = self.differing = 0
        self.undisturbed = self.new_run("undisturbed")
        self.seconds, _ = timed(start_process(self.undisturbed).wait)
        must_be_done(self.undisturbed)

    def new_run(self, name: str) -> Run:
        return create_run(self.folder / name, self.recipe, self.data, utc_now)

    def compare(self, run: Run) -> None:
        """Holds a finished run beside the undisturbed one."""
        found = differences(run, self.undisturbed)
        self.compared += 1
        self.differing += bool(found)
        verdict = f"DIFFERS: {'; '.join(found)}" if found else "same bytes"
        print(f"  the run ended: {verdict}", flush=True)

    def kill_all(self, shares: list[float], empty_cache: bool) -> None:
        """Kills at every moment, and compares each run that gets to its end."""
        moments, number, run = iter(shares), 0, None
        share = next(moments, None)
        while share is not None:
            fresh = run is None
            run = run or self.new_run(f"killed-{self.compared + 1}")
            after = share * self.seconds
            spent, pid = timed(kill_after, run, after)
            if pid is None and fresh:  # the machine has become faster: its undisturbed time now
                self.seconds = spent
            if pid is not None:
                number += 1
                line = f"kill {number}: after {after:.1f} s, {killed_phase(run, pid)}"
                if empty_cache and number % 2 == 0:
                    for entry in run.path.parent.glob(".features/*.safetensors"):
                        entry.unlink()
                    line += "; feature cache emptied"
                print(line, flush=True)
                share = next(moments, None)
            if run.status().state == "done":  # perhaps the kill came after the last file
                self.compare(run)
                run = None
        if run is not None:
            start_process(run).wait()
            must_be_done(run)
            self.compare(run)


def main(
    recipe: str = "quick",
    data: Path = TOY_BOOKS,
    kills: int = 10,
    seed: int = 0,
    set_: SetOption = None,
    empty_cache: bool = False,
) -> None:
    chosen = load_recipe(recipe, parse_changes(set_ or []))
    with temporary_folder() as folder:
        proof = Proof(folder, chosen, data.resolve())
        print(f"undisturbed: {proof.seconds:.1f} s, {chosen.planned_epochs()} epochs", flush=True)
        proof.kill_all(kill_fractions(kills, seed), empty_cache)
    made = f"{proof.compared} runs, killed {kills} times in all"
    if proof.differing:
        print(f"NOT the same bits: {proof.differing} of {made}")
        sys.exit(1)
    print(f"same bits as the undisturbed run: {made}")


if __name__ == "__main__":
    run_script(main)
