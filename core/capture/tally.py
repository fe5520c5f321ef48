"""How a session stands: what each run got right, and whether a difference is settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from core.base.language import _, ngettext
from core.capture import sequential
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
    """Two runs on the photos that both answered: on how many only the first or second was right,
    and the odds now. settled_after: the number of photos at which the odds first reached
    SETTLES_AT, None where they never did; settled_for: which run was ahead then, 0 or 1."""

    answered: int
    first_only: int
    second_only: int
    settled_after: int | None = None
    settled_for: int = 0

    @property
    def odds(self) -> float:
        return sequential.paired_odds(self.first_only, self.second_only)

    @property
    def progress(self) -> float:
        """How far the odds have come to settling it, on a logarithmic scale, 0..1."""
        return min(max(0.0, log(self.odds)) / log(sequential.SETTLES_AT), 1.0)

    @property
    def remaining(self) -> tuple[int, int] | None:
        """How many more photos it would probably take."""
        counts = self.first_only, self.second_only, self.answered
        return None if self.settled_after else sequential.remaining_range(*counts)


def run_tally(pictures: Sequence[Picture], run: str) -> RunTally:
    """How one run stands."""
    right = [picture.right(run) for picture in pictures]
    answered, correct = len(right) - right.count(None), right.count(True)
    return RunTally(answered, correct, *sequential.accuracy_interval(correct, answered))


def pair_tally(pictures: Sequence[Picture], runs: Sequence[str]) -> PairTally | None:
    """How two runs stand; None where the session has one."""
    if len(runs) != 2:
        return None
    answered, counts, after, ahead = 0, [0, 0], 0, 0
    for picture in pictures:
        differ = disagreed(picture, runs)
        answered += differ is not None
        if differ:
            counts[0 if picture.right(runs[0]) else 1] += 1
            if not after and sequential.paired_odds(*counts) >= sequential.SETTLES_AT:
                after, ahead = answered, int(counts[1] > counts[0])
    return PairTally(answered, counts[0], counts[1], after or None, ahead)


def verdict_text(tally: PairTally, names: Sequence[str]) -> str:
    """What may be said of two runs, in a sentence. names: of the runs."""
    if tally.settled_after:
        return ngettext(
            "{name} is better: decided after 1 photo",
            "{name} is better: decided after {count} photos",
            tally.settled_after,
            name=names[tally.settled_for],
        )
    behind, ahead = sorted((tally.first_only, tally.second_only))
    if not ahead:
        return _("No photo yet where only one of them is correct")
    return _("{ahead} vs {behind}: cannot tell yet", ahead=ahead, behind=behind)


def odds_text(tally: PairTally, names: Sequence[str]) -> str:
    """`12 to 1 that B is better; 20 to 1 settles it`; "" where no run is ahead."""
    if tally.first_only == tally.second_only or tally.odds < 1.5:
        return ""
    return _(
        "{odds:.0f} to 1 that {name} is better; {limit:.0f} to 1 decides",
        odds=min(tally.odds, 1e6),
        name=names[int(tally.second_only > tally.first_only)],
        limit=sequential.SETTLES_AT,
    )


def remaining_text(tally: PairTally) -> str:
    """How many more photos it would probably take, "" where that cannot be said."""
    if tally.remaining is None:
        return ""
    low, high = tally.remaining
    if low >= sequential.MAX_REMAINING:
        return _("Probably over {count} more photos, or never", count=low)
    if high >= sequential.MAX_REMAINING:
        return _("Probably {low} more photos, possibly many times that", low=low)
    return _("Probably {low} to {high} more photos", low=low, high=high)
