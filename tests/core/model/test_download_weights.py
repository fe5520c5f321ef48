from dataclasses import replace

import pytest
import torch

from core.base.download import Patience
from core.base.errors import InputError
from core.model.backbones import _BUILDERS, backbone_layers
from core.model.download_weights import fetch_weights
from core.model.pretrained_weights import imagenet_path
from tests.bad_server import bad_server
from tests.published import SERVED as NAME
from tests.published import publish, random_weights, saved

pytestmark = pytest.mark.slow

ONCE = Patience(timeout=20, tries=1, pause=0.01)


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
    return lambda data: publish(data, server, monkeypatch)


def left():
    """What is where the weights should be, but for the lock."""
    folder = imagenet_path(NAME).parent
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return [name for name in names if not name.endswith(".lock")]


def test_weights_are_downloaded_and_can_be_used(server, serve, weights):
    serve(weights)
    path = fetch_weights(NAME)
    assert path == imagenet_path(NAME)
    assert path.read_bytes() == weights
    assert left() == [path.name]
    layers, base = backbone_layers(NAME, 16, "imagenet")
    assert len(base) == 64
    torch.manual_seed(0)
    expected = _BUILDERS[NAME](16)[1]
    assert torch.equal(layers[3].block[0][0].weight, expected[3].block[0][0].weight)
    assert fetch_weights(NAME) == path
    assert len(server.seen) == 1  # the second time it was there


def test_a_stopped_download_goes_on(server, serve, weights):
    path = serve(weights)
    server.orders[path] = ["truncate", "ok"]
    with pytest.raises(InputError, match=r"broke off \(tried 1 times\); or name a mirror"):
        fetch_weights(NAME, patience=ONCE)
    assert left() == [f"{imagenet_path(NAME).name}.part"]
    counted = []
    assert fetch_weights(NAME, on_bytes=counted.append).read_bytes() == weights
    assert server.seen[1] == (path, f"bytes={len(weights) // 2}-")
    assert counted[0] > len(weights) // 2 and counted[-1] == len(weights)


@pytest.mark.parametrize("begun", [False, True])
def test_another_file_than_the_name_says_is_refused_and_not_kept(server, serve, weights, begun):
    path = serve(weights)
    server.orders[path] = ["wrong"]
    if begun:  # by an earlier try, perhaps from another mirror
        part = imagenet_path(NAME).with_name(f"{imagenet_path(NAME).name}.part")
        part.parent.mkdir(parents=True)
        part.write_bytes(weights[:1000])
    with pytest.raises(InputError) as caught:
        fetch_weights(NAME, patience=replace(ONCE, tries=3))
    line = str(caught.value)
    assert line.startswith(f"{server.url}/{NAME}-") and "\n" not in line
    assert ".pth: is not torchvision's" in line
    assert left() == []
    assert len(server.seen) == (2 if begun else 1)  # it is large


def test_a_damaged_file_in_its_place_is_replaced(server, serve, weights):
    serve(weights)
    place = imagenet_path(NAME)
    place.parent.mkdir(parents=True)
    place.write_bytes(weights[:1000])
    assert fetch_weights(NAME).read_bytes() == weights


def test_code_in_a_file_does_not_run(server, serve, capsys):
    serve(saved({"features.0.0.weight": _Evil()}))
    with pytest.raises(InputError, match="not a file of weights"):
        fetch_weights(NAME)
    assert left() == []
    assert "code ran" not in capsys.readouterr().out


def test_weights_of_another_network_are_refused(server, serve):
    serve(saved({"features.0.0.weight": torch.zeros(1)}))
    with pytest.raises(InputError, match=r"of another network\?"):
        fetch_weights(NAME)
    assert left() == []


def test_a_mirror_and_a_file_that_is_here(server, serve, weights, tmp_path):
    serve(weights)
    here = tmp_path / "mine.pth"
    here.write_bytes(weights)
    path = fetch_weights(NAME, source=here)
    assert path.read_bytes() == weights and here.is_file()
    assert (server.seen, left()) == ([], [path.name])
    path.unlink()
    with bad_server() as mirror:
        mirror.files["mirrored"] = weights
        assert fetch_weights(NAME, url=f"{mirror.url}/mirrored") == path
    assert server.seen == []


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "no such file"), (b"junk", "is not torchvision's mobilenet_v3_large-")],
)
def test_a_wrong_file_that_is_here_is_named(serve, weights, tmp_path, content, words):
    serve(weights)
    here = tmp_path / "mine.pth"
    if content is not None:
        here.write_bytes(content)
    with pytest.raises(InputError) as caught:
        fetch_weights(NAME, source=here)
    assert str(caught.value).startswith(f"{here}: {words}")
    assert left() == []


def test_installed_weights_need_no_fetching():
    assert fetch_weights("efficientnet_lite0").is_file()
