"""Names that mean something in every data set, and how names of classes are compared."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from pathlib import Path

from core.base.errors import DataError
from core.base.language import N_

_MAX_NAME = 60
TRAIN = "train"
VALIDATION = "validation"  # in tables, the training photos that validate; no test set's name
CAPTURE_LOG = "capture.jsonl"  # beside the photos of a test set that was captured (core.capture)
BACKGROUND = "background"  # the class of photos that show none of the others
# What steers a terminal, breaks a line, or turns the text after it around (bidi controls).
CONTROL_CHARS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def exact_name(text: str) -> str:
    """A class's name as a table has it, in Unicode's composed form (NFC)."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()


def class_name(text: str) -> str:
    """Likewise of a folder or another tool's annotation, without what steers a terminal."""
    return CONTROL_CHARS.sub("", exact_name(text.encode("utf-8", "replace").decode())).strip()


def natural_key(name: str) -> tuple[object, ...]:
    """Sorts numbers in names by their value: 2 before 10."""
    parts = re.split(r"(\d+)", name)
    return (*(int(part) if place % 2 else part for place, part in enumerate(parts)), name)


def clean_name(name: str) -> str:
    """A name that every disk, table and page can bear: letters of any script, digits, `-`, `.` and
    `_`; at most 60 characters; never empty."""
    kept = [
        char if unicodedata.category(char)[0] in "LMN" or char in "-." else "_"
        for char in unicodedata.normalize("NFC", name)
    ]
    text = re.sub(r"_+", "_", "".join(kept)).strip("_.")[:_MAX_NAME]
    return text.strip("_.") or "unnamed"


class UniqueNames:
    """Hands out clean names, each only once, also where a disk does not tell A from a."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {name.casefold() for name in taken}

    def reserve(self, name: str) -> str:
        """The clean name, with a number where it is taken."""
        found, number = clean_name(name), 1
        while found.casefold() in self._taken:
            number += 1
            found = f"{clean_name(name)}_{number}"
        self._taken.add(found.casefold())
        return found


def check_file_name(root: Path, file: str) -> None:
    """Names travel through tables, terminals and pages as UTF-8; an old archive may hold others.
    Raises DataError."""
    if CONTROL_CHARS.search(file):
        shown = CONTROL_CHARS.sub("?", file)
        told = N_("{folder}/{shown}: the name contains an invisible character; rename it")
        raise DataError(told.format(folder=root, shown=shown))
    try:
        file.encode("utf-8")
    except UnicodeEncodeError:
        shown = file.encode("utf-8", "replace").decode()
        raise DataError(
            N_("{folder}/{shown}: the name is not UTF-8; rename it", folder=root, shown=shown)
        ) from None


def class_like(name: str, classes: Collection[str]) -> str:
    """The class that a folder of this name shows: by its exact name, or but for case where only
    one class is spelt so; "" for none."""
    if name in classes:
        return name
    alike = [each for each in classes if each.casefold() == name.casefold()]
    return alike[0] if len(alike) == 1 else ""
