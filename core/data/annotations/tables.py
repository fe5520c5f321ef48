"""Tables of a file and its label, as fastai, Kaggle, Roboflow and Hugging Face have them."""

import csv
import io
import json
import re
from collections.abc import Collection, Sequence

from core.data.annotations.annotation import Annotation, Corners
from core.data.csv_files import delimiter
from core.data.split_words import fold, split_of

_FILES = tuple(
    """file_name filename file fname fnames image_path filepath file_path path image image_id
    image_name imageid img img_path img_name image_file id name""".split()  # noqa: SIM905
)
_LABELS = tuple(
    """label labels class class_name classname category category_name target breed species
    tags tag diagnosis dx variety classes y""".split()  # noqa: SIM905
)
_SPLITS = ("split", "set", "subset", "partition", "is_valid", "is_test")
_CORNERS = (
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("x1", "y1", "x2", "y2"),
    ("x0", "y0", "x1", "y1"),
)
_PHOTO = re.compile(r".+\.(jpe?g|png|webp|bmp|gif|tiff?|avif|hei[cf])", re.IGNORECASE)
_ON, _OFF = {"1", "1.0", "true", "yes"}, {"0", "0.0", "false", "no", ""}


def read_table(text: str, usual: bool = False) -> list[Annotation]:
    """The rows of a CSV or TSV with usual column names, of a column of zeros and ones for each
    class, without a header, or unless `usual` of two columns of any names. Raises ValueError."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter(text)) if any(row)]
    except csv.Error as error:
        raise ValueError(str(error)) from None
    if not rows or len(rows[0]) < 2:
        raise ValueError("no table")
    header = [fold(cell.strip()).replace(" ", "_") for cell in rows[0]]
    if _PHOTO.fullmatch(rows[0][0].strip()):  # no header
        corners = all(re.fullmatch(r"[\d.]*", cell.strip()) for cell in rows[0][1:5])
        header = ["file", "label"]
        if len(rows[0]) == 6 and corners:
            header = ["path", "x1", "y1", "x2", "y2", "class"]
        rows.insert(0, header)
    names = [cell.strip() for cell in rows[0]]
    cells = [dict(zip(header, map(str.strip, row))) for row in rows[1:]]
    named = not all(_PHOTO.fullmatch(row.get(header[0], "")) for row in cells[:20])
    file = _column(header, _FILES, cells) or ("" if usual or named else header[0])
    if not file or not cells:
        raise ValueError("no column of files")
    label = next((name for name in _LABELS if name in header and name != file), "")
    split = next((name for name in _SPLITS if name in header), "")
    on = [(key, name) for key, name in zip(header, names) if key not in (file, split)]
    if not label and len(on) == 1:
        label = on[0][0]
    if not label:
        values = {row.get(key, "").lower() for row in cells for key, _ in on}
        if len(on) < 2 or not values <= _ON | _OFF:
            raise ValueError("no column of files and one of labels")
        return [
            Annotation(row[file], name, split=_split(row.get(split, ""), split))
            for row in cells
            for key, name in on
            if row.get(key, "").lower() in _ON
        ]
    several = _separator(label, [row.get(label, "") for row in cells])
    return [
        Annotation(row.get(file, ""), name, *_box(row), _split(row.get(split, ""), split))
        for row in cells
        for name in (row.get(label, "").split(several) if several else [row.get(label, "")])
        if row.get(file)
    ]


def _column(header: Collection[str], names: Sequence[str], rows: list[dict[str, str]]) -> str:
    """The first of the names that heads a column, one that holds names of photos before others."""
    there = [name for name in names if name in header]
    for name in there:
        if all(_PHOTO.fullmatch(row.get(name, "")) for row in rows[:20]):
            return name
    return there[0] if there else ""


def _separator(label: str, values: list[str]) -> str | None:
    """What lies between the labels of a column that is named for several."""
    if label not in ("labels", "tags", "classes"):
        return None
    signs = [sign for sign in "|;," if any(sign in value for value in values)]
    return signs[0] if signs else " " if label == "tags" else None


def _split(value: str, column: str) -> str:
    """The split that a cell tells: `train`, or a test set's name."""
    if column.startswith("is_"):
        return column[3:] if value.lower() in _ON else "train"
    found = split_of(value) if value else None
    return value if found == "test" else found or ""


def _box(row: dict[str, str]) -> tuple[Corners | None, tuple[float, float] | None]:
    """Corners, and what they are in: shares, or pixels of a photo whose size the table may tell."""
    try:
        size = float(row.get("width") or 0), float(row.get("height") or 0)
        if row.get("bbox"):
            x, y, width, height = map(float, json.loads(row["bbox"]))
            return (x, y, x + width, y + height), size if all(size) else None
        for names in _CORNERS:
            if all(row.get(name) for name in names):
                x0, y0, x1, y1 = (float(row[name]) for name in names)
                if max(x0, y0, x1, y1) <= 1:
                    size = (1.0, 1.0)
                return (x0, y0, x1, y1), size if all(size) else None
    except (ValueError, TypeError, RecursionError):
        pass
    return None, None
