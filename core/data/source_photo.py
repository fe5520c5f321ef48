"""A photo of a folder or zip file, from where it lies there to where an import puts it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from core.base.language import N_
from core.data.archive import printable
from core.data.dataset_names import BACKGROUND
from core.data.label_tables import Box, Label


@dataclass(frozen=True)
class SourcePhoto:
    """file: in the source. split: `train` or a test set's name. label: its class, `background` for
    a test photo of none of the classes, "" for one without a label; by_table: whether annotations
    alone tell it. name: its file within the split. present: all classes of a test photo. columns:
    what further ones of our train.csv say. copied_to: in the imported data set; changes: in words
    what was changed on the way."""

    file: str
    split: str
    label: str
    name: str = ""
    by_table: bool = False
    present: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    copied_to: str = ""
    changes: tuple[str, ...] = ()

    @property
    def truth(self) -> Label:
        """Its label, of a test photo that has one."""
        return Label(self.label, tuple(name for name in self.present if name != BACKGROUND))

    @property
    def folder(self) -> str:
        """Of its copy: `train/red`."""
        return self.copied_to.rpartition("/")[0]

    @property
    def copied_name(self) -> str:
        """The copy's file within its set, as tables and core.data.dataset.Photo have it."""
        return self.copied_to.partition("/")[2]

    def among(self, classes: Collection[str]) -> SourcePhoto:
        """A test photo with labels of these classes alone, `background` where none of them is
        left."""
        present = tuple(n for n in self.present if n in classes and n != BACKGROUND)
        label = self.label
        if label and label not in classes and label != BACKGROUND:
            label = present[0] if present else BACKGROUND
        return replace(self, label=label, present=present)

    def text(self) -> str:
        """`train/red/a.jpg: from Red/A.PNG (PNG to JPEG)`."""
        line = N_("{photo}: from {source}")
        if self.changes:
            line = N_("{photo}: from {source} ({changes})")
        changes = ", ".join(self.changes)
        return line.format(photo=self.copied_to, source=printable(self.file), changes=changes)
