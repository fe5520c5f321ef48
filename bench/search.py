"""Does the search for a recipe choose well? Replayed from a table of recipes, folds and seeds.

    .venv/bin/python bench/search.py --toy 8001,8002 --data ../shared/small_books \
      --data ../shared/pacs_small

Trains what the table lacks (some 40 recipes x 5 folds x 2 seeds for each data set), a row of --rows
after each run; --replay trains nothing. Prints for each data set and method: regret (difficult
objects of the best recipe less those of the chosen one, means over folds and seeds), trainings
used, and how often the best of the recipes that were tried, or one within a standard error, is
still in at the end. Neighbours of the best cannot be trained in a replay: other recipes of the
table stand for them. --simulate prints how often a recipe as good as the best is dropped, by how
much luck a training has.
"""

import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from common import (
    ROOT,
    log,
    numbers,
    print_head,
    print_row,
    run_script,
    table_row,
    temporary_folder,
)
from seeds import append_row, known_rows, throwaway_run
from shifted import RECIPES as SHIFTED_RECIPES
from shifted import draw_data

from core.data.dataset import read_dataset
from core.data.near_copies import near_copies
from core.data.origin import find_origins
from core.recipe.files import load_recipe, recipe_dict, recipe_from_dict
from core.recipe.repeats import repeat_over_folds
from core.recipe.schema import Recipe
from core.search.engine import read_scores
from core.search.racing import (
    ERROR,
    PhotoScores,
    Results,
    choose,
    evidence_worse,
    next_trainings,
    standings,
)
from core.search.space import SHIFTED, apply, candidates, load_space
from core.store.run import Trial

FOLDS, SEEDS = 5, 2
COLUMNS = ("data", "recipe", "fold", "seed", "truth", "accuracy", "loss", "right", "losses")


def recipes() -> dict[str, Recipe]:
    """The portfolio, first, then those of bench/shifted.py, and rates with depths."""
    base = load_recipe("quick")
    found = dict(candidates(load_space("everything", base), base).recipes)
    for name, (preset, changes) in SHIFTED_RECIPES.items():
        found.setdefault(name, load_recipe(preset, changes | {"name": name}))
    strong = found["stronger augmentation"]
    for factor, deeper in product((0.3, 1, 3), (0, 4, 10)):
        for start, words in ((base, ""), (strong, ", strong")):
            name = f"rates x{factor:g}, deeper {deeper}{words}"
            found[name] = apply(start, {"rates": factor, "deeper": deeper}, name)
    unlike: dict[str, Recipe] = {}
    for name, recipe in found.items():
        plain = recipe_dict(recipe) | {"name": ""}
        if all(plain != recipe_dict(other) | {"name": ""} for other in unlike.values()):
            unlike[name] = recipe
    return unlike


# --- the table ------------------------------------------------------------------------------------


def fill(rows: Path, name: str, data: Path) -> None:
    """Trains what the rows lack of a data set."""
    done = known_rows(rows, "data", "recipe", "fold", "seed")
    runs = Path(tempfile.gettempdir()) / f"search-{name}"
    dataset = read_dataset(data)
    origins = find_origins(dataset, lambda: near_copies(dataset, runs))
    truth = [
        each.name for each in dataset.test_sets if each.labels and origins[each.name].elsewhere
    ]
    for seed, fold, (key, recipe) in product(range(SEEDS), range(FOLDS), recipes().items()):
        if (name, key, fold, seed) not in done:
            log(f"{name}: {key}, fold {fold}, seed {seed}")
            row = train(recipe, fold, seed, data, runs, truth)
            row |= {"data": name, "recipe": key, "fold": fold, "seed": seed}
            append_row(rows, COLUMNS, row)


def train(
    recipe: Recipe, fold: int, seed: int, data: Path, runs: Path, truth: list[str]
) -> dict[str, Any]:
    plain = recipe_dict(repeat_over_folds(recipe, FOLDS)[fold]) | {"seed": seed}
    trial = Trial("bench", sets=tuple(truth))
    with throwaway_run(recipe_from_dict(plain), data, runs, trial) as run:
        scores, summary = read_scores(run, SHIFTED), run.summary() or {}
        hard = [right for each in truth for right, _ in read_scores(run, each).values()]
    files = sorted(scores)
    return {
        "truth": round(float(np.mean(hard)), 4),
        "accuracy": round(summary["validation"]["accuracy"]["value"], 4),
        "loss": round(summary["validation"]["loss"], 4),
        "right": " ".join(f"{scores[file][0]:g}" for file in files),
        "losses": " ".join(f"{scores[file][1]:.3g}" for file in files),
    }


# --- replays --------------------------------------------------------------------------------------


class Outcome(NamedTuple):
    """The chosen recipe, trainings used, and whether the best that was tried is still in."""

    chosen: str
    used: int
    kept: bool


