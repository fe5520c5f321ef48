"""How often groups of equal runs are called different, and whether different ones still are (A/A).

    .venv/bin/python bench/same_groups.py --toy-seed 4711
    .venv/bin/python bench/same_groups.py --data PHOTO_SET

Trains `quick` with twelve seeds on a toy draw (or a photo set) and compares each of the 462 ways of
splitting them into halves, as Compare does: no score may call more than 5 % of them different. Then
ten seeds each of `quick` and `looks-good`, 200 times five of each: the objects of the hardest set
(its photos, where none are boxed) must tell at least 95 % apart. Beside it, what photos alone and
seeds alone would say. Ends with 1 when a limit is missed.

A run that is finished already (in --runs) is not trained again; `bench/verdicts.py` with the same
--runs shares its own. About 20 minutes on two cores with bfloat16, the comparisons a minute of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from common import option_parser
from contrast import train_or_reuse
from verdicts import parse_photo_set

from core.data.dataset import VALIDATION
from core.evaluate.group_difference import Difference, group_difference
from core.evaluate.matched_answers import ComparedScore, match_correctness, photo_correctness
from core.recipe.files import load_recipe
from core.store.run import Run
from core.store.test_sets import comparison_set

SEEDS, OTHER_SEEDS, SAMPLE_SIZE, SAMPLES = 12, 10, 5, 200
LIMIT, POWER = 0.05, 0.95


def halves(runs: Sequence[Run]) -> Iterator[tuple[Sequence[Run], Sequence[Run]]]:
    """Every way of splitting an even number of runs into two halves, each once."""
    first, *rest = runs
    for others in combinations(rest, len(runs) // 2 - 1):
        one = [first, *others]
        yield one, [run for run in rest if run not in others]


def sample_pairs(
    a: Sequence[Run], b: Sequence[Run]
) -> Iterator[tuple[Sequence[Run], Sequence[Run]]]:
    """Five of each, drawn anew each time."""
    random = np.random.default_rng(0)
    for _ in range(SAMPLES):
        ones, others = (random.choice(len(runs), SAMPLE_SIZE, replace=False) for runs in (a, b))
        yield [a[i] for i in ones], [b[i] for i in others]


def scores_of(run: Run) -> Iterator[tuple[str, ComparedScore]]:
    """Every split and score that runs on these photos can be compared by."""
    yield VALIDATION, "primary"
    for name, found in run.summary()["sets"].items():  # type: ignore[index]
        for score in ("primary", "object"):
            if score in found["scores"]:
                yield name, score


def rates(
    pairs: Sequence[tuple[Sequence[Run], Sequence[Run]]], split: str, score: ComparedScore
) -> tuple[float, float, float]:
    """The share of pairs that are called different, that photos alone and that seeds alone would
    call so."""
    runs = {run.id: run for pair in pairs for group in pair for run in group}
    known = {id_: photo_correctness(run.predictions(), split, score) for id_, run in runs.items()}
    found: list[Difference] = []
    for pair in pairs:
        both = match_correctness([[known[run.id] for run in group] for group in pair])
        difference = group_difference(both.correct[0], both.correct[1], photos=both.photos)
        assert difference is not None
        found.append(difference)
    shares = [
        np.mean([told(one) for one in found])
        for told in (lambda d: d.real, lambda d: d.by_photos, lambda d: bool(d.by_seeds))
    ]
    real, photos, seeds = (float(share) for share in shares)
    return real, photos, seeds


def main() -> None:
    chosen, name, data = parse_photo_set(option_parser(__doc__))
    folder = chosen.runs / f"verdicts-{name}" / "runs"
    same = [train_or_reuse(folder, load_recipe("quick", {"seed": s}), data) for s in range(SEEDS)]
    other = [
        train_or_reuse(folder, load_recipe("looks-good", {"seed": s}), data)
        for s in range(OTHER_SEEDS)
    ]
    split, fine = list(halves(same)), True
    print(f"\n{name}: `quick`, {SEEDS} seeds, {len(split)} splits into halves, called different\n")
    print("| photos | score | by both | by photos alone | by seeds alone |\n|---|---|---|---|---|")
    for where, score in scores_of(same[0]):
        real, photos, seeds = rates(split, where, score)
        print(f"| {where} | {score} | {real:.1%} | {photos:.1%} | {seeds:.1%} |")
        fine &= real <= LIMIT
    sets = same[0].summary()["sets"]  # type: ignore[index]
    hardest = comparison_set(sets)
    assert hardest is not None
    scored: ComparedScore = "object" if "object" in sets[hardest]["scores"] else "primary"
    real, photos, seeds = rates(list(sample_pairs(same[:OTHER_SEEDS], other)), hardest, scored)
    print(
        f"\n`quick` against `looks-good`, {SAMPLES} draws of {SAMPLE_SIZE} seeds each, {hardest} "
        f"({scored}): told apart {real:.1%} (by photos alone {photos:.1%}, by seeds {seeds:.1%})"
    )
    sys.exit(not (fine and real >= POWER))


if __name__ == "__main__":
    main()
