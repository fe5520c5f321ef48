"""The class maps against two other people's code, where they must agree.

A class's logit is the mean of its map, so its gradient at each cell of the class-map convolution is
1 / cells, and Grad-CAM there (Selvaraju et al. 2017) is the map divided by the number of cells.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.model.heads import CLASS_MAP_OFFSET
from core.model.network import build_network
from core.pipeline.predict import photo_set_of, predict
from core.pipeline.views import normalise
from core.recipe.layer_table import BACKBONES
from tests.conftest import fast_recipe

pytestmark = pytest.mark.slow


# Both libraries are imported here: to import them takes seconds, also where no test needs them.


def captums_maps(logits, layer, x, classes):
    """Of each class, (classes, photos, rows, columns)."""
    from captum.attr import LayerGradCam

    maps = [LayerGradCam(logits, layer).attribute(x, target=number) for number in range(classes)]
    return np.stack([found[:, 0].detach().numpy() for found in maps])


def positive_maps_of_pytorch_grad_cam(logits, layer, x, classes):
    """As `captums_maps`, before they are scaled to 0..1 and to the photo's size."""
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    class RawGradCam(GradCAM):
        def get_cam_image(self, *args, **options):
            self.raw = super().get_cam_image(*args, **options)
            return self.raw

    maps = []
    with RawGradCam(logits, [layer]) as cam:
        for number in range(classes):
            cam(input_tensor=x, targets=[ClassifierOutputTarget(number)] * len(x))
            maps.append(np.clip(cam.raw, 0, None))
    return np.stack(maps)


def some_photos(dataset, recipe):
    """Two photos, as a network sees them."""
    test_set = dataset.test_set("test_difficult")
    few = replace(test_set, photos=test_set.photos[:2])
    return photo_set_of(few, recipe.image_size, recipe.crop)


SETTINGS = [
    ("efficientnet_lite0", {}),
    ("efficientnet_lite0", {"map_stride": 16}),
    ("vgg16_bn", {"weights": "none", "bands": {0: 0, 34: 1e-3}}),
]


@pytest.fixture(scope="module", params=SETTINGS, ids=lambda setting: " ".join(map(str, setting)))
def case(request, tiny):
    """A network's layers up to the logits, its class-map layer, the photos it sees, our maps."""
    backbone, changes = request.param
    recipe = fast_recipe(backbone=backbone, **changes)
    torch.manual_seed(0)
    network = build_network(recipe, tiny.classes).eval()
    photos = some_photos(tiny, recipe)
    maps = predict(network, photos, backbone).maps
    x = normalise(photos.pixels.float() / 255, backbone)
    logits = torch.nn.Sequential(*list(network.layers)[:-1])
    return logits, network.layers[network.head_start + CLASS_MAP_OFFSET], x, maps


def test_captums_grad_cam_is_our_map(case):
    logits, layer, x, maps = case
    cells = maps.shape[2] * maps.shape[3]
    theirs = captums_maps(logits, layer, x, maps.shape[1])
    np.testing.assert_allclose(theirs.swapaxes(0, 1) * cells, maps, atol=1e-4, rtol=1e-4)


def test_pytorch_grad_cam_is_the_positive_part_of_our_map(case):
    logits, layer, x, maps = case
    cells = maps.shape[2] * maps.shape[3]
    theirs = positive_maps_of_pytorch_grad_cam(logits, layer, x, maps.shape[1])
    np.testing.assert_allclose(theirs.swapaxes(0, 1) * cells, maps.clip(0), atol=1e-4, rtol=1e-4)


# --- the dense head: Grad-CAM at the features that enter it ---------------------------------------


@pytest.fixture(scope="module", params=BACKBONES)
def dense(request, tiny):
    """A network with the dense head up to its logits, the backbone's last layer, the photos it
    sees, our maps, and how large they get."""
    weights = "imagenet" if request.param == "efficientnet_lite0" else "none"
    head = {"kind": "dense", "width": 16}
    bands = {0: 0, 12: 1e-3}
    recipe = fast_recipe(
        backbone=request.param, weights=weights, head=head, bands=bands, image_size=48
    )
    torch.manual_seed(0)
    network = build_network(recipe, tiny.classes).eval()
    photos = some_photos(tiny, recipe)
    x = normalise(photos.pixels.float() / 255, request.param)
    if weights == "none":  # random layers make almost nothing of a photo until it is normalised
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = 1.0
        network.train()(x)
        network.eval()
    maps = predict(network, photos, request.param).maps
    logits = torch.nn.Sequential(*list(network.layers)[:-1])
    return logits, network.layers[network.head_start - 1], x, maps, np.abs(maps).max()


def test_captums_grad_cam_is_our_map_of_the_dense_head(dense):
    logits, layer, x, maps, most = dense
    cells = maps.shape[2] * maps.shape[3]
    assert most > 1e-3
    theirs = captums_maps(logits, layer, x, maps.shape[1]).swapaxes(0, 1)
    np.testing.assert_allclose(theirs * cells / most, maps / most, atol=1e-4)


def test_pytorch_grad_cam_is_the_positive_part_of_our_map_of_the_dense_head(dense):
    logits, layer, x, maps, most = dense
    cells = maps.shape[2] * maps.shape[3]
    theirs = positive_maps_of_pytorch_grad_cam(logits, layer, x, maps.shape[1]).swapaxes(0, 1)
    np.testing.assert_allclose(theirs * cells / most, maps.clip(0) / most, atol=1e-4)
