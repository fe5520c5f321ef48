"""Puts the verdict to the test on photos that no threshold was chosen on: who gets which, and why.

    .venv/bin/python bench/verdicts.py --toy-seeds 301
    .venv/bin/python bench/verdicts.py --data PHOTO_SET

Trains the CASES over `--seeds` on each toy draw or photo set, prints a row for each with its
verdicts, then says for each claim of the product whether it held: the verdicts of each case;
validation errors of `quick` and `looks-good` equal within one photo, seed by seed; their mean
object accuracies at least .25 apart and the mean lift in the same order; class maps of heads with
re-drawn weights without localisation (lift within .2 of 1).

Finished runs (in --runs) are not trained again. About 15 minutes on two cores with bfloat16, where
`looks-good` takes most. Ends with 1 when a claim fails.
"""

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from common import BENCH_RUNS, numbers, print_head, run_script
from seeds import DIVERGED, metric, photo_sets, scores_row, train_seeds, verdict

from core.data.shuffled_labels import shuffle_labels
from core.recipe.files import load_recipe
from core.recipe.schema import Recipe
from core.store.run import Run

HEAD, BANDS = {"train": "head", "epochs": 1}, {"train": "bands", "cycles": 1, "cycle_len": 1}
TWO_EPOCHS: dict[str, Any] = {"weights": "none", "stages": [HEAD, BANDS]}
MIN_OBJECT_GAP = 0.25  # of the mean object accuracies
LIFT_TOLERANCE = 0.2
GOOD, LOOKS_GOOD, NEVER = "generalises", "overfit that looks good", "never learned"
SHOWS, TOO_LITTLE = "overfit, and it shows", "too little evidence"
HOLDS = "holds up, untested elsewhere"


class Case(NamedTuple):
    """A row: what is trained on which photos. `seeds`: how many of the seeds it gets; `allowed`:
    the verdicts that it may get, `least` the share of seeds that must."""

    name: str
    preset: str
    data: str
    allowed: tuple[str, ...]
    changes: Callable[[Recipe], dict[str, Any]] = lambda recipe: {}
    seeds: int = 5
    least: float = 1.0


def hundredfold(recipe: Recipe) -> dict[str, Any]:
    """The recipe's rates, of the bands and of the head-only stage, a hundred times as high."""
    bands = {f"bands.{i}.lr": band.lr * 100 for i, band in enumerate(recipe.bands)}
    rates = enumerate(getattr(stage, "lr", None) for stage in recipe.stages)
    return bands | {f"stages.{i}.lr": rate * 100 for i, rate in rates if rate}


ANY_BUT_GOOD = (LOOKS_GOOD, NEVER, SHOWS, TOO_LITTLE, DIVERGED)
FAILED = (NEVER, SHOWS, DIVERGED)
CASES = (
    Case("quick", "quick", "photos", (GOOD,), least=0.8),
    Case("looks-good", "looks-good", "photos", (LOOKS_GOOD,), least=0.8),
    Case("quick, labels shuffled", "quick", "shuffled", ANY_BUT_GOOD),
    Case("looks-good, labels shuffled", "looks-good", "shuffled", ANY_BUT_GOOD, seeds=2),
    Case("quick, no weights, two epochs", "quick", "photos", (NEVER,), lambda recipe: TWO_EPOCHS),
    Case("quick, rates x100", "quick", "photos", FAILED, hundredfold),
    Case("looks-good, rates x100", "looks-good", "photos", FAILED, hundredfold, seeds=2),
    Case("quick, four test photos", "quick", "four", (TOO_LITTLE, HOLDS)),
)


def variants(data: Path, folder: Path) -> dict[str, Path]:
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
        kept = tuple(f"test,{p.name}," for p in (out / "test").glob("*.jpg"))
        rows = [row for row in rows if row.startswith(kept)]
        table.write_text("\n".join([head, *rows]) + "\n", "utf-8")


def claims(found: dict[str, list[Run]]) -> Iterator[tuple[bool, str]]:
    """Each claim, in words, and whether it held."""
    for case in CASES:
        right = sum(verdict(run) in case.allowed for run in found[case.name])
        of = len(found[case.name])
        words = f"{case.name}: {' or '.join(case.allowed)} {right} of {of}"
        yield right >= case.least * of, words
    pair = found["quick"], found["looks-good"]
    correct = ([s["validation"]["accuracy"]["correct"] for s in summaries(g)] for g in pair)
    gap = max((abs(a - b) for a, b in zip(*correct, strict=False)), default=9)
    yield gap <= 1, f"validation errors differ by at most {gap} photo(s)"
    for name, least in (("objects", MIN_OBJECT_GAP), ("lift", 0.0)):
        good, bad = (sum(values) / len(values) for values in (metric(name, g) for g in pair))
        yield good - bad > 0 and good - bad >= least, f"{name} {good:.2f} against {bad:.2f}"
    lifts = [redrawn_lift(run) for run in found["quick"]]
    mean = sum(lifts) / len(lifts)
    yield abs(mean - 1) <= LIFT_TOLERANCE, f"re-drawn heads: mean lift {mean:.2f}"


def summaries(runs: Sequence[Run]) -> list[dict[str, Any]]:
    return [summary for run in runs if (summary := run.summary())]


def redrawn_lift(run: Run) -> float:
    """The mean over the drawn heads, on the hardest set."""
    redrawn = (run.diagnosis() or {})["evidence"]["redrawn_head"]
    return float((redrawn.get("test_difficult") or next(iter(redrawn.values())))["lift"])


def judge(name: str, data: Path, folder: Path, seeds: list[int]) -> bool:
    """Trains every case on a photo set and prints what became of it; whether every claim held."""
    sets, found = variants(data, folder), {}
    for case in CASES:
        changes = case.changes(load_recipe(case.preset))
        some = seeds[: case.seeds]
        found[case.name] = train_seeds(folder / "runs", case.preset, changes, some, sets[case.data])
    columns = "val accuracy", "val loss", "objects", "lift"
    print_head("recipe", *columns, "verdict, seeds", title=f"{name}, seeds {seeds}")
    for case in CASES:
        print(scores_row(case.name, found[case.name], columns))
    print()
    held = list(claims(found))
    for fine, words in held:
        print(f"{'held  ' if fine else 'FAILED'} {words}")
    return all(fine for fine, _ in held)


def main(
    toy_seeds: str = "",
    data: list[Path] | None = None,
    seeds: str = "0,1,2,3,4",
    runs: Path = BENCH_RUNS,
) -> None:
    sets = photo_sets(toy_seeds, data, runs).items()
    held = [judge(name, at, runs / f"verdicts-{name}", numbers(seeds)) for name, at in sets]
    sys.exit(not all(held))


if __name__ == "__main__":
    run_script(main)
