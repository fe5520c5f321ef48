import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from core.base import machine
from core.base.errors import InputError
from core.evaluate import controls as module
from core.evaluate.controls import LinearHead, controls
from core.evaluate.localisation import evidence
from core.pipeline.setup import set_up
from tests.conftest import fast_recipe

pytestmark = pytest.mark.slow


def synthetic_features(seed, photos=30, channels=8, classes=3):
    random = np.random.default_rng(seed)
    labels = np.arange(photos) % classes
    features = random.normal(2, 1, (photos, channels, 4, 5)).astype(np.float32)
    features[np.arange(photos), labels, 1, 2] += 9  # each class lights its own channel in one cell
    features *= np.arange(1, channels + 1)[:, None, None]
    return features, labels


# --- the linear classifier and its maps -----------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3])
def test_it_is_scikit_learns_pipeline(classes):
    features, labels = synthetic_features(0, classes=classes)
    other, _ = synthetic_features(1, classes=classes)
    pooled = features.mean((2, 3), dtype=np.float64)
    scaler = StandardScaler().fit(pooled)
    model = LogisticRegression(C=1.0, max_iter=1000).fit(scaler.transform(pooled), labels)
    expected = model.predict_proba(scaler.transform(other.mean((2, 3), dtype=np.float64)))
    found = LinearHead(features, labels).predict(other)
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-4)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_maps_mean_is_the_logit_with_the_constant_of_its_class(classes):
    features, labels = synthetic_features(0, classes=classes)
    head = LinearHead(features, labels)
    found = head.predict(features)
    # Undone standardisation: W/s . f(x, y) + b - sum W m / s, cell by cell.
    weights = head.weights / head.spread
    constant = head.bias - weights @ head.mean
    by_hand = np.einsum("kc,nchw->nkhw", weights, features) + constant[:, None, None]
    np.testing.assert_allclose(found.maps, by_hand, atol=1e-4)
    logits = by_hand.mean((2, 3))
    log_probs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    np.testing.assert_allclose(found.log_probs, log_probs, atol=1e-4)
    # A constant shared by the classes is no evidence; each one's own is.
    shared = evidence(by_hand + 5)
    np.testing.assert_allclose(shared, evidence(by_hand), atol=1e-4)
    assert not np.allclose(evidence(by_hand - constant[:, None, None]), evidence(by_hand))


def test_evidence_lies_where_the_class_shows():
    features, labels = synthetic_features(0)
    maps = evidence(LinearHead(features, labels).predict(features).maps)
    strongest = maps[np.arange(len(labels)), labels].reshape(len(labels), -1).argmax(1)
    assert (strongest == 1 * 5 + 2).mean() > 0.95


def test_channels_that_never_vary_do_not_count():
    features, labels = synthetic_features(0)
    dead = np.full_like(features[:, :1], 0.1)
    dead[0] += 1e-8
    found = LinearHead(np.concatenate([features, dead], axis=1), labels)
    other = np.concatenate([features, dead + 100], axis=1)
    np.testing.assert_allclose(
        found.predict(other).maps, LinearHead(features, labels).predict(features).maps, atol=1e-4
    )


# --- the controls of a data set -------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def setup(tiny, runs):
    return set_up(fast_recipe(weights="imagenet"), tiny.root, runs)


@pytest.fixture(scope="module")
def control_results(setup):
    return controls(setup)


def test_both_have_the_scores_of_a_run(control_results, tiny):
    assert control_results["reasons"] == {}
    for name in ("frozen", "untrained"):
        assert control_results[name]["validation"]["accuracy"]["total"] == 5
        assert set(control_results[name]["sets"]) == {"test", "test_difficult"}
        for of_set in control_results[name]["sets"].values():
            assert set(of_set["scores"]) == {"primary", "object", "ranking", "present"}
            assert of_set["localisation"]["lift"] > 0
        assert control_results[name]["sets"]["test_difficult"]["photos"] == 6
    # Blue and red books on grey: pretrained features tell them apart from seven photos.
    assert control_results["frozen"]["validation"]["accuracy"]["value"] >= 0.8
    assert control_results["frozen"] != control_results["untrained"]


def test_they_are_computed_once_whatever_trains(control_results, tiny, runs, monkeypatch):
    kept = sorted((runs / ".controls").iterdir())
    assert len(kept) == 2
    monkeypatch.setattr(module, "_compute", None)
    other = {"bands": {0: 1e-2}, "seed": 4, "batch_size": 8, "augment__cutout": None}
    assert (
        controls(set_up(fast_recipe(weights="imagenet", **other), tiny.root, runs))
        == control_results
    )
    # A run without pretrained weights is measured against the same two.
    assert controls(set_up(fast_recipe(), tiny.root, runs)) == control_results
    assert sorted((runs / ".controls").iterdir()) == kept


def test_another_split_view_or_library_is_another_entry(setup, monkeypatch):
    def entry(**changes):
        recipe = fast_recipe(weights="imagenet", **changes)
        return module._cache_key(replace(setup, recipe=recipe), "weights")

    names = {
        entry(),
        entry(split__seed=1),
        entry(image_size=96),
        entry(crop="centre"),
        entry(map_stride=16),
        module._cache_key(setup, "other weights"),
    }
    assert len(names) == 6
    assert entry(seed=3, batch_size=8) == entry()
    versions = machine._versions()
    monkeypatch.setattr(machine, "_versions", lambda: versions | {"pillow": "other"})
    assert entry() not in names


def test_a_damaged_entry_is_computed_again(setup, control_results, runs):
    path = sorted((runs / ".controls").iterdir())[0]
    whole = path.read_text()
    path.write_text(whole[:50])
    assert controls(setup) == control_results
    assert json.loads(path.read_text()) == json.loads(whole)


def test_without_pretrained_weights_at_hand_it_says_so(setup, control_results, monkeypatch):
    def missing(recipe, *rest, build=module.build_network):
        if recipe.weights == "imagenet":
            raise InputError("weights: not on this machine")
        return build(recipe, *rest)

    monkeypatch.setattr(module, "build_network", missing)
    bare = replace(setup, network=module._network(setup, "untrained"), recipe=fast_recipe())
    answer = controls(bare)
    assert answer["frozen"] is None
    assert answer["reasons"] == {"frozen": "weights: not on this machine"}
    assert answer["untrained"] == control_results["untrained"]
