"""Which photos tell what a network looked at, and what is blanked in them.

Free of torch, so that the dashboard can draw the very pictures (core.data.masking).
"""

from collections.abc import Sequence

from core.data.dataset import BACKGROUND, Photo, TestSet
from core.data.masking import ObjectMasking
from core.data.photos import Crop, photo_size
from core.evaluate.localisation import MIN_BOX_AREA, view_boxes


def find_scene(
    test_set: TestSet, photo: Photo, classes: Sequence[str], crop: Crop
) -> ObjectMasking | None:
    """What is blanked in a photo, in fractions of the view; None where that would tell nothing.

    Every box of a class is blanked, however little of the object shows. A photo counts when it is
    labelled, at least one present class has a box of 2 % of the view, and no present class lacks
    a box (it would stay in the picture). Objects of no class belong to the background, and stay."""
    boxes, label = test_set.boxes.get(photo.file, ()), test_set.labels.get(photo.file)
    if label is None or not boxes:
        return None
    shown = set(label.present) - {BACKGROUND}
    if not shown <= {box.label for box in boxes}:
        return None
    seen = view_boxes(boxes, photo_size(photo.path), crop)
    if not any(box.label in shown and box.area >= MIN_BOX_AREA for box in seen):
        return None
    things = set(classes) - {BACKGROUND}
    return ObjectMasking(
        name=f"{test_set.name}/{photo.file}",
        objects=tuple(box for box in seen if box.label in things),
        unknown_objects=tuple(box for box in seen if box.label not in things),
    )
