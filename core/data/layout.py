"""Which of the folders that somebody has made are classes, and which are test sets.

Pure functions of file names: nothing is read here. A reading is a role for some folders; every
photo then follows from the roles on its path (`_placed`). The rules, in this order, each tried from
the uppermost folder down:

1. `train/` that holds class folders: it trains, every folder beside it is a test set.
2. Classes that each hold the same `train/`, `test/`: classes first, then splits.
3. Folders side by side are classes, but for those named like test sets (`split_of`).
4. Where tables or annotations label the photos: `train/`, `test/` without class folders, or all.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Literal

from core.base.errors import DataError
from core.base.language import N_
from core.data.dataset_names import TRAIN, VALIDATION, class_like, class_name, natural_key
from core.data.folder_tree import (
    Folder,
    aside_reason,
    folder_tree,
    inner_folder,
    is_like,
    wraps_all,
)
from core.data.source_photo import SourcePhoto
from core.data.split_words import (
    CLUTTER_WORDS,
    CONTAINERS,
    SIDE_WORDS,
    fold,
    is_test_among,
    split_of,
)

Kind = Literal["train", "test", "class", "out"]
KINDS: tuple[Kind, ...] = ("class", "train", "test", "out")


@dataclass(frozen=True)
class FolderRole:
    """What a folder is. name: the class's or test set's; of one that is left `out`, the reason.
    split: of a class, the split that its own name tells too (`test_cats`)."""

    kind: Kind
    name: str
    split: str = ""


@dataclass(frozen=True)
class PossibleReading:
    """One of two readings, and what chooses it: the option, or kinds of folders or `labels`."""

    title: str
    option: str
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    labels: str = ""


@dataclass(frozen=True)
class Layout:
    """base: the folder that holds `train` or the classes, "" for the source itself. placed: the
    photos, in order. unplaced: photos that lie in no class and no test set, with the reason.
    folders: where each class (`train/<class>`) and test set was found. possible: two readings where
    the names do not tell; `placed` is by the first. notes: what is to be said of the reading."""

    base: str
    placed: tuple[SourcePhoto, ...]
    unplaced: Mapping[str, str]
    folders: Mapping[str, str]
    roles: Mapping[str, FolderRole]
    possible: tuple[PossibleReading, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Found:
    """What a rule has found: roles by path, and whatever is not certain."""

    base: str
    roles: dict[str, FolderRole] = field(default_factory=dict)
    possible: tuple[PossibleReading, ...] = ()
    notes: list[str] = field(default_factory=list)

    def classes(self) -> set[str]:
        return {role.name for role in self.roles.values() if role.kind == "class"}


def find_layout(
    photos: Sequence[str],
    kinds: Mapping[str, Kind] | None = None,
    labelled: bool = False,
    by_table: bool = False,
) -> Layout:
    """The classes and test sets among the photos' names (paths with `/`).

    kinds: what a person says that folders are, by path (`*` for any name); it goes before what
    their names say. labelled: tables or annotations label the photos, so that folders need not;
    by_table: they do it alone, whatever the folders are called.

    Raises DataError where there are not at least two folders of photos and nothing else labels."""
    root = folder_tree(photos)
    found = (_splits_alone(root) or _Found("")) if by_table else _by_names(root)
    if kinds:
        found = _by_person(root, found, kinds)
    if len(found.classes()) < 2 and not by_table:
        if not labelled:
            raise DataError(_too_few(found))
        if not kinds:
            found = _splits_alone(root) or _Found("")
    return _placed(found, photos)


# --- the rules ------------------------------------------------------------------------------------


def _by_names(root: Folder) -> _Found:
    for here in root.levels():
        if found := _beside_train(here) or _classes_first(here) or _split_names(here):
            return found
    return _side_by_side(root)


def _beside_train(here: Folder) -> _Found | None:
    """Rule 1."""
    kids = list(here.folders.values())
    trains = [
        kid
        for kid in kids
        if (split_of(kid.name, strict=False) == "train" and len(inner_folder(kid).folders) > 1)
        # A single class folder is one too few, but makes no class of `train` itself.
        or (split_of(kid.name) == "train" and kid.folders and not wraps_all(kid))
    ]
    if not trains:
        return None
    others = [kid for kid in kids if kid not in trains]
    if not any(split_of(kid.name, strict=False) for kid in others) and not any(
        split_of(kid.name) for kid in trains
    ):  # `train_station` beside `bus_station`, which hold the same
        same = set(inner_folder(trains[0]).folders)
        if any(same & set(inner_folder(kid).folders) for kid in others):
            return None
    return _of_splits(here, trains, others)


def _of_splits(here: Folder, trains: list[Folder], tests: list[Folder]) -> _Found:
    found = _Found(here.path)
    known = {inner.label for test in tests for inner in inner_folder(test).folders.values()}
    for train in trains:
        inner = inner_folder(train)
        found.roles[inner.path] = FolderRole("train", TRAIN)
        _set_classes(found, _kept(found, inner), known)
    for test in tests:
        if reason := aside_reason(test):
            found.roles[test.path] = FolderRole("out", reason)
        else:
            _set_test(found, test)
    return found


def _classes_first(here: Folder) -> _Found | None:
    """Rule 2."""
    kids = list(here.folders.values())
    inner = [folder for kid in kids for folder in inner_folder(kid, CONTAINERS).folders.values()]
    splits = {split_of(folder.name) for folder in inner}
    parted = sum(bool(kid.folders) for kid in kids)
    if len(kids) < 2 or 2 * parted <= len(kids) or None in splits or "train" not in splits:
        return None
    held = [set(folder.folders) for folder in inner if len(folder.folders) > 1]
    if all(split_of(kid.name) for kid in kids) or (len(held) > 1 and set.intersection(*held)):
        return None
    found = _Found(here.path)
    for kid in kids:
        found.roles[kid.path] = FolderRole("class", kid.label)
    for folder in inner:
        kind = split_of(folder.name)
        name = TRAIN if kind == "train" else _set_name(found, folder.name, again=True)
        found.roles[folder.path] = FolderRole(kind or "train", name)
    return found


def _split_names(here: Folder) -> _Found | None:
    """Rule 2 in the folders' own names: `train_cats`, `train_dogs`, `test_cats`, `test_dogs`."""
    found, classes = _Found(here.path), dict[str, set[str]]()
    for kid in here.folders.values():
        words = re.split(r"[_. -]+", kid.name)
        split = next((word for word in words if split_of(word)), "")
        label = class_name("_".join(word for word in words if word != split))
        name = TRAIN if split_of(split) == "train" else split
        if not split or not label:
            return None
        found.roles[kid.path] = FolderRole("class", label, name)
        classes.setdefault(name, set()).add(label)
    train = classes.pop(TRAIN, set())
    told = len(train) > 1 and classes and all(labels <= train for labels in classes.values())
    return found if told else None


