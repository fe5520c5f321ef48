"""What became of every file of an import."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.base.language import N_, translate
from core.data.archive import RejectedFile, printable
from core.data.source_photo import SourcePhoto

_SHOWN = 12  # lines of a kind in the summary


@dataclass(frozen=True)
class ImportReport:
    """source: its name. folders: where each class (`train/<class>`) and test set was found.
    notes: anything else that was done or left."""

    source: str
    folders: Mapping[str, str]
    imported: tuple[SourcePhoto, ...]
    rejected: tuple[RejectedFile, ...]
    notes: tuple[str, ...]

    def summary(self) -> str:
        """A page of text: what there is, what was changed, what was left out."""
        return self._render(_SHOWN)

    def text(self) -> str:
        """The same with every file, for import.txt."""
        everything = len(self.imported) + len(self.rejected)
        files = [one.text() for one in self.imported]
        title = N_("{count} photos").format(count=len(files))
        return self._render(everything) + _listed(title, files, everything)

    def _render(self, shown: int) -> str:
        changes = [change for one in self.imported for change in one.changes]
        # Changes of size are counted together.
        changed = Counter(N_("downscaled") if c.endswith(" pixels") else c for c in changes)
        head = N_("imported from {source}: {count} photos")
        lines = [head.format(source=printable(self.source), count=len(self.imported))]
        for folder, found in self.folders.items():
            of_folder = [one for one in self.imported if one.folder == folder]
            labelled = sum(bool(one.label) and not one.by_table for one in of_folder)
            words = N_("{set}: {count} photos, from {folder}/")
            if not found:
                words = N_("{set}: {count} photos, assigned by tables")
            if found and not folder.startswith("train/"):
                words = N_("{set}: {count} photos, from {folder}/ (test set)")
            if found and not folder.startswith("train/") and labelled:
                words = N_("{set}: {count} photos, from {folder}/ ({labelled} labelled by folder)")
            told = words.format(
                set=folder, count=len(of_folder), folder=printable(found), labelled=labelled
            )
            lines.append(f"  {told}")
        text = "\n".join(lines) + "\n"
        text += _listed(
            N_("changed"), [f"{n} {what}" for what, n in sorted(changed.items())], shown
        )
        refused = [f"{printable(one.name)}: {one.reason}" for one in self.rejected]
        title = N_("left out: {count} files").format(count=len(refused))
        return text + _listed(title, refused, shown) + _listed(N_("also"), self.notes, shown)


def translate_report(report: str) -> str:
    """What import.txt says, in the chosen language."""
    return "\n".join(map(_translate_line, report.splitlines()))


def _translate_line(line: str) -> str:
    words = line.lstrip()
    number, _, change = words.partition(" ")
    if number.isdigit() and translate(words) == words:  # `12 PNG to JPEG`
        words = f"{number} {translate(change)}"
    return line[: len(line) - len(line.lstrip())] + translate(words)


def _listed(title: str, lines: Iterable[str], shown: int) -> str:
    lines = list(lines)
    if not lines:
        return ""
    rest = N_("... and {count} more; see import.txt").format(count=len(lines) - shown)
    more = [rest] if len(lines) > shown else []
    return "".join(f"{line}\n" for line in [title, *(f"  {x}" for x in lines[:shown] + more)])
