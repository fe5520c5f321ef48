import pytest

from core.model.pretrained_weights import imagenet_weights_path
from core.recipe.layer_table import BACKBONES
from tests.bad_server import bad_server
from tests.conftest import TOY_BOOKS
from tests.core.cli.test_cli import call
from tests.fake_torchvision import BACKBONE, publish_weights, random_weights


@pytest.fixture(autouse=True)
def empty_torch_home(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))


def test_the_list_says_what_is_here_and_how_to_get_the_rest(capsys):
    place = imagenet_weights_path("resnet18")
    place.parent.mkdir(parents=True)
    place.write_bytes(b"x")
    status, out, _ = call(capsys, "weights", "list")
    assert status == 0
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert list(lines) == list(BACKBONES)
    assert str(place) in lines["resnet18"] and "47 MB" in lines["resnet18"]
    assert "efficientnet-lite0-57934424.pth" in lines["efficientnet_lite0"]
    assert lines["vgg16_bn"].endswith("554 MB  not here: python -m core weights fetch vgg16_bn")


def test_fetch_tells_how_far_it_is_and_prints_the_file(capsys, monkeypatch):
    weights = random_weights()
    with bad_server() as server:
        publish_weights(weights, server, monkeypatch)
        status, out, err = call(capsys, "weights", "fetch", BACKBONE)
    assert status == 0
    assert out.splitlines()[-1] == str(imagenet_weights_path(BACKBONE))
    assert imagenet_weights_path(BACKBONE).read_bytes() == weights
    assert err.splitlines()[-1] == "100%: 12 of 12 MB"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fetch", "alexnet"], "alexnet: no such backbone"),
        (["fetch", BACKBONE, "--url", "http://x", "--from", "y"], "do not go together"),
        (["fetch", BACKBONE, "--from", "/nowhere.pth"], "/nowhere.pth: file not found"),
        (["fetch", BACKBONE, "--url", "here.pth"], "here.pth: must begin with http://"),
    ],
)
def test_bad_input_is_one_line(capsys, arguments, message):
    status, _, err = call(capsys, "weights", *arguments)
    assert status == 2
    assert err.startswith("error: ") and message in err and err.count("\n") == 1


@pytest.mark.parametrize("command", ["train", "queue"])
def test_a_run_that_lacks_its_weights_is_refused_before_it_begins(capsys, tmp_path, command):
    runs = tmp_path / "runs"
    status, _, err = call(capsys, command, "article-success", "--data", TOY_BOOKS, "--runs", runs)
    assert status == 2
    assert err.startswith("error: weights: the ImageNet weights of vgg16_bn (vgg16_bn-6c64b313.pth")
    assert err.count("\n") == 1
    assert not runs.exists() or not list(runs.iterdir())
