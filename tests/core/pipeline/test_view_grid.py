"""core.pipeline.view_grid: the wall shows what training shows."""

import numpy as np
import pytest
import torch

from core.base.errors import DataError
from core.data.photos import read_view
from core.data.split import split_photos
from core.pipeline.setup import set_up
from core.pipeline.view_grid import VIEWS, build_view_grid
from core.pipeline.views import normalise
from tests.conftest import fast_recipe


@pytest.mark.parametrize(
    "changes",
    [
        {"views_per_photo": 2},
        {"views_per_photo": None, "seed": 3},
        {"augment": {"mixup": 1.0, "erase": {"p": 1.0}}},
        {"balance": "oversample", "views_per_photo": None, "crop": "centre"},
    ],
)
def test_each_view_is_what_the_engine_trains_on(tiny, tmp_path, changes):
    """Every layer learns, so that what enters the network are the views themselves."""
    recipe = fast_recipe(bands={0: 1e-2}, **changes)
    inputs = set_up(recipe, tiny.root, tmp_path).inputs
    wall = build_view_grid(recipe, tiny, first_epoch=2)
    assert sum(len(seen.views) for seen in wall) == VIEWS
    for seen in wall:
        photo = inputs.views.files.index(seen.file)
        counted: dict[int, int] = {}
        for view in seen.views:
            places = [
                i for i, (p, _) in enumerate(inputs.views.epoch_views(view.epoch)) if p == photo
            ]
            place = places[counted.get(view.epoch, 0)]
            counted[view.epoch] = counted.get(view.epoch, 0) + 1
            entered, target = inputs.batch([place], view.epoch)
            pixels = torch.from_numpy(view.picture.copy()).permute(2, 0, 1)[None].float().div_(255)
            shown = normalise(pixels, recipe.backbone)
            assert float((shown - entered).abs().max()) < 0.5 / 255 / 0.22 + 1e-5  # rounding
            own = tiny.classes.index(seen.label)
            other = tiny.classes.index(view.partner[1]) if view.partner else own
            wanted = torch.zeros(1, len(tiny.classes))
            wanted[0, own] += view.share
            wanted[0, other] += 1 - view.share
            torch.testing.assert_close(target, wanted)
        first = min(view.epoch for view in seen.views)
        assert first == 2


def test_the_plain_photo_is_the_networks_own(tiny):
    recipe = fast_recipe()
    seen = build_view_grid(recipe, tiny)[0]
    path = next(photo.path for photo in tiny.train if photo.file == seen.file)
    assert np.array_equal(seen.plain, read_view(path, 64, "squash"))


def test_without_names_it_shows_one_of_each_class_the_background_last(tiny):
    assert [seen.label for seen in build_view_grid(fast_recipe(), tiny)] == [
        "blue",
        "red",
        "background",
    ]


def test_named_photos_share_the_views_and_validation_has_none(tiny):
    recipe = fast_recipe()
    training, validating = split_photos(tiny, recipe)
    files = [tiny.train[i].file for i in (training[0], validating[0], training[1], training[2])]
    wall = build_view_grid(recipe, tiny, files)
    assert [seen.file for seen in wall] == files
    assert [len(seen.views) for seen in wall] == [3, 0, 3, 2]
    only_validation = build_view_grid(recipe, tiny, [files[1]])
    assert [len(seen.views) for seen in only_validation] == [0]


def test_an_unknown_photo_is_one_line(tiny):
    with pytest.raises(DataError, match=r"no photo blue/none\.jpg"):
        build_view_grid(fast_recipe(), tiny, ["blue/none.jpg"])
