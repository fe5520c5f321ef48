"""Reliance and TTA on networks whose answer is known: one sees the books, one the desk."""

import json

import numpy as np
import pytest
import torch

from core.data.masking import FILLS
from core.evaluate.derived_predictions import DerivedPredictor
from core.evaluate.reliance import MaskedPrediction, reliance, summary
from core.evaluate.tta import TTA_VIEWS, consistency, tta_predictions, tta_views
from core.model.network import Network
from core.pipeline.predict import predict
from core.pipeline.setup import set_up
from tests.conftest import fast_recipe

pytestmark = pytest.mark.slow

BARE = {"bands": {0: 1e-3}}  # nothing is frozen: no features


@pytest.fixture(scope="module")
def frozen(tiny, tmp_path_factory):
    """A set-up whose first layers are frozen, so that features go through the cache."""
    return set_up(fast_recipe(), tiny.root, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def bare(tiny, tmp_path_factory):
    return set_up(fast_recipe(**BARE), tiny.root, tmp_path_factory.mktemp("runs"))


class Colours(torch.nn.Module):
    """Scores background, blue, red (the classes in order) by the pixels of a saturated colour."""

    def forward(self, x):
        x = x * 0.5 + 0.5
        blue = (x[:, 2] - x[:, 0] > 0.2).float()
        red = (x[:, 0] - x[:, 2] > 0.2).float()
        return torch.stack([torch.full_like(red, 0.02), blue, red], dim=1) * 100


class ConstantBlue(torch.nn.Module):
    """Answers blue always, as a network that knows only the table would."""

    def forward(self, x):
        return torch.stack([x[:, 0] * 0, x[:, 0] * 0 + 3, x[:, 0] * 0 + 1], dim=1)


def network_of(module, classes):
    pool = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
    maps = torch.nn.Conv2d(len(classes), len(classes), 1, bias=False)  # what it is given
    torch.nn.init.dirac_(maps.weight)
    head = [torch.nn.Identity(), maps, pool, torch.nn.LogSoftmax(dim=1)]
    network = Network([module, *head], 1, classes, "none")
    network.anchor = torch.nn.Parameter(torch.zeros(1))  # tells the device
    return network


def test_a_network_that_sees_the_books_loses_its_answer_with_them(bare, tiny):
    found, table = reliance(bare, network_of(Colours(), tiny.classes), {})
    assert set(found) == {"test", "test_difficult"}
    numbers = found["test"]
    assert (numbers["photos"], numbers["comparison"]["photos"]) == (3, 3)
    assert numbers["stays"]["object"]["value"] == 0
    assert numbers["stays"]["only_objects"]["value"] == 1
    assert numbers["comparison"]["stays"]["elsewhere"]["value"] == 1
    assert numbers["comparison"]["selectivity"]["low"] > 0.5
    assert numbers["balance"]["low"] > 0.5
    assert numbers["hallucinated"]["value"] == 0
    assert found["test_difficult"]["photos"] == 5  # the sixth shows no book
    assert len(table[table["split"] == "test"]) == 3 * (1 + 3 * (len(FILLS) + 1))
    json.dumps(found, allow_nan=False)


def test_a_network_that_knows_only_the_table_answers_on(bare, tiny):
    found, _ = reliance(bare, network_of(ConstantBlue(), tiny.classes), {})
    numbers = found["test"]
    assert numbers["stays"]["object"]["value"] == 1
    assert numbers["hallucinated"]["value"] == 1
    assert numbers["fall"]["object"]["value"] == pytest.approx(0, abs=1e-6)
    assert numbers["comparison"]["selectivity"]["value"] == pytest.approx(0, abs=1e-6)
    # Blue is shown on two of the three photos; only those count as answered.
    assert numbers["stays"]["object"]["total"] == 2


def test_without_a_background_class_nothing_is_hallucinated(bare, tiny):
    found, _ = reliance(bare, network_of(Colours(), tiny.classes), {})
    assert found["test"]["hallucinated"] is not None
    blanked = [
        MaskedPrediction(
            "a.jpg",
            (0,),
            0.2,
            np.array([0.9, 0.1]),
            {variant: np.array([[0.8, 0.2]]) for variant in ("object", "only_objects")},
        )
    ]
    assert summary(blanked, ("blue", "red"))["hallucinated"] is None


def test_the_table_holds_the_plain_answer_every_fill_and_their_mean(frozen, tiny):
    known = {
        "test": predict(
            frozen.network, frozen.test_photos[0], "efficientnet_lite0", frozen.start_layer
        )
    }
    _, table = reliance(frozen, frozen.network, known)
    columns = [f"p_{name}" for name in tiny.classes]
    assert list(table) == ["split", "file", "variant", "fill", "predicted", *columns]
    one = table[(table["split"] == "test") & (table["file"] == "img_0.jpg")]
    plain = one[one["variant"] == "plain"]
    np.testing.assert_array_equal(plain[columns].to_numpy()[0], known["test"].probabilities[0])
    of_object = one[one["variant"] == "object"].set_index("fill")[columns]
    np.testing.assert_allclose(
        of_object.loc["all"].to_numpy(float),
        of_object.loc[list(FILLS)].mean().to_numpy(),
        atol=1e-6,
    )
    p = table[columns].to_numpy()
    assert (table["predicted"] == np.array(tiny.classes)[p.argmax(axis=1)]).all()


def test_a_second_run_reads_every_picture_from_the_cache_to_the_same_bits(frozen):
    first, table = reliance(frozen, frozen.network, {})
    cache = frozen.features.cache
    hits, misses = cache.hits, cache.misses
    again, same = reliance(frozen, frozen.network, {})
    assert (cache.hits, cache.misses) == (hits + 2, misses)
    assert again == first
    assert same.equals(table)


def test_folding_changes_no_prediction(bare):
    """Without a prefix the backbone runs with its batch norms folded."""
    photos = bare.test_photos[1]
    found = DerivedPredictor(bare, bare.network).probabilities(
        "copy", photos.files, "", lambda: photos.pixels
    )
    plain = predict(bare.network, photos, "efficientnet_lite0").probabilities
    np.testing.assert_allclose(found, plain, atol=1e-5)


def test_tta_is_the_mean_of_five_views_the_plain_one_first(frozen):
    photos = frozen.validation
    plain = predict(frozen.network, photos, "efficientnet_lite0", frozen.start_layer)
    found, views = tta_predictions(
        DerivedPredictor(frozen, frozen.network), photos, plain, frozen.fingerprints["train"]
    )
    assert views.shape == (TTA_VIEWS + 1, len(photos), 3)
    np.testing.assert_array_equal(views[0], plain.probabilities)
    np.testing.assert_allclose(found.probabilities, views.mean(axis=0), rtol=1e-5)
    assert (np.abs(views[1:] - views[0]).max(axis=(1, 2)) > 0).all()
    assert consistency(views) is not None


def test_varied_views_depend_on_the_photo_alone():
    photos = torch.randint(0, 256, (10, 3, 32, 32), dtype=torch.uint8)
    names = [f"{i}.jpg" for i in range(10)]
    found = tta_views(photos, names)
    assert found.shape == (TTA_VIEWS * 10, 3, 32, 32) and found.dtype == torch.uint8
    alone = tta_views(photos[7:8], names[7:8])
    torch.testing.assert_close(found[7::10].int(), alone.int(), atol=1, rtol=0)
    assert not torch.equal(found[:10], found[10:20])


def test_varied_views_are_small_changes_and_never_mirrored():
    """A white cross left of the centre stays left of it, and about as large and as bright."""
    photo = torch.full((1, 3, 100, 100), 60, dtype=torch.uint8)
    photo[..., 40:60, 15:35] = 200
    for number in range(30):
        for view in tta_views(photo, [f"{number}.jpg"]).float():
            bright = view[0] > 130
            assert 400 * 0.8 < bright.sum() < 400 * 1.25**2 * 1.2
            assert bright.nonzero()[:, 1].float().mean() < 45
            assert abs(view[0, 80, 80] - 60) < 25
