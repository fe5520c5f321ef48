import fcntl
import os
import subprocess
import sys

import pytest
import torch

from core.base import machine
from core.model.network import build_network
from core.pipeline.feature_cache import FeatureCache, cache_key
from core.pipeline.inputs import FeatureExtractor, TrainingInputs
from core.pipeline.precision import ComputeSettings, cpu_has_bfloat16, resolve_settings
from core.pipeline.predict import photo_set_of, predict
from core.pipeline.prefix import (
    FrozenPrefix,
    HalvingMaxPool,
    fold_batch_norms,
    replace_max_pools,
)
from core.pipeline.views import TrainingViews, normalise
from core.recipe.bands import frozen_prefix_length
from core.recipe.layer_table import BACKBONES
from tests.conftest import fast_recipe

pytestmark = pytest.mark.slow

FLOAT32 = ComputeSettings("cpu", "float32", "float32")


def randomise_batch_norms(network):
    """Batch norms with statistics and weights that matter, as after real training."""
    torch.manual_seed(0)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.1)
    return network.eval()


@pytest.fixture(scope="module", params=BACKBONES)
def of_backbone(request):
    """A backbone's name and its network, which tests leave as it is."""
    return request.param, randomise_batch_norms(
        build_network(fast_recipe(backbone=request.param), ["a", "b"])
    )


@pytest.mark.parametrize("length", [1, 2, 9, 20])
@torch.no_grad()
def test_folded_layers_give_the_same_features(of_backbone, length):
    """Also where the boundary parts a convolution from its batch norm (length 1)."""
    backbone, network = of_backbone
    length = min(length, network.head_start)
    x = normalise(torch.rand(3, 3, 64, 64), backbone)
    expected = x
    for layer in network.layers[:length]:
        expected = layer(expected)
    prefix = FrozenPrefix(network, length, FLOAT32)
    torch.testing.assert_close(prefix(x), expected, atol=2e-4, rtol=1e-3)
    kinds = [type(m) for m in prefix.layers.modules()]
    if length > 1:
        assert not any(issubclass(kind, torch.nn.BatchNorm2d) for kind in kinds)
    # The network itself is untouched.
    norms = [isinstance(m, torch.nn.BatchNorm2d) for m in network.layers[:2].modules()]
    assert any(norms) == (backbone != "vgg16")


@torch.no_grad()
def test_the_prefix_may_end_before_any_layer(of_backbone):
    """Of the large ones, which repeat their first layers, up to the eleventh and at the end."""
    backbone, network = of_backbone
    x = normalise(torch.rand(2, 3, 32, 32), backbone)
    whole = network(x).maps
    head = network.head_start
    large = backbone in ("vgg16", "vgg16_bn", "resnet34")
    for length in [*range(11), head - 1, head] if large else range(head + 1):
        features = FrozenPrefix(network, length, FLOAT32)(x)
        for _ in range(2):  # a layer that works in place must not spoil features for the next pass
            maps = network(features, start=length).maps
            torch.testing.assert_close(maps, whole, atol=1e-3, rtol=1e-3)


@torch.no_grad()
def test_bfloat16_features_are_near(of_backbone):
    backbone, network = of_backbone
    x = normalise(torch.rand(3, 3, 32, 32), backbone)
    length = fast_recipe(backbone=backbone).bands[1].first
    exact = FrozenPrefix(network, length, FLOAT32)(x)
    low = FrozenPrefix(network, length, ComputeSettings("cpu", "bfloat16", "float32"))(x)
    assert low.dtype == torch.bfloat16
    error = (low.float() - exact).norm() / exact.norm()
    assert 0 < error < 0.05


@pytest.mark.parametrize("shape", [(2, 3, 8, 6), (1, 2, 7, 9), (1, 1, 2, 3)])
def test_halving_finds_the_maxima_of_torchs_pool(shape):
    for dtype in (torch.float32, torch.bfloat16):
        x = torch.randn(shape).to(dtype)
        assert torch.equal(HalvingMaxPool()(x), torch.nn.MaxPool2d(2)(x))


