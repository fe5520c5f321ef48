"""core.evaluate.shifted_views: the same pictures for every run, what a change is, what stays."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms.v2 import functional as tv

from core.data.label_tables import Box
from core.data.masking import ObjectMasking
from core.evaluate.shifted_views import (
    VIEWS,
    Strength,
    _warp,
    before_background,
    choose_backgrounds,
    geometry_views,
    light_views,
)

SIDE = 48


@pytest.fixture
def photos():
    coarse = torch.from_numpy(np.random.default_rng(3).integers(0, 255, (3, 3, 6, 6))).byte()
    return tv.resize(coarse, [SIDE, SIDE])


def test_without_a_change_it_is_the_photo(photos):
    views = geometry_views(photos, ["a", "b", "c"], Strength("same", "same"))
    assert torch.equal(views, photos.repeat_interleave(VIEWS, dim=0))


def test_a_view_depends_on_its_photo_alone(photos):
    strength = Strength("slightly", "any")
    for make in (lambda p, d: geometry_views(p, d, strength), light_views):
        views = make(photos, ["a", "b", "c"])
        assert torch.equal(make(photos[[2, 0]], ["c", "a"])[:VIEWS], views[2 * VIEWS :])
        assert len({view.numpy().tobytes() for view in views[:VIEWS]}) == VIEWS
        assert views.dtype == torch.uint8 and views.shape == (3 * VIEWS, 3, SIDE, SIDE)


@pytest.mark.parametrize("degrees", [30, -75])
def test_a_turn_is_torchvisions(photos, degrees):
    angle = math.radians(degrees)
    matrix = np.array(
        [[math.cos(angle), math.sin(angle), 0], [-math.sin(angle), math.cos(angle), 0], [0, 0, 1]]
    )
    found = _warp(photos[0], matrix, 1.0).int()
    wanted = tv.rotate(photos[0], -degrees, interpolation=tv.InterpolationMode.BILINEAR).int()
    rows, columns = np.ogrid[:SIDE, :SIDE]
    inside = (rows - SIDE / 2) ** 2 + (columns - SIDE / 2) ** 2 < (SIDE / 2 - 2) ** 2
    assert (found - wanted).abs()[:, torch.from_numpy(inside)].max() <= 2


def test_a_slant_is_pillows(photos):
    matrix = np.array([[1, 0, 0], [0, 1, 0], [0.08, -0.05, 1]])
    found = _warp(photos[0], matrix, 1.0).numpy().transpose(1, 2, 0).astype(int)
    # Pillow counts in pixels from the corner: x = (SIDE / 2) (u + 1).
    half = SIDE / 2
    to_unit = np.array([[1 / half, 0, -1], [0, 1 / half, -1], [0, 0, 1]])
    whole = np.linalg.inv(to_unit) @ matrix @ to_unit
    whole /= whole[2, 2]
    image = Image.fromarray(photos[0].numpy().transpose(1, 2, 0))
    wanted = image.transform(
        (SIDE, SIDE),
        Image.Transform.PERSPECTIVE,
        whole.ravel()[:8].tolist(),
        Image.Resampling.BILINEAR,
    )
    difference = np.abs(found - np.asarray(wanted).astype(int))[6:-6, 6:-6]
    assert difference.max() <= 2


def test_light_keeps_every_place(photos):
    """A grey photo stays flat but for the shadow's slope: nothing moves."""
    photos = torch.full((1, 3, SIDE, SIDE), 128, dtype=torch.uint8)
    photos[:, :, :, SIDE // 2 :] = 30
    for view in light_views(photos, ["a"]):
        edge = view.float().mean(dim=0)
        assert (edge[:, SIDE // 2 - 1] > edge[:, SIDE // 2]).all()


def test_an_object_goes_before_backgrounds_of_the_class_that_is_asked_for():
    box = Box("x", 0.25, 0.25, 0.75, 0.75, 1.0)
    shown = {
        name: np.full((SIDE, SIDE, 3), value, dtype=np.uint8)
        for name, value in {"a": 10, "b": 60, "c": 110, "d": 160}.items()
    }
    for pixels in shown.values():
        pixels[SIDE // 4 : 3 * SIDE // 4, SIDE // 4 : 3 * SIDE // 4] = 250
    scenes = {name: ObjectMasking(name, (box,)) for name in shown}
    labels = {"a": "x", "b": "x", "c": "y", "d": "y"}
    digests = {name: name * 8 for name in shown}
    assert choose_backgrounds("a", True, scenes, labels, digests) == ["b"]
    others = choose_backgrounds("a", False, scenes, labels, digests)
    assert sorted(others) == ["c", "d"]
    del scenes["d"]  # what is added or goes leaves the order of the others
    assert choose_backgrounds("a", False, scenes, labels, digests) == ["c"]
    view = before_background(shown["a"], scenes["a"], shown["b"], scenes["b"])
    assert view[0, 0, 0] == 60 and view[SIDE // 2, SIDE // 2, 0] == 250
