"""Which number from validation photos tells what holds elsewhere? Recipes, seeds, data sets.

    .venv/bin/python bench/shifted.py --toy 7001,7002 --data ../shared/pacs_small \
      --truth art_painting,cartoon,sketch --seeds 0,1

Trains each recipe of RECIPES with each seed on toy draws (truth: the objects of `test_difficult` of
that draw and of three more) and on photo sets (truth: the primary answers on all sets from
elsewhere, or named by --truth). A row per finished run goes to --rows; what is in it is not trained
again, so that the command goes on from the rows, on any machine. Prints, for each data set, each
number's Spearman with the truth of the other seeds, with a bootstrap interval over recipes, and
what choosing a recipe by it loses (regret). A run takes about half a minute on two cores.
"""

import shutil
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from common import ROOT, log, numbers, print_head, print_row, run_script, temporary_folder
from seeds import append_row, known_rows, throwaway_run

from core.data.dataset import read_dataset
from core.recipe.files import load_recipe

_STRONG = {
    "augment.zoom": {"range": [0.55, 2.0], "p": 1.0},
    "augment.rotate": {"degrees": 180, "p": 1.0},
    "augment.lighting": 0.3,
    "augment.flip": "both",
}
_HEAD_ONLY = {"stages": [{"train": "head", "epochs": 30}]}
# By name: the preset and what is changed in it.
RECIPES: dict[str, tuple[str, dict[str, Any]]] = {
    "quick": ("quick", {}),
    "no dropout": ("quick-no-dropout", {}),
    "bare": ("quick-bare", {}),
    "strong augmentation": ("quick", _STRONG),
    "strong, longer": ("quick", _STRONG | {"stages.1.cycles": 3}),
    "any turn": ("quick", {"augment.rotate": {"degrees": 180, "p": 1.0}, "augment.flip": "both"}),
    "light": ("quick", {"augment.lighting": 0.3}),
    "wide zoom": ("quick", {"augment.zoom": {"range": [0.55, 2.0], "p": 1.0}}),
    "no cutout": ("quick", {"augment.cutout": None}),
    "no flip": ("quick", {"augment.flip": "none"}),
    "mixup": ("quick", {"augment.mixup": 0.4}),
    "label smoothing": ("quick", {"label_smoothing": 0.1}),
    "head only": ("quick", _HEAD_ONLY),
    "head only, strong": ("quick", _HEAD_ONLY | _STRONG),
    "deeper": ("quick", {"bands": {0: 0, 10: 1e-3, 14: 3e-3, 18: 1e-2}}),
    "deepest": ("quick", {"bands": {0: 0, 4: 1e-3, 12: 3e-3, 18: 1e-2}}),
    "lower rates": ("quick", {"bands": {0: 0, 16: 3e-4, 17: 1e-3, 18: 3e-3}}),
    "higher rates": ("quick", {"bands": {0: 0, 16: 3e-3, 17: 1e-2, 18: 3e-2}}),
    "short": ("quick", {"stages.1.cycles": 1}),
    "weight decay": ("quick", {"optimizer.weight_decay": 1e-2}),
    "front at 3e-2": ("looks-good", {"bands": {0: 3e-2, 13: 1e-2}}),
    "looks-good": ("looks-good", {}),
    "front at 1e-1, strong": ("looks-good", _STRONG),
    "rates x10": ("quick", {"bands": {0: 0, 16: 1e-2, 17: 3e-2, 18: 1e-1}}),
}
WRECKS = ("front at 3e-2", "looks-good", "front at 1e-1, strong", "rates x10")
# Numbers of a run, less is better where the sign is -1.
KINDS = {"accuracy": 1, "loss": -1}
_FAMILIES = ("validation", "geometry", "light", "other backgrounds", "total")
NUMBERS = {f"{name} {kind}": sign for name in _FAMILIES for kind, sign in KINDS.items()}
NUMBERS["total and validation loss"] = -1


def draw_data(seed: int, place: Path) -> Path:
    """A toy draw, with the difficult photos of three more as further test sets."""
    from core.toy_books import draw_toy_books

    draw_toy_books(place, seed, on_photo=lambda done, total: None)
    for number in range(1, 4):
        other = place.parent / f"other-{number}"
        draw_toy_books(other, seed + 100 * number, on_photo=lambda done, total: None)
        name = f"test_difficult_{number}"
        shutil.copytree(other / "test_difficult", place / name)
        for table in ("labels.csv", "boxes.csv"):
            lines = (other / table).read_text().splitlines()
            more = [line.replace("test_difficult,", f"{name},", 1) for line in lines]
            with (place / table).open("a") as file:
                file.writelines(f"{line}\n" for line in more if line.startswith(f"{name},"))
    found = read_dataset(place)
    assert all(each.labels and each.boxes for each in found.test_sets), "tables of other draws"
    return place