def _side_by_side(root: Folder) -> _Found:
    """Rule 3."""
    here, tests, found = root, list[Folder](), _Found("")
    while True:
        kids = _kept(found, here)
        named_tests = [kid for kid in kids if is_test_among(kid.name, here.folders)]
        classes = [kid for kid in kids if kid not in named_tests]
        classes = _without_clutter(found, classes)
        tests += named_tests
        if len(classes) != 1 or not classes[0].folders:
            break
        here = classes[0]
    found.base = here.path
    _set_classes(found, classes, {f.label for t in tests for f in inner_folder(t).folders.values()})
    for test in tests:
        _set_test(found, test)
    return found


def _splits_alone(root: Folder) -> _Found | None:
    """Rule 4."""
    for here in root.levels():
        kids = [kid for kid in here.folders.values() if split_of(kid.name)]
        trains = [kid for kid in kids if split_of(kid.name) == "train"]
        if trains or (kids and here.photos):
            found = _Found(here.path)
            for train in trains:
                found.roles[inner_folder(train).path] = FolderRole("train", TRAIN)
            for test in here.folders.values():
                meant = bool(trains) or test in kids
                if meant and test not in trains and not aside_reason(test):
                    _set_test(found, test)
            return found
    return None


def _by_person(root: Folder, found: _Found, kinds: Mapping[str, Kind]) -> _Found:
    """The reading with folders that a person has named. Raises DataError for one that is not
    there."""
    folders = {folder.path: folder for folder in root.levels()}
    for pattern in kinds:
        if not any(is_like(path, pattern) for path in folders):
            raise DataError(N_("{folder}: no photo folder with that name", folder=pattern))
    kinds = {path: kind for path in folders for like, kind in kinds.items() if is_like(path, like)}
    trains = [folders[path] for path, kind in kinds.items() if kind == "train"]
    if trains:
        beside = folders[trains[0].path.rpartition("/")[0]]
        rest = [kid for kid in beside.folders.values() if kid not in trains]
        found = _of_splits(beside, trains, [kid for kid in rest if kid.path not in kinds])
    found.possible = ()
    for path, kind in kinds.items():
        if kind == "train":
            continue
        for inside in folders[path].levels():
            found.roles.pop(inside.path, None)
        if kind == "test":
            _set_test(found, folders[path])
        else:
            name = folders[path].label if kind == "class" else N_("left out by choice")
            found.roles[path] = FolderRole(kind, name)
    return found


