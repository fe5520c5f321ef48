"""What the challenge board says, on the page and in the command."""

from collections.abc import Sequence

from core.base.formatting import decimal, percent
from core.base.language import _, ngettext, translate
from core.compare.challenge_ranking import MIN_SEEDS, Change, Entrant, Leaderboard, Standing
from core.evaluate.group_difference import Difference


def score_text(standing: Standing) -> str:
    """`64 % (58 to 70)`: the share of objects, with its interval over photos."""
    score = standing.score
    return _(
        "{share} ({low} to {high})",
        share=percent(score.value),
        low=f"{100 * score.low:.0f}",
        high=f"{100 * score.high:.0f}",
    )


def difference_text(difference: Difference) -> str:
    """One line of the board against the line above it."""
    if not difference.significant:
        return _("against the one above: {reason}", reason=difference.inconclusive_text())
    low, high = sorted((abs(difference.low), abs(difference.high)))
    size = {"by": decimal(abs(difference.value)), "low": decimal(low), "high": decimal(high)}
    if difference.value > 0:
        return _("better than the one above by {by} ({low} to {high})", **size)
    return _("worse than the one above by {by} ({low} to {high})", **size)


def seeds_text(entrant: Entrant) -> str:
    """`seeds 0, 1, 2`: which ones answer."""
    runs, seeds = len(entrant.runs), entrant.seeds
    words = _("seeds {seeds}", seeds=", ".join(map(str, seeds)))
    return words if runs == len(seeds) else _("{seeds}: {runs} runs", seeds=words, runs=runs)


def missing_text(entrant: Entrant) -> str:
    """`not counted: seed 2 failed`; empty where all count."""
    if not entrant.missing:
        return ""
    return _("not counted: {seeds}", seeds=", ".join(map(translate, entrant.missing)))


def excluded_text(entrant: Entrant) -> str:
    """Why a group is not ranked."""
    have = ngettext(
        "{count} seed of the {needed} that are needed",
        "{count} seeds of the {needed} that are needed",
        len(entrant.seeds),
        needed=MIN_SEEDS,
    )
    missing = ", ".join(map(translate, entrant.missing))
    return _("{have}; {missing}", have=have, missing=missing) if missing else have


def changes_text(changes: Sequence[Change]) -> str:
    """`3 changes`; `the failing recipe itself` for none."""
    if not changes:
        return _("the failing recipe itself")
    return ngettext("{count} change", "{count} changes", len(changes))


def validation_text(board: Leaderboard) -> str:
    """What validation would have said; empty for fewer than two groups."""
    lines = board.standings
    if len(lines) < 2:
        return ""
    shares = [line.validation for line in lines]
    totals = [
        n for line in lines for n in line.group.summary_values("validation", "accuracy", "total")
    ]
    if (max(shares) - min(shares)) * max(totals, default=0) <= 1 + 1e-9:
        return _(
            "Validation is at most one photo apart ({validation}); the hidden objects are not "
            "({score}).",
            validation=_range(shares),
            score=_range([line.score.value for line in lines]),
        )
    first = max(lines, key=lambda line: line.validation)
    if first.rank == 1:
        return ""
    return _(
        "Validation would put {name} first; here it has rank {rank}.",
        name=first.group.title,
        rank=first.rank,
    )


def _range(shares: Sequence[float]) -> str:
    low, high = percent(min(shares)), percent(max(shares))
    return low if low == high else _("{low} to {high}", low=low, high=high)
