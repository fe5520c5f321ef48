"""A run as a TensorBoard log: curves, batches, and the class map of every test photo over time."""

from pathlib import Path
from typing import Any

import numpy as np

from core.base.errors import InputError
from core.data.dataset import VALIDATION, Dataset, read_dataset
from core.evaluate.localisation import density
from core.export.output import new_folder, require_packages
from core.store.run import ClassMaps, Run
from core.views.heat_map import display_view, heat_map

IMAGE_SIDE = 224  # pixels of a picture's longer side


def export_tensorboard(run: Run, parent: Path) -> Path:
    """Writes the log to a new folder `parent/<run>`, which is returned, so that TensorBoard lays
    the runs of one parent over each other. Raises InputError, also where no epoch is finished or
    the photos are gone."""
    require_packages("--tensorboard", ("tensorboard",))
    if run.history().empty:
        raise InputError(f"{run.id}: has not finished an epoch yet")
    maps = run.class_maps()
    dataset = None if maps is None else read_dataset(run.data_dir())
    from torch.utils.tensorboard import SummaryWriter

    with new_folder(parent, run.id) as folder:
        writer = SummaryWriter(str(folder))
        try:
            _write_scalars(run, writer)
            if maps is not None and dataset is not None:
                _write_pictures(run, dataset, maps, writer)
        finally:
            writer.close()
    return parent / run.id


def _write_scalars(run: Run, writer: Any) -> None:
    history, batches = run.history(), run.batches()
    tags = {
        "train_loss": "loss/training",
        "val_loss": "loss/validation",
        "val_accuracy": "accuracy/validation",
    }
    for column in history.columns:
        if column.startswith("lr_"):
            tags[column] = f"learning rate/layers {column.removeprefix('lr_')}"
    for column, tag in tags.items():
        rows = history[["epoch", column]].dropna()
        for epoch, value in zip(rows["epoch"], rows[column], strict=True):
            writer.add_scalar(tag, float(value), int(epoch))
    for column, tag in (("loss", "batch/loss"), ("lr", "batch/learning rate")):
        if column in batches:
            for step, value in zip(batches["step"], batches[column], strict=True):
                writer.add_scalar(tag, float(value), int(step))


def _write_pictures(run: Run, dataset: Dataset, maps: ClassMaps, writer: Any) -> None:
    """One picture per photo and snapshot: the map of the class that the photo is labelled with, or
    else of the run's answer."""
    crop, answers = run.recipe().crop, run.predictions()
    validated = [dataset.held_out(maps.files[VALIDATION])] if VALIDATION in maps.files else []
    for test_set in (*dataset.test_sets, *validated):
        files = maps.files.get(test_set.name, ())
        found: dict[str, str] = {}
        if not answers.empty:
            rows = answers[answers["split"] == test_set.name]
            found = dict(zip(rows["file"], rows["predicted"], strict=True))
        for photo in test_set.photos:
            label = test_set.labels.get(photo.file)
            name = label.primary if label else found.get(photo.file)
            if photo.file not in files or name not in maps.classes:
                continue
            view = display_view(photo.path, crop, IMAGE_SIDE)
            of_photo = maps.maps[test_set.name][:, files.index(photo.file)]
            for epoch, raw in zip(maps.epochs, of_photo, strict=True):
                seen = density(raw.astype(np.float32))[maps.classes.index(name)]
                picture = np.asarray(heat_map(view, seen))
                tag = f"{test_set.name}/{photo.file}, evidence for {name}"
                writer.add_image(tag, picture, epoch, dataformats="HWC")
