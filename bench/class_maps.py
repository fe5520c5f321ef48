"""Class maps of every class: our one forward pass against pytorch-grad-cam, seconds.

    .venv/bin/pip install -r bench/requirements.txt
    .venv/bin/python bench/class_maps.py --photos 40 --times 5

Both sides make the maps of all classes for the same photos, with the same network (`quick`,
float32) in the same process; they take turns. Grad-CAM needs a backward pass per class, as far back
as the weights that want a gradient: those that `quick` trains, or those of the class-map layer
alone. In inference mode the logit of class c is the mean over the cells of our map A_c, so Grad-CAM
at that layer, before its scaling, must be ReLU(A_c) / cells: the largest difference is printed.
"""

import statistics
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from common import TOY_BOOKS, require_packages, run_script, timed
from numpy.typing import NDArray

from core.base.machine import configure_malloc, configure_threads
from core.data.dataset import read_dataset
from core.model.heads import CLASS_MAP_OFFSET
from core.model.network import Network
from core.pipeline.precision import resolve_settings
from core.pipeline.predict import BATCH, PhotoSet, photo_set_of, predict
from core.pipeline.setup import seeded_network
from core.pipeline.views import normalise
from core.recipe.bands import frozen_prefix_length
from core.recipe.files import load_recipe

Maps = NDArray[np.float32]
TOLERANCE = 1e-4  # of the largest map; float32 rounds at about 1e-7


def grad_cam(network: Network, photos: PhotoSet, backbone: str) -> Callable[[], Maps]:
    """What makes pytorch-grad-cam's raw maps (photos, classes, rows, columns) at the class-map
    convolution, before its clipping and scaling (which it does all the same)."""
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

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


def main(photos: int = 40, times: int = 5) -> None:
    require_packages("pytorch_grad_cam")
    configure_threads()
    configure_malloc()
    recipe, dataset = load_recipe("quick", {"precision": "float32"}), read_dataset(TOY_BOOKS)
    network = seeded_network(recipe, dataset, resolve_settings(recipe))
    difficult = dataset.test_set("test_difficult")
    some = replace(difficult, photos=difficult.photos[:photos])
    shown = photo_set_of(some, recipe.image_size, recipe.crop)
    last, class_map = len(network.layers) - 1, network.head_start + CLASS_MAP_OFFSET
    peer = grad_cam(network, shown, recipe.backbone)
    cases = {
        "Grad-CAM, gradients of what quick trains": (frozen_prefix_length(recipe), last),
        "Grad-CAM, gradients of the class-map layer": (class_map, class_map),
    }
    ours: list[float] = []
    theirs: dict[str, list[float]] = {case: [] for case in cases}
    difference = 0.0
    for _ in range(times + 1):
        seconds, maps = timed(lambda: predict(network, shown, recipe.backbone).maps)
        ours.append(seconds)
        wanted = np.maximum(maps, 0)
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
    for case, all_seconds in theirs.items():
        spent = statistics.median(all_seconds[1:])
        print(f"{case}, median of {times}: {spent:.3f} s, ratio {spent / median:.1f}x")
    scale = float(wanted.max())
    print(f"largest difference: {difference:.2g}, where the largest map value is {scale:.2g}")
    if difference > TOLERANCE * scale:
        sys.exit("the maps differ")


if __name__ == "__main__":
    run_script(main)
