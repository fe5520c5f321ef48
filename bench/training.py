"""Training against fastai 2.8: seconds per epoch on the same model, photos and frozen layers.

    .venv/bin/pip install -r bench/requirements.txt
    .venv/bin/python bench/training.py --backbone efficientnet_lite0 --side 1024
    .venv/bin/python bench/training.py --backbone vgg16_bn --side 1024 --epochs 2

Both sides train 57 photos of toy_books, scaled to `--side` pixels beforehand, with fresh random
views each epoch and validation on 15. Each is a process of its own, and they take turns, epoch by
epoch, so that a machine whose speed drifts slows both. Prints medians, their ratio and where our
time goes. `--precision both` measures float32 and, where the processor multiplies bfloat16 in
hardware, what `auto` makes of it; fastai always trains in float32.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from common import print_parts, run_script, temporary_folder, timed
from fastai_process import scaled_copy, start_fastai

from core.recipe.files import recipe_from_dict
from core.recipe.schema import Recipe

if TYPE_CHECKING:
    from core.pipeline.setup import Setup

FROZEN = {"efficientnet_lite0": 13, "vgg16_bn": 34}


def bench_recipe(backbone: str, epochs: int, precision: str) -> Recipe:
    """The first layers frozen, the rest at one rate, fresh views, a constant rate."""
    return recipe_from_dict(
        {
            "name": "bench",
            "backbone": backbone,
            "weights": "imagenet" if backbone == "efficientnet_lite0" else "none",
            "bands": {0: 0, FROZEN[backbone]: 1e-3},
            "stages": [{"train": "bands", "epochs": epochs}],
            "views_per_photo": None,
            "precision": precision,
        }
    )


class AlternatingTimer:
    """Our listener: notes each epoch's seconds and lets the other side train one in between."""

    def __init__(self, other: Callable[[], float]) -> None:
        self.other = other
        self.seconds: list[float] = []
        self.others: list[float] = []
        self.epoch_start = time.perf_counter()

    def on_batch(self, row: Any) -> None:
        pass

    def on_epoch(self, row: Any, progress: Any) -> None:
        self.seconds.append(time.perf_counter() - self.epoch_start)
        self.others.append(self.other())
        self.epoch_start = time.perf_counter()


def measure(recipe: Recipe, data: Path, side: int, folder: Path) -> None:
    """Trains both sides and prints what came out."""
    from core.pipeline.setup import set_up
    from core.train.loop import fit

    setup = set_up(recipe, data, folder / "runs")
    with start_fastai(recipe, data, folder) as fastai_epoch:
        turns = AlternatingTimer(fastai_epoch)
        fit(setup.network, recipe, setup.inputs, setup.validation, turns)
    # The first epoch of each side pays for warming up (and ours for decoding).
    ours, theirs = (statistics.median(side[1:]) for side in (turns.seconds, turns.others))
    print(f"{recipe.backbone}, {len(setup.inputs)} photos of {side} px, {setup.settings}")
    print(f"first epoch: ours {turns.seconds[0]:.2f} s, fastai {turns.others[0]:.2f} s")
    measured = len(turns.seconds) - 1
    print(f"epoch, median of {measured}: ours {ours:.2f} s, fastai {theirs:.2f} s")
    print(f"ratio: {theirs / ours:.2f}x")
    print_parts([breakdown(setup)])


def breakdown(setup: Setup) -> dict[str, float]:
    """Seconds of one of our epochs by part."""
    inputs, views = setup.inputs, setup.inputs.views
    photos = range(len(views))

    def train_rest() -> None:
        for start in range(0, len(views), 16):
            x, targets = inputs.batch(list(photos)[start : start + 16], 99)
            loss = -(setup.network(x, setup.start_layer).log_probs * targets).sum(1).mean()
            loss.backward()

    augment, augmented = timed(lambda: views.views(photos, [99] * len(views)))
    prefix, _ = timed(lambda: setup.features.prefix(augmented))
    inputs.batch([0], 99)  # the epoch's features, so that what follows is the trained rest
    rest, _ = timed(train_rest)
    return {"augmentation": augment, "frozen prefix": prefix, "training the rest": rest}


def precisions(option: str) -> list[str]:
    """The recipe's `precision` of each measurement."""
    from core.pipeline.precision import cpu_has_bfloat16

    if option == "both" and not cpu_has_bfloat16():
        print("no bfloat16 in hardware here, so float32 only")
        return ["float32"]
    return ["float32", "auto"] if option == "both" else [option]


def main(
    backbone: Literal["efficientnet_lite0", "vgg16_bn"] = "efficientnet_lite0",
    side: int = 1024,
    epochs: int = 5,
    precision: Literal["auto", "float32", "both"] = "auto",
) -> None:
    with temporary_folder() as folder:
        data = scaled_copy(side, folder / "photos")
        for each in precisions(precision):
            measure(bench_recipe(backbone, epochs + 1, each), data, side, folder)


if __name__ == "__main__":
    run_script(main)
