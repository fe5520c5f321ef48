"""Makes a data set of a folder or zip file of photos, whoever made it and however.

What was taken, changed and left out is told (`Report`) and kept beside the photos as import.txt.
"""

import re
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, zip_longest
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from core.base import demo_mode, files
from core.base.errors import DataError, InputError, not_written_text, os_error_line
from core.base.language import N_
from core.base.yaml_files import dump_yaml
from core.data.archive import LIMITS, FileSource, Limits, RejectedFile, open_file_source, printable
from core.data.dataset import Dataset, read_dataset
from core.data.dataset_names import (
    CAPTURE_LOG,
    TRAIN,
    VALIDATION,
    UniqueNames,
    clean_name,
)
from core.data.import_report import ImportReport
from core.data.import_tables import build_metadata, write_tables
from core.data.photo_copies import (
    CAPTURED_LONGEST_SIDE,
    LONGEST_SIDE,
    DecodingBudget,
    PhotoCopy,
    copy_photo,
)
from core.data.reading import (
    MIN_PHOTOS,
    Reading,
    ReadingOptions,
    read_source,
    read_text,
    small_class_text,
    trainable,
    two_readings_text,
)
from core.data.source_photo import SourcePhoto

REPORT_FILE = "import.txt"
_THREADS = 2  # that decode photos: Pillow lets go of Python meanwhile
_AT_ONCE = 8  # photos in memory
_SAMPLE_SIDE = 220  # pixels of a photo in the first look


def import_photos(
    source: Path,
    datasets: Path,
    name: str | None = None,
    limits: Limits = LIMITS,
    on_photo: Callable[[int, int], None] = lambda done, total: None,
    options: ReadingOptions | None = None,
) -> tuple[Dataset, ImportReport]:
    """Makes the data set `datasets/<name>` of a zip file or folder; by default it takes its name.

    Nothing is to be seen of it before it is whole. `on_photo` is told photos done and their number.
    Raises DataError, one line: no photos of two classes, two possible readings, a zip not to be
    trusted, a name that is taken, a folder that cannot be written."""
    source, options = Path(source), options or ReadingOptions()
    with open_file_source(source, limits, follow_links=True, encoding=options.encoding) as opened:
        target = Path(datasets) / _name(name, opened.name)
        if target.exists():
            raise DataError(
                N_("{target}: already exists; choose another name with --name", target=target)
            )
        stage = target.with_name(f".import-{target.name}-{secrets.token_hex(4)}")
        try:
            reading = _certain_reading(source, opened, options)
            title = name if name and name != clean_name(_stem(opened.name)) else ""
            with files.staging(stage):
                report = _Writer(opened, reading, stage).write(source, title, on_photo)
                read_dataset(stage)
                stage.rename(target)
        except OSError as error:
            raise DataError(not_written_text(target, error)) from None
        except DataError as error:
            raise DataError(str(error).replace(str(stage), str(target))) from None
    return read_dataset(target), report


def import_upload(
    upload: BinaryIO,
    file_name: str,
    datasets: Path,
    name: str,
    on_photo: Callable[[int, int], None] = lambda done, total: None,
    options: ReadingOptions | None = None,
) -> tuple[Dataset, ImportReport]:
    """`import_photos` of a zip file that a browser has sent, whose own name is `file_name`. Raises
    DemoError in the demo."""
    with _uploaded(upload, file_name, datasets) as path:
        return import_photos(path, datasets, name, on_photo=on_photo, options=options)


def read_upload(
    upload: BinaryIO, file_name: str, datasets: Path, options: ReadingOptions, samples: int
) -> tuple[Reading, list[tuple[str, bytes]]]:
    """How such a zip file is read, and the first photos of its classes as JPEG, named by class;
    nothing of it is kept. Raises DataError as `import_photos`, DemoError in the demo."""
    with (
        _uploaded(upload, file_name, datasets) as path,
        open_file_source(path, encoding=options.encoding) as opened,
    ):
        reading = read_source(opened, options)
        shown: list[tuple[str, bytes]] = []
        by_class: dict[str, list[SourcePhoto]] = {}
        for photo in reading.photos:
            by_class.setdefault(photo.label, []).append(photo)
        for photo in filter(None, chain.from_iterable(zip_longest(*by_class.values()))):
            if len(shown) == samples:
                break
            file = path.with_name("sample")
            try:
                file.write_bytes(opened.read(photo.file))
                shown.append((photo.label, copy_photo(file, _SAMPLE_SIDE).jpeg))
            except DataError:
                continue  # told when it is imported
        return reading, shown


