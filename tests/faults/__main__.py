"""Every kind of fault, in every scenario, and what does not hold afterwards: `make faults`.

    .venv/bin/python -m tests.faults [--seed N] [--kills N] [--only LIFE] [--most N] [--every]

Each scenario of tests/faults/scenarios.py is lived once, which gives its points: the operations on
files in it. Then it is lived again for each fault: a SIGKILL at the first and the last point of
every name, and `EXTRA_FAULTS` drawn from the rest (half-written files, a full disk, one that turns
read-only, other kills). `--every` takes all of them, which takes an hour. At last two dashboards
and two workers hammer one folder until `--kills` workers were killed, and machines sleep, clocks
jump, servers start anew with a full queue, and imports are killed (tests/faults/restarts.py).

Prints what is broken, with its fault, and at the end a table; ends with 1 when anything is.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from typing import Any

from tests.faults.campaign import Campaign, all_faults, campaign, sample_faults
from tests.faults.inject import Fault, normalise_path
from tests.faults.restarts import run_restarts
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.faults.stress import run_stress

RESTARTS = 10  # how often the machine sleeps, two processes want one run, an import is killed
EXTRA_FAULTS = 25  # faults of a scenario, beside the kills at every name
FaultResult = tuple[
    str, Fault, list[str] | None
]  # the scenario, what was put into it, what is broken
_FORK = multiprocessing.get_context("fork")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn")
    parser.add_argument("--kills", type=int, default=20, help="of workers, while hammering")
    parser.add_argument("--only", help="one scenario")
    parser.add_argument("--most", type=int, help="so many faults, drawn from all of these")
    parser.add_argument("--every", action="store_true", help="every fault at every point")
    chosen = parser.parse_args()
    begun = time.monotonic()
    with campaign() as found:
        tasks: list[tuple[Scenario, Fault]] = []
        for scenario in SCENARIOS:
            if chosen.only in (None, scenario.name):
                points = found.find_points(scenario)
                draw = random.Random(f"{chosen.seed} {scenario.name}")
                faults = sample_faults(points, EXTRA_FAULTS, draw, scenario.sampled)
                tasks += [(scenario, f) for f in (all_faults(points) if chosen.every else faults)]
                print(f"{scenario.name}: {len(points)} points", flush=True)
        random.Random(chosen.seed).shuffle(tasks)  # each process has as much to do
        tasks = tasks[: chosen.most]
        told = _inject_all(found, tasks)
        print(f"{len(told)} faults in {time.monotonic() - begun:.0f} s", flush=True)
        done, problems = run_stress(found, chosen.kills, chosen.seed)
        problems += run_restarts(found, RESTARTS, chosen.seed)
    _print_table(told)
    done_words = ", ".join(f"{what} {count}" for what, count in sorted(done.items()))
    print(f"hammered: {done_words}; then {RESTARTS} restarts; {len(problems)} broken")
    for problem in problems:
        print(f"  BROKEN: {problem}")
    reached = [broken for _, _, broken in told if broken is not None]
    bad = sum(bool(broken) for broken in reached) + len(problems)
    print(
        f"{len(reached)} faults and {sum(done.values())} actions at once in "
        f"{(time.monotonic() - begun) / 60:.0f} min: "
        + ("nothing is broken" if not bad else f"{bad} BROKEN")
    )
    sys.exit(bad > 0)


def _inject_all(fault_campaign: Campaign, tasks: list[tuple[Scenario, Fault]]) -> list[FaultResult]:
    """One process for each core."""
    told: Any = _FORK.SimpleQueue()
    count = len(os.sched_getaffinity(0))
    processes = [
        _FORK.Process(target=_inject_some, args=(fault_campaign, tasks[number::count], told))
        for number in range(count)
    ]
    for process in processes:
        process.start()
    answers: list[FaultResult] = []
    for _ in tasks:
        answers.append(told.get())
        name, fault, broken = answers[-1]
        for words in broken or ():
            print(f"BROKEN: {name}: {fault}: {normalise_path(words)}", flush=True)
        if len(answers) % 50 == 0:
            print(f"{len(answers)} of {len(tasks)} faults", flush=True)
    for process in processes:
        process.join()
    return answers


def _inject_some(
    fault_campaign: Campaign, tasks: list[tuple[Scenario, Fault]], results: Any
) -> None:
    for scenario, fault in tasks:
        try:
            broken = fault_campaign.inject(scenario, fault)
        except Exception as error:  # told like everything else, or the others would wait for it
            broken = [f"the campaign itself: {type(error).__name__}: {error}"]
        results.put((scenario.name, fault, broken))


def _print_table(results: list[FaultResult]) -> None:
    """A line for each scenario: how many faults of each kind were reached, how many broke
    something."""
    kinds = ("kill", "half", "full", "read-only")
    print(
        f"{'scenario':<24}" + "".join(f"{kind:>12}" for kind in (*kinds, "not reached", "broken"))
    )
    for name in dict.fromkeys(name for name, _, _ in results):
        mine = [(fault, broken) for scenario, fault, broken in results if scenario == name]
        reached = Counter(fault.kind for fault, broken in mine if broken is not None)
        numbers = [reached[kind] for kind in kinds]
        numbers += [sum(b is None for _, b in mine), sum(bool(b) for _, b in mine)]
        print(f"{name:<24}" + "".join(f"{number:>12}" for number in numbers))


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    main()
