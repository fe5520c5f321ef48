"""Checks the statistics and the asking rule of capture sessions.

    .venv/bin/python bench/capture.py
    .venv/bin/python bench/capture.py --draws 811,812,813 --runs FOLDER

Without --draws: 10,000 sequences of 200 photos on which two runs are equally good, looked at after
every photo, in plain order and as `next_request` asks; how often a confidence sequence holds the
true accuracy at every step; and how often a difference is settled, beside McNemar's exact test with
the number of photos fixed in advance. Twenty minutes on two cores.

With --draws: a played person. On each toy draw `quick` (two seeds) and `looks-good` are trained and
answer eight drawn photos of every class and circumstance; sessions then take from these what they
ask for. About 20 minutes a draw; what lies in --runs already is not made again.
"""

import json
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from itertools import product
from pathlib import Path

import numpy as np
from common import ROOT, numbers, print_head, print_row, run_script
from scipy.stats import binomtest
from seeds import draw_toy_set, train_or_reuse

from core.capture.asking import BACKGROUND_CIRCUMSTANCES, CIRCUMSTANCES, Taken, next_request
from core.capture.sequential import SETTLES_AT, accuracy_interval, paired_odds
from core.data.dataset import BACKGROUND
from core.recipe.files import load_recipe
from core.toy_books.covers import CLASSES as BOOKS
from core.toy_books.difficult_scenes import difficult_shot
from core.toy_books.draw import render_photo
from core.toy_books.interior import Home

PHOTOS = 200
CLASSES = (BACKGROUND, *BOOKS)
PAIRS = [*product(BOOKS, CIRCUMSTANCES), *product([BACKGROUND], BACKGROUND_CIRCUMSTANCES)]
# How a circumstance is drawn: the kinds of scenes of core.toy_books.difficult_scenes.
SCENES = {"far": "group", "among": "pile", "two": "pile", "covered": "pile", "room": "stand"}
RUNS = {"quick": ("quick", 0), "quick again": ("quick", 1), "looks-good": ("looks-good", 0)}
DIFFER = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.8])  # how often equal runs disagree, by class
# By class, how often the first is the one that is right: as often as the second everywhere; or
# always where they rarely disagree and seldom elsewhere, so that both are right equally often.
FIRST = {
    "on every class": np.full(6, 0.5),
    "in the mean over classes alone": np.where(DIFFER < 0.5, 1, 1 / 7),
}
odds, interval = cache(paired_odds), cache(accuracy_interval)
Session = tuple[int, int]  # after how many photos it was settled, 0 for never; for which run


def session(seed: int, photos: int, boosted: bool, right: object) -> Session:
    """Asks until it is settled. right: of a class and circumstance, which of two runs are right.
    Without `boosted` disagreement changes nothing of what is asked for."""
    taken, counts = [], [0, 0]
    for number in range(1, photos + 1):
        request = next_request(taken, (), (), CLASSES, seed)
        found = right(request.label, request.circumstance)
        differ = found[0] != found[1]
        counts[found.index(True) if differ else 0] += differ
        if odds(*counts) >= SETTLES_AT:
            return number, int(counts[1] > counts[0])
        taken.append(Taken(request.label, request.circumstance, differ if boosted else None))
    return 0, 0


def asked_sequence(name: str, seed: int) -> bool:
    """Whether the asking rule ever settles a sequence of equal runs."""
    random = np.random.default_rng([1, seed])

    def right(label: str, _: str) -> list[bool]:
        place, (differs, wins) = CLASSES.index(label), random.random(2)
        first = bool(wins < FIRST[name][place])
        return [first, not first] if differs < DIFFER[place] else [True, True]

    return session(seed, PHOTOS, True, right)[0] > 0


