"""The photos that the challenge board ranks on: difficult photos of the toy books that no page
shows and no seed in the project draws.

A folder of runs has a draw of its own, `<runs>/.challenge/.photos/`, by a random seed: nobody can
tune on it, and two folders' boards are not to be held against each other. The books are the same
in every draw (core.toy_books.covers), only the home, the light and the scenes are others, so
that whoever learned the books can answer.
"""

import json
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.base import files
from core.base.errors import DataError, os_error_line
from core.base.language import N_
from core.data.dataset import BACKGROUND, Photo, TestSet
from core.data.fingerprints import truth_fingerprint
from core.data.label_tables import read_boxes, read_labels
from core.toy_books import draw_toy_books
from core.toy_books.covers import CLASSES as BOOKS

CHALLENGE_FOLDER = ".challenge"
CLASSES = tuple(sorted((*BOOKS, BACKGROUND)))  # what a run must tell apart to be asked
TEST_SET_NAME = "test_difficult"
PHOTO_COUNT = 80  # twice the bundled set's, so that fewer recipes tie


@dataclass(frozen=True)
class ChallengeSet:
    """A finished draw. fingerprint: of the labels and boxes, which no other draw has."""

    root: Path
    fingerprint: str
    photo_count: int


def find_challenge_set(runs_dir: Path) -> ChallengeSet | None:
    """The draw of a folder of runs; None before it is made. Raises DataError."""
    root = _challenge_set_dir(runs_dir)
    note = root / "drawn.json"
    if not note.is_file():
        return None
    try:
        found = json.loads(note.read_bytes())
        return ChallengeSet(root, str(found["print"]), int(found["photos"]))
    except (OSError, ValueError, LookupError, TypeError):
        raise DataError(
            N_("{path}: damaged; delete {root} to generate new photos", path=note, root=root)
        ) from None


def draw_challenge_set(
    runs_dir: Path,
    photo_count: int = PHOTO_COUNT,
    on_photo: Callable[[int, int], None] = lambda *_: None,
) -> ChallengeSet:
    """The draw of a folder of runs, made now where there is none; `on_photo(done, total)` is called
    after each photo, and what it raises leaves nothing behind. Raises DataError."""
    root = _challenge_set_dir(runs_dir)
    beside = root.with_name(".drawing")
    with files.locked(root.with_name(".drawing.lock")):
        found = find_challenge_set(runs_dir)
        if found is not None:
            return found
        try:
            for leftover in (root, beside):
                shutil.rmtree(leftover, ignore_errors=True)
            draw_toy_books(
                beside,
                secrets.randbits(63),
                train_per_book=0,
                backgrounds=0,
                easy=0,
                difficult=photo_count,
                on_photo=on_photo,
            )
            shutil.rmtree(beside / "train")
            print_ = truth_fingerprint(_read(beside))
            note = {"format": 1, "print": print_, "photos": photo_count}
            files.write_json(beside / "drawn.json", note)
            beside.rename(root)
        except OSError as error:
            raise DataError(os_error_line(error)) from None
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return ChallengeSet(root, print_, photo_count)


def read_challenge_set(challenge_set: ChallengeSet) -> TestSet:
    """Its photos with labels and boxes. Raises DataError when something is missing or changed."""
    with suppress(DataError):  # that would say how to mend a data set
        test_set = _read(challenge_set.root)
        if (
            len(test_set.photos) == challenge_set.photo_count
            and truth_fingerprint(test_set) == challenge_set.fingerprint
        ):
            return test_set
    told = N_("{root}: photos are missing or changed; delete the folder to generate new ones")
    raise DataError(told.format(root=challenge_set.root))


def _challenge_set_dir(runs_dir: Path) -> Path:
    return Path(runs_dir) / CHALLENGE_FOLDER / ".photos"


def _read(root: Path) -> TestSet:
    found = sorted((root / TEST_SET_NAME).glob("*.jpg"))
    known = {TEST_SET_NAME: {path.name for path in found}}
    labels = read_labels(root / "labels.csv", known, CLASSES).get(TEST_SET_NAME, {})
    boxes = read_boxes(root / "boxes.csv", known).get(TEST_SET_NAME, {})
    return TestSet(TEST_SET_NAME, tuple(Photo(path, path.name) for path in found), labels, boxes)
