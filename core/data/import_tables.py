"""The tables of an imported data set: labels.csv, boxes.csv, train.csv, additions.csv and
dataset.yaml."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from core.base import files
from core.base.errors import InputError
from core.base.language import N_
from core.base.yaml_files import parse_yaml
from core.data.addition_log import ADDITIONS_FILE, COLUMNS
from core.data.archive import FileSource, printable
from core.data.csv_files import parse_rows, table_text
from core.data.dataset import stated_origin
from core.data.dataset_names import BACKGROUND, TRAIN, exact_name
from core.data.label_tables import (
    BOX_COLUMNS,
    LABEL_COLUMNS,
    box_row,
    join_names,
    label_row,
    split_names,
)
from core.data.reading import Reading
from core.data.source_photo import SourcePhoto


def write_tables(
    source: FileSource,
    reading: Reading,
    imported: Sequence[SourcePhoto],
    classes: tuple[str, ...],
    staging_dir: Path,
) -> list[str]:
    """labels.csv, boxes.csv and, where a folder is not called like its class, train.csv: what
    folders and annotations tell, and the source's own rows before it. Returns what is to be said of
    rows that were left out."""
    notes: list[str] = []
    # Rows call a photo by its set and file, with or without the folders in between.
    by_name: dict[tuple[str, str], list[SourcePhoto]] = {}
    for one in imported:
        for name in {one.name, PurePosixPath(one.file).name}:
            by_name.setdefault((one.split, name), []).append(one)

    def rows_of(table: str, columns: Sequence[str]) -> dict[str, list[dict[str, str]]]:
        rows: dict[str, list[dict[str, str]]] = {}
        left_out = 0
        for row in _rows(source, reading.own.get(table, ""), columns):
            found = by_name.get((row["split"], row["file"]), [])
            if len(found) == 1:
                told = row | {"split": _split(found[0]), "file": found[0].copied_name}
                rows.setdefault(found[0].file, []).append(told)
            elif found:
                several = N_(
                    "{table}: {file} is in several folders of {set}; include the folder name"
                )
                notes.append(several.format(table=table, file=row["file"], set=row["split"]))
            else:
                left_out += 1
        if left_out:
            note = N_("{table}: {count} rows skipped because their photos were not imported")
            notes.append(note.format(table=table, count=left_out))
        return rows

    own_labels, own_boxes = rows_of("labels.csv", LABEL_COLUMNS), rows_of("boxes.csv", BOX_COLUMNS)
    own_train = _rows(source, reading.own.get("train.csv", ""), ("fnames",))
    extra = {row["fnames"]: row for row in own_train}
    additions = rows_of(ADDITIONS_FILE, COLUMNS)
    labels, boxes, train = [], [], []
    for one in imported:
        split, name = _split(one), one.copied_name
        if split == TRAIN:
            train.append({**extra.get(one.name, {}), "fnames": name, "target": one.label})
        elif one.file in own_labels:
            labels += [_of_known(row, classes, reading.classes) for row in own_labels[one.file]]
        elif one.label:
            labels.append(label_row(split, name, one.truth))
        boxes += own_boxes.get(one.file) or [box_row(split, name, box) for box in one.boxes]
    tables = [
        ("labels.csv", list(LABEL_COLUMNS), labels),
        ("boxes.csv", list(BOX_COLUMNS), boxes),
        (ADDITIONS_FILE, list(COLUMNS), [row for found in additions.values() for row in found]),
    ]
    columns = list(dict.fromkeys(key for row in train for key in row))
    if len(columns) > 2 or any(row["fnames"].partition("/")[0] != row["target"] for row in train):
        tables.append(("train.csv", columns, train))
    for name, columns, rows in tables:
        if rows:
            files.write_text(staging_dir / name, table_text(columns, rows))
    return notes


def _split(one: SourcePhoto) -> str:
    """Of its copy."""
    return one.copied_to.partition("/")[0]


def _of_known(row: dict[str, str], classes: Sequence[str], before: Sequence[str]) -> dict[str, str]:
    """A row of labels without classes that were left out; of any others it is told what is wrong,
    when it is read."""
    gone = set(before) - set(classes)
    present = [name for name in split_names(row["present"], before) if name not in gone]
    primary = exact_name(row["primary"])
    if primary in gone:
        primary = present[0] if present else BACKGROUND
    return row | {"primary": primary, "present": join_names(present)}


def _rows(source: FileSource, name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a table in the source; none where there is no such table. Raises DataError."""
    data = source.read(name) if name in source.files else b""
    return [row for _, row in parse_rows(name, data, columns, all_columns=True)] if data else []


def build_metadata(
    source: FileSource, reading: Reading, places: Mapping[str, str], title: str
) -> dict[str, Any]:
    """dataset.yaml: title, licence, source and where test sets are from, as the source's own tells
    them. title: what the person calls it, where they do."""
    note: dict[str, Any] = {
        "title": printable(PurePosixPath(source.name).stem),
        "licence": N_("not stated"),
        "source": N_("imported from {name}").format(name=printable(source.name)),
    }
    own = reading.own.get("dataset.yaml")
    if own is None:
        return note | ({"title": title} if title else {})
    try:
        told = parse_yaml(source.read(own)[:100_000].decode("utf-8"), own)
    except (InputError, UnicodeDecodeError):
        return note
    known = told if isinstance(told, dict) else {}
    note |= {key: printable(str(known[key])) for key in note if known.get(key)}
    note |= {"title": title} if title else {}
    stated = known["test_sets"] if isinstance(known.get("test_sets"), dict) else {}
    origins = {}
    for split, folder in sorted(places.items()):
        if origin := stated_origin(stated.get(split)):
            origins[folder] = {"origin": origin}
    return note | ({"test_sets": origins} if origins else {})
