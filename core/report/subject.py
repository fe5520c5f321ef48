"""What a report is about: the chosen items with a letter and a colour each, and what their run
folders hold. What cannot be read is told in a line and left out; a report never fails for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TypeVar

from core.base import palette
from core.base.errors import InputError
from core.base.language import translate
from core.compare.colours import MOST
from core.compare.comparable import photos_of
from core.compare.selection import item_colours
from core.report.drawing import LETTER
from core.report.markup import Markup, tag
from core.store.groups import Group
from core.store.index import RunRow
from core.store.run import Run, open_run

LETTERS = "ABCDEFGHI"  # one for each item that has a colour of its own
# A folder in an error's line: it tells a reader of the report nothing, and may tell too much.
_FOLDER = re.compile(r"(?<![\w.])(?:/[^\s/:'\"]+)+/")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Shown:
    """An item as the report shows it. letter: its short name in figures."""

    item: Group
    letter: str
    colour: str

    @property
    def mark(self) -> Markup:
        """The letter on the item's colour."""
        look = f"background:{self.colour};color:{LETTER}"
        return tag("span", self.letter, class_="mark", style=look)

    @property
    def named(self) -> Markup:
        """Its mark and its title."""
        return Markup(self.mark + tag("bdi", self.item.title))


@dataclass(frozen=True)
class Part:
    """Items that saw the same photos: only they are compared. title: their data set's."""

    title: str
    shown: tuple[Shown, ...]

    @property
    def finished(self) -> tuple[Shown, ...]:
        return tuple(one for one in self.shown if one.item.finished())

    @property
    def items(self) -> list[Group]:
        """The finished items."""
        return [one.item for one in self.finished]


class Subject:
    """runs_dir: where the items' runs are. left_out: the items beyond those that can be told apart.
    problems: what could not be read, so far."""

    def __init__(self, items: Sequence[Group], all_rows: Sequence[RunRow], runs_dir: Path) -> None:
        self.runs_dir = runs_dir
        shown, self.left_out = list(items[:MOST]), list(items[MOST:])
        paint = item_colours(shown)
        self.shown = [
            Shown(item, letter, palette.on_page(paint[item.id]))
            for item, letter in zip(shown, LETTERS, strict=False)
        ]
        self.parts = _parts(self.shown, all_rows)
        self.problems: list[str] = []
        for row in (row for item in items for row in item.members if row.problem):
            self.note(str(row.problem))

    def read(self, look: Callable[[Run], Found], rows: Iterable[RunRow]) -> dict[str, Found]:
        """What `look` finds in each run, by id."""
        found: dict[str, Found] = {}
        for row in rows:
            try:
                found[row.id] = look(open_run(self.runs_dir, row.id))
            except InputError as error:
                self.note(str(error))
        return found

    def note(self, problem: str) -> None:
        """Keeps a line for the reader, once."""
        line = translate(self.without_folders(problem))
        if line not in self.problems:
            self.problems.append(line)

    def without_folders(self, text: str) -> str:
        """The text with files named by their last part alone."""
        places = [str(self.runs_dir), str(self.runs_dir.resolve())]
        places += [row.data_path for one in self.shown for row in one.item.members]
        for place in sorted({place for place in places if place}, key=len, reverse=True):
            text = text.replace(f"{place}/", "").replace(place, Path(place).name)
        return _FOLDER.sub("", text)


def typical(item: Group) -> RunRow | None:
    """The finished run that stands for an item: of those with the commonest verdict the one whose
    share of difficult objects is nearest to the mean of all; None before one is finished."""
    rows = item.finished()
    verdict = item.verdict()
    if verdict is not None:
        rows = tuple(r for r in rows if (r.summary or {}).get("verdict") == verdict.counts[0][0])
    scores = {row.id: row.facts.get("objects") for row in item.finished()}
    known = {id_: score for id_, score in scores.items() if isinstance(score, int | float)}
    mean = fmean(known.values()) if known else 0.0
    return min(rows, key=lambda row: abs(known.get(row.id, mean) - mean), default=None)


def _parts(shown: Sequence[Shown], all_rows: Sequence[RunRow]) -> list[Part]:
    """A run that has not begun is taken to see what the newest run on its folder saw."""
    known = {row.data_path: row.photos for row in reversed(all_rows) if row.photos}
    found: dict[str, list[Shown]] = {}
    for one in shown:
        row = one.item.members[0]
        found.setdefault(row.photos or known.get(row.data_path) or photos_of(row), []).append(one)
    titles = [members[0].item.members[0].data for members in found.values()]
    return [
        Part(title if titles.count(title) == 1 else f"{title} ({number})", tuple(members))
        for number, (title, members) in enumerate(zip(titles, found.values()), start=1)
    ]
