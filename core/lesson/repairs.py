"""The numbers of the sixth step, read from docs/results.md: B's recipe (`quick`) with one thing
taken away. They stand there and nowhere else, so the lesson says what was measured last."""

import re
from dataclasses import dataclass
from pathlib import Path

from core.base.files import PROJECT_ROOT

RESULTS = PROJECT_ROOT / "docs" / "results.md"
BASE = "quick"
# What is taken away, as docs/results.md names it, by the word for it in a link.
ARMS = {
    "nothing": BASE,
    "augmentation": "no augmentation",
    "dropout": "no dropout",
    "slow-front": "front at 1e-2",
    "fast-front": "front at 1e-1",
}
TOY_HEADING, REAL_HEADING = "toy draw", "small_books"  # how the names of the photos begin there
_SHARE_PATTERN = re.compile(r"(-?[\d.]+) \((-?[\d.]+)-(-?[\d.]+)\)")


@dataclass(frozen=True)
class Arm:
    """A row of a table. right: the share of objects named right, mean over `seeds` trainings; low,
    high: its 95 % interval. verdicts: `generalises 5`. told: worse, better or cannot tell, against
    quick; empty for quick itself."""

    name: str
    seeds: int
    accuracy: float
    low: float
    high: float
    verdicts: str
    outcome: str


def read_arms(heading: str, results: Path = RESULTS) -> dict[str, Arm]:
    """The arms that were measured on these photos against quick, by ARMS' keys; of quick the row
    with most seeds. Empty where the page is missing."""
    if not results.is_file():
        return {}
    names, found = {name: key for key, name in ARMS.items()}, dict[str, Arm]()
    for table in _tables(results.read_text("utf-8"), heading):
        arms = [arm for arm in map(_arm, table) if arm]
        if not arms or arms[0].name != BASE:
            continue
        for arm in arms:
            known = found.get(names.get(arm.name, ""))
            if arm.name in names and (known is None or arm.seeds > known.seeds):
                found[names[arm.name]] = arm
    return {key: found[key] for key in ARMS if key in found}


def _tables(page: str, heading: str) -> list[list[list[str]]]:
    """The cells of each table that is headed by these photos."""
    found = []
    for part in re.split(r"^(?=\S.*; compared with )", page, flags=re.MULTILINE):
        if part.startswith(heading):
            lines = [line for line in part.splitlines() if line.startswith("| ")]
            found.append(
                [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
            )
    return found


def _arm(cells: list[str]) -> Arm | None:
    """A row of a table; None for its head."""
    if (
        len(cells) < 6
        or not (share := _SHARE_PATTERN.fullmatch(cells[3]))
        or not cells[1].isdigit()
    ):
        return None
    right, low, high = map(float, share.groups())
    told = cells[6].rpartition(": ")[2] if len(cells) > 6 else ""
    return Arm(cells[0], int(cells[1]), right, low, high, cells[5], told.strip("| "))