@contextmanager
def _uploaded(upload: BinaryIO, file_name: str, datasets: Path) -> Iterator[Path]:
    """A file of the bytes that were sent, for as long as it is needed."""
    demo_mode.check_allowed("upload")
    stage = Path(datasets) / f".upload-{secrets.token_hex(4)}"
    shown = f"{clean_name(_stem(file_name))}.zip"
    try:
        upload.seek(0)
        with files.staging(stage):
            with (stage / shown).open("wb") as file:
                shutil.copyfileobj(upload, file)
            yield stage / shown
    except OSError as error:
        raise DataError(os_error_line(error)) from None
    except DataError as error:
        raise DataError(str(error).replace(f"{stage}/", "")) from None


def unused_name(datasets: Path, file_name: str) -> str:
    """A name for the data set of a zip file that no other one there has."""
    names = UniqueNames(path.name for path in Path(datasets).glob("*"))
    return names.reserve(_stem(file_name))


def _stem(file_name: str) -> str:
    return re.sub(r"\.zip$", "", file_name, flags=re.IGNORECASE)


def _name(asked: str | None, source: str) -> str:
    if asked is None:
        return clean_name(_stem(source))
    if asked != clean_name(asked):
        told = N_("--name {asked}: use only letters, digits, - and _, such as {name}")
        raise InputError(told.format(asked=printable(asked), name=clean_name(asked)))
    return asked


def _certain_reading(path: Path, source: FileSource, options: ReadingOptions) -> Reading:
    """Raises DataError, one line, where two readings are possible."""
    try:
        reading = read_source(source, options)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    if reading.possible:
        raise DataError(f"{path}: {two_readings_text(reading.possible)}")
    return reading