def test_only_pools_that_halve_are_replaced():
    others = [
        torch.nn.MaxPool2d(3, stride=2, padding=1),
        torch.nn.MaxPool2d(2, stride=1),
        torch.nn.MaxPool2d(2, ceil_mode=True),
    ]
    layers = torch.nn.Sequential(*others, torch.nn.MaxPool2d(2))
    replace_max_pools(layers)
    assert list(layers)[:3] == others
    assert isinstance(layers[3], HalvingMaxPool)


def test_folding_leaves_a_lone_batch_norm_alone():
    layers = torch.nn.Sequential(torch.nn.BatchNorm2d(3), torch.nn.Conv2d(3, 4, 1)).eval()
    fold_batch_norms(layers)
    assert isinstance(layers[0], torch.nn.BatchNorm2d)


@pytest.mark.parametrize(
    ("changes", "length"),
    [
        ({}, 16),
        ({"bands": {0: 1e-2}}, 0),
        ({"bands": {0: 0, 5: 1e-3, 9: 0, 18: 1e-2}}, 5),
        ({"stages": [{"train": "head", "epochs": 1}]}, 20),
        ({"frozen_bn": "train"}, 0),
    ],
)
def test_the_prefix_ends_before_the_first_layer_that_any_stage_changes(changes, length):
    recipe = fast_recipe(**changes)
    assert frozen_prefix_length(recipe) == length


def features(recipe, dataset, folder):
    torch.manual_seed(1)
    network = build_network(recipe, dataset.classes)
    prefix = FrozenPrefix(network, frozen_prefix_length(recipe), FLOAT32)
    return network, FeatureExtractor(
        prefix, FeatureCache(folder), recipe, network.base_weights_hash, 1
    )


@pytest.mark.parametrize("views_per_photo", [2, None])
def test_batches_of_features_are_the_views_features(tiny, tmp_path, views_per_photo):
    recipe = fast_recipe(views_per_photo=views_per_photo)
    network, found = features(recipe, tiny, tmp_path)
    views = TrainingViews(recipe, tiny, list(range(12)))
    inputs = TrainingInputs(views, found, "print")
    assert inputs.start_layer == 16
    x, targets = inputs.batch([7, 2], epoch=3)
    numbers = [views.view_number(3, photo) for photo in (7, 2)]
    torch.testing.assert_close(x, found.prefix(views.views([7, 2], numbers)), atol=1e-5, rtol=1e-4)
    assert targets.argmax(1).tolist() == [tiny.train_labels[7], tiny.train_labels[2]]
    # The rest of the network goes on from there as from the photos.
    network.eval()
    through = network(x, start=16).log_probs
    whole = network(views.views([7, 2], numbers)).log_probs
    torch.testing.assert_close(through, whole, atol=1e-4, rtol=1e-3)


def test_test_photos_pass_the_prefix_once(tiny, tmp_path):
    recipe = fast_recipe()
    network, found = features(recipe, tiny, tmp_path)
    photos = photo_set_of(tiny.test_set("test"), 64, "squash")
    with_features = found.with_features(photos, "print")
    one = predict(network, photos, recipe.backbone)
    two = predict(network, with_features, recipe.backbone, start_layer=16)
    assert abs(one.log_probs - two.log_probs).max() < 1e-3
    again = found.with_features(photos, "print")
    assert torch.equal(with_features.features, again.features)
    assert (found.cache.hits, found.cache.misses) == (1, 1)
    found.with_features(photos, "other photos")
    assert found.cache.misses == 2


def pool(dataset, folder, **changes):
    recipe = fast_recipe(**{"weights": "imagenet", "image_size": 32} | changes)
    _, found = features(recipe, dataset, folder)
    TrainingInputs(TrainingViews(recipe, dataset, list(range(12))), found, "print").prepare()
    return found


@pytest.fixture(scope="module")
def pool_dir(tiny, tmp_path_factory):
    """A folder with the pool of the plain recipe; no two of the changes below share one."""
    folder = tmp_path_factory.mktemp("pools")
    pool(tiny, folder)
    return folder


