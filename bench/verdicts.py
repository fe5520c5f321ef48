"""Puts the verdict to the test on photos that no threshold was chosen on: who gets which, and why.

    .venv/bin/python bench/verdicts.py --toy-seed 301
    .venv/bin/python bench/verdicts.py --data PHOTO_SET

Draws a toy set (or takes a photo set) and trains, over `--seeds` (0,1,2,3,4): `quick`,
`looks-good`, both on shuffled labels, `quick` without pretrained weights for two epochs, both with
rates a hundred times too high, and `quick` with four test photos. Prints a row for each with its
verdicts, then says for each claim of the product whether it held:

- at least four of five runs of `quick` are *generalises*, and of `looks-good` *overfit that looks
  good*;
- their validation errors are equal within one photo, seed by seed;
- the mean object accuracy is at least .25 apart and the mean lift in the same order;
- shuffled labels never *generalises*; an untrained start is *never learned*; rates a hundred times
  too high are *never learned*, *overfit, and it shows*, or stop as diverged; four test photos are
  *too little evidence*;
- class maps of heads with re-drawn weights have lost their localisation (lift within .2 of 1).

A run that is finished already (in --runs) is not trained again, so the command can be stopped and
taken up. About 15 minutes on two cores with bfloat16, where `looks-good` takes most. Ends with 1
when a claim fails.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import ROOT, option_parser
from contrast import train_or_reuse

from core.base.errors import RunError
from core.data.shuffled_labels import shuffle_labels
from core.recipe.files import load_recipe
from core.recipe.schema import Recipe

TWO_EPOCHS: dict[str, object] = {
    "weights": "none",
    "stages": [
        {"train": "head", "epochs": 1},
        {"train": "bands", "cycles": 1, "cycle_len": 1},
    ],
}
MIN_OBJECT_GAP = 0.25  # of the mean object accuracies
LIFT_TOLERANCE = 0.2
DIVERGED = "stopped as diverged"
GOOD, LOOKS_GOOD, NEVER = "generalises", "overfit that looks good", "never learned"
SHOWS, TOO_LITTLE = "overfit, and it shows", "too little evidence"


@dataclass(frozen=True)
class Case:
    """A row: what is trained on which photos. `seeds`: how many of the seeds it gets."""

    name: str
    preset: str
    data: str
    changes: Callable[[Recipe], dict[str, object]] = lambda recipe: {}
    seeds: int = 5


def hundredfold(recipe: Recipe) -> dict[str, object]:
    """The recipe's rates, of the bands and of the head-only stage, a hundred times as high."""
    bands = {f"bands.{i}.lr": band.lr * 100 for i, band in enumerate(recipe.bands)}
    stages = {
        f"stages.{i}.lr": stage.lr * 100
        for i, stage in enumerate(recipe.stages)
        if getattr(stage, "lr", None)
    }
    return bands | stages


CASES = (
    Case("quick", "quick", "photos"),
    Case("looks-good", "looks-good", "photos"),
    Case("quick, labels shuffled", "quick", "shuffled"),
    Case("looks-good, labels shuffled", "looks-good", "shuffled", seeds=2),
    Case("quick, no weights, two epochs", "quick", "photos", lambda recipe: TWO_EPOCHS),
    Case("quick, rates x100", "quick", "photos", hundredfold),
    Case("looks-good, rates x100", "looks-good", "photos", hundredfold, seeds=2),
    Case("quick, four test photos", "quick", "four"),
)


def photo_sets(data: Path, folder: Path) -> dict[str, Path]:
    """The photos, the same with shuffled labels, and the same with four test photos."""
    shuffled, four = folder / "shuffled", folder / "four"
    if not (shuffled / "train.csv").is_file():
        shuffle_labels(data, shuffled, seed=0)
    if not four.is_dir():
        few_test_photos(data, four)
    return {"photos": data, "shuffled": shuffled, "four": four}


def few_test_photos(data: Path, out: Path, count: int = 4) -> None:
    """A copy of a photo set with the first few photos of `test` and no other test set."""
    shutil.copytree(data, out, ignore=lambda folder, names: [n for n in names if n[0] == "."])
    for test_set in [p for p in out.iterdir() if p.is_dir() and p.name not in ("train", "test")]:
        shutil.rmtree(test_set)
    for photo in sorted((out / "test").glob("*.jpg"))[count:]:
        photo.unlink()
    for table in (out / "labels.csv", out / "boxes.csv"):
        head, *rows = table.read_text("utf-8").splitlines()
        kept = {f"test,{p.name}," for p in (out / "test").glob("*.jpg")}
        rows = [row for row in rows if any(row.startswith(start) for start in kept)]
        table.write_text("\n".join([head, *rows]) + "\n", "utf-8")


def draw_toy_set(folder: Path, seed: int) -> Path:
    """The toy set of a seed, drawn if it is not there."""
    from core.toy_books import draw_toy_books

    data = folder / f"toy-{seed}"
    if not (data / "boxes.csv").is_file():
        shutil.rmtree(data, ignore_errors=True)
        draw_toy_books(data, seed)
    return data


def parse_photo_set(parser: argparse.ArgumentParser) -> tuple[argparse.Namespace, str, Path]:
    """What is asked for, with `--toy-seed`, `--data` and `--runs`; the set's name, and its folder,
    drawn if need be."""
    parser.add_argument("--toy-seed", type=int, help="draw a toy set with this seed")
    parser.add_argument("--data", type=Path, help="or a photo set that is there")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "bench")
    chosen = parser.parse_args()
    if (chosen.toy_seed is None) == (chosen.data is None):
        parser.error("either --toy-seed or --data")
    if chosen.data:
        return chosen, chosen.data.name, chosen.data
    return chosen, f"toy-{chosen.toy_seed}", draw_toy_set(chosen.runs, chosen.toy_seed)


