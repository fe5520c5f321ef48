"""A whole recipe against fastai 2.8: from the photos to every file of a run, seconds.

    .venv/bin/pip install -r bench/requirements.txt
    .venv/bin/python bench/whole_recipe.py --backbone efficientnet_lite0 --side 1024
    .venv/bin/python bench/whole_recipe.py --backbone vgg16_bn --side 1024 --fastai-epochs 5

Ours is a run as `python -m core train` makes it, from an empty feature cache to summary.json. Three
ratios are told: up to the answers to every photo and object, with those to four varied views of
each, and with the diagnosis. fastai's Learner trains the same number of epochs on the same network,
photos of toy_books (`--side` pixels) and frozen layers, and does nothing else: half of its epochs
before ours and half after it, so that a machine whose speed drifts slows both.

With `--fastai-epochs N` (5 or more) it trains N besides a first one to warm up, and the median is
multiplied by the recipe's epochs. Imports count on neither side. `--set` changes our recipe.
VGG16-BN takes about ten minutes on two cores.
"""

import statistics
import sys
from pathlib import Path
from typing import Literal

from common import log, phase_seconds, print_parts, run_script, temporary_folder, timed
from fastai_process import scaled_copy, start_fastai

from core.cli.common import SetOption
from core.recipe.files import load_recipe, parse_changes
from core.recipe.schema import Recipe
from core.store.run import Run, create_run
from core.store.status import utc_now

# By backbone: the preset whose stages and augmentation are taken, and what differs from it.
RECIPES: dict[str, tuple[str, dict[str, object]]] = {
    "efficientnet_lite0": ("quick", {"bands": {0: 0, 13: 1e-3}}),
    "vgg16_bn": (
        "article-success",
        {"weights": "none", "crop": "squash", "frozen_bn": "eval", "bands": {0: 0, 34: 1e-3}},
    ),
}


def whole_recipe(backbone: str, changes: dict[str, object]) -> Recipe:
    """The preset with a pool of 8 views and no head-only stage, which would be less work for us."""
    preset, own = RECIPES[backbone]
    same = {"views_per_photo": 8, "batch_size": 16, "stages.0.train": "bands"}
    return load_recipe(preset, own | same | changes)


def run_ours(recipe: Recipe, data: Path, runs: Path) -> Run:
    from core.jobs.tasks.train_run import run_training

    run = create_run(runs, recipe, data, utc_now)
    run_training(run, utc_now, on_epoch=lambda row, eta: log(f"ours, epoch {row.planned.number}"))
    return run


def main(
    backbone: Literal["efficientnet_lite0", "vgg16_bn"] = "efficientnet_lite0",
    side: int = 1024,
    fastai_epochs: int | None = None,
    set_: SetOption = None,
) -> None:
    recipe, sample = whole_recipe(backbone, parse_changes(set_ or [])), fastai_epochs
    epochs = recipe.planned_epochs()
    if sample is not None and not 5 <= sample < epochs:
        sys.exit(f"--fastai-epochs must be 5 or more and less than the recipe's {epochs}")
    turns = epochs if sample is None else sample + 1

    with temporary_folder() as folder:
        data = scaled_copy(side, folder / "photos")
        spent: list[float] = []
        with start_fastai(recipe, data, folder) as fastai_epoch:
            for turn in range(turns):
                if turn == turns // 2:
                    ours, run = timed(lambda: run_ours(recipe, data, folder / "runs"))
                spent.append(fastai_epoch())
                log(f"fastai, epoch {turn + 1} of {turns}: {spent[-1]:.2f} s")
        parts, settings = phase_seconds(run), run.environment()["settings"]

    print(f"{recipe.backbone}, {epochs} epochs, photos of {side} px, {settings}")
    if sample is None:
        theirs = sum(spent)
        print(f"fastai: {theirs:.1f} s, measured whole")
    else:
        median = statistics.median(spent[1:])
        theirs = median * epochs
        print(
            f"fastai: {theirs:.1f} s, NOT measured whole: the median of {sample} epochs after the "
            f"first, {median:.2f} s, times {epochs}"
        )
    print(f"ours:   {ours:.1f} s, measured whole")
    print_parts([parts])
    beyond, varied = parts.get("measuring", 0) + parts["diagnose"], parts["varied views"]
    print(f"ratio, training with features and answers: {theirs / (ours - beyond - varied):.2f}x")
    print(f"ratio, with the varied views: {theirs / (ours - beyond):.2f}x")
    print(f"ratio, with diagnosis and measuring: {theirs / ours:.2f}x")


if __name__ == "__main__":
    run_script(main)
