"""Sanity check of the class maps: a head with re-drawn weights must lose their localisation.

After Adebayo et al. 2018, "Sanity Checks for Saliency Maps": a map that looks the same whatever the
weights are does not tell what the weights have learned.
"""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from core.base.random_streams import derived_seed
from core.evaluate.evaluate import localisation
from core.model.heads import forward_head
from core.model.network import Network
from core.pipeline.predict import backbone_features
from core.pipeline.setup import Setup


@torch.no_grad()
def randomised_head_lift(
    setup: Setup, network: Network, draws: int = 5
) -> dict[str, dict[str, Any]]:
    """Lift of the class maps when the head's layers get fresh random weights and all else stays
    trained, by test set: `lift`, the mean over the draws, and `lifts`, each draw's.

    Near 1 where the trained head does the work; well above, the backbone's features alone point
    at the objects, whatever the head. Test sets without a box that counts are left out. The draws
    come from the run's seed; the network is not touched."""
    heads = [_randomised_head(network.head, setup.recipe.seed, draw) for draw in range(draws)]
    found = {}
    for test_set, photos in zip(setup.dataset.test_sets, setup.test_photos, strict=True):
        if not test_set.boxes:
            continue
        features = backbone_features(network, photos, setup.recipe.backbone, setup.start_layer)
        maps = [forward_head(head, features).maps.numpy() for head in heads]
        located = [localisation(setup, test_set, of_draw) for of_draw in maps]
        lifts = [one["lift"] for one in located if one is not None]
        if lifts:
            found[test_set.name] = {"lift": sum(lifts) / len(lifts), "lifts": lifts}
    return found


def _randomised_head(trained: Sequence[nn.Module], seed: int, draw: int) -> list[nn.Module]:
    """A copy of the head with PyTorch's default random weights, for inference on the CPU."""
    fresh = [layer.cpu().eval() for layer in copy.deepcopy(list(trained))]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, "redrawn head", draw))
        for layer in fresh:
            if isinstance(layer, nn.Conv2d | nn.Linear):
                layer.reset_parameters()
    return fresh