def outcome(runs: Path, case: Case, seed: int, data: Path) -> dict[str, Any] | None:
    """summary.json with the re-drawn head's numbers; None for a run that diverged."""
    recipe = load_recipe(case.preset)
    recipe = load_recipe(case.preset, {"seed": seed, **case.changes(recipe)})
    try:
        run = train_or_reuse(runs, recipe, data)
    except RunError as error:
        if "diverged" not in str(error):
            raise
        return None
    redrawn = run.diagnosis()["evidence"]["redrawn_head"]
    return {**run.summary(), "redrawn": redrawn}


def hard_set(summary: dict[str, Any]) -> dict[str, Any]:
    """The numbers of the hardest test set there is."""
    sets: dict[str, dict[str, Any]] = summary["sets"]
    return sets.get("test_difficult") or next(iter(sets.values()))


def line(name: str, found: Sequence[dict[str, Any] | None]) -> str:
    """A row of the Markdown table: means, (lowest-highest), verdicts."""
    told = [summary for summary in found if summary is not None]
    cells = [
        spread([s["validation"]["accuracy"]["value"] for s in told]),
        spread([s["validation"]["loss"] for s in told], ".3f"),
        spread([value(hard_set(s)["scores"].get("object")) for s in told]),
        spread([value(hard_set(s)["localisation"], "lift") for s in told]),
    ]
    counted = Counter(verdict(summary) for summary in found).most_common()
    verdicts = ", ".join(f"{words} {count} of {len(found)}" for words, count in counted)
    return f"| {name} | " + " | ".join(cells) + f" | {verdicts} |"


def value(score: dict[str, Any] | None, key: str = "value") -> float | None:
    return None if score is None else score[key]


def verdict(summary: dict[str, Any] | None) -> str:
    return DIVERGED if summary is None else str(summary["verdict"])


def spread(values: Sequence[float | None], form: str = ".2f") -> str:
    kept = [v for v in values if v is not None]
    if not kept:
        return ""
    if len(kept) == 1:
        return f"{kept[0]:{form}}"
    return f"{sum(kept) / len(kept):{form}} ({min(kept):{form}}-{max(kept):{form}})"


def claims(found: dict[str, list[dict[str, Any] | None]]) -> Iterator[tuple[bool, str]]:
    """Each claim, in words, and whether it held."""

    def share(name: str, *allowed: str, least: float = 1.0) -> tuple[bool, str]:
        verdicts = [verdict(summary) for summary in found[name]]
        right = sum(words in allowed for words in verdicts)
        words = f"{name}: {' or '.join(allowed)} {right} of {len(verdicts)}"
        return right >= least * len(verdicts), words

    yield share("quick", GOOD, least=0.8)
    yield share("looks-good", LOOKS_GOOD, least=0.8)
    quick, looks_good = ([s for s in found[n] if s is not None] for n in ("quick", "looks-good"))
    gaps = [
        abs(a["validation"]["accuracy"]["correct"] - b["validation"]["accuracy"]["correct"])
        for a, b in zip(quick, looks_good, strict=False)
    ]
    yield max(gaps, default=9) <= 1, f"validation errors differ by at most {max(gaps)} photo(s)"
    objects, lifts = (
        [sum(told(hard_set(s)) for s in runs) / len(runs) for runs in (quick, looks_good)]
        for told in (
            lambda numbers: numbers["scores"]["object"]["value"],
            lambda numbers: numbers["localisation"]["lift"],
        )
    )
    yield (
        objects[0] - objects[1] >= MIN_OBJECT_GAP,
        f"objects {objects[0]:.2f} against {objects[1]:.2f}",
    )
    yield lifts[0] > lifts[1], f"lift {lifts[0]:.2f} against {lifts[1]:.2f}"
    for name in ("quick, labels shuffled", "looks-good, labels shuffled"):
        yield share(name, LOOKS_GOOD, NEVER, SHOWS, TOO_LITTLE, DIVERGED)
    yield share("quick, no weights, two epochs", NEVER)
    for name in ("quick, rates x100", "looks-good, rates x100"):
        yield share(name, NEVER, SHOWS, DIVERGED)
    yield share("quick, four test photos", TOO_LITTLE)
    mean = sum(redrawn_lift(summary) for summary in quick) / len(quick)
    yield abs(mean - 1) <= LIFT_TOLERANCE, f"re-drawn heads: mean lift {mean:.2f}"


def redrawn_lift(summary: dict[str, Any]) -> float:
    """The mean over the drawn heads, on the hardest set."""
    of_set = summary["redrawn"].get("test_difficult") or next(iter(summary["redrawn"].values()))
    return float(of_set["lift"])


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--seeds", default="0,1,2,3,4")
    chosen, name, data = parse_photo_set(parser)
    folder = chosen.runs / f"verdicts-{name}"
    sets = photo_sets(data, folder)
    seeds = [int(seed) for seed in chosen.seeds.split(",")]
    found = {
        case.name: [
            outcome(folder / "runs", case, seed, sets[case.data]) for seed in seeds[: case.seeds]
        ]
        for case in CASES
    }
    print(f"\n{name}, seeds {chosen.seeds}\n")
    print("| recipe | val accuracy | val loss | hard objects | hard lift | verdict |")
    print("|---|---|---|---|---|---|")
    for case in CASES:
        print(line(case.name, found[case.name]))
    print()
    held = list(claims(found))
    for fine, words in held:
        print(f"{'held  ' if fine else 'FAILED'} {words}")
    sys.exit(not all(fine for fine, _ in held))


if __name__ == "__main__":
    main()
