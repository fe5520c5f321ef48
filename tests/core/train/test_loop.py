import copy
import math
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch

from core.model.network import build_network
from core.pipeline.feature_cache import FeatureCache
from core.pipeline.inputs import FeatureExtractor, TrainingInputs
from core.pipeline.precision import ComputeSettings
from core.pipeline.predict import validation_set
from core.pipeline.prefix import FrozenPrefix
from core.pipeline.views import TrainingViews
from core.recipe.bands import frozen_prefix_length
from core.train.loop import DivergedError, fit, split_batches
from core.train.optimizer import make_optimizer
from tests.conftest import fast_recipe

pytestmark = pytest.mark.slow


class RecordingListener:
    """A listener that keeps everything."""

    def __init__(self):
        self.batches, self.epochs = [], []

    def on_batch(self, row):
        self.batches.append(row)

    def on_epoch(self, row, progress):
        self.epochs.append(row)


def train(recipe, dataset):
    with TemporaryDirectory() as folder:
        return _train(recipe, dataset, folder)


def _train(recipe, dataset, folder):
    torch.manual_seed(5)
    network = build_network(recipe, dataset.classes)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    ears = RecordingListener()
    settings = ComputeSettings("cpu", "float32", "float32")
    prefix = FrozenPrefix(network, frozen_prefix_length(recipe), settings)
    features = FeatureExtractor(
        prefix, FeatureCache(Path(folder)), recipe, network.base_weights_hash, 1
    )
    views = TrainingViews(recipe, dataset, [0, 1, 2, 4, 5, 6, 8, 9])
    inputs = TrainingInputs(views, features, "photos")
    validation = features.with_features(
        validation_set(dataset, [3, 7, 10, 11], recipe.image_size, recipe.crop), "photos"
    )
    fit(network, recipe, inputs, validation, ears)
    changed = {
        int(name.split(".")[1])
        for name, tensor in network.state_dict().items()
        if not torch.equal(tensor, before[name])
    }
    return network, ears, changed


def test_only_what_the_bands_say_changes(tiny):
    _, ears, changed = train(fast_recipe(bands={0: 0, 18: 1e-2}), tiny)
    assert changed == {18, 19, 21}
    assert [row.planned.number for row in ears.epochs] == [1, 2, 3]
    assert [row.step for row in ears.batches] == list(range(1, 7))
    assert ears.epochs[0].rates == {"0-19": 0, "20-26": 1e-2}
    # Two batches a cycle: the epoch's last batch is its second.
    assert ears.epochs[1].rates == pytest.approx({"0-17": 0, "18-26": 1e-2 * 0.5})


def test_a_head_stage_changes_the_head_alone(tiny):
    recipe = fast_recipe(stages=[{"train": "head", "epochs": 2}], bands={0: 1e-2})
    _, _, changed = train(recipe, tiny)
    assert changed == {21}


def test_the_article_lets_frozen_statistics_drift(tiny):
    recipe = fast_recipe(frozen_bn="train", bands={0: 0, 18: 1e-2})
    _, _, changed = train(recipe, tiny)
    assert changed == set(range(1, 20)) - {0} | {21} - {0}  # every layer with a batch norm


def test_same_seed_same_bits_other_seed_other_bits(tiny):
    first, ears, _ = train(fast_recipe(), tiny)
    torch.rand(7)  # whatever else draws from torch's generator in between
    again, _, _ = train(fast_recipe(), tiny)
    other, _, _ = train(fast_recipe(seed=1), tiny)
    one, two, three = (list(n.state_dict().values()) for n in (first, again, other))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one, three, strict=True))
    assert ears.epochs[-1].train_loss == pytest.approx(
        sum(row.loss * 4 for row in ears.batches[-2:]) / 8
    )


def test_training_learns(tiny):
    recipe = fast_recipe(
        bands={0: 0, 18: 1e-2},
        stages=[{"train": "bands", "epochs": 12}],
        augment={"zoom": None, "rotate": None, "cutout": None, "blur": None},
        head={"kind": "class_map", "dropout": {"features": 0, "class_map": 0, "logits": 0}},
    )
    _, ears, _ = train(recipe, tiny)
    assert ears.epochs[-1].train_loss < ears.epochs[0].train_loss / 2


def test_a_loss_that_is_no_number_stops_with_a_clear_word(tiny, monkeypatch):
    good = TrainingInputs.batch

    def spoilt(self, photos, epoch):
        x, y = good(self, photos, epoch)
        return (x * float("nan") if epoch == 2 else x), y

    monkeypatch.setattr(TrainingInputs, "batch", spoilt)
    with pytest.raises(DivergedError, match="loss is nan in epoch 2, batch 1; try lower learning"):
        train(fast_recipe(), tiny)


def test_an_all_frozen_stage_is_refused():
    recipe = fast_recipe(bands={0: 0})
    with pytest.raises(Exception, match=r"stages\.1: all bands are frozen"):
        make_optimizer(build_network(recipe, ["a", "b"]), recipe, 2)


def test_a_last_photo_alone_joins_the_batch_before():
    recipe = fast_recipe()
    assert split_batches(list(range(9)), 2, recipe) == [[0, 1, 2, 3], [4, 5, 6, 7, 8]]
    assert split_batches(list(range(10)), 3, recipe)[2] == [8, 9]


def test_a_stage_ends_with_its_best_weights_and_the_next_goes_on_from_them(tiny, monkeypatch):
    stages = [
        {"train": "bands", "epochs": 4, "keep": "best"},
        {"train": "bands", "epochs": 2},
    ]
    recipe = fast_recipe(stages=stages, bands={0: 0, 18: 1e-2})
    losses = iter([3.0, 1.0, 2.0, 1.0, 9.0, 9.0])
    states, told = [], []

    def validate(network, *args):
        states.append(copy.deepcopy(network.state_dict()))
        return next(losses), 0.5

    def on_epoch(self, row, progress):
        told.append(
            (progress.best and progress.best.epoch, copy.deepcopy(self.network.state_dict()))
        )

    build = build_network

    def built(*args):
        RecordingListener.network = build(*args)
        return RecordingListener.network

    monkeypatch.setattr("core.train.loop.validate", validate)
    monkeypatch.setattr("tests.core.train.test_loop.build_network", built)
    monkeypatch.setattr(RecordingListener, "network", None, raising=False)
    monkeypatch.setattr(RecordingListener, "on_epoch", on_epoch)
    train(recipe, tiny)

    def same(one, two):
        return all(torch.equal(one[name], two[name]) for name in one)

    # Of the equally good epochs 2 and 4 the first one counts. The listener meets the kept weights.
    assert [best for best, _ in told] == [1, 2, 2, None, None, None]
    assert same(told[3][1], states[1]) and not same(states[3], states[1])
    assert same(told[2][1], states[2])
    assert same(told[5][1], states[5])


def test_with_label_smoothing_the_best_training_loss_is_above_zero(tiny):
    changes = {
        "bands": {0: 0, 18: 1e-2},
        "stages": [{"train": "bands", "epochs": 12}],
        "augment": {"zoom": None, "rotate": None, "cutout": None, "blur": None},
        "head": {"kind": "class_map", "dropout": {"features": 0, "class_map": 0, "logits": 0}},
    }
    plain, soft = (
        train(fast_recipe(**changes, label_smoothing=s), tiny)[1].epochs[-1] for s in (0, 0.3)
    )
    entropy = -(0.8 * math.log(0.8) + 2 * 0.1 * math.log(0.1))
    assert soft.train_loss > entropy
    assert plain.train_loss < entropy