class _Writer:
    """Writes a data set into the folder `stage`: its photos are `imported`, of its `classes`, in
    the `places` of classes (`train/<class>`) and test sets; other files are `rejected`."""

    def __init__(self, source: FileSource, reading: Reading, stage: Path) -> None:
        self.source, self.reading, self.stage = source, reading, stage
        self.imported: list[SourcePhoto] = []
        self.classes, self.rejected = reading.classes, list(reading.rejected)
        names, sets = UniqueNames(), UniqueNames((TRAIN, VALIDATION))
        self.places = {f"{TRAIN}/{n}": f"{TRAIN}/{names.reserve(n)}" for n in reading.classes}
        for photo in reading.photos:
            if photo.split != TRAIN and photo.split not in self.places:
                self.places[photo.split] = sets.reserve(photo.split)

    def write(self, path: Path, title: str, on_photo: Callable[[int, int], None]) -> ImportReport:
        """Everything of it. path: the source, for errors."""
        reading, places = self.reading, self.places
        notes = [*map(read_text, reading.found), *reading.notes]
        remarks = self._copy_photos(on_photo)
        for name, file in reading.logs.items():
            (self.stage / places[name] / CAPTURE_LOG).write_bytes(self.source.read(file))
        self._check_classes(path)
        notes += write_tables(self.source, reading, self.imported, self.classes, self.stage)
        folders = {places[key]: at for key, at in reading.layout.folders.items() if key in places}
        for photo in self.imported:  # classes that tables tell lie in no folder of their own
            folders.setdefault(photo.folder, "")
        for name in {*reading.classes} - {*self.classes}:
            folders.pop(places[f"{TRAIN}/{name}"], None)
        renamed = [
            N_("{name} is saved in the folder {folder}", name=printable(name), folder=folder)
            for name, folder in places.items()
            if name != folder
        ]
        report = ImportReport(
            self.source.name,
            folders,
            tuple(self.imported),
            tuple(self.rejected),
            (*notes, *remarks, *renamed),
        )
        metadata = build_metadata(self.source, reading, places, title)
        files.write_text(self.stage / "dataset.yaml", dump_yaml(metadata))
        files.write_text(self.stage / REPORT_FILE, report.text())
        return report

    def _copy_photos(self, on_photo: Callable[[int, int], None]) -> list[str]:
        """Writes the photos. Returns what else is to be said of them."""
        photos, logs = self.reading.photos, self.reading.logs
        remarks: list[str] = []
        names: dict[str, UniqueNames] = {}
        done, budget = 0, DecodingBudget()

        def copied(number: int, data: bytes, captured: bool) -> PhotoCopy:
            incoming = self.stage / f".incoming-{number}"
            try:
                incoming.write_bytes(data)
                return copy_photo(incoming, CAPTURED_LONGEST_SIDE if captured else LONGEST_SIDE)
            finally:
                incoming.unlink(missing_ok=True)

        with ThreadPoolExecutor(_THREADS) as threads:
            for first in range(0, len(photos), _AT_ONCE):
                group = photos[first : first + _AT_ONCE]
                jobs: list[Future[PhotoCopy] | DataError] = []
                for number, photo in enumerate(group):
                    try:
                        data = self.source.read(photo.file)
                        budget.spend(data)
                        jobs.append(threads.submit(copied, number, data, photo.split in logs))
                    except DataError as error:
                        jobs.append(error)
                for photo, job in zip(group, jobs, strict=True):
                    try:
                        if isinstance(job, DataError):
                            raise job
                        copy = job.result()
                    except DataError as error:
                        self.rejected.append(RejectedFile(photo.file, str(error)))
                        continue
                    finally:
                        done += 1
                        on_photo(done, len(photos))
                    train = photo.split == TRAIN
                    folder = self.places[f"{TRAIN}/{photo.label}" if train else photo.split]
                    stem = PurePosixPath(photo.file).stem
                    place = f"{folder}/{names.setdefault(folder, UniqueNames()).reserve(stem)}.jpg"
                    (self.stage / folder).mkdir(parents=True, exist_ok=True)
                    (self.stage / place).write_bytes(copy.jpeg)
                    self.imported.append(replace(photo, copied_to=place, changes=copy.changes))
                    if copy.remark:
                        remarks.append(f"{printable(photo.file)}: {copy.remark}")
        return remarks

    def _check_classes(self, path: Path) -> None:
        """Each class needs a photo to train on and one to validate: classes that have not are left
        out where two remain. Raises DataError otherwise."""
        counts = Counter(dict.fromkeys(self.reading.classes, 0))
        counts.update(photo.label for photo in self.imported if photo.split == TRAIN)
        self.classes, small = trainable(counts)
        if small:
            imported, self.imported = self.imported, []
            for photo in imported:
                if photo.split == TRAIN and photo.label in small:
                    why = small_class_text(photo.label, counts[photo.label])
                    self.rejected.append(RejectedFile(photo.file, why))
                    shutil.rmtree(self.stage / photo.folder, ignore_errors=True)
                else:
                    self.imported.append(photo.among(self.classes))
            return
        name = next((name for name in self.classes if counts[name] < MIN_PHOTOS), None)
        if name is None:
            return
        reasons = {one.name: one.reason for one in self.rejected}
        photos = [one.file for one in self.reading.photos if one.label == name]
        bad = next((file for file in photos if file in reasons), "")
        told = N_("{path}: {folder} has {count} usable photos; a class needs two")
        if bad:
            told = N_(
                "{path}: {folder} has {count} usable photos; a class needs two; {file}: {reason}"
            )
        place = printable(self.reading.layout.folders.get(f"{TRAIN}/{name}", name))
        example = {"file": printable(bad), "reason": reasons.get(bad, "")}
        raise DataError(told.format(path=path, folder=place, count=counts[name], **example))
