from dataclasses import replace

import pytest
import torch

from core.base.download import RetryPolicy
from core.base.errors import InputError
from core.model.backbones import _BUILDERS, build_backbone
from core.model.download_weights import fetch_weights
from core.model.pretrained_weights import imagenet_weights_path
from tests.bad_server import bad_server
from tests.fake_torchvision import BACKBONE as NAME
from tests.fake_torchvision import publish_weights, random_weights, torch_save_bytes

pytestmark = pytest.mark.slow

ONCE = RetryPolicy(timeout=20, max_failures=1, first_delay=0.01)


@pytest.fixture(scope="module")
def weights():
    return random_weights()


class _Evil:
    def __reduce__(self):
        return (print, ("code ran",))


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    with bad_server() as server:
        yield server


@pytest.fixture
def serve(server, monkeypatch):
    """Makes bytes the file that torchvision has."""
    return lambda data: publish_weights(data, server, monkeypatch)


def remaining_files():
    """What is where the weights should be, but for the lock."""
    folder = imagenet_weights_path(NAME).parent
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return [name for name in names if not name.endswith(".lock")]


def test_weights_are_downloaded_and_can_be_used(server, serve, weights):
    serve(weights)
    path = fetch_weights(NAME)
    assert path == imagenet_weights_path(NAME)
    assert path.read_bytes() == weights
    assert remaining_files() == [path.name]
    layers, base = build_backbone(NAME, 16, "imagenet")
    assert len(base) == 64
    torch.manual_seed(0)
    expected = _BUILDERS[NAME](16)[1]
    assert torch.equal(layers[3].block[0][0].weight, expected[3].block[0][0].weight)
    assert fetch_weights(NAME) == path
    assert len(server.requests) == 1  # the second time it was there


def test_a_stopped_download_goes_on(server, serve, weights):
    path = serve(weights)
    server.responses[path] = ["truncate", "ok"]
    with pytest.raises(InputError, match=r"was lost \(tried 1 times\); or specify a mirror"):
        fetch_weights(NAME, retry_policy=ONCE)
    assert remaining_files() == [f"{imagenet_weights_path(NAME).name}.part"]
    counted = []
    assert fetch_weights(NAME, on_bytes=counted.append).read_bytes() == weights
    assert server.requests[1] == (path, f"bytes={len(weights) // 2}-")
    assert counted[0] > len(weights) // 2 and counted[-1] == len(weights)


@pytest.mark.parametrize("begun", [False, True])
def test_another_file_than_the_name_says_is_refused_and_not_kept(server, serve, weights, begun):
    path = serve(weights)
    server.responses[path] = ["wrong"]
    if begun:  # by an earlier try, perhaps from another mirror
        part = imagenet_weights_path(NAME).with_name(f"{imagenet_weights_path(NAME).name}.part")
        part.parent.mkdir(parents=True)
        part.write_bytes(weights[:1000])
    with pytest.raises(InputError) as caught:
        fetch_weights(NAME, retry_policy=replace(ONCE, max_failures=3))
    line = str(caught.value)
    assert line.startswith(f"{server.url}/{NAME}-") and "\n" not in line
    assert ".pth: is not torchvision's" in line
    assert remaining_files() == []
    assert len(server.requests) == (2 if begun else 1)  # it is large


def test_a_damaged_file_in_its_place_is_replaced(server, serve, weights):
    serve(weights)
    place = imagenet_weights_path(NAME)
    place.parent.mkdir(parents=True)
    place.write_bytes(weights[:1000])
    assert fetch_weights(NAME).read_bytes() == weights


def test_code_in_a_file_does_not_run(server, serve, capsys):
    serve(torch_save_bytes({"features.0.0.weight": _Evil()}))
    with pytest.raises(InputError, match="not a weights file"):
        fetch_weights(NAME)
    assert remaining_files() == []
    assert "code ran" not in capsys.readouterr().out


def test_weights_of_another_network_are_refused(server, serve):
    serve(torch_save_bytes({"features.0.0.weight": torch.zeros(1)}))
    with pytest.raises(InputError, match="may be for another network"):
        fetch_weights(NAME)
    assert remaining_files() == []


def test_a_mirror_and_a_file_that_is_here(server, serve, weights, tmp_path):
    serve(weights)
    here = tmp_path / "mine.pth"
    here.write_bytes(weights)
    path = fetch_weights(NAME, source=here)
    assert path.read_bytes() == weights and here.is_file()
    assert (server.requests, remaining_files()) == ([], [path.name])
    path.unlink()
    with bad_server() as mirror:
        mirror.files["mirrored"] = weights
        assert fetch_weights(NAME, url=f"{mirror.url}/mirrored") == path
    assert server.requests == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "file not found or not readable"),
        (b"junk", "is not torchvision's mobilenet_v3_large-"),
    ],
)
def test_a_wrong_file_that_is_here_is_named(serve, weights, tmp_path, content, words):
    serve(weights)
    here = tmp_path / "mine.pth"
    if content is not None:
        here.write_bytes(content)
    with pytest.raises(InputError) as caught:
        fetch_weights(NAME, source=here)
    assert str(caught.value).startswith(f"{here}: {words}")
    assert remaining_files() == []


def test_installed_weights_need_no_fetching():
    assert fetch_weights("efficientnet_lite0").is_file()
