import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from core.base.errors import InputError
from core.model.backbones import build_backbone
from core.model.network import build_network
from core.recipe.bands import band_ranges, stage_ranges
from core.recipe.files import load_recipe
from tests.conftest import fast_recipe

pytestmark = pytest.mark.slow

CLASSES = ["a", "b", "c"]


@torch.no_grad()
def test_a_class_maps_mean_is_its_logit():
    network = build_network(fast_recipe(), CLASSES).eval()
    output = network(torch.rand(2, 3, 64, 64))
    assert output.maps.shape == (2, 3, 2, 2)
    expected = torch.log_softmax(output.maps.mean(dim=(2, 3)), dim=1)
    torch.testing.assert_close(output.log_probs, expected)


@torch.no_grad()
def test_lite0s_weights_are_the_packages_and_recognise_imagenet_statistics():
    layers, name = build_backbone("efficientnet_lite0", 32, "imagenet")
    assert len(name) == 64
    features = nn.Sequential(*layers).eval()(torch.zeros(1, 3, 224, 224))
    assert features.shape == (1, 1280, 7, 7)
    # A trained network's stem is far from its random start: its filters differ in norm.
    norms = layers[0].weight.flatten(1).norm(dim=1)
    assert norms.max() / norms.median() > 2
    again, same = build_backbone("efficientnet_lite0", 16, "imagenet")
    assert same == name
    torch.testing.assert_close(again[0].weight, layers[0].weight, rtol=0, atol=0)


def test_frozen_layers_get_no_gradient_and_no_memory_of_the_pass():
    recipe = fast_recipe()
    network = build_network(recipe, CLASSES)
    network(torch.rand(2, 3, 64, 64), frozen=16).log_probs.sum().backward()
    with_gradient = {n.split(".")[1] for n, w in network.named_parameters() if w.grad is not None}
    assert with_gradient == {"16", "17", "18", "19", "21"}


@pytest.mark.parametrize(
    ("frozen_bn", "head_only", "moves"),
    [("eval", False, False), ("train", False, True), ("train", True, False)],
)
def test_batch_norms_of_frozen_layers_move_only_as_fastai_did(frozen_bn, head_only, moves):
    recipe = fast_recipe(frozen_bn=frozen_bn)
    network = build_network(recipe, CLASSES)
    stage = recipe.stages[0 if head_only else 1]
    ranges = stage_ranges(recipe, stage)
    network.set_train_mode(ranges, frozen_bn, head_only)
    before = network.layers[1].running_mean.clone()
    network(torch.rand(4, 3, 64, 64), frozen=16)
    assert (not torch.equal(network.layers[1].running_mean, before)) == moves
    # What trains is in training mode in every case.
    assert network.layers[21].training
    assert network.layers[17].training == (not head_only)


def test_a_frozen_band_between_trained_ones_keeps_its_statistics():
    recipe = fast_recipe(bands={0: 1e-3, 5: 0, 18: 1e-2})
    network = build_network(recipe, CLASSES)
    network.set_train_mode(band_ranges(recipe.bands, 27), "eval", head_only=False)
    assert network.layers[0].training and network.layers[20].training
    assert not network.layers[10].training


def test_missing_and_foreign_weights_are_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(InputError, match=r"vgg16_bn-6c64b313\.pth\) are not on this machine: down"):
        build_network(load_recipe("article-success"), CLASSES)
    with pytest.raises(InputError, match="no such file"):
        build_backbone("vgg16_bn", 16, str(tmp_path / "gone.pth"))
    foreign = tmp_path / "foreign.safetensors"
    save_file({"x": torch.zeros(3)}, foreign)
    with pytest.raises(InputError, match=r"tensor .* is missing; .* for another network"):
        build_backbone("efficientnet_lite0", 32, str(foreign))
    junk = tmp_path / "junk.pth"
    junk.write_bytes(b"not a zip")
    with pytest.raises(InputError, match="not a weights file"):
        build_backbone("efficientnet_lite0", 32, str(junk))


class _Evil:
    def __reduce__(self):
        return (print, ("code ran",))


def test_a_pickle_with_code_is_refused_and_not_run(tmp_path, capsys):
    evil = tmp_path / "evil.pth"
    torch.save({"a": _Evil()}, evil)
    with pytest.raises(InputError, match="not a weights file"):
        build_backbone("efficientnet_lite0", 32, str(evil))
    assert "code ran" not in capsys.readouterr().out


def test_ones_own_weights_load_by_path(tmp_path):
    import timm

    network = timm.create_model("tf_efficientnet_lite0")
    path = tmp_path / "mine.safetensors"
    save_file(network.state_dict(), path)
    layers, name = build_backbone("efficientnet_lite0", 32, str(path))
    torch.testing.assert_close(layers[0].weight, network.conv_stem.weight)
    assert len(name) == 64
