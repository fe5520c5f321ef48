"""Makes a data set of a folder or zip file of photos, whoever made it and however.

What was taken, changed and left out is told (`Report`) and kept beside the photos as import.txt.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from core.base import demo_mode, files
from core.base.errors import DataError, InputError, not_written_text, os_error_line
from core.base.language import N_
from core.base.yaml_files import dump_yaml, parse_yaml
from core.data.archive import LIMITS, FileSource, Limits, RejectedFile, open_file_source, printable
from core.data.csv_files import MAX_BYTES, table_too_large_text
from core.data.dataset import BACKGROUND, CAPTURE_LOG, Dataset, read_dataset, stated_origin
from core.data.import_report import ImportedPhoto, ImportReport
from core.data.label_tables import BOX_COLUMNS, LABEL_COLUMNS
from core.data.layout import Layout, PlacedPhoto, UniqueNames, clean_name, find_layout
from core.data.photo_copies import CAPTURED_LONGEST_SIDE, LONGEST_SIDE, jpeg_copy

REPORT_FILE = "import.txt"
_PHOTO_SUFFIXES = {
    ".jpg",
    ".jpeg",
    ".jpe",
    ".jfif",
    ".png",
    ".webp",
    ".bmp",
    ".gif",
    ".tif",
    ".tiff",
}
_UNSUPPORTED_SUFFIXES = {".heic", ".heif", ".avif", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf"}
_MAX_DEPTH = 30  # folders in folders


def import_photos(
    source: Path,
    datasets: Path,
    name: str | None = None,
    limits: Limits = LIMITS,
    on_photo: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Dataset, ImportReport]:
    """Makes the data set `datasets/<name>` of a zip file or folder; by default it takes its name.

    Nothing is to be seen of it before it is whole. `on_photo` is told photos done and their number.
    Raises DataError, one line: no photos of two classes, a zip not to be trusted, a name that is
    taken, a folder that cannot be written.
    """
    source = Path(source)
    with open_file_source(source, limits) as opened:
        target = Path(datasets) / _name(name, opened.name)
        if target.exists():
            raise DataError(
                N_("{target}: is there already; choose another name with --name").format(
                    target=target,
                )
            )
        stage = target.with_name(f".import-{target.name}-{os.getpid()}")
        try:
            stage.mkdir(parents=True)
            report = _write_dataset(source, opened, stage, on_photo)
            read_dataset(stage)
            stage.rename(target)
        except OSError as error:
            raise DataError(not_written_text(target, error)) from None
        except DataError as error:
            raise DataError(str(error).replace(str(stage), str(target))) from None
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    return read_dataset(target), report


def import_upload(
    upload: BinaryIO,
    file_name: str,
    datasets: Path,
    name: str,
    on_photo: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Dataset, ImportReport]:
    """`import_photos` of a zip file that a browser has sent, whose own name is `file_name`. Raises
    DemoError in the demo."""
    demo_mode.check_allowed("upload")
    stage = Path(datasets) / f".upload-{os.getpid()}-{threading.get_ident()}"
    shown = f"{clean_name(re.sub(r'[.]zip$', '', file_name, flags=re.IGNORECASE))}.zip"
    try:
        stage.mkdir(parents=True, exist_ok=True)
        with (stage / shown).open("wb") as file:
            shutil.copyfileobj(upload, file)
        return import_photos(stage / shown, datasets, name, on_photo=on_photo)
    except OSError as error:
        raise DataError(os_error_line(error)) from None
    except DataError as error:
        raise DataError(str(error).replace(f"{stage}/", "")) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def unused_name(datasets: Path, file_name: str) -> str:
    """A name for the data set of a zip file that no other one there has."""
    names = UniqueNames(path.name for path in Path(datasets).glob("*"))
    return names.reserve(re.sub(r"\.zip$", "", file_name, flags=re.IGNORECASE))


def _name(asked: str | None, source: str) -> str:
    if asked is None:
        return clean_name(re.sub(r"\.zip$", "", source, flags=re.IGNORECASE))
    if asked != clean_name(asked):
        raise InputError(
            N_("--name {asked}: only letters, digits, - and _, such as {name}").format(
                asked=printable(asked),
                name=clean_name(asked),
            )
        )
    return asked


def _write_dataset(
    path: Path, source: FileSource, staging_dir: Path, on_photo: Callable[[int, int], None]
) -> ImportReport:
    """Writes everything of the data set into the stage."""
    photos, others, refused = _classify_files(source)
    try:
        layout = find_layout(photos)
    except DataError as error:
        if not any(PurePosixPath(file).name == "train.csv" for file in source.files):
            raise DataError(f"{path}: {error}") from None
        raise DataError(
            N_(
                "{path}: {problem} (train.csv is not read here: a folder that is a data set "
                "already needs no import)"
            ).format(path=path, problem=error)
        ) from None
    refused += [
        RejectedFile(stray, N_("lies in no class and no test set")) for stray in layout.unplaced
    ]
    tables = {_path_in_base(layout, name) for name in ("labels.csv", "boxes.csv", "dataset.yaml")}
    found = {f"{folder}/{CAPTURE_LOG}": name for name, folder in layout.folders.items()}
    logs = {file: name for file, name in found.items() if file in others and "/" not in name}
    refused += [
        RejectedFile(other, N_("no photo, by its name"))
        for other in others
        if other not in tables and other not in logs
    ]
    taken = _copy_photos(source, layout, staging_dir, refused, on_photo, set(logs.values()))
    for file, name in logs.items():
        (staging_dir / name / CAPTURE_LOG).write_bytes(source.read(file))
    _check_classes(path, layout, taken, refused)
    notes = _write_tables(source, layout, taken, staging_dir)
    note = _build_metadata(source, layout)
    report = ImportReport(source.name, layout.folders, tuple(taken), tuple(refused), tuple(notes))
    files.write_text(staging_dir / "dataset.yaml", dump_yaml(note))
    files.write_text(staging_dir / REPORT_FILE, report.text())
    return report


def _classify_files(source: FileSource) -> tuple[list[str], list[str], list[RejectedFile]]:
    """The files that may be photos, by their names; those that are none; those that are refused."""
    photos, others, refused = [], [], list(source.rejected)
    for file in source.files:
        suffix = PurePosixPath(file).suffix.lower()
        if suffix in _PHOTO_SUFFIXES and file.count("/") <= _MAX_DEPTH:
            photos.append(file)
        elif suffix in _PHOTO_SUFFIXES:
            deep = N_("lies more than {count} folders deep").format(count=_MAX_DEPTH)
            refused.append(RejectedFile(file, deep))
        elif suffix in _UNSUPPORTED_SUFFIXES:
            unread = N_("{kind} cannot be read; save it as JPEG").format(kind=suffix[1:].upper())
            refused.append(RejectedFile(file, unread))
        else:
            others.append(file)
    return photos, others, refused


def _copy_photos(
    source: FileSource,
    layout: Layout,
    staging_dir: Path,
    rejected: list[RejectedFile],
    on_photo: Callable[[int, int], None],
    captured: set[str],
) -> list[ImportedPhoto]:
    """captured: test sets of a capture session, whose photos are small enough as they are."""
    taken: list[ImportedPhoto] = []
    names: dict[str, UniqueNames] = {}
    incoming = staging_dir / ".incoming"
    for number, place in enumerate(layout.placed, start=1):
        folder = f"train/{place.label}" if place.split == "train" else place.split
        try:
            incoming.write_bytes(source.read(place.file))
            longest = CAPTURED_LONGEST_SIDE if folder in captured else LONGEST_SIDE
            jpeg, changes = jpeg_copy(incoming, longest)
        except DataError as error:
            rejected.append(RejectedFile(place.file, str(error)))
            continue
        finally:
            on_photo(number, len(layout.placed))
        file = (
            f"{names.setdefault(folder, UniqueNames()).reserve(PurePosixPath(place.file).stem)}.jpg"
        )
        written = staging_dir / folder / file
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_bytes(jpeg)
        taken.append(ImportedPhoto(place, folder, file, changes))
    incoming.unlink(missing_ok=True)
    return taken


def _check_classes(
    path: Path, layout: Layout, imported: Sequence[ImportedPhoto], rejected: Sequence[RejectedFile]
) -> None:
    """Each class needs a photo to train on and one to validate."""
    counts = Counter(one.placed.label for one in imported if one.placed.split == "train")
    reasons = {one.name: one.reason for one in rejected}
    for folder, found in layout.folders.items():
        label = folder.removeprefix("train/")
        if not folder.startswith("train/") or counts[label] > 1:
            continue
        bad = next((p.file for p in layout.placed if p.label == label and p.file in reasons), None)
        told = N_("{path}: {folder} has {count} photos that can be used, and a class needs two")
        if bad:
            told = N_(
                "{path}: {folder} has {count} photos that can be used, and a class needs two; "
                "{file}: {reason}"
            )
        raise DataError(
            told.format(
                path=path,
                folder=printable(found),
                count=counts[label],
                file=printable(bad or ""),
                reason=reasons.get(bad or "", ""),
            )
        )


# --- labels, boxes, note ------------------------------------------------------------------------


def _write_tables(
    source: FileSource, layout: Layout, imported: Sequence[ImportedPhoto], staging_dir: Path
) -> list[str]:
    """labels.csv and boxes.csv: the source's own rows for the photos that were taken, and the
    labels that folders tell. Returns what is to be said of them."""
    # Rows call a photo by its set and file; both may have been renamed.
    renamed = {one.placed.file: one for one in imported if one.placed.split != "train"}
    notes: list[str] = []

    def rows_of(table: str, columns: Sequence[str]) -> list[dict[str, str]]:
        rows, left_out = [], 0
        for row in _rows(source, _path_in_base(layout, table), columns):
            one = renamed.get(_path_in_base(layout, f"{row['split']}/{row['file']}"))
            if one is None:
                left_out += 1
            else:
                rows.append(row | {"split": one.placed.split, "file": one.file})
        if left_out:
            note = N_("{table}: {count} rows left out; their photos were not taken")
            notes.append(note.format(table=table, count=left_out))
        return rows

    labels = rows_of("labels.csv", LABEL_COLUMNS)
    known = {(row["split"], row["file"]) for row in labels}
    for one in renamed.values():
        if one.placed.label and (one.placed.split, one.file) not in known:
            labels.append(_label_by_folder(one))
    _write_rows(staging_dir / "labels.csv", LABEL_COLUMNS, labels)
    _write_rows(staging_dir / "boxes.csv", BOX_COLUMNS, rows_of("boxes.csv", BOX_COLUMNS))
    return notes


def _label_by_folder(one: ImportedPhoto) -> dict[str, str]:
    place: PlacedPhoto = one.placed
    shown = "" if place.label == BACKGROUND else place.label
    return {"split": place.split, "file": one.file, "primary": place.label, "present": shown}


def _path_in_base(layout: Layout, name: str) -> str:
    return f"{layout.base}/{name}" if layout.base else name


def _rows(source: FileSource, name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a table in the source; none where there is no such table. Raises DataError."""
    if name not in source.files:
        return []
    try:
        data = source.read(name)
        if len(data) > MAX_BYTES:
            raise DataError(table_too_large_text())
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True)
        rows = [{column: (row[column] or "").strip() for column in columns} for row in reader]
    except KeyError as error:
        raise DataError(
            N_("{name}: lacks the column {column}").format(
                name=name,
                column=error.args[0],
            )
        ) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            N_("{name}: not a table we can read ({error})").format(
                name=name,
                error=error,
            )
        ) from None
    except DataError as error:
        raise DataError(f"{name}: {error}") from None
    return rows


def _write_rows(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    if rows:
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        files.write_text(path, text.getvalue())


def _build_metadata(source: FileSource, layout: Layout) -> dict[str, Any]:
    """dataset.yaml: title, licence, source and where test sets are from, as the source's own tells
    them."""
    note: dict[str, Any] = {
        "title": printable(PurePosixPath(source.name).stem),
        "licence": N_("not stated"),
        "source": N_("imported from {name}").format(name=printable(source.name)),
    }
    own = _path_in_base(layout, "dataset.yaml")
    if own not in source.files:
        return note
    try:
        told = parse_yaml(source.read(own)[:100_000].decode("utf-8"), own)
    except (InputError, UnicodeDecodeError):
        return note
    known = told if isinstance(told, dict) else {}
    note |= {key: printable(str(known[key])) for key in note if known.get(key)}
    stated = known["test_sets"] if isinstance(known.get("test_sets"), dict) else {}
    origins = {}
    for name in sorted({placed.split for placed in layout.placed}):
        folder = PurePosixPath(layout.folders.get(name, name)).name
        if origin := stated_origin(stated.get(folder)):
            origins[name] = {"origin": origin}
    return note | ({"test_sets": origins} if origins else {})
