import pytest
import torch

from core.model.network import build_network
from core.train.optimizer import make_optimizer, optimizer_tensors, restore
from tests.conftest import fast_recipe

NAMES = ["sgd", "adam", "adamw", "rmsprop"]


def network_and_optimizer(**optimizer):
    recipe = fast_recipe(optimizer=optimizer, bands={0: 0, 18: 1e-2})
    torch.manual_seed(0)
    network = build_network(recipe, ["a", "b"])
    return recipe, network, make_optimizer(network, recipe, 2)


def steps(network, optimizer, count):
    for group in optimizer.param_groups:
        group["lr"] = 1e-3
    for step in range(count):
        torch.manual_seed(step)
        for group in optimizer.param_groups:
            for weight in group["params"]:
                weight.grad = torch.randn_like(weight)
        optimizer.step()


def weights(network):
    return {
        name: w.detach().clone() for name, w in network.named_parameters() if w.grad is not None
    }


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("name", NAMES)
def test_a_restored_state_takes_the_same_steps(name, momentum):
    chosen = {"name": name, "momentum": momentum, "weight_decay": 0.01}
    recipe, network, optimizer = network_and_optimizer(**chosen)
    steps(network, optimizer, 3)
    state = {key: value.clone() for key, value in optimizer_tensors(network, optimizer).items()}
    before = {key: value.clone() for key, value in network.state_dict().items()}
    steps(network, optimizer, 2)
    expected = weights(network)
    network.load_state_dict(before)
    again = make_optimizer(network, recipe, 2)
    restore(network, again, state)
    for weight, values in again.state.items():
        for field, value in values.items():
            assert value.device.type == "cpu"
            if value.ndim:
                assert value.stride() == weight.stride(), field
    steps(network, again, 2)
    found = weights(network)
    assert found and all(torch.equal(found[key], value) for key, value in expected.items())
    assert not any(torch.equal(before[key], value) for key, value in expected.items())


@pytest.mark.parametrize(
    ("name", "first_step"),
    [
        # By the papers' formulas on a first gradient g: a step of lr g, lr sign(g), and
        # lr g / sqrt((1 - alpha) g^2) with Keras's alpha of 0.9.
        ("sgd", lambda g: g),
        ("adam", torch.sign),
        ("adamw", torch.sign),
        ("rmsprop", lambda g: torch.sign(g) / 0.1**0.5),
    ],
)
def test_first_steps_are_the_papers(name, first_step):
    _, network, optimizer = network_and_optimizer(name=name)
    before = {key: value.clone() for key, value in network.named_parameters()}
    steps(network, optimizer, 1)
    for key, weight in network.named_parameters():
        if weight.grad is not None and weight.ndim > 1:
            expected = before[key] - 1e-3 * first_step(weight.grad)
            large = weight.grad.abs() > 1e-2
            torch.testing.assert_close(
                weight.detach()[large], expected[large], atol=1e-5, rtol=1e-4
            )


def test_decay_pulls_the_gradient_with_adam_and_the_weight_with_adamw():
    found = {}
    for name in ("adam", "adamw"):
        _, network, optimizer = network_and_optimizer(name=name, weight_decay=0.5)
        weight = network.head[1].weight
        before = weight.detach().clone()
        weight.grad = torch.zeros_like(weight)
        for group in optimizer.param_groups:
            group["lr"] = 1e-3
        optimizer.step()
        found[name] = (before - weight.detach()) / before
    torch.testing.assert_close(found["adamw"], torch.full_like(found["adamw"], 5e-4))
    assert (found["adam"].abs() > 6e-4).float().mean() > 0.9


def test_each_band_has_a_group_and_stages_may_have_an_optimizer_of_their_own():
    stages = [
        {"train": "head", "epochs": 1, "optimizer": {"name": "adam"}},
        {"train": "bands", "epochs": 1, "optimizer": {"name": "rmsprop", "momentum": 0.5}},
    ]
    recipe = fast_recipe(stages=stages)
    network = build_network(recipe, ["a", "b"])
    first, second = (make_optimizer(network, recipe, number) for number in (1, 2))
    assert isinstance(first, torch.optim.Adam) and isinstance(second, torch.optim.RMSprop)
    assert [group["label"] for group in first.param_groups] == ["20-26"]
    assert [group["base_lr"] for group in second.param_groups] == [1e-3, 3e-3, 1e-2]
    assert second.param_groups[0]["momentum"] == 0.5
