"""The folders of a source as a tree, and which of them say nothing of classes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from core.base.language import N_
from core.data.dataset_names import class_name
from core.data.split_words import CONTAINERS, SIDE_WORDS, fold


@dataclass(eq=False)
class Folder:
    """A folder with photos in it, or below it."""

    path: str = ""
    photos: list[str] = field(default_factory=list)
    folders: dict[str, Folder] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def label(self) -> str:
        """The class that it is, if it is one."""
        return class_name(self.name)

    def count(self) -> int:
        """Photos in it and below."""
        return len(self.photos) + sum(inner.count() for inner in self.folders.values())

    def levels(self) -> Iterator[Folder]:
        """It and all folders below, the uppermost first."""
        level = [self]
        while level:
            yield from level
            level = [inner for here in level for inner in here.folders.values()]


def folder_tree(photos: Sequence[str]) -> Folder:
    root = Folder()
    for photo in photos:
        here = root
        *folders, _ = photo.split("/")
        for depth, name in enumerate(folders, start=1):
            here = here.folders.setdefault(name, Folder("/".join(folders[:depth])))
        here.photos.append(photo)
    return root


def inner_folder(folder: Folder, only: Collection[str] | None = None) -> Folder:
    """The folder within it that it merely wraps; `only` those of these names."""
    while not folder.photos or len(folder.folders) == 1:
        inside = [each for each in folder.folders.values() if not aside_reason(each, folder)]
        if len(inside) != 1 or (only is not None and fold(inside[0].name) not in only):
            break
        (folder,) = inside
    return folder


def wraps_all(folder: Folder) -> bool:
    """Whether it holds nothing but a folder of all photos, such as `images`."""
    return not folder.photos and {fold(name) for name in folder.folders} <= CONTAINERS


def aside_reason(folder: Folder, parent: Folder | None = None) -> str:
    """Why a folder holds no photos of the set, else "": masks and the like, beside a folder of
    the photos in `parent`, and folders put by with a leading `_`."""
    beside = {fold(name) for name in parent.folders} if parent else CONTAINERS
    if fold(folder.name) in SIDE_WORDS and beside & CONTAINERS:
        return N_("its folder name suggests masks or annotations")
    put_by = folder.name[0] == "_" and len(folder.name) > 1
    return N_("its folder name starts with _") if put_by else ""


def is_like(path: str, pattern: str) -> bool:
    """Whether a folder is of that path; `*` stands for any name."""
    parts, wanted = path.split("/"), pattern.strip("/").split("/")
    return len(parts) == len(wanted) and all(w in ("*", p) for p, w in zip(parts, wanted))
