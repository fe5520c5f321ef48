"""Controls: what a run must beat on its data set before its numbers mean anything.

A linear classifier on a backbone that never saw the photos: pretrained (`frozen`), or with random
weights (`untrained`). The best constant answer, the third control, is part of each score.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.base import files
from core.base.errors import InputError
from core.base.language import N_
from core.base.machine import numerics_environment
from core.data.split import split_photos
from core.evaluate.evaluate import localisation
from core.evaluate.scores import accuracy, set_scores
from core.model.network import Network, build_network
from core.pipeline.predict import BATCH, PhotoSet, Predictions, backbone_features, prediction_rows
from core.pipeline.setup import Setup
from core.recipe.schema import part_dict

FOLDER = ".controls"
VERSION = 1  # raise it when the computation changes
LOGREG_C = 1.0  # scikit-learn's C: how little the classifier's weights are held back
MAX_STEPS = 1000
UNTRAINED_SEED = 0


class LinearHead:
    """Multinomial logistic regression on a backbone's averaged features, each brought to mean 0 and
    standard deviation 1, and the class maps that go with it."""

    def __init__(self, features: NDArray[np.float32], labels: NDArray[np.intp]) -> None:
        """Fits features (photos, channels, rows, columns) to labels 0..classes-1, each of which
        must occur."""
        from sklearn.linear_model import LogisticRegression

        pooled = features.mean(axis=(2, 3), dtype=np.float64)
        self.mean, spread = pooled.mean(axis=0), pooled.std(axis=0)
        # A channel that never varies says nothing; rounding must not be blown up to look as if.
        self.varies = spread > 1e-6 * np.abs(pooled).max(axis=0, initial=1e-30)
        self.spread = np.where(self.varies, spread, 1.0)
        model = LogisticRegression(C=LOGREG_C, max_iter=MAX_STEPS)
        model.fit(self._standard(pooled), labels)
        self.weights, self.bias = model.coef_, model.intercept_
        if len(self.weights) == 1:  # of two classes scikit-learn keeps the second one's logit
            self.weights = np.concatenate([-self.weights, self.weights]) / 2
            self.bias = np.concatenate([-self.bias, self.bias]) / 2

    def predict(self, features: NDArray[np.float32]) -> Predictions:
        """The classifier applied to every cell (Zhou et al. 2016): since it is linear and its input
        is the cells' average, a map's mean is the class's logit, as with the class-map head.

        Undoing the standardisation leaves each map a constant of its own, b_c - sum_j W_cj m_j/s_j.
        It differs between classes, so it counts as evidence and is kept; dropping it would also
        part the maps from the logits."""
        cells = self._standard(features.astype(np.float64).transpose(0, 2, 3, 1))
        logits_of_cells = cells @ self.weights.T + self.bias
        maps = logits_of_cells.transpose(0, 3, 1, 2).astype(np.float32)
        logits = torch.from_numpy(maps).mean((2, 3))
        return Predictions(logits.log_softmax(1).numpy(), maps)

    def linear(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The same classifier on features as they are: weights (classes, channels) and biases."""
        weights = self.weights * self.varies / self.spread
        return weights, self.bias - weights @ self.mean

    def _standard(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Channels last: each brought to mean 0 and spread 1, the constant ones to 0."""
        return (values - self.mean) / self.spread * self.varies


def controls(setup: Setup) -> dict[str, Any]:
    """`frozen` and `untrained`, each with `validation` and `sets` as in summary.json, or None with
    a word on why under `reasons`.

    Computed once for the same photos, labels, split and view, and kept in the folder of runs."""
    found: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for name in ("frozen", "untrained"):
        try:
            found[name] = _cached_control(setup, name)
        except InputError as error:
            found[name], reasons[name] = None, str(error)
    return found | {"reasons": reasons}


def _cached_control(setup: Setup, name: str) -> dict[str, Any]:
    """A control from disk, or computed and put there. Raises InputError: why it cannot be had."""
    network = None
    base = f"none, seed {UNTRAINED_SEED}"
    if name == "frozen":
        base = setup.network.base_weights_hash
        if base == "none":
            network = _network(setup, name)
            base = network.base_weights_hash
    path = setup.features.cache.folder.with_name(FOLDER) / f"{_cache_key(setup, base)}.json"
    with suppress(OSError, ValueError):
        kept = json.loads(path.read_text("utf-8"))
        if isinstance(kept, dict):
            return kept
    computed = _compute(setup, network or _network(setup, name))
    setup.check_photos()
    with suppress(OSError):  # a full disk or a read-only folder: done without
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_json(path, computed)
    return computed


def _cache_key(setup: Setup, base: str) -> str:
    """A name for all that a control depends on; the training of a run is not in it."""
    recipe = setup.recipe
    facts = {
        "version": VERSION,
        "machine": numerics_environment(),
        "photos": setup.fingerprints,
        "split": part_dict(recipe.split),
        "weights": base,
        "backbone": recipe.backbone,
        "map_stride": recipe.map_stride,
        "image_size": recipe.image_size,
        "crop": recipe.crop,
        "device": setup.settings.device,
        "threads": torch.get_num_threads(),
        "batch": BATCH,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _network(setup: Setup, name: str) -> Network:
    """The backbone of a control, in float32 (random weights leave differences between photos too
    small for bfloat16). Raises InputError when its weights are not on this machine."""
    wanted = setup.recipe.weights if setup.recipe.weights != "none" else "imagenet"
    recipe = setup.recipe.model_copy(update={"weights": wanted if name == "frozen" else "none"})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(UNTRAINED_SEED)
        return build_network(recipe, setup.dataset.classes, setup.settings.device)


def _compute(setup: Setup, network: Network) -> dict[str, Any]:
    dataset, classes = setup.dataset, setup.dataset.classes

    def features(photos: PhotoSet) -> NDArray[np.float32]:
        whole = replace(photos, features=None)  # from the pixels on, whatever a run freezes
        return backbone_features(network, whole, setup.recipe.backbone).numpy()

    of_train, labels = features(setup.training_photos()), np.array(dataset.train_labels)
    training, validating = split_photos(dataset, setup.recipe)
    for number, label in enumerate(classes):
        if number not in labels[training]:
            raise InputError(
                N_("no training photo of {label}, so nothing can be fitted to it").format(
                    label=label
                )
            )
    head = LinearHead(of_train[training], labels[training])
    guesses = head.predict(of_train[validating]).log_probs.argmax(axis=1)
    correct = accuracy(
        [classes[guess] for guess in guesses], [classes[labels[i]] for i in validating]
    )
    sets = {}
    for test_set, photos in zip(dataset.test_sets, setup.test_photos, strict=True):
        found = head.predict(features(photos))
        rows = prediction_rows(photos, found, classes)
        objects = setup.objects(test_set)
        object_rows = rows.iloc[:0]
        if objects is not None:
            object_rows = prediction_rows(objects, head.predict(features(objects)), classes)
        sets[test_set.name] = {
            "photos": len(photos),
            "scores": set_scores(rows, object_rows, classes),
            "localisation": localisation(setup, test_set, found.maps),
        }
    return {"validation": {"accuracy": vars(correct)}, "sets": sets}
