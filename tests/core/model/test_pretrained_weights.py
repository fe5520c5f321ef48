from pathlib import Path

import pytest
import torch
from torchvision import models

from core.base.errors import InputError
from core.model.pretrained_weights import (
    find_weights,
    imagenet_weights_path,
    lacks_imagenet_weights,
    missing_weights_options,
)
from core.recipe.layer_table import BACKBONES

TORCHVISIONS = sorted(BACKBONES.keys() - {"efficientnet_lite0"})


@pytest.fixture
def hub(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path / "hub" / "checkpoints"


@pytest.mark.parametrize("backbone", TORCHVISIONS)
def test_files_are_the_ones_that_torchvision_names(backbone):
    facts, theirs = BACKBONES[backbone], models.get_model_weights(backbone).DEFAULT
    assert facts.weights_url == theirs.url
    assert facts.weights_bytes / 2**20 == pytest.approx(theirs.meta["_file_size"], abs=6e-4)
    assert facts.weights_hash in facts.weights_file and len(facts.weights_hash) == 8
    assert int(facts.weights_hash, 16)
    crop = theirs.transforms()
    assert (facts.mean, facts.std) == (tuple(crop.mean), tuple(crop.std))


@pytest.mark.parametrize(
    "variables",
    [{}, {"XDG_CACHE_HOME": "/cache"}, {"TORCH_HOME": "~/here"}, {"TORCH_HOME": "/a b"}],
)
def test_they_are_looked_for_where_torchvision_puts_them(variables, monkeypatch):
    for name in ("XDG_CACHE_HOME", "TORCH_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    expected = Path(torch.hub.get_dir()) / "checkpoints" / "resnet18-f37072fd.pth"
    assert imagenet_weights_path("resnet18") == expected


@pytest.mark.parametrize("backbone", TORCHVISIONS)
def test_missing_weights_are_one_line_with_three_ways_on(backbone, hub):
    assert lacks_imagenet_weights(backbone, "imagenet")
    with pytest.raises(InputError) as caught:
        find_weights(backbone, "imagenet")
    line = str(caught.value)
    assert line.startswith(f"weights: the ImageNet weights of {backbone} (")
    assert "\n" not in line
    size = round(BACKBONES[backbone].weights_bytes / 1e6)
    assert f"`python -m core weights fetch {backbone}` ({size} MB)" in line
    assert "--from FILE" in line and "`weights: FILE`" in line
    assert "efficientnet_lite0" in line
    assert len(missing_weights_options(backbone)) == 3 and all(
        way in line for way in missing_weights_options(backbone)
    )


def test_weights_that_are_here_are_found(hub, tmp_path):
    assert find_weights("resnet18", "none") is None
    assert not lacks_imagenet_weights("resnet18", "none")
    path = imagenet_weights_path("resnet18")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    assert path.parent == hub
    assert find_weights("resnet18", "imagenet") == path
    assert not lacks_imagenet_weights("resnet18", "imagenet")
    assert find_weights("resnet18", str(path)) == path
    assert find_weights("efficientnet_lite0", "imagenet").is_file()


def test_a_missing_file_of_ones_own_is_named(tmp_path):
    with pytest.raises(InputError, match=r"weights: .*gone\.pth: no such file"):
        find_weights("resnet18", str(tmp_path / "gone.pth"))
