"""Trains the example runs that come with the project and writes them to runs/examples/.

    .venv/bin/python bench/examples.py --runs runs/bench

Five seeds of `quick` and of `looks-good` on `toy_books`, and one run for each thing else that can
happen (EXAMPLES); no seed is chosen. Finished runs (in --runs) and examples that are there are not
made again. On the same machine it gives the same files, as what differs each time is left out:

    .venv/bin/python bench/examples.py --runs /tmp/again --out /tmp/again-examples
    diff -r /tmp/again-examples runs/examples

About 20 minutes on two cores. Ends with 1 when an example is not what it is said to be, or the two
groups do not look equally good by their validation.
"""

import json
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from common import BENCH_RUNS, ROOT, TOY_BOOKS, run_script
from seeds import DIVERGED, train_or_reuse, verdict
from verdicts import few_test_photos

from core.base import files
from core.recipe.files import load_recipe
from core.store.examples import EXAMPLE_PREFIX
from core.store.run import Run

SEEDS = 5
# Of the files of a run: what is left out holds times, or is only for going on with it.
COMMITTED_FILES = """recipe.yaml history.csv batches.csv predictions.csv cams.npz drift.csv
    reliance.csv diagnosis.json controls.json"""
WEIGHTS = "weights.safetensors"
FEW_PHOTOS_PATH = Path(".photos") / "four_test_photos"  # in the folder of the examples


class Example(NamedTuple):
    """A run: a preset with changes. verdict: what came of it, which is checked. four_test_photos:
    on the same training photos with four test photos. weights: kept, so that it can be asked (Try
    it)."""

    name: str
    preset: str
    verdict: str
    changes: dict[str, Any]
    four_test_photos: bool = False
    weights: bool = False

    @property
    def id(self) -> str:
        return f"{EXAMPLE_PREFIX}{self.name}"


VGG = {"backbone": "vgg16", "weights": "none", "bands": {0: 1e-1}, "image_size": 112}
GROUPS = {"quick": "generalises", "looks-good": "overfit that looks good"}
EXAMPLES = (
    *(
        Example(f"{preset}-s{seed}", preset, verdict, {"seed": seed}, weights=seed == 0)
        for preset, verdict in GROUPS.items()
        for seed in range(SEEDS)
    ),
    Example(
        "from-scratch",
        "looks-good",
        "overfit, and it shows",
        {"name": "looks-good, no weights", "weights": "none"},
    ),
    Example(
        "frozen-noise", "quick", "never learned", {"name": "quick, no weights", "weights": "none"}
    ),
    Example(
        "four-test-photos",
        "quick",
        "too little evidence",
        {"name": "quick, four test photos"},
        four_test_photos=True,
    ),
    Example("diverged", "quick", DIVERGED, {"name": "vgg16, no weights", **VGG}),
)


def main(runs: Path = BENCH_RUNS, out: Path = ROOT / "runs" / "examples") -> None:
    few = few_photos(out / FEW_PHOTOS_PATH)
    for example in EXAMPLES:
        if not (out / example.id).is_dir():
            data = few if example.four_test_photos else TOY_BOOKS
            recipe = load_recipe(example.preset, example.changes)
            run = with_controls(train_or_reuse(runs, recipe, data, with_controls=True))
            write(run, out / example.id, example)
        print(f"{example.id}: {verdict(Run(out / example.id))}", flush=True)
    wrong = list(problems(out))
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


def with_controls(run: Run) -> Run:
    """A run from elsewhere may lack them."""
    if run.status().state == "done" and run.controls() is None:
        from core.jobs.tasks.results import write_controls
        from core.pipeline.setup import set_up

        setup = set_up(run.recipe(), run.data_dir(), run.path.parent, to_train=False)
        write_controls(run.path, setup)
    return run


# --- as they are committed ------------------------------------------------------------------------


def write(run: Run, place: Path, example: Example) -> None:
    """The run's folder without what differs each time."""
    hidden = place.with_name(f".{place.name}")
    shutil.rmtree(hidden, ignore_errors=True)
    hidden.mkdir(parents=True)
    for name in [*COMMITTED_FILES.split(), *[WEIGHTS] * example.weights]:
        if (run.path / name).is_file():
            shutil.copyfile(run.path / name, hidden / name)
    status = asdict(run.status())
    kept = {key: status[key] for key in ("state", "epoch", "epochs", "error")}
    files.write_json(hidden / "status.json", kept)
    files.write_json(hidden / "environment.json", environment(run.environment()))
    if summary := run.summary():
        del summary["seconds"]
        files.write_json(hidden / "summary.json", summary)
    hidden.rename(place)


def environment(found: Mapping[str, Any]) -> dict[str, Any]:
    """What the run's bits depend on; its photos by their place in the project."""
    place = Path(found["data"]["path"])
    inside = place.is_relative_to(ROOT)
    place = place.relative_to(ROOT) if inside else "runs/examples" / FEW_PHOTOS_PATH
    kept = {key: found[key] for key in ("format", "data", "versions", "machine", "settings")}
    kept["data"] = {**found["data"], "path": place.as_posix()}
    kept["machine"] = {key: found["machine"][key] for key in ("cpu_capability", "threads", "gpu")}
    return kept


# --- whether they are what they are said to be ----------------------------------------------------


def problems(folder: Path) -> Iterator[str]:
    """A line for each thing that is not as it should be."""
    errors, losses = defaultdict(list), defaultdict(list)
    for example in EXAMPLES:
        run = Run(folder / example.id)
        if verdict(run) != example.verdict:
            yield f"{example.id}: {verdict(run)}, not {example.verdict}"
        if example.changes.keys() == {"seed"}:
            validation = (run.summary() or {})["validation"]
            score = validation["accuracy"]
            errors[example.preset].append(score["total"] - score["correct"])
            losses[example.preset].append(validation["loss"])
    every = [number for group in errors.values() for number in group]
    if max(every) - min(every) > 1:
        yield f"validation errors differ by more than one photo: {json.dumps(errors)}"
    if max(map(min, losses.values())) > min(map(max, losses.values())):
        yield f"the ranges of the validation loss do not overlap: {json.dumps(losses)}"


if __name__ == "__main__":
    run_script(main)
