"""What the challenge board says, on the page and in the command, and a line of it as a picture:
HTML placed in percent, so that it fits any width (Streamlit lets no SVG through)."""

from collections.abc import Sequence
from html import escape

from core.base import palette
from core.base.formatting import decimal, percent
from core.base.language import _, ngettext, translate
from core.compare.challenge_ranking import MIN_SEEDS, Change, Entrant, Leaderboard, Standing
from core.evaluate.group_difference import Difference


def score_text(standing: Standing) -> str:
    """`64% (58 to 70)`: the share of objects, with its interval over photos."""
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
        return _("compared with the one above: {reason}", reason=difference.inconclusive_text())
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
        "{count} of the {needed} seeds needed",
        "{count} of the {needed} seeds needed",
        len(entrant.seeds),
        needed=MIN_SEEDS,
    )
    missing = ", ".join(map(translate, entrant.missing))
    return _("{have}; {missing}", have=have, missing=missing) if missing else have


def changes_text(changes: Sequence[Change]) -> str:
    """`3 changes`; `the failing recipe itself` for none."""
    if not changes:
        return _("the failing recipe, unchanged")
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
            "Validation differs by at most one photo ({validation}); the scores on the "
            "hidden objects differ more ({score}).",
            validation=_range(shares),
            score=_range([line.score.value for line in lines]),
        )
    first = max(lines, key=lambda line: line.validation)
    if first.rank == 1:
        return ""
    return _(
        "Validation would rank {name} first; here its rank is {rank}.",
        name=first.group.title,
        rank=first.rank,
    )


def _range(shares: Sequence[float]) -> str:
    low, high = percent(min(shares)), percent(max(shares))
    return low if low == high else _("{low} to {high}", low=low, high=high)


_GREY = palette.css_colour(palette.GREY)
_DIAMOND = "width:11px;height:11px;border:2px solid currentColor"
_MIDDLE = 16  # pixels from the top


def standing_html(standing: Standing, colour: str, marker: palette.Marker) -> str:
    """From 0 to 100%: the score as a disc on its interval, each run as a tick, validation as an
    empty diamond. colour, marker: of the group."""
    score, colour = standing.score, palette.css_colour(colour)
    told = _(
        "Objects correct: {score}. Validation: {validation}.",
        score=score_text(standing),
        validation=percent(standing.validation),
    )
    parts = [
        _positioned_div(0, f"width:100%;height:1px;background:{_GREY};opacity:.4"),
        *(_scale(share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)),
        _positioned_div(
            score.low,
            f"width:{100 * (score.high - score.low):.1f}%;height:3px;background:{colour};"
            "transform:translateY(-50%)",
        ),
        *(  # runs with the same score need one tick
            _centred(seed, f"width:2px;height:18px;background:{colour}")
            for seed in sorted(set(standing.run_scores))
        ),
        _centred(
            score.value, f"width:13px;height:13px;clip-path:{marker.shape};background:{colour}"
        ),
        _centred(standing.validation, _DIAMOND, " rotate(45deg)"),
    ]
    return (
        f'<div role="img" aria-label="{escape(told)}" style="position:relative;height:42px;'
        f'margin:0 16px">{"".join(parts)}</div>'
    )


def _positioned_div(share: float, style: str, inside: str = "", top: int = _MIDDLE) -> str:
    place = f"position:absolute;left:{100 * share:.1f}%;top:{top}px;box-sizing:border-box"
    return f'<div style="{place};{style}">{inside}</div>'


def _centred(share: float, style: str, turned: str = "") -> str:
    return _positioned_div(share, f"{style};transform:translate(-50%,-50%){turned}")


def _scale(share: float) -> str:
    """A tick of the scale and its number."""
    number = f"{100 * share:.0f}{'%' if share == 1 else ''}"
    style = f"font-size:11px;color:{_GREY};white-space:nowrap;transform:translateX(-50%)"
    tick = _centred(share, f"width:1px;height:8px;background:{_GREY};opacity:.6")
    return tick + _positioned_div(share, style, number, top=_MIDDLE + 10)