def reached_odds(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Whether each sequence was settled by each photo: (sequences, photos) of bool, as both are."""
    table = np.array([[odds(a, b) for b in range(PHOTOS + 1)] for a in range(PHOTOS + 1)])
    reached = table[first.cumsum(axis=1), second.cumsum(axis=1)] >= SETTLES_AT
    return np.logical_or.accumulate(reached, axis=1)


@cache
def mcnemar(a: int, b: int) -> bool:
    return a + b > 0 and binomtest(a, a + b).pvalue <= 0.05


def simulate(sequences: int) -> None:
    random = np.random.default_rng(0)
    with ProcessPoolExecutor(2) as pool:
        seeds = range(sequences)
        asked = {n: pool.map(partial(asked_sequence, n), seeds, chunksize=100) for n in FIRST}
        print_head("two equally good runs, 200 photos", "ever settled")
        for rate in (0.1, 0.3, 1.0):
            differ, wins = random.random((2, sequences, PHOTOS))
            end = reached_odds((differ < rate) & (wins < 0.5), (differ < rate) & (wins >= 0.5))
            print_row(f"plain order, only one right on {rate:.0%}", f"{end[:, -1].mean():.1%}")
        for name, found in asked.items():
            print_row(f"asking rule, equal {name}", f"{np.mean(list(found)):.1%}")
    print()
    print_head("true accuracy", "inside the confidence sequence at every step")
    steps = np.arange(1, PHOTOS + 1)
    ends = np.array(
        [[interval(min(r, n), n) for r in range(PHOTOS + 1)] for n in range(PHOTOS + 1)]
    )
    for p in (0.05, 0.2, 0.5, 0.8, 0.95):
        low, high = np.moveaxis(
            ends[steps, (random.random((sequences, PHOTOS)) < p).cumsum(axis=1)], -1, 0
        )
        print_row(p, f"{((low <= p) & (p <= high)).all(axis=1).mean():.1%}")
    print()
    print_head("only A, only B right", "photos", "settled by then", "McNemar, fixed number")
    for better, worse in ((0.45, 0.05), (0.35, 0.05), (0.3, 0.1)):
        drawn = random.random((sequences, PHOTOS))
        first, second = drawn < better, drawn >= 1 - worse
        share = reached_odds(first, second).mean(axis=0)
        for n in (20, 30, 40, 60):
            counts = zip(first[:, :n].sum(axis=1), second[:, :n].sum(axis=1))
            fixed = np.mean([mcnemar(int(a), int(b)) for a, b in counts])
            print_row(f"{better}, {worse}", n, f"{share[n - 1]:.0%}", f"{fixed:.0%}")


def answered_pool(folder: Path, draw: int, size: int) -> list[dict[str, str]]:
    """What the runs answer to `size` photos of every class and circumstance: a line for each, with
    label, circumstance and the answer by run. A command that was stopped goes on with the next."""
    from core.evaluate.predictor import Predictor

    data, table = draw_toy_set(folder, draw), folder / f"answers_{draw}.jsonl"
    recipes = {name: load_recipe(recipe, {"seed": seed}) for name, (recipe, seed) in RUNS.items()}
    runs = {name: train_or_reuse(folder / "runs", each, data) for name, each in recipes.items()}
    known = table.read_text().splitlines() if table.exists() else []
    left = range(len(known), size * len(PAIRS))
    predictors = {name: Predictor(run) for name, run in runs.items()} if left else {}
    home = Home(draw)
    with table.open("a") as file, tempfile.NamedTemporaryFile(suffix=".jpg") as photo:
        for number in left:
            label, circumstance = PAIRS[number % len(PAIRS)]
            random = np.random.default_rng([draw, 9, number])
            kind = SCENES.get(circumstance, "single")
            shot = difficult_shot(random, home, number, 640, kind, label)
            Path(photo.name).write_bytes(render_photo(shot, random)[0])
            told = {"label": label, "circumstance": circumstance}
            for name, predictor in predictors.items():
                told[name] = next(predictor.predict_photos([Path(photo.name)])).predicted
            print(json.dumps(told), file=file, flush=True)
    return [json.loads(line) for line in table.read_text().splitlines()]


def played(
    pool: list[dict[str, str]], runs: tuple[str, str], seed: int, photos: int, boosted: bool
) -> Session:
    """A session whose photos come from the pool, those of a class and circumstance in turn."""
    order = [pool[i] for i in np.random.default_rng(seed).permutation(len(pool))]
    rows = {pair: [r for r in order if (r["label"], r["circumstance"]) == pair] for pair in PAIRS}

    def right(label: str, circumstance: str) -> list[bool]:
        rows[label, circumstance].append(row := rows[label, circumstance].pop(0))
        return [row[run] == label for run in runs]

    return session(seed, photos, boosted, right)


def play(draws: list[int], folder: Path, sessions: int, same: int, size: int) -> None:
    pools = {draw: answered_pool(folder, draw, size) for draw in draws}
    print_head("draw", *(f"{name} right" for name in RUNS))
    for draw, pool in pools.items():
        shares = (np.mean([row[run] == row["label"] for row in pool]) for run in RUNS)
        print_row(draw, *(f"{share:.2f}" for share in shares))
    print()
    print_head("runs, order", "sessions", "for the first", "for the second", "median photos")
    pairs = [(draw, seed) for draw in draws for seed in range(sessions)]
    again = [(draws[i % len(draws)], 1000 + i) for i in range(same)]
    for other, photos, boosted, chosen in (
        ("looks-good", 60, True, pairs),
        ("looks-good", 60, False, pairs),
        ("quick again", 40, True, again),
    ):
        found = [played(pools[d], ("quick", other), seed, photos, boosted) for d, seed in chosen]
        won = [sum(end > 0 and who == run for end, who in found) for run in (0, 1)]
        median = np.median([end or np.inf for end, _ in found])
        order = "the rule's order" if boosted else "plain order"
        print_row(f"quick, {other}, {order}", len(found), *won, f"{median:.0f}")


def main(
    sequences: int = 10_000,
    draws: str = "",
    sessions: int = 10,
    same: int = 40,
    pool: int = 8,
    runs: Path = ROOT / "runs" / "bench-capture",
) -> None:
    """sessions: of each draw; same: of two seeds of quick; pool: photos of a class and
    circumstance."""
    if not draws:
        return simulate(sequences)
    runs.mkdir(parents=True, exist_ok=True)
    return play(numbers(draws), runs, sessions, same, pool)


if __name__ == "__main__":
    run_script(main)
