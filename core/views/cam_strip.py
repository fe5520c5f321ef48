"""A few test photos and what spoke for their object at the end of each cycle so far: how a network
comes to look where it looks, while it learns. Free of torch."""

from dataclasses import dataclass

import numpy as np

from core.data.dataset import VALIDATION, Dataset, TestSet
from core.data.photos import Crop, photo_size
from core.evaluate.localisation import density, view_boxes
from core.store.run import ClassMaps, Run
from core.train.schedule import planned_epochs
from core.views.diagnosis_pictures import boxed_jpeg, counted_boxes
from core.views.heat_map import display_view, heat_map

PHOTOS = 4
SIDE = 200  # pixels of a picture's longer side


@dataclass(frozen=True)
class Snapshot:
    """A photo at the end of a cycle. jpeg: the evidence for the row's class over the photo. chance:
    the probability of that class; answer: the likeliest class."""

    jpeg: bytes
    probability: float
    predicted: str


@dataclass(frozen=True)
class StripRow:
    """A photo, the class whose evidence is drawn, and a look per epoch of the strip. labelled:
    whether that class is the photo's label, else it is the last answer. aspect: width of its
    pictures by their height."""

    file: str
    label: str
    labelled: bool
    photo: bytes
    aspect_ratio: float
    snapshots: tuple[Snapshot, ...]


@dataclass(frozen=True)
class Strip:
    """epochs: the ends of the cycles that are done; to_come: of those that are planned still."""

    set_name: str
    epochs: tuple[int, ...]
    upcoming_epochs: tuple[int, ...]
    rows: tuple[StripRow, ...]


def cam_strip(run: Run, dataset: Dataset) -> Strip | None:
    """The strip of a run; None before its first class maps or where no test photo serves.

    Raises RunError when a file of the run is damaged, DataError when a photo cannot be read."""
    maps = run.class_maps()
    if maps is not None:
        dataset = dataset.in_order(maps.classes)
    if maps is None or tuple(maps.classes) != tuple(dataset.classes):
        return None
    test_set = _choose_test_set(dataset, maps)
    if test_set is None:
        return None
    recipe = run.recipe()
    files = _choose_photos(test_set, maps, recipe.crop)
    rows = [_build_row(test_set, file, label, maps, recipe.crop) for file, label in files]
    ends = [epoch.number for epoch in planned_epochs(recipe) if epoch.ends_cycle]
    to_come = tuple(epoch for epoch in ends if epoch > max(maps.epochs))
    return Strip(test_set.name, maps.epochs, to_come, tuple(rows)) if rows else None


def _choose_test_set(dataset: Dataset, maps: ClassMaps) -> TestSet | None:
    """The test set with most boxes, then photos: the one that the diagnosis looks at. Without a
    test set, the photos that validate."""
    known = [test_set for test_set in dataset.test_sets if test_set.name in maps.files]
    if not known and maps.files.get(VALIDATION):
        return dataset.held_out(maps.files[VALIDATION])
    return max(
        known,
        default=None,
        key=lambda found: (sum(map(len, found.boxes.values())), len(found.photos)),
    )


def _choose_photos(test_set: TestSet, maps: ClassMaps, crop: Crop) -> list[tuple[str, str]]:
    """Up to four photos with a class each, the same for every run on these photos: the first photo
    of each class with a box that counts (core.evaluate.localisation), then any; without labels,
    evenly spread photos with what is answered last."""
    files, classes = maps.files[test_set.name], maps.classes
    there = {photo.file: photo for photo in test_set.photos}
    labelled = [
        (file, test_set.labels[file].primary)
        for file in files
        if file in there and file in test_set.labels and test_set.labels[file].primary in classes
    ]
    boxed = [pair for pair in labelled if counted_boxes(test_set, there[pair[0]], pair[1], crop)]
    first = {label: (file, label) for file, label in reversed(boxed)}
    chosen = sorted(first.values(), key=boxed.index)[:PHOTOS]
    chosen += [pair for pair in boxed if pair not in chosen][: PHOTOS - len(chosen)]
    if chosen or labelled:
        return chosen or labelled[:PHOTOS]
    last = maps.log_probs[test_set.name][-1].argmax(axis=-1)
    known = [(file, classes[last[place]]) for place, file in enumerate(files) if file in there]
    step = max(1, len(known) // PHOTOS)
    return known[::step][:PHOTOS]


def _build_row(test_set: TestSet, file: str, label: str, maps: ClassMaps, crop: Crop) -> StripRow:
    photo = next(photo for photo in test_set.photos if photo.file == file)
    view = display_view(photo.path, crop, SIDE)
    seen = view_boxes(test_set.boxes.get(file, ()), photo_size(photo.path), crop)
    boxes = [box for box in seen if box.label == label]
    place, number = maps.files[test_set.name].index(file), maps.classes.index(label)
    found = density(np.asarray(maps.maps[test_set.name][:, place], dtype=np.float32))[:, number]
    chances = np.exp(maps.log_probs[test_set.name][:, place])
    looks = tuple(
        Snapshot(
            boxed_jpeg(heat_map(view, of_epoch), boxes),
            float(chance[number]),
            maps.classes[int(chance.argmax())],
        )
        for of_epoch, chance in zip(found, chances, strict=True)
    )
    aspect = view.width / view.height
    return StripRow(file, label, file in test_set.labels, boxed_jpeg(view, boxes), aspect, looks)
