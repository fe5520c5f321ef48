"""Training against fastai 2.8: seconds per epoch on the same model, photos and frozen layers.

    .venv/bin/pip install -r bench/requirements.txt
    .venv/bin/python bench/training.py --backbone efficientnet_lite0 --side 1024
    .venv/bin/python bench/training.py --backbone vgg16_bn --side 1024 --epochs 2

Both sides train 57 photos of toy_books, scaled to `--side` pixels beforehand, with fresh random
views each epoch and validation on 15, batch size 16, 224 pixels, SGD with momentum, the first
layers frozen. Each side is a process of its own, so that neither lends the other its settings; they
take turns, epoch by epoch, so that a machine whose speed drifts slows both. Prints medians, their
ratio and where our time goes. Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
from PIL import Image  # noqa: E402

from core.data.dataset import read_dataset  # noqa: E402
from core.model.layers import BACKBONES  # noqa: E402
from core.recipe import Recipe  # noqa: E402
from core.recipe_file import recipe_from  # noqa: E402
from core.train.loop import fit  # noqa: E402
from core.train.precision import Settings  # noqa: E402
from core.train.setup import Setup, seeded_network, set_up, split_photos  # noqa: E402

FROZEN = {"efficientnet_lite0": 13, "vgg16_bn": 34}


def scaled_copy(side: int, folder: Path) -> Path:
    """toy_books' training photos with their longer side at `side` pixels."""
    for path in sorted((ROOT / "dataset" / "toy_books" / "train").glob("*/*.jpg")):
        image = Image.open(path)
        ratio = side / max(image.size)
        out = folder / "train" / path.parent.name / path.name
        out.parent.mkdir(parents=True, exist_ok=True)
        image.resize((round(image.width * ratio), round(image.height * ratio))).save(
            out, quality=92
        )
    return folder


def bench_recipe(backbone: str, epochs: int, precision: str) -> Recipe:
    """The first layers frozen, the rest at one rate, fresh views, a constant rate."""
    return recipe_from(
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


class Turns:
    """Our listener: notes each epoch's seconds and lets the other side train one in between."""

    def __init__(self, other: Callable[[], None]) -> None:
        self.other, self.seconds = other, []  # type: ignore[var-annotated]
        self.mark = time.perf_counter()

    def on_batch(self, row: Any) -> None:
        pass

    def on_epoch(self, row: Any, optimizer: Any) -> None:
        self.seconds.append(time.perf_counter() - self.mark)
        self.other()
        self.mark = time.perf_counter()


def fastai_learner(recipe: Recipe, data: Path) -> Any:
    """fastai's Learner on the same network (as it is before training, in PyTorch's usual memory
    layout), photos and split."""
    from fastai.vision import all as fv

    dataset = read_dataset(data)
    network = seeded_network(recipe, dataset, Settings("cpu", "float32", "float32"))
    network.to(memory_format=torch.contiguous_format)
    first = FROZEN[recipe.backbone]
    for layer in network.layers[:first]:
        layer.requires_grad_(False)

    class LogProbs(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.network(x, frozen=first).log_probs

    facts = BACKBONES[recipe.backbone]
    _, held_out = split_photos(dataset, recipe)
    validating = {str(dataset.train[i].path) for i in held_out}
    block = fv.DataBlock(
        blocks=(fv.ImageBlock, fv.CategoryBlock),
        get_items=fv.get_image_files,
        splitter=fv.FuncSplitter(lambda path: str(path) in validating),
        get_y=fv.parent_label,
        item_tfms=fv.Resize(336, method="squish"),
        batch_tfms=[
            *fv.aug_transforms(
                size=224, max_rotate=10, max_zoom=1.5, max_lighting=0.05, max_warp=0, p_affine=0.75
            ),
            fv.RandomErasing(p=1.0, sh=0.05, max_count=3),
            fv.Normalize.from_stats(facts.mean, facts.std),
        ],
    )
    loaders = block.dataloaders(data / "train", bs=16, num_workers=0)
    learner = fv.Learner(
        loaders, LogProbs(), loss_func=torch.nn.NLLLoss(), opt_func=fv.SGD, metrics=fv.accuracy
    )
    learner.remove_cb(fv.ProgressCallback)
    return learner


def serve_fastai(recipe: Recipe, data: Path) -> None:
    """Trains an epoch for each line on stdin and prints its seconds."""
    learner = fastai_learner(recipe, data)
    print("ready", flush=True)
    for _ in sys.stdin:
        begun = time.perf_counter()
        with learner.no_bar(), learner.no_logging():
            learner.fit(1, lr=1e-3)
        print(time.perf_counter() - begun, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--serve-fastai", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--backbone", choices=sorted(FROZEN), default="efficientnet_lite0")
    parser.add_argument("--side", type=int, default=1024)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--precision", choices=["auto", "float32"], default="auto")
    chosen = parser.parse_args()
    if chosen.serve_fastai:
        recipe = bench_recipe(chosen.backbone, 1, "float32")
        serve_fastai(recipe, chosen.serve_fastai)
        return
    with tempfile.TemporaryDirectory() as folder:
        data = scaled_copy(chosen.side, Path(folder) / "photos")
        recipe = bench_recipe(chosen.backbone, chosen.epochs + 1, chosen.precision)
        setup = set_up(recipe, data, Path(folder) / "runs")
        command = [sys.executable, __file__, "--serve-fastai", str(data)]
        theirs: list[float] = []
        with subprocess.Popen(
            [*command, "--backbone", chosen.backbone],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as fastai_side:
            assert fastai_side.stdin is not None and fastai_side.stdout is not None
            asks, answers = fastai_side.stdin, fastai_side.stdout
            assert answers.readline() == "ready\n"

            def their_epoch() -> None:
                print("epoch", file=asks, flush=True)
                theirs.append(float(answers.readline()))

            turns = Turns(their_epoch)
            fit(setup.network, recipe, setup.inputs, setup.validation, turns)
            asks.close()
        # The first epoch of each side pays for warming up (and ours for decoding).
        ours, fastai = statistics.median(turns.seconds[1:]), statistics.median(theirs[1:])
        print(
            f"{chosen.backbone}, {len(setup.inputs)} photos of {chosen.side} px, {setup.settings}"
        )
        print(f"first epoch: ours {turns.seconds[0]:.2f} s, fastai {theirs[0]:.2f} s")
        print(f"epoch, median of {chosen.epochs}: ours {ours:.2f} s, fastai {fastai:.2f} s")
        print(f"ratio: {fastai / ours:.2f}x")
        for part, seconds in breakdown(setup):
            print(f"  {part:<28} {seconds:.2f} s")


def breakdown(setup: Setup) -> list[tuple[str, float]]:
    """Seconds of one of our epochs by part."""
    inputs, views = setup.inputs, setup.inputs.views
    photos = range(len(views))
    begun = time.perf_counter()
    augmented = views.views(photos, [99] * len(views))
    augment = time.perf_counter() - begun
    begun = time.perf_counter()
    setup.features.prefix(augmented)
    prefix = time.perf_counter() - begun
    inputs.batch([0], 99)  # the epoch's features, so that what follows is the trained rest
    begun = time.perf_counter()
    for start in range(0, len(views), 16):
        x, targets = inputs.batch(list(photos)[start : start + 16], 99)
        loss = -(setup.network(x, setup.start).log_probs * targets).sum(1).mean()
        loss.backward()
    rest = time.perf_counter() - begun
    return [("augmentation", augment), ("frozen prefix", prefix), ("training the rest", rest)]


if __name__ == "__main__":
    main()