def _kept(found: _Found, here: Folder) -> list[Folder]:
    """Its folders without those that hold no photos of the set, which are told."""
    reasons = {kid.path: aside_reason(kid, here) for kid in here.folders.values()}
    found.roles |= {path: FolderRole("out", reason) for path, reason in reasons.items() if reason}
    return [kid for kid in here.folders.values() if not reasons[kid.path]]


def _without_clutter(found: _Found, classes: list[Folder]) -> list[Folder]:
    """Without folders of a project's own pictures, such as `docs`, beside the classes."""
    clutter = [kid for kid in classes if fold(kid.name) in CLUTTER_WORDS]
    usable = [kid for kid in classes if kid not in clutter and kid.count() > 1]
    if len(usable) == 1 and len(inner_folder(usable[0]).folders) > 1:
        clutter = [kid for kid in classes if kid is not usable[0]]
    elif usable:
        usual = median(kid.count() for kid in usable)
        clutter = [kid for kid in clutter if 5 * kid.count() <= usual]
    for kid in clutter:
        found.roles[kid.path] = FolderRole(
            "out", N_("is next to the classes but is not one of them")
        )
    return [kid for kid in classes if kid not in clutter]


def _set_classes(found: _Found, classes: list[Folder], known: set[str]) -> None:
    """Makes folders classes. Where each holds the same folders, those may be the classes instead:
    by `known`, the names of folders in test sets, or else two readings are possible."""
    within = [inner for kid in classes for inner in inner_folder(kid, CONTAINERS).folders.values()]
    counts = Counter(inner.label for inner in within)
    common = {label for label, count in counts.items() if 2 * count > len(classes)}
    same = len(classes) > 1 and len(common) > 1 and not any(kid.photos for kid in classes)
    same = same and not {fold(label) for label in common} <= CONTAINERS | SIDE_WORDS
    outer = {kid.label for kid in classes}
    by_inner = same and len(common & known) > 1 and not outer & known
    if same and not by_inner and not outer & known:
        beside = classes[0].path.rpartition("/")[0]
        every = f"{beside}/*" if beside else "*"
        first, second = (", ".join(sorted(names, key=natural_key)[:6]) for names in (outer, common))
        either: tuple[tuple[str, Kind], ...] = (
            (N_("the classes are {outer}").format(outer=first), "class"),
            (
                N_("the classes are {inner}, inside {outer}").format(inner=second, outer=first),
                "train",
            ),
        )
        paths = [kid.path for kid in classes]
        found.possible = tuple(
            PossibleReading(title, f"--folder '{every}={kind}'", dict.fromkeys(paths, kind))
            for title, kind in either
        )
    for folder in within if by_inner else classes:
        found.roles[folder.path] = FolderRole("class", folder.label)
        _kept(found, folder)


