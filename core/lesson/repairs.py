"""The numbers of the sixth step, read from docs/results.md: B's recipe (`quick`) with one thing
taken away. They stand there and nowhere else, so the lesson says what was measured last."""

import re
from dataclasses import dataclass
from pathlib import Path

from core.base import formatting
from core.base.files import PROJECT_ROOT
from core.base.language import _

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
    high: its 95% interval. verdicts: `generalises 5`. told: worse, better or cannot tell, against
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


# --- in sentences ---------------------------------------------------------------------------------


def arm_names() -> dict[str, str]:
    """What is taken away, in words, by the keys of ARMS."""
    return {
        "nothing": _("Nothing removed"),
        "augmentation": _("Without augmentation"),
        "dropout": _("Without dropout"),
        "slow-front": _("First layers trained, rate 0.01"),
        "fast-front": _("First layers trained, rate 0.1"),
    }


def outcome_text(outcome: str, capitalise: bool = False) -> str:
    """How an arm differs from the whole recipe, as docs/results.md tells it."""
    words = {
        "worse": _("worse"),
        "better": _("better"),
        "cannot tell": _("no measurable difference"),
    }.get(outcome, "")
    return words[:1].upper() + words[1:] if capitalise else words


def outcomes_text(arms: dict[str, Arm]) -> str:
    """Which arms did worse than the whole recipe, and of which that cannot be told."""
    names = arm_names()
    lines = [
        f"{outcome_text(told, capitalise=True)}: "
        + "; ".join(names[key] for key, arm in arms.items() if arm.outcome == told)
        for told in ("worse", "better", "cannot tell")
        if any(arm.outcome == told for arm in arms.values())
    ]
    return ". ".join(lines) + "." if lines else _("Not measured yet.")


def comparison_text(key: str, arms: dict[str, Arm]) -> str:
    """`45% named right, in place of 73%: worse.`"""
    return _(
        "{right} correct, instead of {whole}: {difference}.",
        right=formatting.percent(arms[key].accuracy),
        whole=formatting.percent(arms["nothing"].accuracy),
        difference=outcome_text(arms[key].outcome),
    )


def comparison_texts(arms: dict[str, Arm]) -> list[str]:
    """`Without dropout: 45% named right, ...` of each arm."""
    names = arm_names()
    return [f"{names[key]}: {comparison_text(key, arms)}" for key in arms if key != "nothing"]


def layer_drift_text(arms: dict[str, Arm]) -> str:
    """Whether layers that move do harm by moving: they moved with either rate."""
    if not {"slow-front", "fast-front"} <= arms.keys():
        return _("These runs cannot tell: they also differ in other ways.")
    return _(
        "Not by itself. On newly generated photos, with all else as in B, the first layers "
        "were trained at a rate of 0.01: {slow}. At 0.1, as in A: {fast}.",
        slow=translate_verdicts(arms["slow-front"].verdicts),
        fast=translate_verdicts(arms["fast-front"].verdicts),
    )


def translate_verdicts(text: str) -> str:
    """`overfit that looks good 3, generalises 2` in the chosen language."""
    for verdict, told in {
        "overfit that looks good": _("overfit that looks good"),
        "overfit, and it shows": _("overfit, and it shows"),
        "generalises": _("generalises"),
        "holds up, untested elsewhere": _("holds up, untested elsewhere"),
        "never learned": _("never learned"),
        "too little evidence": _("too little evidence"),
    }.items():
        text = text.replace(verdict, told)
    return text
