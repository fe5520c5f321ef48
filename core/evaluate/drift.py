"""Representation drift: how far each layer has moved from where it began, in its weights, in its
batch norms' statistics, and in how it arranges the photos.

Debiased linear CKA tells how alike two layers arrange the same photos, whatever their units.
Centred kernel alignment (Kornblith et al. 2019, "Similarity of Neural Network Representations
Revisited") compares the photos' similarities in one layer with those in another. The plain estimate
is near 1 for anything when there are more units than photos, as here. With the unbiased estimate of
HSIC (Song et al. 2012, "Feature Selection via Dependence Maximization") unrelated features score
about 0; so used by Nguyen, Raghu & Kornblith 2021, "Do Wide and Deep Networks Learn the Same
Things?".
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, pad

from core.model.heads import CLASS_MAP_OFFSET, HIDDEN_OFFSET, is_class_map_head
from core.model.network import Network
from core.pipeline.predict import BATCH, PhotoSet, backbone_features
from core.pipeline.setup import Setup, seeded_network
from core.recipe.bands import trained_layers
from core.recipe.layer_table import network_layers
from core.recipe.schema import Recipe

COLUMNS = ("layer", "name", "trained", "reference", "weights", "statistics", "cka")


class Pooled(NamedTuple):
    """layers: each backbone layer's output, averaged over the photo, (photos, channels), from the
    frozen prefix on. windows: what the class-map head's 3x3 convolution sees, averaged over its
    places, (photos, channels, 3, 3); what the dense head sees, the plain average, is its middle."""

    layers: tuple[Tensor, ...]
    windows: Tensor


def drift(setup: Setup, network: Network) -> pd.DataFrame:
    """A row per layer of the flat list: how far `network` is from the run's start.

    Columns: layer, name, trained (by any stage), reference (`pretrained`; `random start` for the
    head, and everywhere without pretrained weights: the random weights of the run's seed), then

    - weights: ||w - w0|| / ||w0|| over all weights and biases; NaN without any,
    - statistics: the same over batch norms' running means and standard deviations,
    - cka: debiased linear CKA of the averaged outputs for all photos (`train/` and the test sets,
      plain) between start and end; NaN where a layer tells no photos apart.

    Layers of the frozen prefix cannot move: 0, 0 and 1. The start's outputs are kept on disk and
    serve every run on the same photos, weights and prefix."""
    recipe = setup.recipe
    with torch.random.fork_rng(devices=[]):
        initial = seeded_network(recipe, setup.dataset, setup.settings)
    photos = [setup.training_photos(), *setup.test_photos]
    before = _outputs(initial, _pooled_at_start(setup, initial, photos))
    after = _outputs(network, _pooled(network, photos, recipe, setup.start_layer))
    trained = trained_layers(recipe)
    pretrained = network.base_weights_hash != "none"
    rows = []
    for layer in network_layers(recipe, len(network.classes)):
        new, old = network.layers[layer.index], initial.layers[layer.index]
        place, cka = layer.index - setup.start_layer, 1.0
        if place >= 0:
            enough = len(before[place]) >= MIN_PHOTOS
            pair = before[place].numpy(), after[place].numpy()
            cka = debiased_cka(*pair) if enough else math.nan
        reference = "pretrained" if pretrained and not layer.in_head else "random start"
        weights = relative_change(new.parameters(), old.parameters())
        statistics = relative_change(_statistics(new), _statistics(old))
        own = layer.index, layer.name, layer.index in trained, reference
        rows.append((*own, weights, statistics, cka))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def relative_change(new: Iterable[Tensor], old: Iterable[Tensor]) -> float:
    """||new - old|| / ||old|| over all tensors together; NaN without any, or if `old` is 0."""
    moved = began = 0.0
    for now, then in zip(new, old, strict=True):
        a, b = now.detach().cpu().double(), then.detach().cpu().double()
        moved += float((a - b).square().sum())
        began += float(b.square().sum())
    return math.sqrt(moved / began) if began > 0 else math.nan


def _statistics(layer: nn.Module) -> list[Tensor]:
    """Running means and standard deviations of the batch norms in a layer."""
    found = []
    for module in layer.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None and module.running_var is not None
            found += [module.running_mean, module.running_var.sqrt()]
    return found


def _pooled_at_start(setup: Setup, initial: Network, photos: Sequence[PhotoSet]) -> Pooled:
    """Of the network before its first epoch, from disk where a run computed it already. The head
    is left out of it, so that runs with other seeds share it."""
    recipe, start = setup.recipe, setup.start_layer

    def compute() -> Tensor:
        layers, windows = _pooled(initial, photos, recipe, start)
        return torch.cat([*layers, windows.flatten(1)], dim=1)

    facts = {
        "set": "pooled outputs of the layers",
        "files": [[of_set.split, *of_set.files] for of_set in photos],
        "photos": [
            setup.fingerprints["train"],
            *(setup.fingerprints["test_sets"][t.name]["photos"] for t in setup.dataset.test_sets),
        ],
        "training": setup.settings.training,
        "pass": BATCH,
    }
    table = network_layers(recipe)[: initial.head_start]
    widths = [layer.channels for layer in table[start:]]
    *layers, windows = torch.split(
        setup.features.cached_tensor(facts, compute), [*widths, 9 * table[-1].channels], dim=1
    )
    return Pooled(tuple(layers), windows.reshape(len(windows), -1, 3, 3))


_CELLS = {"NCHW": (2, 3), "NHWC": (1, 2), "NLC": (1,)}  # axes to average over


def _pooled(
    network: Network, photos: Sequence[PhotoSet], recipe: Recipe, start_layer: int
) -> Pooled:
    """Averages of the layers from `start_layer` to the head, over every photo of the sets; prefix
    tokens count like patches."""
    layouts = [layer.layout for layer in network_layers(recipe)]
    layers: list[list[Tensor]] = [[] for _ in range(start_layer, network.head_start)]
    windows = []

    def keep(index: int, output: Tensor) -> None:
        cells = _CELLS[layouts[index]]
        layers[index - start_layer].append(output.float().mean(cells).cpu())

    for of_set in photos:
        features = backbone_features(network, of_set, recipe.backbone, start_layer, keep)
        # With the zeros that the convolution pads with, each of its nine weights sees the map
        # shifted by a cell; the average of its output is the convolution of the averages.
        windows.append(avg_pool2d(pad(features, (1, 1, 1, 1)), features.shape[-2:], stride=1))
    return Pooled(tuple(torch.cat(of_layer) for of_layer in layers), torch.cat(windows))


@torch.no_grad()
def _outputs(network: Network, pooled: Pooled) -> list[Tensor]:
    """Averaged outputs of every layer from the frozen prefix on, (photos, channels), the head's
    included. The class-map head: dropout passes features and maps on, and the average of a map is
    its logit. The dense head: it begins by averaging, and sees nothing else."""
    windows = pooled.windows.contiguous()
    features = windows[:, :, 1, 1]
    if not is_class_map_head(network.head):
        found, x = [features] * HIDDEN_OFFSET, features.to(network.device)
        for layer in network.head[HIDDEN_OFFSET:]:
            x = layer(x)
            found.append(x.cpu())
        return [*pooled.layers, *found]
    conv = network.head[CLASS_MAP_OFFSET]
    assert isinstance(conv, nn.Conv2d) and conv.bias is not None
    logits = conv2d(windows, conv.weight.cpu(), conv.bias.cpu()).flatten(1)
    return [*pooled.layers, features, *[logits] * 5, logits.log_softmax(1)]


MIN_PHOTOS = 4  # the unbiased estimate divides by n - 3


def debiased_cka(x: NDArray[np.floating], y: NDArray[np.floating]) -> float:
    """CKA of two layers' features of the same n >= 4 photos: x (n, p) and y (n, q).

    1 where the photos lie alike up to rotation and one scale for all units, about 0 where the two
    are unrelated (and by chance below). NaN where features tell no photos apart (all the same, or
    all equally far from each other) or are not finite. Raises ValueError for other shapes."""
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y) or len(x) < MIN_PHOTOS:
        raise ValueError(
            f"features of the same {MIN_PHOTOS} or more photos are needed, not {x.shape}, {y.shape}"
        )
    a, b = _centred_gram(x), _centred_gram(y)
    if a is None or b is None:
        return math.nan
    # Unbiased HSIC is a mean of products over pairs of photos; its factor cancels here.
    return min(1.0, float((a * b).sum() / math.sqrt(float((a * a).sum()) * float((b * b).sum()))))


def _centred_gram(features: NDArray[np.floating]) -> NDArray[np.float64] | None:
    """The U-centred matrix of inner products, (n, n); None where it is zero up to rounding.

    U-centring (Székely & Rizzo 2014) gives each row and column of the off-diagonal part the sum 0.
    The inner product of two such matrices is n (n - 3) times Song's unbiased HSIC."""
    x = np.asarray(features, dtype=np.float64)
    if not np.isfinite(x).all():
        return None
    size = np.abs(x).max(initial=0)
    x = x - x.mean(axis=0)
    spread = np.abs(x).max(initial=0)
    if spread <= 1e-12 * size:
        return None
    x = x / spread  # no overflow, whatever the scale
    n = len(x)
    gram = x @ x.T
    scale = float(np.trace(gram)) / n
    np.fill_diagonal(gram, 0)
    rows = gram.sum(axis=1, keepdims=True) / (n - 2)
    gram = gram - rows - rows.T + float(gram.sum()) / ((n - 1) * (n - 2))
    np.fill_diagonal(gram, 0)
    return gram if np.abs(gram).max() > 1e-12 * scale else None
