"""How a session stands: what each run got right, and whether a difference is settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.base.language import _, ngettext
from core.capture.sequential import (
    SETTLES_AT,
    accuracy_interval,
    paired_odds,
    remaining_range,
)
from core.capture.session import Picture, disagreed


@dataclass(frozen=True)
class RunTally:
    """A run's photos: answered, of these right, and its accuracy's confidence sequence (0..1)."""

    answered: int
    right: int
    low: float
    high: float


@dataclass(frozen=True)
class PairTally:
    """Two runs, A and B, on the photos that both answered. odds: of now. settled_after: with how
    many photos the odds first reached SETTLES_AT, None where they never did; settled_for: which run
    was ahead then, 0 or 1. remaining: how many more it would probably take."""

    answered: int
    first_only: int
    second_only: int
    odds: float
    settled_after: int | None
    settled_for: int | None
    remaining: tuple[int, int] | None


def run_tally(pictures: Sequence[Picture], run: str) -> RunTally:
    """How one run stands."""
    right = [picture.right(run) for picture in pictures]
    answered, correct = len(right) - right.count(None), right.count(True)
    return RunTally(answered, correct, *accuracy_interval(correct, answered))


def pair_tally(pictures: Sequence[Picture], runs: Sequence[str]) -> PairTally | None:
    """How two runs stand; None where the session has one."""
    if len(runs) != 2:
        return None
    counts, answered = [0, 0], 0
    settled_after = settled_for = None
    for picture in pictures:
        differ = disagreed(picture, runs)
        if differ is None:
            continue
        answered += 1
        if not differ:
            continue
        counts[0 if picture.right(runs[0]) else 1] += 1
        if settled_after is None and paired_odds(*counts) >= SETTLES_AT:
            settled_after, settled_for = answered, int(counts[1] > counts[0])
    a, b = counts
    remaining = None if settled_after else remaining_range(a, b, answered)
    return PairTally(answered, a, b, paired_odds(a, b), settled_after, settled_for, remaining)


def verdict_text(tally: PairTally, names: Sequence[str]) -> str:
    """What may be said of two runs, in a sentence. names: of the runs."""
    if tally.settled_after is not None and tally.settled_for is not None:
        return ngettext(
            "{name} is better: settled after 1 photo",
            "{name} is better: settled after {count} photos",
            tally.settled_after,
            name=names[tally.settled_for],
        )
    a, b = tally.first_only, tally.second_only
    if a == b == 0:
        return _("No photo yet on which only one of them is right")
    return _("{ahead} against {behind}: cannot tell yet", ahead=max(a, b), behind=min(a, b))


def odds_text(tally: PairTally, names: Sequence[str]) -> str:
    """`12 to 1 that B is better; 20 to 1 settles it`; "" where no run is ahead."""
    a, b = tally.first_only, tally.second_only
    if a == b or tally.odds <= 1:
        return ""
    return _(
        "{odds:.0f} to 1 that {name} is better; {limit:.0f} to 1 settles it",
        odds=min(tally.odds, 1e6),
        name=names[int(b > a)],
        limit=SETTLES_AT,
    )
