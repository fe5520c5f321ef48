"""What a report is about: the chosen items with a letter and a colour each, and what their run
folders hold. What cannot be read is told in a line and left out; a report never fails for it."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TypeVar

from core.base import palette
from core.base.errors import InputError
from core.base.language import translate
from core.compare.colours import MAX_COLOURS
from core.compare.selection import item_colours, run_photos_fingerprint
from core.store.groups import Group
from core.store.index import RunRow
from core.store.run import Run, open_run

LETTERS = "ABCDEFGHI"  # one for each item that has a colour of its own
# A folder in an error's line: it tells a reader of the report nothing, and may tell too much.
_FOLDER = re.compile(r"(?<![\w.])(?:/[^\s/:'\"]+)+/")
# Characters that HTML knows no meaning for, and halves of characters that UTF-8 cannot write.
_INVALID_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
Result = TypeVar("Result")


@dataclass(frozen=True)
class ReportEntry:
    """An item as the report shows it. letter: its short name in figures. colour: one of
    core.base.palette's."""

    item: Group
    letter: str
    colour: str

    @property
    def letter_and_title(self) -> str:
        """For a sentence."""
        return f"{self.letter} {self.item.title}"

    @property
    def css_colour(self) -> str:
        """Its colour on light pages and on dark ones."""
        return palette.css_colour(self.colour)


@dataclass(frozen=True)
class DatasetSection:
    """Items that saw the same photos: only they are compared. title: their data set's."""

    title: str
    entries: tuple[ReportEntry, ...]

    @property
    def finished(self) -> tuple[ReportEntry, ...]:
        return tuple(one for one in self.entries if one.item.evaluated_members())

    @property
    def finished_items(self) -> list[Group]:
        """The finished items."""
        return [one.item for one in self.finished]


class Subject:
    """runs_dir: where the items' runs are. left_out: the items beyond those that can be told apart.
    problems: what could not be read, so far."""

    def __init__(
        self, selected: Sequence[Group], all_rows: Sequence[RunRow], runs_dir: Path
    ) -> None:
        self.runs_dir = runs_dir
        shown, self.left_out = list(selected[:MAX_COLOURS]), list(selected[MAX_COLOURS:])
        paint = item_colours(shown)
        self.entries = [
            ReportEntry(item, letter, paint[item.id])
            for item, letter in zip(shown, LETTERS, strict=False)
        ]
        self.sections = _group_by_photos(self.entries, all_rows)
        self.problems: list[str] = []
        for row in (row for item in selected for row in item.members if row.problem):
            self.add_problem(str(row.problem))

    def read_runs(
        self, reader: Callable[[Run], Result], rows: Iterable[RunRow]
    ) -> dict[str, Result]:
        """What `reader` finds in each run, by id."""
        found: dict[str, Result] = {}
        for row in rows:
            try:
                found[row.id] = reader(open_run(self.runs_dir, row.id))
            except InputError as error:
                self.add_problem(str(error))
        return found

    def add_problem(self, problem: str) -> None:
        """Keeps a line for the reader, once."""
        line = translate(self.strip_folders(problem))
        if line not in self.problems:
            self.problems.append(line)

    def strip_folders(self, text: str) -> str:
        """The text with files named by their last part alone."""
        places = [str(self.runs_dir), str(self.runs_dir.resolve())]
        places += [row.data_path for one in self.entries for row in one.item.members]
        for place in sorted({place for place in places if place}, key=len, reverse=True):
            text = text.replace(f"{place}/", "").replace(place, Path(place).name)
        return _FOLDER.sub("", text)


def clean_text(text: str) -> str:
    """The text as HTML can hold it."""
    return _INVALID_CHARACTERS.sub("\ufffd", text)


def typical_run(item: Group) -> RunRow | None:
    """The finished run that stands for an item: of those with the commonest verdict the one whose
    share of difficult objects is nearest to the mean of all; None before one is finished."""
    rows = item.evaluated_members()
    verdict = item.verdict_counts()
    if verdict is not None:
        rows = tuple(r for r in rows if (r.summary or {}).get("verdict") == verdict.counts[0][0])
    scores = {row.id: row.field_values.get("objects") for row in item.evaluated_members()}
    known = {id_: score for id_, score in scores.items() if isinstance(score, int | float)}
    mean = fmean(known.values()) if known else 0.0
    return min(rows, key=lambda row: abs(known.get(row.id, mean) - mean), default=None)


def _group_by_photos(
    entries: Sequence[ReportEntry], all_rows: Sequence[RunRow]
) -> list[DatasetSection]:
    """A run that has not begun is taken to see what the newest run on its folder saw."""
    known = {row.data_path: row.photos for row in reversed(all_rows) if row.photos}
    found: dict[str, list[ReportEntry]] = {}
    for one in entries:
        row = one.item.members[0]
        found.setdefault(
            row.photos or known.get(row.data_path) or run_photos_fingerprint(row), []
        ).append(one)
    titles = [members[0].item.members[0].data for members in found.values()]
    return [
        DatasetSection(title if titles.count(title) == 1 else f"{title} ({number})", tuple(members))
        for number, (title, members) in enumerate(zip(titles, found.values()), start=1)
    ]
