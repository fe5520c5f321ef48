"""Makes a data set of a folder or zip file of photos, whoever made it and however.

What was taken, changed and left out is told (`Report`) and kept beside the photos as import.txt.
"""

import re
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
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
                N_("{target}: is there already; choose another name with --name", target=target)
            )
        stage = target.with_name(f".import-{target.name}-{secrets.token_hex(4)}")
        try:
            reading = _certain_reading(source, opened, options)
            title = name if name and name != clean_name(_stem(opened.name)) else ""
            with files.staging(stage):
                report = _write_dataset(source, opened, reading, stage, title, on_photo)
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
        told = N_("--name {asked}: only letters, digits, - and _, such as {name}")
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


def _write_dataset(
    path: Path,
    source: FileSource,
    reading: Reading,
    staging_dir: Path,
    title: str,
    on_photo: Callable[[int, int], None],
) -> ImportReport:
    """Writes everything of the data set into the stage."""
    rejected = list(reading.rejected)
    places = _places(reading)
    imported, remarks = _copy_photos(source, reading, places, staging_dir, rejected, on_photo)
    for name, file in reading.logs.items():
        (staging_dir / places[name] / CAPTURE_LOG).write_bytes(source.read(file))
    imported, classes, small = _check_classes(path, reading, imported, rejected, staging_dir)
    notes = [*map(read_text, reading.found), *reading.notes]
    notes += write_tables(source, reading, imported, classes, staging_dir)
    folders = {places[key]: found for key, found in reading.layout.folders.items() if key in places}
    for photo in imported:  # classes that tables tell lie in no folder of their own
        folders.setdefault(photo.folder, "")
    for name in small:
        folders.pop(places[f"{TRAIN}/{name}"], None)
    report = ImportReport(
        source.name,
        folders,
        tuple(imported),
        tuple(rejected),
        (*notes, *remarks, *_renamed(places)),
    )
    files.write_text(
        staging_dir / "dataset.yaml", dump_yaml(build_metadata(source, reading, places, title))
    )
    files.write_text(staging_dir / REPORT_FILE, report.text())
    return report


def _places(reading: Reading) -> dict[str, str]:
    """The folder of each class (`train/<class>`) and test set in the new data set."""
    classes, sets = UniqueNames(), UniqueNames((TRAIN, VALIDATION))
    found = {f"{TRAIN}/{name}": f"{TRAIN}/{classes.reserve(name)}" for name in reading.classes}
    for photo in reading.photos:
        if photo.split != TRAIN and photo.split not in found:
            found[photo.split] = sets.reserve(photo.split)
    return found


def _renamed(places: Mapping[str, str]) -> Iterator[str]:
    for name, folder in places.items():
        if name != folder:
            yield N_("{name} lies in the folder {folder}", name=printable(name), folder=folder)


def _copy_photos(
    source: FileSource,
    reading: Reading,
    places: Mapping[str, str],
    staging_dir: Path,
    rejected: list[RejectedFile],
    on_photo: Callable[[int, int], None],
) -> tuple[list[SourcePhoto], list[str]]:
    """Writes the photos. Returns those that were taken, and what else is to be said of them."""
    taken: list[SourcePhoto] = []
    remarks: list[str] = []
    names: dict[str, UniqueNames] = {}
    done, budget = 0, DecodingBudget()

    def copied(job: tuple[int, bytes, int]) -> PhotoCopy | DataError:
        incoming = staging_dir / f".incoming-{job[0]}"
        try:
            incoming.write_bytes(job[1])
            return copy_photo(incoming, job[2])
        except DataError as error:
            return error
        finally:
            incoming.unlink(missing_ok=True)

    def longest_side(photo: SourcePhoto) -> int:
        """Of a capture session they are small enough as they are."""
        return CAPTURED_LONGEST_SIDE if photo.split in reading.logs else LONGEST_SIDE

    def read(photo: SourcePhoto) -> bytes | DataError:
        try:
            data = source.read(photo.file)
            budget.spend(data)
            return data
        except DataError as error:
            return error

    with ThreadPoolExecutor(_THREADS) as threads:
        for first in range(0, len(reading.photos), _AT_ONCE):
            group = reading.photos[first : first + _AT_ONCE]
            data = [read(photo) for photo in group]
            jobs = [
                threads.submit(copied, (place, each, longest_side(photo)))
                if isinstance(each, bytes)
                else each
                for place, (photo, each) in enumerate(zip(group, data, strict=True))
            ]
            for photo, job in zip(group, jobs, strict=True):
                copy = job if isinstance(job, DataError) else job.result()
                done += 1
                on_photo(done, len(reading.photos))
                if isinstance(copy, DataError):
                    rejected.append(RejectedFile(photo.file, str(copy)))
                    continue
                train = photo.split == TRAIN
                folder = places[f"{TRAIN}/{photo.label}" if train else photo.split]
                stem = PurePosixPath(photo.file).stem
                place = f"{folder}/{names.setdefault(folder, UniqueNames()).reserve(stem)}.jpg"
                (staging_dir / folder).mkdir(parents=True, exist_ok=True)
                (staging_dir / place).write_bytes(copy.jpeg)
                taken.append(replace(photo, copied_to=place, changes=copy.changes))
                if copy.remark:
                    remarks.append(f"{printable(photo.file)}: {copy.remark}")
    return taken, remarks


def _check_classes(
    path: Path,
    reading: Reading,
    imported: list[SourcePhoto],
    rejected: list[RejectedFile],
    staging_dir: Path,
) -> tuple[list[SourcePhoto], tuple[str, ...], list[str]]:
    """Each class needs a photo to train on and one to validate: classes that have not are left out
    where two remain. Raises DataError otherwise."""
    counts = Counter(dict.fromkeys(reading.classes, 0))
    counts.update(photo.label for photo in imported if photo.split == TRAIN)
    classes, small = trainable(counts)
    if small:
        kept = []
        for photo in imported:
            if photo.split == TRAIN and photo.label in small:
                why = small_class_text(photo.label, counts[photo.label])
                rejected.append(RejectedFile(photo.file, why))
                shutil.rmtree(staging_dir / photo.folder, ignore_errors=True)
            else:
                kept.append(photo.among(classes))
        return kept, classes, small
    reasons = {one.name: one.reason for one in rejected}
    for name in classes:
        if counts[name] >= MIN_PHOTOS:
            continue
        photos = [one.file for one in reading.photos if one.label == name]
        bad = next((file for file in photos if file in reasons), None)
        told = N_("{path}: {folder} has {count} photos that can be used, and a class needs two")
        if bad:
            told = N_(
                "{path}: {folder} has {count} photos that can be used, and a class needs two; "
                "{file}: {reason}"
            )
        place = printable(reading.layout.folders.get(f"{TRAIN}/{name}", name))
        example = {"file": printable(bad or ""), "reason": reasons.get(bad or "", "")}
        raise DataError(told.format(path=path, folder=place, count=counts[name], **example))
    return imported, classes, []
