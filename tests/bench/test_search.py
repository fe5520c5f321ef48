"""Replays of the search on a small table, where one recipe is best and some are hopeless."""

import sys

import numpy as np
import pandas as pd

from tests.conftest import ROOT

sys.path.append(str(ROOT / "bench"))
import search as bench_search

LEVELS = {"quick": 0.7, "deeper": 0.85, "lower rates": 0.6, "head only": 0.2, "mixup": 0.1}


def small_table(misleading: bool) -> pd.DataFrame:
    """misleading: the worst recipes have the best validation accuracy."""
    random, rows = np.random.default_rng(0), []
    for name, level in LEVELS.items():
        for fold in range(3):
            for seed in range(2):
                right = random.binomial(8, level, 12) / 8
                accuracy = 1 - level if misleading else level
                rows.append(
                    {
                        "data": "toy",
                        "recipe": name,
                        "fold": fold,
                        "seed": seed,
                        "truth": level - 0.1 + random.normal(0, 0.01),
                        "accuracy": accuracy,
                        "loss": 1 - accuracy,
                        "right": " ".join(map(str, right)),
                        "losses": " ".join(map(str, 1 - right)),
                    }
                )
    return pd.DataFrame(rows)


def test_every_method_replays_from_the_table():
    lines = list(bench_search.report(small_table(misleading=True), budget=20, replays=5))
    cells = {line.split("|")[1].strip(): line.split("|")[2:] for line in lines[:4]}
    assert float(cells["ours"][0]) == 0 and "100%" in cells["ours"][2]
    assert float(cells["random, by validation"][0]) > 0.5
    assert abs(float(cells["the default"][0]) - 0.15) < 0.02
    share = int(lines[-1].split("takes ")[1].split("%")[0])
    assert share < 75  # hopeless recipes cost a fold


def test_the_table_has_some_forty_unlike_recipes():
    found = bench_search.recipes()
    assert 36 <= len(found) <= 44 and next(iter(found)) == "quick"
    assert list(found)[: len(bench_search.portfolio_names())] == bench_search.portfolio_names()


def test_the_error_rate_is_simulated():
    assert bench_search.dropped_share(0.0, draws=40) <= 0.05
