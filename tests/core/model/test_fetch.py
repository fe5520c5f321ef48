import pytest
import torch

from core.errors import InputError
from core.model.backbones import _BUILDERS, backbone_layers
from core.model.fetch import fetch_weights
from core.model.weights import imagenet_path
from tests.server import SERVED as NAME
from tests.server import FileServer, publish, random_weights, saved


@pytest.fixture(scope="module")
def weights():
    return random_weights()


class _Evil:
    def __reduce__(self):
        return (print, ("code ran",))


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    with FileServer(b"") as server:
        yield server


@pytest.fixture
def serve(server, monkeypatch):
    """Makes bytes the file that torchvision has."""
    return lambda data: publish(data, server, monkeypatch)


def left():
    """What is where the weights should be."""
    folder = imagenet_path(NAME).parent
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


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
    assert len(server.asked) == 1  # the second time it was there


def test_a_stopped_download_goes_on(server, serve, weights):
    serve(weights)
    server.cut = 5_000_000
    with pytest.raises(InputError, match="the same command goes on from there; or name a mirror"):
        fetch_weights(NAME)
    assert left() == [f"{imagenet_path(NAME).name}.part"]
    server.cut = None
    assert fetch_weights(NAME).read_bytes() == weights
    assert server.asked[1] == "bytes=5000000-"


def test_another_file_than_the_name_says_is_refused_and_not_kept(server, serve, weights):
    serve(weights)
    server.data = weights[:-1] + bytes([weights[-1] ^ 1])
    with pytest.raises(InputError) as caught:
        fetch_weights(NAME)
    line = str(caught.value)
    assert line.startswith(f"{server.url}/{NAME}-") and "\n" not in line
    assert ".pth: is not torchvision's" in line
    assert left() == []


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
    assert (server.asked, left()) == ([], [path.name])
    path.unlink()
    with FileServer(weights) as mirror:
        assert fetch_weights(NAME, url=mirror.url) == path
    assert server.asked == []


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
