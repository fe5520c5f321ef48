"""Trains the example runs that come with the project and writes them to runs/examples/.

    .venv/bin/python bench/examples.py --runs runs/bench

Five seeds of `quick` and of `looks-good` on `toy_books`, and one run for each thing else that can
happen (EXAMPLES). No seed is chosen: the seeds are 0 to 4, and 0 where there is one.

A run that is finished already (in --runs) is not trained again, and an example that is there is not
written again, so the command can be stopped and taken up. On the same machine it gives the same
files: what differs each time (times, process ids, the commit) is left out, and photos are named by
their place in the project. To see that it does, from nothing:

    .venv/bin/python bench/examples.py --runs /tmp/again --out /tmp/again-examples
    diff -r /tmp/again-examples runs/examples

About 20 minutes on two cores, where `looks-good` takes most. Ends with 1 when an example is not
what it is said to be, or the two groups do not look equally good by their validation.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from common import ROOT, TOY_BOOKS, option_parser
from verdicts import few_test_photos

from core.base import files
from core.base.errors import RunError
from core.recipe.files import load_recipe
from core.recipe.schema import Recipe
from core.store.examples import EXAMPLE_PREFIX
from core.store.run import Run, create_run, find_runs
from core.store.status import utc_now

SEEDS = 5
DIVERGED = "diverged"
# Of the files of a run: what is left out holds times, or is only for going on with it.
COMMITTED_FILES = (
    "recipe.yaml",
    "history.csv",
    "batches.csv",
    "predictions.csv",
    "cams.npz",
    "drift.csv",
    "reliance.csv",
    "diagnosis.json",
    "controls.json",
)
WEIGHTS = "weights.safetensors"
FEW_PHOTOS_PATH = Path(".photos") / "four_test_photos"  # in the folder of the examples


@dataclass(frozen=True)
class Example:
    """A run: a preset with changes. verdict: what came of it, which is checked. few: on the same
    training photos with four test photos. weights: kept, so that it can be asked (Try it)."""

    id: str
    preset: str
    verdict: str
    changes: dict[str, object] = field(default_factory=dict)
    four_test_photos: bool = False
    weights: bool = False

    def recipe(self) -> Recipe:
        return load_recipe(self.preset, self.changes)


def group(preset: str, verdict: str) -> list[Example]:
    """Five seeds of a preset; the first keeps its weights."""
    return [
        Example(
            f"{EXAMPLE_PREFIX}{preset}-s{seed}", preset, verdict, {"seed": seed}, weights=seed == 0
        )
        for seed in range(SEEDS)
    ]


EXAMPLES = (
    *group("quick", "generalises"),
    *group("looks-good", "overfit that looks good"),
    Example(
        f"{EXAMPLE_PREFIX}from-scratch",
        "looks-good",
        "overfit, and it shows",
        {"name": "looks-good, no weights", "weights": "none"},
    ),
    Example(
        f"{EXAMPLE_PREFIX}frozen-noise",
        "quick",
        "never learned",
        {"name": "quick, no weights", "weights": "none"},
    ),
    Example(
        f"{EXAMPLE_PREFIX}four-test-photos",
        "quick",
        "too little evidence",
        {"name": "quick, four test photos"},
        four_test_photos=True,
    ),
    Example(
        f"{EXAMPLE_PREFIX}diverged",
        "quick",
        DIVERGED,
        {
            "name": "vgg16, no weights",
            "backbone": "vgg16",
            "weights": "none",
            "bands": {0: 1e-1},
            "image_size": 112,
        },
    ),
)


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "bench")
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "examples")
    chosen = parser.parse_args()
    few = few_photos(chosen.out / FEW_PHOTOS_PATH)
    for example in EXAMPLES:
        if not (chosen.out / example.id).is_dir():
            run = train_or_reuse(
                chosen.runs, example.recipe(), few if example.four_test_photos else TOY_BOOKS
            )
            write(run, chosen.out / example.id, example)
        print(f"{example.id}: {outcome(Run(chosen.out / example.id))}", flush=True)
    wrong = list(problems(chosen.out))
    print("\n".join(wrong) or "all as they are said to be")
    sys.exit(bool(wrong))


def few_photos(place: Path) -> Path:
    """toy_books with four test photos, made if need be. The training photos are a link to its own,
    so that they are there once."""
    if not place.is_dir():
        few_test_photos(TOY_BOOKS, place)
        shutil.rmtree(place / "train")
        (place / "train").symlink_to(os.path.relpath(TOY_BOOKS / "train", place))
        note = place / "dataset.yaml"
        note.write_text(note.read_text("utf-8").replace("Toy books", "Toy books, four test photos"))
    return place


def train_or_reuse(runs: Path, recipe: Recipe, data: Path) -> Run:
    """The run of a recipe, trained now if need be, with its photos' controls; or as it diverged."""
    from core.jobs.tasks.train_run import run_training

    for run in find_runs(runs):
        over = run.status().state == "done" or DIVERGED in (run.status().error or "")
        if over and run.data_dir() == data.resolve() and run.recipe() == recipe:
            return with_controls(run)
    print(f"training {recipe.name}, seed {recipe.seed}", file=sys.stderr, flush=True)
    run = create_run(runs, recipe, data, utc_now)
    try:
        run_training(run, utc_now, with_controls=True)
    except RunError as error:
        if DIVERGED not in str(error):
            raise
    return run