class Table:
    """The trainings of one data set."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame.set_index(["recipe", "fold", "seed"])
        truths = frame.groupby("recipe")["truth"]
        self.truth, self.error = truths.mean(), truths.std(ddof=1) / truths.size() ** 0.5
        self.folds = [
            (f, s) for s in sorted(set(frame["seed"])) for f in sorted(set(frame["fold"]))
        ]
        self.names = list(dict.fromkeys(frame["recipe"]))

    def scores(self, name: str, repeat: tuple[int, int]) -> PhotoScores:
        row = self.frame.loc[(name, *repeat)]
        pairs = zip(str(row["right"]).split(), str(row["losses"]).split(), strict=True)
        return {str(n): (float(a), float(b)) for n, (a, b) in enumerate(pairs)}

    def regret(self, name: str) -> float:
        return float(self.truth.max() - self.truth[name])

    def outcome(self, results: Results, names: list[str]) -> Outcome:
        tried = [name for name in names if any(name == other for other, _ in results)]
        best = max(tried, key=lambda name: self.truth[name])
        found, least = standings(results, names), self.truth[best] - self.error[best]
        kept = any(self.truth[name] >= least and not found[name].dropped for name in tried)
        return Outcome(choose(results, names), len(results), kept)


def race(table: Table, budget: int, random: np.random.Generator, portfolio: list[str]) -> Outcome:
    """Ours: the portfolio raced, as many as a third of the budget; then other recipes likewise."""
    repeats = [table.folds[n] for n in random.permutation(len(table.folds))]
    names, results = portfolio[: max(2, budget // 3)], dict[tuple[str, int], PhotoScores]()
    others = [str(n) for n in random.permutation(sorted(set(table.names) - set(names)))]
    while len(results) < budget:
        found = next_trainings(results, names, len(repeats))
        if not found:
            if not others:
                break
            names = [*names, others.pop()]
            continue
        name, repeat = found[0]
        results[name, repeat] = table.scores(name, repeats[repeat])
    return table.outcome(results, names)


def no_race(
    table: Table, budget: int, random: np.random.Generator, portfolio: list[str]
) -> Outcome:
    """The same portfolio on as many whole rounds as fit; by the mean score."""
    repeats = [table.folds[n] for n in random.permutation(len(table.folds))]
    rounds = min(len(repeats), max(1, budget // len(portfolio)))
    names = portfolio[: budget // rounds]
    results = {(n, r): table.scores(n, repeats[r]) for n in names for r in range(rounds)}
    return Outcome(choose(results, names), len(results), True)


def by_validation(
    table: Table, budget: int, random: np.random.Generator, portfolio: list[str]
) -> Outcome:
    """Random search on one split, by validation accuracy, then loss: what people do today."""
    names = [str(name) for name in random.permutation(table.names)][:budget]
    rows = table.frame.loc[[(name, *table.folds[0]) for name in names]].reset_index()
    best = rows.sort_values(["accuracy", "loss"], ascending=[False, True], kind="stable")
    return Outcome(str(best["recipe"].iloc[0]), len(names), True)


def default(
    table: Table, budget: int, random: np.random.Generator, portfolio: list[str]
) -> Outcome:
    return Outcome(portfolio[0], 0, True)


METHODS = {
    "ours": race,
    "random, by validation": by_validation,
    "portfolio without racing": no_race,
    "the default": default,
}


def report(frame: pd.DataFrame, budget: int, replays: int = 100) -> Iterator[str]:
    """Lines of a Markdown table, a method each, for one data set."""
    table = Table(frame)
    portfolio = [name for name in portfolio_names() if name in table.names]
    for title, method in METHODS.items():
        found = [method(table, budget, np.random.default_rng(n), portfolio) for n in range(replays)]
        regret = np.mean([table.regret(one.chosen) for one in found])
        used, kept = np.mean([one.used for one in found]), np.mean([one.kept for one in found])
        yield table_row(title, f"{regret:.3f}", f"{used:.0f}", f"{kept:.0%}")
    full = len(portfolio) * len(table.folds)
    raced = race_share(table, portfolio)
    yield f"\nRacing the whole portfolio takes {raced:.0%} of the {full} trainings of all of it."


def portfolio_names() -> list[str]:
    base = load_recipe("quick")
    return list(candidates(load_space("everything", base), base).recipes)


def race_share(table: Table, portfolio: list[str]) -> float:
    results = dict[tuple[str, int], PhotoScores]()
    while found := next_trainings(results, portfolio, len(table.folds)):
        name, repeat = found[0]
        results[name, repeat] = table.scores(name, table.folds[repeat])
    return len(results) / (len(portfolio) * len(table.folds))


def dropped_share(luck: float, draws: int = 400, photos: int = 14) -> float:
    """How often a recipe as good as another is dropped within ten trainings. luck: the standard
    deviation of a training's logit; photos have one of 1.5, their eight views share .7."""
    random, dropped = np.random.default_rng(0), 0
    for _ in range(draws):
        hard = np.tile(random.normal(1.8, 1.5, (FOLDS, photos)), (SEEDS, 1))
        logits = hard + random.normal(0, luck, (2, FOLDS * SEEDS, 1))
        logits = logits + random.normal(0, 0.7, logits.shape)
        right = random.binomial(8, 1 / (1 + np.exp(-logits))) / 8
        gaps = right[0] - right[1]
        steps = range(1, FOLDS * SEEDS + 1)
        dropped += any(evidence_worse(gaps[:n].ravel()) >= 1 / ERROR for n in steps)
    return dropped / draws


def main(
    toy: str = "",
    data: list[Path] | None = None,
    rows: Path = ROOT / "bench" / "search.csv",
    budget: int = 30,
    replay: bool = False,
    simulate: bool = False,
) -> None:
    if simulate:
        print_head("luck", "dropped though as good")
        for luck in (0.0, 0.3, 0.6):
            print_row(luck, f"{dropped_share(luck):.1%}")
        return
    for seed in [] if replay else numbers(toy):
        with temporary_folder() as folder:
            fill(rows, f"toy-{seed}", draw_data(seed, folder / f"toy-{seed}"))
    for place in () if replay else data or ():
        fill(rows, place.name, place)
    for name, frame in pd.read_csv(rows).groupby("data"):
        print(f"\n{name}, {budget} trainings:\n")
        print_head("method", "regret", "trainings", "best kept")
        print("\n".join(report(frame, budget)))


if __name__ == "__main__":
    run_script(main)
