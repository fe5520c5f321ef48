"""fastai 2.8 on the same network, photos, split and frozen layers, in a process of its own, so that
neither side lends the other its settings. It is started by the benchmarks and not by hand."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from common import TOY_BOOKS, require_packages, timed
from PIL import Image

from core.recipe.files import load_recipe, recipe_yaml
from core.recipe.schema import Recipe


def scaled_copy(side: int, folder: Path) -> Path:
    """A copy of toy_books whose photos have their longer side at `side` pixels."""
    shutil.copytree(TOY_BOOKS, folder)  # boxes are shares of the photo, whatever its size
    for path in folder.rglob("*.jpg"):
        image = Image.open(path)
        image.resize([round(pixels * side / max(image.size)) for pixels in image.size]).save(
            path, quality=92
        )
    return folder


@contextmanager
def start_fastai(recipe: Recipe, data: Path, folder: Path) -> Iterator[Callable[[], float]]:
    """Starts fastai for a recipe's network (always float32) and a data set; it waits between
    epochs. `folder` takes the recipe's file. What is handed out has it train an epoch, validation
    included, and gives the epoch's seconds."""
    require_packages("fastai")
    file = folder / "fastai.yaml"
    file.write_text(recipe_yaml(recipe), "utf-8")
    said = folder / "fastai.log"
    with (
        said.open("w") as log,
        subprocess.Popen(
            [sys.executable, __file__, str(file), str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            # As its user would start it, not as we start ourselves.
            env={name: v for name, v in os.environ.items() if name != "OMP_WAIT_POLICY"},
        ) as process,
    ):
        assert process.stdin is not None and process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError(f"fastai did not start:\n{said.read_text()}")
        requests, replies = process.stdin, process.stdout

        def epoch() -> float:
            print("epoch", file=requests, flush=True)
            return float(replies.readline())

        try:
            yield epoch
        finally:
            process.stdin.close()  # it ends with its input


def learner(recipe: Recipe, data: Path) -> Any:
    """fastai's Learner on the recipe's network as it is before training, in PyTorch's usual memory
    layout, with the augmentation that comes closest to the recipe's."""
    import torch
    from fastai.vision import all as fv

    from core.data.dataset import read_dataset
    from core.pipeline.precision import ComputeSettings
    from core.pipeline.setup import seeded_network, split_photos
    from core.recipe.bands import frozen_prefix_length
    from core.recipe.layer_table import BACKBONES

    dataset = read_dataset(data)
    network = seeded_network(recipe, dataset, ComputeSettings("cpu", "float32", "float32"))
    network.to(memory_format=torch.contiguous_format)
    first = frozen_prefix_length(recipe)
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
            *fv.aug_transforms(size=recipe.image_size, max_zoom=1.5, max_lighting=0.05, max_warp=0),
            fv.RandomErasing(p=1.0, sh=0.05, max_count=3),
            fv.Normalize.from_stats(facts.mean, facts.std),
        ],
    )
    loaders = block.dataloaders(data / "train", bs=recipe.batch_size, num_workers=0)
    found = fv.Learner(
        loaders, LogProbs(), loss_func=torch.nn.NLLLoss(), opt_func=fv.SGD, metrics=fv.accuracy
    )
    found.remove_cb(fv.ProgressCallback)
    return found


def serve(recipe_file: Path, data: Path) -> None:
    """Trains an epoch for each line on stdin and prints its seconds."""
    ready = learner(load_recipe(recipe_file), data)
    print("ready", flush=True)
    for _ in sys.stdin:
        with ready.no_bar(), ready.no_logging():
            print(timed(lambda: ready.fit(1, lr=1e-3))[0], flush=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]))
