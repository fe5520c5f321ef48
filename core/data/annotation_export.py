"""Labels and boxes of a data set for other tools: as COCO, and as our tables."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.base import files
from core.base.errors import DataError, naming_os_errors
from core.data.csv_files import table_text
from core.data.dataset import Dataset, Photo
from core.data.dataset_names import BACKGROUND, TRAIN
from core.data.label_tables import BOX_COLUMNS, LABEL_COLUMNS, Box, Label, box_row, label_row
from core.data.photos import photo_size


def coco(dataset: Dataset) -> dict[str, Any]:
    """As COCO has it: every photo; its boxes in pixels; a label without a box as one of the whole
    photo's class, without `bbox`. Raises DataError when a photo cannot be read."""
    names = dict.fromkeys(dataset.classes)
    for _, _, label, boxes in _photos(dataset):
        names |= dict.fromkeys([*(label.present if label else ()), *(box.label for box in boxes)])
    numbers = {name: number for number, name in enumerate(names, start=1)}
    images: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for split, photo, label, boxes in _photos(dataset):
        width, height = photo_size(photo.path)
        image = len(images) + 1
        name = photo.path.relative_to(dataset.root).as_posix()
        images.append(
            {"id": image, "file_name": name, "width": width, "height": height, "split": split}
        )
        things: list[tuple[str, Box | None]] = [(box.label, box) for box in boxes]
        things += [(name, None) for name in _labels(label) if name not in {n for n, _ in things}]
        for name, box in things:
            each: dict[str, Any] = {"id": len(found) + 1, "image_id": image, "iscrowd": 0}
            each["category_id"] = numbers[name]
            if box is not None:
                x, y = box.x0 * width, box.y0 * height
                w, h = (box.x1 - box.x0) * width, (box.y1 - box.y0) * height
                each |= {"bbox": [round(v, 2) for v in (x, y, w, h)], "area": round(w * h, 2)}
            found.append(each)
    categories = [{"id": number, "name": name} for name, number in numbers.items()]
    return {"images": images, "annotations": found, "categories": categories}


def write_coco(dataset: Dataset, path: Path) -> None:
    """Raises DataError: a photo that cannot be read, a file that cannot be written."""
    with naming_os_errors(path, DataError):
        files.write_json(path, coco(dataset))


def write_tables(dataset: Dataset, folder: Path) -> None:
    """labels.csv and boxes.csv, of the training photos too. Raises DataError likewise."""
    labels, boxes = list[dict[str, str]](), list[dict[str, str]]()
    for split, photo, label, of_photo in _photos(dataset):
        labels += [label_row(split, photo.file, label)] if label else []
        boxes += [box_row(split, photo.file, box) for box in of_photo]
    with naming_os_errors(folder, DataError):
        folder.mkdir(parents=True, exist_ok=True)
        files.write_text(folder / "labels.csv", table_text(LABEL_COLUMNS, labels))
        files.write_text(folder / "boxes.csv", table_text(BOX_COLUMNS, boxes))


def _photos(dataset: Dataset) -> Iterator[tuple[str, Photo, Label | None, Sequence[Box]]]:
    held = dataset.held_out([photo.file for photo in dataset.train])
    for photo in held.photos:
        yield TRAIN, photo, held.labels[photo.file], dataset.train_boxes.get(photo.file, ())
    for test in dataset.test_sets:
        for photo in test.photos:
            boxes = test.boxes.get(photo.file, ())
            yield test.name, photo, test.labels.get(photo.file), boxes


def _labels(label: Label | None) -> list[str]:
    return [name for name in (label.present if label else ()) if name != BACKGROUND]
