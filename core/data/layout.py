"""Which of the folders that somebody has made are classes, and which are test sets.

Pure functions of file names: nothing is read here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.base.errors import DataError
from core.base.language import N_
from core.data.dataset import VALIDATION

_TRAIN = re.compile(r"(.*[_. -])?(train|training|trainset)([_. 0-9-].*)?$")
_TEST = re.compile(
    r"(.*[_. -])?(test|tests|testing|testset|val|valid|validation|eval|holdout)([_. 0-9-].*)?$"
)
_MAX_NAME = 60
_RESERVED = ("train", VALIDATION)  # no test set's name


@dataclass(frozen=True)
class PlacedPhoto:
    """A photo's place in the data set. split: `train` or a test set's name. label: its class, ""
    for a test photo that lies in no folder of a class."""

    file: str
    split: str
    label: str


@dataclass(frozen=True)
class Layout:
    """base: the folder that holds `train` or the classes, "" for the source itself. placed: the
    photos, in order. strays: photos that lie in no class and no test set. folders: where each
    class and test set was found, by its name in the data set."""

    base: str
    placed: tuple[PlacedPhoto, ...]
    unplaced: tuple[str, ...]
    folders: dict[str, str]


@dataclass(eq=False)
class _Folder:
    """A folder with photos in it, or below it."""

    path: str = ""
    photos: list[str] = field(default_factory=list)
    folders: dict[str, _Folder] = field(default_factory=dict)

    def everything(self) -> list[str]:
        """Its photos and those of all folders below."""
        return [*self.photos, *(p for f in self.folders.values() for p in f.everything())]


def find_layout(photos: Sequence[str]) -> Layout:
    """The classes and test sets among the photos' names (paths with `/`).

    The classes are the folders in a folder called `train` (`training`, `books_train`), whatever it
    is wrapped in; without one, the uppermost folders that lie side by side. Then folders called
    `test`, `val` and the like, also `test_outdoors`, are test sets; beside `train` every folder is
    one. A test set's folders that are called like classes tell its labels; others are test sets of
    their own.

    Raises DataError when there are not at least two folders of photos.
    """
    root = _tree(photos)
    found = _beside_train(root) or _side_by_side(root)
    classes = found.classes
    if len(classes) < 2:
        raise DataError(
            N_(
                "needs a folder of photos for each class, at least two of them side by side, best "
                "in a folder train; found {found}"
            ).format(
                found=_folders_text(classes),
            )
        )
    return _placed(found, photos)


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
        clean = found = clean_name(name)
        number = 1
        while found.casefold() in self._taken:
            number += 1
            found = f"{clean}_{number}"
        self._taken.add(found.casefold())
        return found


# --- inside ---------------------------------------------------------------------------------------


def _tree(photos: Sequence[str]) -> _Folder:
    root = _Folder()
    for photo in photos:
        here = root
        *folders, _ = photo.split("/")
        for depth, name in enumerate(folders, start=1):
            here = here.folders.setdefault(name, _Folder("/".join(folders[:depth])))
        here.photos.append(photo)
    return root


@dataclass
class _SplitFolders:
    """The folder that holds the classes, or `train`; the class folders; the test sets' folders."""

    base: _Folder
    classes: list[_Folder]
    tests: list[_Folder]


def _beside_train(root: _Folder) -> _SplitFolders | None:
    """By the uppermost folder called `train` with at least two folders of photos."""
    level = [root]
    while level:
        for here in level:
            for name, folder in here.folders.items():
                classes = _unwrapped(folder)
                if _TRAIN.match(name.casefold()) and len(classes) > 1:
                    tests = [other for other in here.folders.values() if other is not folder]
                    return _SplitFolders(here, classes, tests)
        level = [folder for here in level for folder in here.folders.values()]
    return None


def _unwrapped(folder: _Folder) -> list[_Folder]:
    """Its folders; where it has but one, that one's."""
    while len(folder.folders) == 1:
        (folder,) = folder.folders.values()
    return list(folder.folders.values())


def _side_by_side(root: _Folder) -> _SplitFolders:
    """By the uppermost folders that lie side by side and are not called like test sets."""
    here, tests = root, []
    while True:
        classes = [f for name, f in here.folders.items() if not _TEST.match(name.casefold())]
        tests += [folder for folder in here.folders.values() if folder not in classes]
        if len(classes) != 1 or not classes[0].folders:
            return _SplitFolders(here, classes, tests)
        here = classes[0]


def _folders_text(folders: list[_Folder]) -> str:
    return N_("only {folder}/").format(folder=folders[0].path) if folders else N_("none")


def _placed(found: _SplitFolders, photos: Sequence[str]) -> Layout:
    labels, places = UniqueNames(), UniqueNames(_RESERVED)
    placed: list[PlacedPhoto] = []
    folders: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for folder in found.classes:
        label = labels.reserve(_last(folder.path))
        by_name.setdefault(_key(folder), label)
        folders[f"train/{label}"] = folder.path
        placed += [PlacedPhoto(photo, "train", label) for photo in folder.everything()]
    for test in found.tests:
        name, folder = places.reserve(_last(test.path)), test
        while not folder.photos and len(folder.folders) == 1:
            (only,) = folder.folders.values()
            if _key(only) in by_name:
                break
            folder = only
        own = [PlacedPhoto(photo, name, "") for photo in folder.photos]
        for inner in folder.folders.values():
            if _key(inner) in by_name:
                label = by_name[_key(inner)]
                own += [PlacedPhoto(photo, name, label) for photo in inner.everything()]
            else:
                split = places.reserve(f"{name}_{_last(inner.path)}")
                folders[split] = inner.path
                placed += [PlacedPhoto(photo, split, "") for photo in inner.everything()]
        if own:
            folders[name] = folder.path
            placed += own
    known = {place.file for place in placed}
    strays = tuple(photo for photo in photos if photo not in known)
    return Layout(found.base.path, tuple(placed), strays, folders)


def _last(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _key(folder: _Folder) -> str:
    """By which a test set's folder is known to be a class's."""
    return clean_name(_last(folder.path)).casefold()
