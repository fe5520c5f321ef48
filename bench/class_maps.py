"""Class maps of every class: our one forward pass against pytorch-grad-cam, seconds.

    .venv/bin/pip install -r bench/requirements.txt
    .venv/bin/python bench/class_maps.py --photos 40 --times 5

Both sides make the maps of all classes for the same photos, with the same network (`quick`,
float32) in the same process; they take turns. Grad-CAM needs a backward pass per class, as far back
as the weights that want a gradient: those that `quick` trains, or those of the class-map layer
alone. In inference mode the logit of class c is the mean over the cells of our map A_c, so Grad-CAM
at that layer, before its scaling, must be ReLU(A_c) / cells: the largest difference is printed.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from common import TOY_BOOKS, print_parts, require_packages, run_script, timed
from numpy.typing import NDArray

from core.recipe.files import load_recipe
from core.recipe.schema import Recipe

if TYPE_CHECKING:
    from core.model.network import Network
    from core.pipeline.predict import PhotoSet

Maps = NDArray[np.float32]
TOLERANCE = 1e-4  # of the largest map; float32 rounds at about 1e-7


def untrained_network(recipe: Recipe) -> Network:
    """The recipe's network before training, with this machine's settings."""
    from core.base.machine import configure_malloc, configure_threads
    from core.data.dataset import read_dataset
    from core.pipeline.precision import resolve_settings
    from core.pipeline.setup import seeded_network

    configure_threads()
    configure_malloc()
    return seeded_network(recipe, read_dataset(TOY_BOOKS), resolve_settings(recipe))


def photos_of_toy_books(recipe: Recipe, count: int) -> PhotoSet:
    """The first photos of test_difficult, without features."""
    from dataclasses import replace

    from core.data.dataset import read_dataset
    from core.pipeline.predict import photo_set_of

    test_set = next(t for t in read_dataset(TOY_BOOKS).test_sets if t.name == "test_difficult")
    chosen = replace(test_set, photos=test_set.photos[:count])
    return photo_set_of(chosen, recipe.image_size, recipe.crop)


def grad_cam(network: Network, photos: PhotoSet, backbone: str) -> Callable[[], Maps]:
    """What makes pytorch-grad-cam's raw maps (photos, classes, rows, columns) at the class-map
    convolution, before its clipping and scaling (which it does all the same)."""
    import torch
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    from core.model.heads import CLASS_MAP_OFFSET
    from core.pipeline.predict import BATCH
    from core.pipeline.views import normalise

    class Logits(torch.nn.Module):
        """The network without its last layer, the log-softmax."""

        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.Sequential(*list(network.layers)[:-1])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.layers(x)

    class KeepsRaw(GradCAM):
        raw: Any = None

        def get_cam_image(self, *args: Any, **options: Any) -> Any:
            self.raw = super().get_cam_image(*args, **options)
            return self.raw

    def compute() -> Maps:
        found = []
        with KeepsRaw(Logits(), [network.layers[network.head_start + CLASS_MAP_OFFSET]]) as cam:
            for first in range(0, len(photos), BATCH):
                pixels = photos.pixels[first : first + BATCH].float().div_(255)
                x = normalise(pixels, backbone)
                by_class = []
                for number in range(len(network.classes)):
                    cam(input_tensor=x, targets=[ClassifierOutputTarget(number)] * len(x))
                    by_class.append(cam.raw)
                found.append(np.stack(by_class, axis=1))
        return np.concatenate(found)

    return compute


def breakdown(network: Network, photos: PhotoSet, backbone: str) -> dict[str, float]:
    """Seconds of our pass by part."""
    import torch

    from core.pipeline.predict import BATCH
    from core.pipeline.views import normalise

    def front(x: torch.Tensor) -> torch.Tensor:
        for layer in network.layers[: network.head_start]:
            x = layer(x)
        return x

    pixels = torch.split(photos.pixels, BATCH)
    normalising, batches = timed(
        lambda: [normalise(batch.float().div_(255), backbone) for batch in pixels]
    )
    network.eval()
    with torch.no_grad():
        before, features = timed(lambda: [front(x) for x in batches])
        head, _ = timed(lambda: [network(x, network.head_start) for x in features])
    return {"normalising": normalising, "backbone": before, "head": head}


def main(photos: int = 40, times: int = 5) -> None:
    require_packages("pytorch_grad_cam")
    from core.model.heads import CLASS_MAP_OFFSET
    from core.pipeline.predict import predict
    from core.recipe.bands import frozen_prefix_length

    recipe = load_recipe("quick", {"precision": "float32"})
    network = untrained_network(recipe)
    shown = photos_of_toy_books(recipe, photos)
    last, class_map = len(network.layers) - 1, network.head_start + CLASS_MAP_OFFSET
    peer = grad_cam(network, shown, recipe.backbone)
    cases = {
        "Grad-CAM, gradients of what quick trains": (frozen_prefix_length(recipe), last),
        "Grad-CAM, gradients of the class-map layer": (class_map, class_map),
    }
    ours: list[float] = []
    parts: list[dict[str, float]] = []
    theirs: dict[str, list[float]] = {case: [] for case in cases}
    difference = 0.0
    for _ in range(times + 1):
        seconds, maps = timed(lambda: predict(network, shown, recipe.backbone).maps)
        ours.append(seconds)
        wanted = np.maximum(maps, 0)
        parts.append(breakdown(network, shown, recipe.backbone))
        for case, (first, end) in cases.items():
            for index, layer in enumerate(network.layers):
                layer.requires_grad_(first <= index <= end)
            seconds, raw = timed(peer)
            theirs[case].append(seconds)
            found = np.maximum(raw, 0) * maps[0, 0].size
            difference = max(difference, float(np.abs(found - wanted).max()))

    _, classes, rows, columns = maps.shape
    print(f"{len(maps)} photos x {classes} classes, maps of {rows}x{columns}, {recipe.backbone}")
    median = statistics.median(ours[1:])
    print(f"ours, one forward pass, median of {times}: {median:.3f} s")
    print_parts(parts[1:])
    for case, all_seconds in theirs.items():
        spent = statistics.median(all_seconds[1:])
        print(f"{case}, median of {times}: {spent:.3f} s, ratio {spent / median:.1f}x")
    scale = float(wanted.max())
    print(f"largest difference: {difference:.2g}, where the largest map value is {scale:.2g}")
    if difference > TOLERANCE * scale:
        sys.exit("the maps differ")


if __name__ == "__main__":
    run_script(main)
