"""A copy of a data set whose training labels are shuffled: nothing can be learned from it, so a
verdict on a run with it must not be good (after Zhang et al. 2017, "Understanding Deep Learning
Requires Rethinking Generalization", and Adebayo et al. 2018)."""

import os
import shutil
from pathlib import Path

import numpy as np
import yaml

from core.base import files
from core.base.errors import DataError, naming_os_errors
from core.data.csv_files import read_rows, table_text
from core.data.dataset import Dataset, read_dataset


def shuffle_labels(data_dir: Path, out: Path, seed: int) -> Dataset:
    """Writes the data set to the new or empty folder `out`, the training photos' labels permuted.

    As many photos carry each label as before; test sets, their labels and their boxes stay right.
    Photos are hard links where the disk allows, copies elsewhere. Other columns of a `train.csv`
    (fold, split) stay with their photos. Same seed, same labels.

    Raises DataError, one line: a folder that is no data set, that is in use or cannot be written.
    """
    data_dir, out = Path(data_dir), Path(out)
    dataset = read_dataset(data_dir)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(f"{out}: exists and is not an empty folder; choose another")
    if out.resolve().is_relative_to(data_dir.resolve()):
        raise DataError(f"{out}: lies inside {data_dir}, whose test set it would become")
    with naming_os_errors(out, DataError):
        (out / "train").mkdir(parents=True, exist_ok=True)
        # The table first: without it, a copy that was cut short would have the true labels.
        files.write_text(out / "train.csv", _shuffled_table(dataset, seed))
        files.write_text(out / "dataset.yaml", _metadata_yaml(dataset, seed))
        for photo in dataset.train:
            _link(photo.path, out / "train" / photo.file)
        for test_set in dataset.test_sets:
            for photo in test_set.photos:
                _link(photo.path, out / test_set.name / photo.file)
        for name in ("labels.csv", "boxes.csv"):
            if (data_dir / name).is_file():
                _link(data_dir / name, out / name)
    return read_dataset(out)


def _shuffled_table(dataset: Dataset, seed: int) -> str:
    """train.csv: the photos as they were, another's label beside each."""
    order = np.random.default_rng(seed).permutation(len(dataset.train))
    labels = [dataset.classes[dataset.train_labels[i]] for i in order]
    table = dataset.root / "train.csv"
    photos = [{"fnames": photo.file} for photo in dataset.train]
    if table.is_file():
        photos = [row for _, row in read_rows(table, ("fnames", "target"), all_columns=True)]
    rows = [row | {"target": label} for row, label in zip(photos, labels, strict=True)]
    return table_text(list(rows[0]), rows)


def _metadata_yaml(dataset: Dataset, seed: int) -> str:
    note: dict[str, object] = {
        "title": f"{dataset.title}, training labels shuffled (seed {seed})",
        "licence": dataset.licence,
        "source": dataset.source,
        "test_sets": {t.name: {"origin": t.origin} for t in dataset.test_sets if t.origin},
    }
    return yaml.safe_dump(note, sort_keys=False, allow_unicode=True)


def _link(source: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source.resolve(), place)
    except OSError:  # another disk, or one without hard links
        shutil.copyfile(source, place)
