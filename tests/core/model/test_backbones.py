"""The backbones against torchvision's own networks."""

import pytest
import torch
from torch import nn
from torchvision import models
from torchvision.ops import SqueezeExcitation

from core.model.backbones import _BUILDERS, build_backbone
from core.recipe.bands import band_ranges
from core.recipe.files import load_recipe, recipe_from_dict
from core.recipe.layer_table import BACKBONES, head_start, layer_table
from tests.core.pipeline.test_prefix import randomise_batch_norms

pytestmark = pytest.mark.slow

RESIDUAL = ["resnet18", "resnet34", "mobilenet_v3_large"]


@pytest.mark.parametrize(
    ("backbone", "stride", "layers", "shape"),
    [
        ("vgg16", 16, 30, "512x14x14"),
        ("vgg16", 32, 31, "512x7x7"),
        ("resnet18", 32, 12, "512x7x7"),
        ("resnet18", 16, 12, "512x14x14"),
        ("resnet34", 32, 20, "512x7x7"),
        ("mobilenet_v3_large", 32, 17, "960x7x7"),
        ("mobilenet_v3_large", 16, 17, "960x14x14"),
    ],
)
def test_layers_are_the_children_and_a_block_is_one(backbone, stride, layers, shape):
    assert head_start(backbone, stride) == layers
    assert layer_table(backbone, stride)[layers - 1].shape == shape


@pytest.mark.parametrize(
    ("backbone", "stride", "firsts"),
    [
        ("vgg16", 16, ["features.0", "features.24", "features.28", "dropout_features"]),
        ("resnet18", 32, ["conv1", "layer4.0", "layer4.1", "dropout_features"]),
        ("resnet34", 32, ["conv1", "layer4.1", "layer4.2", "dropout_features"]),
        ("mobilenet_v3_large", 32, ["features.0", "features.14", "features.15", "features.16"]),
    ],
)
def test_the_default_bands_freeze_all_but_the_end(backbone, stride, firsts):
    recipe = recipe_from_dict({"backbone": backbone})
    assert recipe.map_stride == stride
    table = layer_table(backbone, stride)
    ranges = band_ranges(recipe.bands, len(table))
    assert [table[band.first].name for band in ranges] == firsts
    assert [band.frozen for band in ranges] == [True, False, False, False]
    other = recipe_from_dict({"backbone": backbone, "map_stride": 48 - stride})
    assert other.bands == recipe.bands


@pytest.mark.parametrize("backbone", sorted(BACKBONES.keys() - {"efficientnet_lite0"}))
def test_tensors_have_the_names_and_shapes_of_torchvisions(backbone):
    with torch.device("meta"):  # VGG's classifier has 120 million weights
        theirs = getattr(models, backbone)().state_dict()
        ours = _BUILDERS[backbone](32)[0].state_dict()
    assert {name: tensor.shape for name, tensor in ours.items()} == {
        name: tensor.shape
        for name, tensor in theirs.items()
        if not name.startswith(("classifier.", "fc."))
    }


@pytest.mark.parametrize("backbone", RESIDUAL)
@pytest.mark.parametrize("old", [True, False])
@torch.no_grad()
def test_the_flat_list_computes_what_torchvisions_network_does(backbone, old, tmp_path):
    """From a file as torchvision writes it; old ones are in another format and lack the counters of
    the batch norms."""
    torch.manual_seed(0)
    theirs = randomise_batch_norms(getattr(models, backbone)())
    path = tmp_path / "weights.pth"
    state = theirs.state_dict()
    if old:
        state = {name: t for name, t in state.items() if not name.endswith("num_batches_tracked")}
    torch.save(state, path, _use_new_zipfile_serialization=not old)
    layers, base = build_backbone(backbone, 32, str(path))
    assert len(base) == 64
    seen = []
    theirs.avgpool.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    x = torch.rand(2, 3, 96, 96)
    theirs(x)
    torch.testing.assert_close(nn.Sequential(*layers).eval()(x), seen[0], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("backbone", RESIDUAL)
@torch.no_grad()
def test_the_finer_map_has_the_coarse_one_at_every_second_cell(backbone):
    """So pretrained weights see at map stride 16 what they learned at 32."""
    torch.manual_seed(0)
    network, coarse = _BUILDERS[backbone](32)
    randomise_batch_norms(network)
    for module in network.modules():
        if isinstance(module, SqueezeExcitation):
            module.fc2.weight.zero_()  # it averages over all cells, of which there are more now
    finer, fine = _BUILDERS[backbone](16)
    finer.load_state_dict(network.state_dict())
    finer.eval()
    x = torch.rand(2, 3, 160, 96)
    one, two = nn.Sequential(*coarse)(x), nn.Sequential(*fine)(x)
    assert two.shape[2:] == (10, 6)
    assert one.std() > 0
    torch.testing.assert_close(two[:, :, ::2, ::2], one, atol=1e-4, rtol=1e-4)


def test_another_backbone_takes_its_own_bands():
    recipe = load_recipe("article-success", {"backbone": "resnet18", "bands.1.lr": 1e-4})
    assert recipe.map_stride == 32
    assert [(band.first, band.lr) for band in recipe.bands] == [
        (0, 0),
        (10, 1e-4),
        (11, 3e-3),
        (12, 1e-2),
    ]
    assert recipe.planned_epochs() == 82
    given = load_recipe("quick", {"backbone": "vgg16", "bands": {0: 0, 28: 1e-3}, "map_stride": 32})
    assert [band.first for band in given.bands] == [0, 28] and given.map_stride == 32
    same = load_recipe("article-success", {"backbone": "vgg16_bn"})
    assert same == load_recipe("article-success")
