"""How often groups of equal runs are called different, and whether different ones still are (A/A).

    .venv/bin/python bench/same_groups.py --toy-seeds 4711
    .venv/bin/python bench/same_groups.py --data PHOTO_SET

Trains `quick` with twelve seeds on a set of photos and compares each of the 462 ways of splitting
them into halves, as Compare does: no score may call more than 5% of them different. Then ten seeds
each of `quick` and `looks-good`, 200 times five of each: the objects of the hardest set must tell
at least 95% apart. Ends with 1 when a limit is missed. Shares finished runs with
`bench/verdicts.py` of the same --runs. About 20 minutes on two cores with bfloat16.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from common import BENCH_RUNS, print_head, print_row, run_script
from seeds import photo_sets, train_seeds

from core.data.dataset import VALIDATION
from core.evaluate.group_difference import group_difference
from core.evaluate.paired import ComparedScore, match_correctness, photo_correctness
from core.store.run import Run
from core.store.test_sets import comparison_set

SEEDS, OTHER_SEEDS, SAMPLE_SIZE, SAMPLES = 12, 10, 5, 200
LIMIT, POWER = 0.05, 0.95
Pair = tuple[Sequence[Run], Sequence[Run]]


def halves(runs: Sequence[Run]) -> list[Pair]:
    """Every way of splitting an even number of runs into two halves, each once."""
    first, *rest = runs
    ones = [[first, *others] for others in combinations(rest, len(runs) // 2 - 1)]
    return [(one, [run for run in runs if run not in one]) for one in ones]


def sample_pairs(a: Sequence[Run], b: Sequence[Run]) -> list[Pair]:
    """Five of each, drawn anew each time."""
    random = np.random.default_rng(0)
    draws = [
        [random.choice(len(runs), SAMPLE_SIZE, replace=False) for runs in (a, b)]
        for _ in range(SAMPLES)
    ]
    return [([a[i] for i in ones], [b[i] for i in others]) for ones, others in draws]


def scores_of(run: Run) -> Iterator[tuple[str, ComparedScore]]:
    """Every split and score that runs on these photos can be compared by."""
    yield VALIDATION, "primary"
    for name, found in run.summary()["sets"].items():  # type: ignore[index]
        for score in ("primary", "object"):
            if score in found["scores"]:
                yield name, score


def rates(pairs: Sequence[Pair], split: str, score: ComparedScore) -> list[float]:
    """The share of pairs that are called different, that photos alone and that seeds alone would
    call so."""
    runs = {run.id: run for pair in pairs for group in pair for run in group}
    known = {id_: photo_correctness(run.predictions(), split, score) for id_, run in runs.items()}
    told = []
    for pair in pairs:
        both = match_correctness([[known[run.id] for run in group] for group in pair])
        found = group_difference(both.correct[0], both.correct[1], photos=both.photos)
        assert found is not None
        told.append((found.significant, found.by_photos, bool(found.by_seeds)))
    return [float(share) for share in np.mean(told, axis=0)]


def check(name: str, data: Path, folder: Path) -> bool:
    """Prints how often groups on a photo set are called different; whether within the limits."""
    same = train_seeds(folder, "quick", {}, range(SEEDS), data)
    other = train_seeds(folder, "looks-good", {}, range(OTHER_SEEDS), data)
    pairs, fine = halves(same), True
    title = f"{name}: `quick`, {SEEDS} seeds, {len(pairs)} splits into halves, called different"
    print_head("photos", "score", "by both", "by photos alone", "by seeds alone", title=title)
    for where, score in scores_of(same[0]):
        shares = rates(pairs, where, score)
        print_row(where, score, *(f"{share:.1%}" for share in shares))
        fine &= shares[0] <= LIMIT
    sets = same[0].summary()["sets"]  # type: ignore[index]
    hardest = comparison_set(sets)
    assert hardest is not None
    scored: ComparedScore = "object" if "object" in sets[hardest]["scores"] else "primary"
    real, photos, seeds = rates(sample_pairs(same[:OTHER_SEEDS], other), hardest, scored)
    print(
        f"\n`quick` against `looks-good`, {SAMPLES} draws of {SAMPLE_SIZE} seeds each, {hardest} "
        f"({scored}): told apart {real:.1%} (by photos alone {photos:.1%}, by seeds {seeds:.1%})"
    )
    return fine and real >= POWER


def main(toy_seeds: str = "", data: list[Path] | None = None, runs: Path = BENCH_RUNS) -> None:
    sets = photo_sets(toy_seeds, data, runs)
    held = [check(name, at, runs / f"verdicts-{name}" / "runs") for name, at in sets.items()]
    sys.exit(not all(held))


if __name__ == "__main__":
    run_script(main)
