"""What a data set is known by: SHA-256 of its photos, labels and boxes."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.base import files
from core.base.errors import DataError
from core.base.language import N_
from core.data.dataset import Dataset, TestSet


class FileDigests:
    """SHA-256 of files as they are read; notices those that are replaced later.
    `check_cancelled` is called before each file is read."""

    def __init__(self, check_cancelled: Callable[[], None]) -> None:
        self._check_cancelled = check_cancelled
        self._known: dict[Path, tuple[str, bytes]] = {}

    def digest(self, path: Path) -> bytes:
        """Raises DataError when the file cannot be read."""
        self._check_cancelled()
        before = files.quick_fingerprint(path)
        self._known[path] = before, file_digest(path)
        return self._known[path][1]

    def check_unchanged(self) -> None:
        """Raises DataError, naming it, where a file holds no longer what was read. Only those with
        another time, size or number are read again."""
        for path, (before, digest) in self._known.items():
            now = files.quick_fingerprint(path)
            if now != before and file_digest(path) != digest:
                told = N_(
                    "{path}: was replaced while it was in use: put it back as it was, or begin "
                    "again with the new one"
                )
                raise DataError(told.format(path=path))
            self._known[path] = now, digest


def fingerprints(dataset: Dataset, digest: Callable[[Path], bytes] | None = None) -> dict[str, Any]:
    """SHA-256 of the training photos with all that train.csv says of them, of each test set's
    photos, and of each test set's labels and boxes: kept apart, so that labelling a test set
    orphans no run. digest: `FileDigests.digest`, where files may be replaced meanwhile."""
    digest = digest or file_digest
    train = hashlib.sha256()
    for photo, label in zip(dataset.train, dataset.train_labels, strict=True):
        train.update(f"{photo.file}\0{dataset.classes[label]}\0".encode())
        train.update(digest(photo.path))
    for name, values in dataset.train_columns.items():
        train.update("\0".join(("", name, *values)).encode())
    tests = {}
    for test_set in dataset.test_sets:
        photos = hashlib.sha256()
        for photo in test_set.photos:
            photos.update(f"{photo.file}\0".encode() + digest(photo.path))
        tests[test_set.name] = {"photos": photos.hexdigest(), "truth": truth_fingerprint(test_set)}
    return {"train": train.hexdigest(), "test_sets": tests}


def truth_fingerprint(test_set: TestSet) -> str:
    """SHA-256 of a test set's labels and boxes, and of where it is stated to be from."""
    truth = repr((sorted(test_set.labels.items()), sorted(test_set.boxes.items())))
    truth += test_set.origin
    return hashlib.sha256(truth.encode()).hexdigest()


def file_digest(path: Path) -> bytes:
    """SHA-256 of a file. Raises DataError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None
