import pytest
import torch

from core.model.backbones import generate_tables
from core.model.network import build_network
from core.recipe.files import recipe_from_dict
from core.recipe.layer_table import BACKBONES, LAYER_TABLE_FILE, head_start, layer_table

pytestmark = pytest.mark.slow


def test_the_table_is_what_the_real_networks_give():
    assert LAYER_TABLE_FILE.read_text("utf-8") == generate_tables(), (
        "run: python -m core.model.backbones"
    )


def test_vgg16_bn_has_the_articles_49_layers():
    table = layer_table("vgg16_bn", 16)
    assert len(table) == 49
    assert head_start("vgg16_bn", 16) == 42
    assert table[41].kind == "BatchNorm2d"
    assert table[41].shape == "512x14x14"
    assert [layer.kind for layer in table[42:]] == [
        "Dropout2d",
        "Conv2d",
        "Dropout2d",
        "AdaptiveAvgPool2d",
        "Flatten",
        "Dropout",
        "LogSoftmax",
    ]


def test_lite0_has_20_backbone_layers():
    table = layer_table("efficientnet_lite0", 32)
    assert head_start("efficientnet_lite0", 32) == 20
    assert len(table) == 27
    assert table[19].shape == "1280x7x7"
    assert layer_table("efficientnet_lite0", 16)[19].shape == "1280x14x14"


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("stride", [16, 32])
@torch.no_grad()
def test_shapes_and_weights_are_those_of_the_network_at_any_size(backbone, stride):
    recipe = recipe_from_dict({"backbone": backbone, "map_stride": stride, "weights": "none"})
    with torch.device("meta"):  # shapes without numbers
        network = build_network(recipe, ["a", "b", "c"], "meta").eval()
    for size in (96, 150):
        table = layer_table(backbone, stride, classes=3, image_size=size)
        assert len(network.layers) == len(table)
        x = torch.zeros(1, 3, size, size, device="meta")
        for layer, row in zip(network.layers, table, strict=True):
            x = layer(x)
            assert "x".join(map(str, x.shape[1:])) == row.shape, row
            assert sum(w.numel() for w in layer.parameters()) == row.params, row
            assert type(layer).__name__ == row.kind
