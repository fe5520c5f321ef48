"""What became of every file of an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.data.archive import Refused, printable
from core.data.layout import Placed

_SHOWN = 12  # lines of a kind in the summary


@dataclass(frozen=True)
class Taken:
    """A photo of the data set: where it came from, its folder and file there, and in words what was
    changed on the way."""

    place: Placed
    folder: str
    file: str
    changes: tuple[str, ...]

    def told(self) -> str:
        """`train/red/a.jpg: from Red/A.PNG (PNG to JPEG)`."""
        changes = f" ({', '.join(self.changes)})" if self.changes else ""
        return f"{self.folder}/{self.file}: from {printable(self.place.file)}{changes}"


@dataclass(frozen=True)
class Report:
    """source: its name. folders: where each class (`train/<class>`) and test set was found.
    notes: anything else that was done or left."""

    source: str
    folders: Mapping[str, str]
    taken: tuple[Taken, ...]
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]

    def summary(self) -> str:
        """A page of text: what there is, what was changed, what was left out."""
        return self._written(_SHOWN)

    def text(self) -> str:
        """The same with every file, for import.txt."""
        everything = len(self.taken) + len(self.refused)
        files = [one.told() for one in self.taken]
        return self._written(everything) + _listed(f"{len(files)} photos", files, everything)

    def _written(self, shown: int) -> str:
        changed = Counter(_kind(change) for one in self.taken for change in one.changes)
        lines = [f"imported from {printable(self.source)}: {len(self.taken)} photos"]
        for folder, found in self.folders.items():
            of_folder = [one for one in self.taken if one.folder == folder]
            labelled = sum(bool(one.place.label) for one in of_folder)
            words = f"  {folder}: {len(of_folder)} photos, from {printable(found)}/"
            if not folder.startswith("train/"):
                words += f"; {labelled} labelled by their folders" if labelled else "; test set"
            lines.append(words)
        text = "\n".join(lines) + "\n"
        text += _listed("changed", [f"{n} {what}" for what, n in sorted(changed.items())], shown)
        refused = [f"{printable(one.name)}: {one.reason}" for one in self.refused]
        return (
            text
            + _listed(f"left out: {len(refused)} files", refused, shown)
            + _listed("also", self.notes, shown)
        )


def _kind(change: str) -> str:
    """Changes of size are counted together."""
    return "made smaller" if change.endswith(" pixels") else change


def _listed(title: str, lines: Iterable[str], shown: int) -> str:
    lines = list(lines)
    if not lines:
        return ""
    more = [f"... and {len(lines) - shown} more, see import.txt"] if len(lines) > shown else []
    return "".join(f"{line}\n" for line in [title, *(f"  {x}" for x in lines[:shown] + more)])