@pytest.mark.parametrize(
    ("changes", "shared"),
    [
        ({"bands": {0: 0, 16: 5e-3, 19: 5e-2}, "name": "x"}, True),
        ({"head": {"kind": "class_map", "dropout": {"logits": 0.5}}}, True),
        ({"stages__1__cycles": 1, "optimizer__momentum": 0.5, "batch_size": 8}, True),
        ({"bands": {0: 0, 17: 5e-3}}, False),
        ({"augment__cutout__holes": 1}, False),
        ({"augment__mixup": 0.5}, False),
        ({"seed": 1}, False),
        ({"image_size": 64}, False),
        ({"map_stride": 16}, False),
        ({"crop": "centre"}, False),
    ],
)
def test_what_shares_the_pool_of_features(tiny, pool_dir, changes, shared):
    found = pool(tiny, pool_dir, **changes)
    assert (found.cache.hits, found.cache.misses) == ((2, 0) if shared else (0, 2))


def test_a_larger_pool_begins_with_the_smaller_ones_views(tiny, tmp_path):
    pools = []
    for count in (2, 3):
        recipe = fast_recipe(views_per_photo=count)
        _, found = features(recipe, tiny, tmp_path)
        pools.append(found.pool_features(TrainingViews(recipe, tiny, list(range(12))), "print"))
    assert (found.cache.hits, found.cache.misses) == (2, 1)
    assert torch.equal(pools[0], pools[1][:2])


def test_a_stopped_run_keeps_the_views_it_computed(tiny, tmp_path):
    recipe = fast_recipe(views_per_photo=3)
    views = TrainingViews(recipe, tiny, list(range(12)))
    _, found = features(recipe, tiny, tmp_path)
    asked = []

    def stop_in_the_third_view() -> None:
        asked.append(1)
        if len(asked) == 5:  # two batches a view
            raise KeyboardInterrupt

    found.check_cancelled = stop_in_the_third_view
    with pytest.raises(KeyboardInterrupt):
        found.pool_features(views, "print")
    _, again = features(recipe, tiny, tmp_path)
    again.pool_features(views, "print")
    assert (again.cache.hits, again.cache.misses) == (2, 1)


# --- the cache -----------------------------------------------------------------------------------


def constant_features(value):
    return lambda: torch.full((2, 3), float(value))


def test_damaged_entries_are_computed_again(tmp_path):
    cache = FeatureCache(tmp_path)
    cache.get_or_compute({"a": 1}, constant_features(1))
    path = cache.folder / f"{cache_key({'a': 1})}.safetensors"
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[-1] ^= 1
    for damage in (whole[:40], b"", bytes(flipped), b"junk" * 100):
        path.write_bytes(damage)
        assert torch.equal(cache.get_or_compute({"a": 1}, constant_features(1)), torch.ones(2, 3))
        assert path.read_bytes() == whole
    assert cache.hits == 0
    assert torch.equal(cache.get_or_compute({"a": 1}, constant_features(2)), torch.ones(2, 3))
    assert cache.hits == 1


def test_another_machine_or_library_has_entries_of_its_own(tmp_path, monkeypatch):
    cache = FeatureCache(tmp_path)
    cache.get_or_compute({"a": 1}, constant_features(1))
    versions = machine._versions()
    others = [
        *(
            ("_versions", versions | {name: "other"})
            for name in ("torch", "torchvision", "timm", "numpy", "pillow")
        ),
        ("vector_instructions", ("avx2", "avx512_bf16")),
    ]
    for number, (name, value) in enumerate(others, start=2):
        with monkeypatch.context() as patch:
            patch.setattr(machine, name, lambda value=value: value)
            assert torch.equal(
                cache.get_or_compute({"a": 1}, constant_features(number)),
                constant_features(number)(),
            ), value
    assert torch.equal(cache.get_or_compute({"a": 1}, constant_features(0)), torch.ones(2, 3))


def test_maps_of_one_cell_are_kept_like_any(tmp_path):
    """Torch calls them contiguous in whatever layout they come."""
    features = torch.rand(4, 3, 1, 1).to(memory_format=torch.channels_last)
    assert features.stride(-1) != 1
    cache = FeatureCache(tmp_path)
    computed = cache.get_or_compute({"a": 1}, lambda: features)
    kept = cache.get_or_compute({"a": 1}, constant_features(0))
    assert torch.equal(computed, features) and torch.equal(kept, features)
    assert computed.stride() == kept.stride()
    assert (cache.hits, cache.misses) == (1, 1)