def _set_test(found: _Found, test: Folder) -> None:
    """Makes a folder a test set. Its folders tell labels where any is named like a class, and are
    test sets of their own otherwise."""
    classes = found.classes()
    folder = test
    while not folder.photos and len(folder.folders) == 1:
        (only,) = folder.folders.values()
        if class_like(only.label, classes):
            break
        folder = only
    name = _set_name(found, test.name)
    found.roles[folder.path] = FolderRole("test", name)
    level = _kept(found, folder)
    if not any(class_like(inner.label, classes) for inner in level):
        deeper = [each for inner in level for each in inner.folders.values()]
        if not any(class_like(inner.label, classes) for inner in deeper):
            for inner in level if classes else ():
                own = _set_name(found, f"{name}_{inner.name}")
                found.roles[inner.path] = FolderRole("test", own)
            return
        level = deeper
    for inner in level:
        label = class_like(inner.label, classes) or inner.label
        found.roles[inner.path] = FolderRole("class", label)
        if label != inner.label:
            told = N_("{folder}: read as class {name}")
            found.notes.append(told.format(folder=inner.path, name=label))


def _set_name(found: _Found, name: str, again: bool = False) -> str:
    """A test set's name that means nothing else; `again`: several folders may be of one set."""
    wanted = free = unicodedata.normalize("NFC", name)
    taken = {role.name for role in found.roles.values() if role.kind == "test" and not again}
    number = 1
    while free in taken or free.casefold() in (TRAIN, VALIDATION):
        number += 1
        free = f"{wanted}_{number}"
    return free


def _too_few(found: _Found) -> str:
    told = N_(
        "needs one folder of photos per class, at least two side by side, preferably "
        "inside a folder train; found {found}"
    )
    for path, role in found.roles.items():
        if role.kind == "class":
            return told.format(found=N_("only {folder}/").format(folder=path))
    return told.format(found=N_("none"))


def _placed(found: _Found, photos: Sequence[str]) -> Layout:
    placed: list[SourcePhoto] = []
    unplaced: dict[str, str] = {}
    folders: dict[str, str] = {}
    with_classes = bool(found.classes())
    for photo in photos:
        split, label, inside, outer = TRAIN, "", "", ""
        folders_of = photo.split("/")[:-1]
        reason = N_("is in no class and no test set")
        lies = not found.roles
        for depth in range(len(folders_of) + 1):
            path = "/".join(folders_of[:depth])
            role = found.roles.get(path)
            if role is None:
                continue
            if role.kind == "out":
                lies, reason = False, role.name
                break
            lies = True
            if role.kind == "class":
                label, outer = role.name, "" if inside else f"{folders_of[depth - 1]}/"
                if role.split:
                    split = role.split
                    folders.setdefault(split, found.base) if split != TRAIN else None
                if split == TRAIN:
                    folders.setdefault(f"{TRAIN}/{label}", path)
            else:
                split, inside = role.name, f"{path}/" if path else ""
                if role.kind == "test":
                    folders.pop(f"{TRAIN}/{label}", None) if outer else None
                    folders.setdefault(split, path)
        if not lies or (split == TRAIN and with_classes and not label):
            unplaced[photo] = reason
            continue
        start = len(inside) or (len(found.base) + 1 if found.base else 0)
        name = f"{outer if inside else ''}{photo[start:]}"
        placed.append(SourcePhoto(photo, split, label, name))
    names = Counter((photo.split, photo.name) for photo in placed)
    twice = {split for (split, _), count in names.items() if count > 1}
    # Classes first, in their order, then test sets.
    order = sorted(folders, key=lambda key: (not key.startswith(f"{TRAIN}/"), natural_key(key)))
    return Layout(
        found.base,
        # Photos of a split whose names come twice are named by their whole paths.
        tuple(replace(one, name=one.file) if one.split in twice else one for one in placed),
        unplaced,
        {key: folders[key] for key in order},
        found.roles,
        found.possible,
        tuple(found.notes),
    )
