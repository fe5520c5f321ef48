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
from core.base.errors import DataError, InputError, not_written, os_error_line
from core.base.language import N_
from core.base.yaml_files import parse_yaml, write_yaml
from core.data.archive import LIMITS, Limits, Refused, Source, open_source, printable
from core.data.csv_files import MAX_BYTES, too_large
from core.data.dataset import BACKGROUND, Dataset, read_dataset, stated_origin
from core.data.import_report import Report, Taken
from core.data.label_tables import BOX_COLUMNS, LABEL_COLUMNS
from core.data.layout import Layout, Names, Placed, clean_name, find_layout
from core.data.photo_copies import jpeg_copy

REPORT = "import.txt"
_PHOTOS = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}
_UNREADABLE = {".heic", ".heif", ".avif", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf"}
_MAX_DEPTH = 30  # folders in folders


def import_photos(
    source: Path,
    datasets: Path,
    name: str | None = None,
    limits: Limits = LIMITS,
    on_photo: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Dataset, Report]:
    """Makes the data set `datasets/<name>` of a zip file or folder; by default it takes its name.

    Nothing is to be seen of it before it is whole. `on_photo` is told photos done and their number.
    Raises DataError, one line: no photos of two classes, a zip not to be trusted, a name that is
    taken, a folder that cannot be written.
    """
    source = Path(source)
    with open_source(source, limits) as opened:
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
            report = _fill(source, opened, stage, on_photo)
            read_dataset(stage)
            stage.rename(target)
        except OSError as error:
            raise DataError(not_written(target, error)) from None
        except DataError as error:
            raise DataError(str(error).replace(str(stage), str(target))) from None
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    return read_dataset(target), report


def import_upload(
    opened: BinaryIO,
    file_name: str,
    datasets: Path,
    name: str,
    on_photo: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Dataset, Report]:
    """`import_photos` of a zip file that a browser has sent, whose own name is `file_name`. Raises
    DemoError in the demo."""
    demo_mode.refuse("upload")
    stage = Path(datasets) / f".upload-{os.getpid()}-{threading.get_ident()}"
    shown = f"{clean_name(re.sub(r'[.]zip$', '', file_name, flags=re.IGNORECASE))}.zip"
    try:
        stage.mkdir(parents=True, exist_ok=True)
        with (stage / shown).open("wb") as file:
            shutil.copyfileobj(opened, file)
        return import_photos(stage / shown, datasets, name, on_photo=on_photo)
    except OSError as error:
        raise DataError(os_error_line(error)) from None
    except DataError as error:
        raise DataError(str(error).replace(f"{stage}/", "")) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def free_name(datasets: Path, file_name: str) -> str:
    """A name for the data set of a zip file that no other one there has."""
    names = Names(path.name for path in Path(datasets).glob("*"))
    return names.fresh(re.sub(r"\.zip$", "", file_name, flags=re.IGNORECASE))


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


def _fill(path: Path, source: Source, stage: Path, on_photo: Callable[[int, int], None]) -> Report:
    """Writes everything of the data set into the stage."""
    photos, others, refused = _sorted_out(source)
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
    refused += [Refused(stray, N_("lies in no class and no test set")) for stray in layout.strays]
    tables = {_beside(layout, name) for name in ("labels.csv", "boxes.csv", "dataset.yaml")}
    refused += [
        Refused(other, N_("no photo, by its name")) for other in others if other not in tables
    ]
    taken = _copy_photos(source, layout, stage, refused, on_photo)
    _check_classes(path, layout, taken, refused)
    notes = _write_tables(source, layout, taken, stage)
    note = _note(source, layout)
    report = Report(source.name, layout.folders, tuple(taken), tuple(refused), tuple(notes))
    files.write_text(stage / "dataset.yaml", write_yaml(note))
    files.write_text(stage / REPORT, report.text())
    return report


def _sorted_out(source: Source) -> tuple[list[str], list[str], list[Refused]]:
    """The files that may be photos, by their names; those that are none; those that are refused."""
    photos, others, refused = [], [], list(source.refused)
    for file in source.files:
        suffix = PurePosixPath(file).suffix.lower()
        if suffix in _PHOTOS and file.count("/") <= _MAX_DEPTH:
            photos.append(file)
        elif suffix in _PHOTOS:
            deep = N_("lies more than {count} folders deep").format(count=_MAX_DEPTH)
            refused.append(Refused(file, deep))
        elif suffix in _UNREADABLE:
            unread = N_("{kind} cannot be read; save it as JPEG").format(kind=suffix[1:].upper())
            refused.append(Refused(file, unread))
        else:
            others.append(file)
    return photos, others, refused


def _copy_photos(
    source: Source,
    layout: Layout,
    stage: Path,
    refused: list[Refused],
    on_photo: Callable[[int, int], None],
) -> list[Taken]:
    taken: list[Taken] = []
    names: dict[str, Names] = {}
    incoming = stage / ".incoming"
    for number, place in enumerate(layout.placed, start=1):
        folder = f"train/{place.label}" if place.split == "train" else place.split
        try:
            incoming.write_bytes(source.read(place.file))
            jpeg, changes = jpeg_copy(incoming)
        except DataError as error:
            refused.append(Refused(place.file, str(error)))
            continue
        finally:
            on_photo(number, len(layout.placed))
        file = f"{names.setdefault(folder, Names()).fresh(PurePosixPath(place.file).stem)}.jpg"
        written = stage / folder / file
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_bytes(jpeg)
        taken.append(Taken(place, folder, file, changes))
    incoming.unlink(missing_ok=True)
    return taken


def _check_classes(
    path: Path, layout: Layout, taken: Sequence[Taken], refused: Sequence[Refused]
) -> None:
    """Each class needs a photo to train on and one to validate."""
    counts = Counter(one.place.label for one in taken if one.place.split == "train")
    reasons = {one.name: one.reason for one in refused}
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


def _write_tables(source: Source, layout: Layout, taken: Sequence[Taken], stage: Path) -> list[str]:
    """labels.csv and boxes.csv: the source's own rows for the photos that were taken, and the
    labels that folders tell. Returns what is to be said of them."""
    # Rows call a photo by its set and file; both may have been renamed.
    renamed = {one.place.file: one for one in taken if one.place.split != "train"}
    notes: list[str] = []

    def rows_of(table: str, columns: Sequence[str]) -> list[dict[str, str]]:
        rows, left_out = [], 0
        for row in _rows(source, _beside(layout, table), columns):
            one = renamed.get(_beside(layout, f"{row['split']}/{row['file']}"))
            if one is None:
                left_out += 1
            else:
                rows.append(row | {"split": one.place.split, "file": one.file})
        if left_out:
            note = N_("{table}: {count} rows left out; their photos were not taken")
            notes.append(note.format(table=table, count=left_out))
        return rows

    labels = rows_of("labels.csv", LABEL_COLUMNS)
    known = {(row["split"], row["file"]) for row in labels}
    for one in renamed.values():
        if one.place.label and (one.place.split, one.file) not in known:
            labels.append(_label_by_folder(one))
    _write_rows(stage / "labels.csv", LABEL_COLUMNS, labels)
    _write_rows(stage / "boxes.csv", BOX_COLUMNS, rows_of("boxes.csv", BOX_COLUMNS))
    return notes


def _label_by_folder(one: Taken) -> dict[str, str]:
    place: Placed = one.place
    shown = "" if place.label == BACKGROUND else place.label
    return {"split": place.split, "file": one.file, "primary": place.label, "present": shown}


def _beside(layout: Layout, name: str) -> str:
    return f"{layout.base}/{name}" if layout.base else name


def _rows(source: Source, name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a table in the source; none where there is no such table. Raises DataError."""
    if name not in source.files:
        return []
    try:
        data = source.read(name)
        if len(data) > MAX_BYTES:
            raise DataError(too_large())
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


def _note(source: Source, layout: Layout) -> dict[str, Any]:
    """dataset.yaml: title, licence, source and where test sets are from, as the source's own tells
    them."""
    note: dict[str, Any] = {
        "title": printable(PurePosixPath(source.name).stem),
        "licence": N_("not stated"),
        "source": N_("imported from {name}").format(name=printable(source.name)),
    }
    own = _beside(layout, "dataset.yaml")
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
