"""The labelled objects of a test set, cut out of their photos. Free of torch, so that the dashboard
can show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from core.data.dataset import BACKGROUND, Photo, TestSet
from core.data.label_tables import Box

OBJECT_MARGIN = 0.1  # of the box's width and height, on each side
OBJECT_MIN_VISIBLE = 0.5  # objects less visible than this are not cut out


@dataclass(frozen=True)
class LabelledObject:
    """file: as predictions.csv names it, `<photo>#<label>`, with `.2` for a second one. name: its
    class; an object of no class counts as background."""

    file: str
    photo: Photo
    box: Box
    class_name: str

    def crop(self, image: Image.Image) -> Image.Image:
        """The object with its margin, out of its photo."""
        return image.crop(object_crop_box(self.box, *image.size))


def labelled_objects(test_set: TestSet, classes: Sequence[str]) -> list[LabelledObject]:
    """The objects that are at least half visible, in the order of predictions.csv."""
    found: list[LabelledObject] = []
    files: set[str] = set()
    numbers: dict[str, int] = {}
    for photo in test_set.photos:
        for box in test_set.boxes.get(photo.file, ()):
            name = box.label if box.label in classes else BACKGROUND
            if box.visible < OBJECT_MIN_VISIBLE or name not in classes:
                continue
            stem = file = f"{photo.file}#{box.label}"
            while file in files:
                numbers[stem] = numbers.get(stem, 1) + 1
                file = f"{stem}.{numbers[stem]}"
            files.add(file)
            found.append(LabelledObject(file, photo, box, name))
    return found


def object_crop_box(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Pixel corners of an object with its margin, inside the photo and at least 2 pixels wide."""
    dx, dy = (box.x1 - box.x0) * OBJECT_MARGIN, (box.y1 - box.y0) * OBJECT_MARGIN
    left, top = max(0, round((box.x0 - dx) * width)), max(0, round((box.y0 - dy) * height))
    right = min(width, max(left + 2, round((box.x1 + dx) * width)))
    bottom = min(height, max(top + 2, round((box.y1 + dy) * height)))
    return min(left, right - 2), min(top, bottom - 2), right, bottom
