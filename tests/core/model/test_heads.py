"""The dense head: its layers, its place in the flat list, and what its maps add up to."""

import pytest
import torch

from core.model.heads import HIDDEN_OFFSET, LOGITS_OFFSET, RELU_OFFSET
from core.model.network import build_network
from core.recipe.layer_table import BACKBONES, layer_table, network_layers
from tests.conftest import fast_recipe

CLASSES = ["a", "b", "c"]
DENSE = {"kind": "dense", "width": 24}


def dense_network(backbone="efficientnet_lite0"):
    recipe = fast_recipe(backbone=backbone, head=DENSE, bands={0: 0, 12: 1e-2})
    torch.manual_seed(0)
    return recipe, build_network(recipe, CLASSES).eval()


@pytest.mark.parametrize("backbone", BACKBONES)
@torch.no_grad()
def test_the_flat_list_is_the_network(backbone):
    recipe, network = dense_network(backbone)
    table = network_layers(recipe, len(CLASSES))
    assert len(table) == len(network.layers)
    x = torch.zeros(1, 3, 64, 64)
    for layer, row in zip(network.layers, table, strict=True):
        x = layer(x)
        assert "x".join(map(str, x.shape[1:])) == row.shape, row
        assert sum(w.numel() for w in layer.parameters()) == row.params, row
        assert type(layer).__name__ == row.kind
        assert row.in_head == (row.index >= network.head_start)


def test_the_class_map_heads_list_is_the_tables():
    recipe = fast_recipe()
    assert network_layers(recipe, 4) == layer_table("efficientnet_lite0", 32, 4, 64)


@torch.no_grad()
def test_the_articles_keras_head():
    _, network = dense_network()
    features = torch.rand(2, 1280, 2, 2)
    hidden, logits = network.head[HIDDEN_OFFSET], network.head[LOGITS_OFFSET]
    pooled = features.mean((2, 3)) @ hidden.weight.T + hidden.bias
    expected = (pooled.clamp(min=0) @ logits.weight.T + logits.bias).log_softmax(1)
    torch.testing.assert_close(network(features, start=network.head_start).log_probs, expected)


@torch.no_grad()
def test_a_maps_mean_is_the_logit_without_the_biases():
    _, network = dense_network()
    output = network(torch.rand(2, 1280, 3, 3), start=network.head_start)
    hidden, logits = network.head[HIDDEN_OFFSET], network.head[LOGITS_OFFSET]
    active = (output.activations[RELU_OFFSET + 1] > 0).float()
    assert 0 < active.mean() < 1
    biases = logits.bias + (active * hidden.bias) @ logits.weight.T
    torch.testing.assert_close(
        output.maps.mean((2, 3)), output.activations[LOGITS_OFFSET + 1] - biases
    )


def test_maps_carry_no_gradient_and_training_makes_none():
    _, network = dense_network()
    network.train()
    output = network(torch.rand(2, 1280, 2, 2), start=network.head_start)
    output.log_probs.sum().backward()
    assert not output.maps.requires_grad
    assert network.head[HIDDEN_OFFSET].weight.grad is not None
