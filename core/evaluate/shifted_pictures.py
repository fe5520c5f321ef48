"""The pictures that a run was asked about, made again one by one."""

from collections.abc import Iterable
from functools import cache

from core.base.errors import DataError
from core.base.language import N_
from core.data.dataset import Dataset
from core.data.expected_use import GEOMETRY, LIGHT, OWN
from core.data.masking import ObjectMasking
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


def shifted_pictures(
    dataset: Dataset,
    size: int,
    crop: Crop,
    strength: Strength,
    asked: Iterable[tuple[str, str, int]],
) -> list[Pixels]:
    """Views of training photos, (size, size, 3) each. asked: of each family, file, and the view's
    number as shifted.csv has them. Raises DataError where there is no such view, or a photo cannot
    be read."""
    photos = {photo.file: photo for photo in dataset.train}
    classes = dict(zip(photos, dataset.train_classes, strict=True))

    @cache  # of all photos: once, and only where a background is asked for
    def scenes_and_digests() -> tuple[dict[str, ObjectMasking], dict[str, str]]:
        scenes = find_scenes(dataset, crop)
        return scenes, file_digests(dataset, list(scenes))

    def picture(family: str, file: str, number: int) -> Pixels:
        missing = N_("train/{file}: has no view {number}").format(file=file, number=number)
        if file not in photos or not 0 <= number < VIEWS:
            raise DataError(missing)
        if family in (GEOMETRY, LIGHT):
            pixels = plain_pixels([photos[file]], size, crop)
            digest = [*file_digests(dataset, [file]).values()]
            if family == GEOMETRY:
                views = geometry_views(pixels, digest, strength)
            else:
                views = light_views(pixels, digest)
            shifted: Pixels = views[number].permute(1, 2, 0).numpy()
            return shifted
        scenes, digests = scenes_and_digests()
        others = []
        if file in scenes:
            others = choose_backgrounds(file, family == OWN, scenes, classes, digests)
        if number >= len(others):
            raise DataError(missing)
        other = others[number]
        shown = [read_view(photos[name].path, size, crop) for name in (file, other)]
        return before_background(shown[0], scenes[file], shown[1], scenes[other])

    return [picture(*one) for one in asked]
