"""Sixteen recipes that differ only in rates and dropout: one warm worker against sixteen commands.

    .venv/bin/python bench/sixteen.py
    .venv/bin/python bench/sixteen.py --all

Batch: sixteen variants of `quick` on toy_books in the queue of one worker, its start included; the
features of each set of photos are computed once for all of them, which is checked. Cold: each
variant as a fresh `python -m core train` with an empty runs folder; only `--sample N` (4) of these
are run and their median is multiplied by sixteen, unless `--all` runs every one. Both take turns,
so that a machine whose speed drifts slows both.

Ends with 1 when the ratio is not below 0.65 or features are computed twice. `--set` changes all
sixteen. Six minutes on two cores, with `--all` a quarter of an hour.
"""

import itertools
import re
import statistics
import sys
import time
from pathlib import Path

import common
from common import TOY_BOOKS, core_command

from core.cli.common import SetOption
from core.data.dataset import read_dataset
from core.jobs.local import LocalExecutor
from core.recipe.files import load_recipe, parse_changes, recipe_yaml
from core.recipe.schema import Recipe
from core.store.run import Run

LIMIT = 0.65
FACTORS = (0.3, 0.6, 1.0, 1.6)  # of every band's rate
LOGIT_DROPOUTS = (0.0, 0.15, 0.3, 0.5)


def variants(changes: list[str]) -> list[Recipe]:
    """Sixteen recipes: four rates times four dropouts."""
    own = parse_changes(changes)
    bands = load_recipe("quick", own).bands
    return [
        load_recipe(
            "quick",
            own
            | {f"bands.{i}.lr": band.lr * factor for i, band in enumerate(bands)}
            | {"name": f"rates x{factor:g}", "head.dropout.logits": dropout},
        )
        for factor, dropout in itertools.product(FACTORS, LOGIT_DROPOUTS)
    ]


def entries(runs: Path) -> set[tuple[str, int]]:
    """The feature cache's files, with what changes when one is written again."""
    return {(path.name, path.stat().st_ino) for path in runs.glob(".features/*.safetensors")}


def sets_of_photos(recipe: Recipe) -> int:
    """How many sets have features: the pool, validation, each test set and its objects."""
    from core.pipeline.predict import object_set

    dataset = read_dataset(TOY_BOOKS)
    size, crop = recipe.image_size, recipe.crop
    objects = [object_set(t, dataset.classes, size, crop) for t in dataset.test_sets]
    return 2 + len(dataset.test_sets) + sum(found is not None for found in objects)


def computed_at_start(run: Run) -> int:
    """How many sets the run computed before its first epoch, by its log."""
    found = re.search(r"features of \d+ sets read, (\d+) computed", run.log_tail(1000))
    assert found is not None, run.path
    return int(found[1])


def main(sample: int = 4, all: bool = False, set_: SetOption = None) -> None:
    recipes = variants(set_ or [])
    count = len(recipes) if all else max(1, min(sample, len(recipes)))
    batch, colds, runs = 0.0, [], []
    with common.temporary_folder() as folder:
        executor = LocalExecutor(folder / "batch")
        with common.stopping_worker(executor.runs_dir):
            for turn in range(count):
                part = recipes[turn * 16 // count : (turn + 1) * 16 // count]
                begun = time.perf_counter()
                runs += [executor.submit(recipe, TOY_BOOKS) for recipe in part]
                common.wait_until_done(*runs)
                batch += time.perf_counter() - begun
                if turn == 0:
                    first = entries(executor.runs_dir)
                file = folder / f"{turn}.yaml"
                file.write_text(recipe_yaml(part[0]), "utf-8")
                command = core_command("train", file, "--runs", folder / f"cold-{turn}")
                colds.append(common.timed_command(command).seconds)
                common.log(f"turn {turn + 1} of {count} done")
        kept = entries(executor.runs_dir)
        computed = [computed_at_start(run) for run in runs]
        parts = common.phase_seconds(*runs)

    median = statistics.median(colds)
    cold = sum(colds) if all else 16 * median
    how = "measured whole" if all else f"NOT measured whole: 16 times the median of {count}"
    print(f"sixteen cold commands: {cold:.1f} s, {how} (median {median:.1f} s)")
    print(f"sixteen runs of one worker: {batch:.1f} s")
    common.print_parts([{**parts, "worker start, queue": batch - sum(parts.values())}])
    print(f"ratio: {batch / cold:.2f}, must be below {LIMIT}")
    wanted = sets_of_photos(recipes[0])
    once = kept == first and not any(computed[1:])
    print(
        f"features: {len(kept)} entries for {wanted} sets of photos, "
        + ("each computed once" if once else f"some computed again ({computed} by run)")
    )
    if batch / cold >= LIMIT or not once or len(kept) != wanted:
        sys.exit(1)


if __name__ == "__main__":
    common.run_script(main)
