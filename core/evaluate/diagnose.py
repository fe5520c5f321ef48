"""The diagnosis of a finished run: what was measured beyond its scores, the verdict on it, and what
to try next."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from torch import nn

from core.base.language import N_
from core.base.random_streams import derived_seed
from core.evaluate.drift import drift
from core.evaluate.evaluate import Evaluation, localisation
from core.evaluate.reliance import reliance
from core.evaluate.verdict import judge
from core.model.heads import forward_head
from core.model.network import Network
from core.pipeline.predict import backbone_features
from core.pipeline.setup import Setup
from core.recipe.layer_table import head_start
from core.recipe.schema import Augment, ClassMapHead, Recipe
from core.store.schemas import Verdict


@dataclass(frozen=True)
class Diagnosis:
    """data: diagnosis.json. drift, reliance: the tables of the same names."""

    data: dict[str, Any]
    drift: pd.DataFrame
    reliance: pd.DataFrame


def diagnose(
    setup: Setup, evaluation: Evaluation, history: pd.DataFrame, shifted: Mapping[str, Any]
) -> Diagnosis:
    """Measures what the scores leave open (DESIGN section 8), and judges the run. found.sets: each
    with its `origin`, too. shifted: the numbers of core.evaluate.shifted."""
    network, classes = setup.network, len(setup.dataset.classes)
    hidden, of_photos = reliance(setup, network, evaluation.plain)
    moved = drift(setup, network)
    judgement = judge(history, evaluation.validation, classes, evaluation.sets, hidden, shifted)
    data = judgement.as_data() | {"advice": advice(judgement.verdict, setup.recipe)}
    data["evidence"] |= {
        "reliance": hidden,
        "consistency": evaluation.consistency,
        "redrawn_head": randomised_head_lift(setup, network),
    }
    return Diagnosis(data, moved, of_photos)


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


FAST_LR = 3e-2  # all layers at 1e-2 still kept what they knew in a trial, at 5e-2 they did not


def advice(verdict: Verdict, recipe: Recipe) -> list[str]:
    """Up to four things to try, the likeliest first."""
    if verdict == "too little evidence":
        return [
            N_(
                "Label at least 10 photos from elsewhere (another table, different light, "
                "several objects), and draw boxes around the objects. Without them, a good "
                "run and a bad one look alike."
            ),
            N_("Hold out more photos for validation, or use folds."),
        ]
    if verdict == "holds up, untested elsewhere":
        return [
            N_("Photograph the same objects elsewhere, in Capture: 20 photos make a test."),
            N_("Repeat with five seeds: a single run can be luck."),
        ]
    if verdict == "generalises":
        return [
            N_("Repeat with five seeds: a single run can be luck."),
            N_("In Compare, look at the photos that it still gets wrong."),
        ]
    tries = _pretrained_layers_advice(recipe) + _regularisation_advice(recipe)
    if verdict == "never learned":
        tries = _learning_rate_advice(recipe) + tries
    if verdict == "overfit, and it shows":
        tries.append(N_("Add training photos from other places: there is no substitute."))
    careful = N_("Add training photos from other places: the recipe is already cautious.")
    return tries[:4] or [careful]


def _pretrained_layers_advice(recipe: Recipe) -> list[str]:
    """Layers that carry pretrained knowledge, trained fast."""
    if recipe.weights == "none":
        return [
            N_("Start from pretrained weights: so few photos are not enough to train from scratch.")
        ]
    head = head_start(recipe.backbone, recipe.map_stride)
    firsts = [band.first for band in recipe.bands]
    fast = [band for band in recipe.bands if band.first < head and band.lr >= FAST_LR]
    if not fast:
        return []
    end = [*firsts[1:], None][firsts.index(fast[0].first)]
    layers = N_("layers from {first} on").format(first=fast[0].first)
    if end:
        layers = N_("layers {first} to {last}").format(first=fast[0].first, last=end - 1)
    told = N_(
        "Freeze {layers} (learning rate 0) or train them far more slowly than {rate:g}: "
        "they learned from a million photos, and large steps on a few photos overwrite "
        "that."
    )
    return [told.format(layers=layers, rate=fast[0].lr)]


def _regularisation_advice(recipe: Recipe) -> list[str]:
    tries = []
    if recipe.augment == Augment.disabled():
        tries.append(N_("Turn on augmentation, so that no two epochs show the same photos."))
    drop = recipe.head.dropout if isinstance(recipe.head, ClassMapHead) else None
    if drop is not None and not any((drop.features, drop.class_map, drop.logits)):
        tries.append(N_("Turn on dropout, so that it cannot rely on a single detail."))
    return tries


def _learning_rate_advice(recipe: Recipe) -> list[str]:
    """Too fast, too slow, too short."""
    rates = [band.lr for band in recipe.bands if band.lr > 0]
    if rates and max(rates) > 10 * FAST_LR:
        return [N_("Lower every learning rate tenfold: such large steps overshoot.")]
    tries = [N_("Use the learning-rate finder to get a rate.")]
    if recipe.planned_epochs() < 10:
        tries.append(N_("Train longer: at least ten epochs."))
    return tries
