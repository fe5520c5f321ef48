"""The pictures that a run was asked about, made again one by one."""

from __future__ import annotations

from core.base.errors import DataError
from core.base.language import N_
from core.data.dataset import Dataset
from core.data.expected_use import GEOMETRY, LIGHT, OWN
from core.data.photos import Crop, Pixels, read_view
from core.evaluate.shifted import file_digests, find_scenes
from core.evaluate.shifted_views import (
    VIEWS,
    Strength,
    before_background,
    choose_backgrounds,
    geometry_views,
    light_views,
)
from core.pipeline.predict import plain_pixels


def shifted_picture(
    dataset: Dataset, size: int, crop: Crop, strength: Strength, asked: tuple[str, str, int]
) -> Pixels:
    """One view of a training photo, (size, size, 3). asked: family, file, and the view's number as
    shifted.csv has them. Raises DataError where there is no such view, or a photo cannot be
    read."""
    family, file, number = asked
    photos = {photo.file: photo for photo in dataset.train}
    if file not in photos or not 0 <= number < VIEWS:
        raise DataError(N_("train/{file}: has no view {number}").format(file=file, number=number))
    if family in (GEOMETRY, LIGHT):
        pixels, digests = (
            plain_pixels([photos[file]], size, crop),
            [*file_digests(dataset, [file]).values()],
        )
        views = (
            geometry_views(pixels, digests, strength)
            if family == GEOMETRY
            else light_views(pixels, digests)
        )
        picture: Pixels = views[number].permute(1, 2, 0).numpy()
        return picture
    scenes = find_scenes(dataset, crop)
    classes = [dataset.classes[label] for label in dataset.train_labels]
    labels = dict(zip(photos, classes, strict=True))
    digests_by_file = file_digests(dataset, list(scenes))
    others = (
        choose_backgrounds(file, family == OWN, scenes, labels, digests_by_file)
        if file in scenes
        else []
    )
    if number >= len(others):
        raise DataError(N_("train/{file}: has no view {number}").format(file=file, number=number))
    shown = [read_view(photos[name].path, size, crop) for name in (file, others[number])]
    return before_background(shown[0], scenes[file], shown[1], scenes[others[number]])
