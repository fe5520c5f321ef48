"""What a data set is known by: SHA-256 of its photos, labels and boxes. And the data set without
photos that joined it: what an earlier run saw, and still sees when it is resumed or scored again;
what a new run sees while somebody photographs."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.base import files
from core.base.errors import DataError
from core.base.language import N_
from core.data.dataset import Dataset, TestSet
from core.data.dataset_names import CAPTURE_LOG


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
                    "{path}: was replaced while in use; restore the original, or start "
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


# --- without photos that joined later -------------------------------------------------------------


def addition_numbers(dataset: Dataset) -> list[int]:
    """The numbers of all additions, the newest first."""
    of_sets = (number for each in dataset.test_sets for number in each.added.values())
    return sorted({*dataset.added.values(), *of_sets}, reverse=True)


def before_addition(dataset: Dataset, number: int) -> Dataset:
    """The data set without the photos of this addition and of later ones."""
    kept = [i for i, photo in enumerate(dataset.train) if dataset.added.get(photo.file, 0) < number]
    columns = dataset.train_columns.items()
    return replace(
        dataset,
        train=tuple(dataset.train[i] for i in kept),
        train_labels=tuple(dataset.train_labels[i] for i in kept),
        train_columns={name: tuple(values[i] for i in kept) for name, values in columns},
        test_sets=tuple(
            early for each in dataset.test_sets if (early := _early_set(each, number)).photos
        ),
    )


def _early_set(test_set: TestSet, number: int) -> TestSet:
    photos = tuple(p for p in test_set.photos if test_set.added.get(p.file, 0) < number)
    files = {photo.file for photo in photos}
    labels = {file: label for file, label in test_set.labels.items() if file in files}
    boxes = {file: found for file, found in test_set.boxes.items() if file in files}
    return replace(test_set, photos=photos, labels=labels, boxes=boxes)


def photos_of_run(
    dataset: Dataset, noted: Mapping[str, Any], digest: Callable[[Path], bytes], resumes: bool
) -> Dataset:
    """The data set with the training photos of a run that noted these fingerprints and, where it
    resumes, with its test photos alone; as it is where those are not its earlier photos."""
    wanted = photos_by_split(noted)
    if resumes:
        known = tuple(each for each in dataset.test_sets if each.name in wanted)
        dataset = replace(dataset, test_sets=known)
    for number in (None, *addition_numbers(dataset)):
        early = dataset if number is None else before_addition(dataset, number)
        found = photos_by_split(fingerprints(early, digest))
        if resumes and found == wanted:
            return early
        if not resumes and found["train"] == wanted["train"]:
            return replace(early, test_sets=dataset.test_sets)
    return dataset


def fingerprint_history(dataset: Dataset, digest: Callable[[Path], bytes]) -> dict[str, list[str]]:
    """By split the fingerprint of its photos, then those that it had before additions, the newest
    first. Raises DataError when a photo cannot be read."""
    found: dict[str, list[str]] = {}
    states = (before_addition(dataset, number) for number in addition_numbers(dataset))
    for state in (dataset, *states):
        for split, print_ in photos_by_split(fingerprints(state, digest)).items():
            if print_ not in found.setdefault(split, []):
                found[split].append(print_)
    return found


def photos_by_split(prints: Mapping[str, Any]) -> dict[str, str]:
    """By split the photos' fingerprint, of all that `fingerprints` found."""
    sets = {name: str(found["photos"]) for name, found in prints["test_sets"].items()}
    return {"train": str(prints["train"])} | sets


def without_sets_in_capture(dataset: Dataset) -> Dataset:
    """Without the test sets that somebody photographs just now, whose photos come and go: whose
    session has not ended and was written to within the last half hour."""

    def in_capture(name: str) -> bool:
        log = dataset.root / name / CAPTURE_LOG
        if not log.is_file() or time.time() - log.stat().st_mtime > 1800:
            return False
        return b'"ended"' not in b"".join(log.read_bytes().splitlines()[-1:])

    steady = tuple(each for each in dataset.test_sets if not in_capture(each.name))
    return replace(dataset, test_sets=steady)