def with_controls(run: Run) -> Run:
    """A run from elsewhere may lack them."""
    if run.status().state == "done" and run.controls() is None:
        from core.jobs.tasks.results import write_controls
        from core.pipeline.setup import set_up

        write_controls(
            run.path, set_up(run.recipe(), run.data_dir(), run.path.parent, to_train=False)
        )
    return run


# --- as they are committed ------------------------------------------------------------------------


def write(run: Run, place: Path, example: Example) -> None:
    """The run's folder without what differs each time."""
    hidden = place.with_name(f".{place.name}")
    shutil.rmtree(hidden, ignore_errors=True)
    hidden.mkdir(parents=True)
    for name in (*COMMITTED_FILES, WEIGHTS) if example.weights else COMMITTED_FILES:
        if (run.path / name).is_file():
            shutil.copyfile(run.path / name, hidden / name)
    status = run.status()
    files.write_json(
        hidden / "status.json",
        {
            "state": status.state,
            "epoch": status.epoch,
            "epochs": status.epochs,
            "error": status.error,
        },
    )
    files.write_json(hidden / "environment.json", environment(run.environment()))
    if summary := run.summary():
        del summary["seconds"]
        files.write_json(hidden / "summary.json", summary)
    hidden.rename(place)


def environment(found: Mapping[str, Any]) -> dict[str, Any]:
    """What the run's bits depend on; its photos by their place in the project."""
    place = Path(found["data"]["path"])
    place = (
        place.relative_to(ROOT) if place.is_relative_to(ROOT) else "runs/examples" / FEW_PHOTOS_PATH
    )
    machine = {key: found["machine"][key] for key in ("cpu_capability", "threads", "gpu")}
    return {
        "format": found["format"],
        "data": {**found["data"], "path": place.as_posix()},
        "versions": found["versions"],
        "machine": machine,
        "settings": found["settings"],
    }


# --- whether they are what they are said to be ----------------------------------------------------


def outcome(run: Run) -> str:
    """The verdict, or that it diverged."""
    if DIVERGED in (run.status().error or ""):
        return DIVERGED
    return str((run.summary() or {}).get("verdict"))


def problems(folder: Path) -> Iterator[str]:
    """A line for each thing that is not as it should be."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for example in EXAMPLES:
        run = Run(folder / example.id)
        if outcome(run) != example.verdict:
            yield f"{example.id}: {outcome(run)}, not {example.verdict}"
        found.setdefault(example.preset if example.changes.keys() == {"seed"} else "", []).append(
            (run.summary() or {}).get("validation", {})
        )
    errors, losses = {}, {}
    for preset in ("quick", "looks-good"):
        scores = [each["accuracy"] for each in found[preset]]
        errors[preset] = [score["total"] - score["correct"] for score in scores]
        losses[preset] = [each["loss"] for each in found[preset]]
    every = [*errors["quick"], *errors["looks-good"]]
    if max(every) - min(every) > 1:
        yield f"validation errors differ by more than one photo: {json.dumps(errors)}"
    if max(map(min, losses.values())) > min(map(max, losses.values())):
        yield f"the ranges of the validation loss do not overlap: {json.dumps(losses)}"


if __name__ == "__main__":
    main()