def row_of(summary: dict[str, Any], truth: list[str]) -> dict[str, float]:
    """The numbers of a run and its truth: objects where there are any, else primary answers."""
    shifted, validation = summary["shifted"], summary["validation"]
    found = {
        "validation accuracy": validation["accuracy"]["value"],
        "validation loss": validation["loss"],
    }
    scores = shifted["families"] | ({"total": shifted["total"]} if shifted["total"] else {})
    for name, score in scores.items():
        for kind in KINDS:
            found[f"{name} {kind}"] = score[kind]["value"]
    found["total and validation loss"] = found["total loss"] + found["validation loss"]
    names = truth or [name for name in summary["sets"] if name.startswith("test_difficult")]
    scored = [summary["sets"][name]["scores"] for name in names]
    key = "object" if all("object" in each for each in scored) else "primary"
    right = sum(each[key]["correct"] for each in scored)
    return found | {"truth": right / sum(each[key]["total"] for each in scored)}


def finish(table: Path, data_name: str, data: Path, seeds: list[int], truth: list[str]) -> None:
    """Trains what the table lacks of a data set, a row after each run."""
    done = known_rows(table, "data", "recipe", "seed")
    for seed, (name, (preset, changes)) in product(seeds, RECIPES.items()):
        if (data_name, name, seed) in done:
            continue
        log(f"{data_name}: {name}, seed {seed}")
        recipe = load_recipe(preset, changes | {"name": name, "seed": seed})
        runs = Path(tempfile.gettempdir()) / f"shifted-{data.name}"
        with throwaway_run(recipe, data, runs) as run:
            found = row_of(run.summary() or {}, truth)
        row = {"data": data_name, "recipe": name, "seed": seed}
        row |= {key: round(value, 4) for key, value in found.items()}
        append_row(table, ["data", "recipe", "seed", "truth", *NUMBERS], row)


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation; NaN where one of them does not vary."""
    first, second = pd.Series(a).rank(), pd.Series(b).rank()
    return float(first.corr(second)) if first.nunique() > 1 < second.nunique() else float("nan")


def print_report(title: str, frame: pd.DataFrame) -> None:
    """A number is of one seed; its truth is of the other seeds."""
    print_head("number", "Spearman, all", "without wrecks", "loses", "at random", title=title)
    truth = frame.pivot(index="recipe", columns="seed", values="truth")
    for name, sign in NUMBERS.items():
        given = sign * frame.pivot(index="recipe", columns="seed", values=name).reindex(truth.index)
        if given.isna().to_numpy().any():
            continue
        cells = []
        for kept in (truth.index, truth.index.difference(WRECKS)):
            draws = [mean_spearman(given.loc[kept], truth.loc[kept])]
            random = np.random.default_rng(0)
            for _ in range(500):
                chosen = random.choice(kept, len(kept))
                draws.append(mean_spearman(given.loc[chosen], truth.loc[chosen]))
            low, high = np.nanpercentile(draws[1:], [2.5, 97.5])
            cells.append(f"{draws[0]:.2f} ({low:.2f} to {high:.2f})")
        lost, chance = regret(given, truth)
        print_row(name, *cells, f"{lost:.3f}", f"{chance:.3f}")


def mean_spearman(given: pd.DataFrame, truth: pd.DataFrame) -> float:
    """Of each seed's number with the mean truth of the other seeds."""
    found = [
        spearman(given[seed].to_numpy(), truth.drop(columns=seed).mean(axis=1).to_numpy())
        for seed in given
    ]
    return float(np.nanmean(found)) if not np.isnan(found).all() else float("nan")


def regret(given: pd.DataFrame, truth: pd.DataFrame) -> tuple[float, float]:
    """What choosing by one seed's number loses on the other seeds, ties shared; and at random."""
    lost, chance = [], []
    for seed in given:
        others = truth.drop(columns=seed).mean(axis=1)
        best = given[seed] >= given[seed].max()
        lost.append(others.max() - others[best].mean())
        chance.append(others.max() - others.mean())
    return float(np.mean(lost)), float(np.mean(chance))


def main(
    toy: str = "",
    data: list[Path] | None = None,
    truth: str = "",
    seeds: str = "0,1",
    rows: Path = ROOT / "bench" / "shifted.csv",
) -> None:
    for seed in numbers(toy):
        with temporary_folder() as folder:
            place = draw_data(seed, folder / f"toy-{seed}")
            finish(rows, f"toy-{seed}", place, numbers(seeds), [])
    for place in data or ():
        finish(rows, place.name, place, numbers(seeds), [name for name in truth.split(",") if name])
    for name, frame in pd.read_csv(rows).groupby("data"):
        counts = f"{frame['recipe'].nunique()} recipes, {frame['seed'].nunique()} seeds"
        print_report(f"{name}: {counts}", frame)


if __name__ == "__main__":
    run_script(main)