def test_the_folder_stays_within_its_bound_and_keeps_what_was_used(tmp_path):
    size = 1000
    cache = FeatureCache(tmp_path, max_bytes=3 * size * 4 + 2000)
    for number in range(3):
        cache.get_or_compute({"n": number}, lambda: torch.zeros(size))
        os.utime(cache.folder / f"{cache_key({'n': number})}.safetensors", (number, number))
    cache.get_or_compute({"n": 0}, constant_features(9))  # used now
    cache.get_or_compute({"n": 3}, lambda: torch.zeros(size))
    left = {path.stem for path in cache.folder.glob("*.safetensors")}
    assert left == {cache_key({"n": n}) for n in (0, 2, 3)}


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "file").write_text("")
    cache = FeatureCache(tmp_path / "file")
    assert torch.equal(cache.get_or_compute({"a": 1}, constant_features(1)), torch.ones(2, 3))


# Holds the lock of an entry that it is asked to write.
WORKER = """
import fcntl, os, sys
lock, written, place = sys.argv[1:]
with open(lock, "w") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("computing", flush=True)
    sys.stdin.readline()
    os.rename(written, place)
"""


def test_of_two_workers_that_want_an_entry_one_computes_it(tmp_path, monkeypatch):
    """The other one has the entry only when this one waits for its lock."""
    first, second = FeatureCache(tmp_path), FeatureCache(tmp_path)
    first.get_or_compute({"a": 1}, constant_features(1))
    place = first.folder / f"{cache_key({'a': 1})}.safetensors"
    written = place.rename(tmp_path / "written")
    arguments = [place.with_suffix(".lock"), written, place]
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, *map(str, arguments)],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as worker:
        assert worker.stdout.readline() == "computing\n"
        wait_for_lock = fcntl.flock

        def flock(file, operation):
            print(file=worker.stdin, flush=True)
            wait_for_lock(file, operation)

        monkeypatch.setattr("core.base.files.fcntl.flock", flock)
        found = second.get_or_compute({"a": 1}, constant_features(2))
    assert (second.hits, second.misses) == (1, 0)
    assert torch.equal(found, torch.ones(2, 3))


# --- the table of formats ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("backbone", "precision", "fast", "cuda", "settings"),
    [
        ("efficientnet_lite0", "auto", False, False, ComputeSettings("cpu", "float32", "float32")),
        ("efficientnet_lite0", "auto", True, False, ComputeSettings("cpu", "bfloat16", "float32")),
        ("vgg16_bn", "auto", True, False, ComputeSettings("cpu", "bfloat16", "bfloat16")),
        ("vgg16", "auto", True, False, ComputeSettings("cpu", "bfloat16", "bfloat16")),
        ("resnet18", "auto", True, False, ComputeSettings("cpu", "bfloat16", "float32")),
        ("mobilenet_v3_large", "auto", True, False, ComputeSettings("cpu", "bfloat16", "float32")),
        ("vgg16_bn", "float32", True, False, ComputeSettings("cpu", "float32", "float32")),
        (
            "efficientnet_lite0",
            "bfloat16",
            False,
            False,
            ComputeSettings("cpu", "bfloat16", "bfloat16"),
        ),
        ("efficientnet_lite0", "auto", True, True, ComputeSettings("cuda", "bfloat16", "bfloat16")),
        (
            "efficientnet_lite0",
            "float32",
            True,
            True,
            ComputeSettings("cuda", "float32", "float32"),
        ),
    ],
)
def test_formats_come_from_the_table(backbone, precision, fast, cuda, settings):
    recipe = fast_recipe(backbone=backbone, precision=precision)
    assert resolve_settings(recipe, fast, cuda) == settings


def test_the_processors_word_is_a_yes_or_no():
    assert cpu_has_bfloat16() in (True, False)
    if not torch.cuda.is_available():
        expected = "bfloat16" if cpu_has_bfloat16() else "float32"
        assert resolve_settings(fast_recipe()).prefix == expected
