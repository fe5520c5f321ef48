"""A line of the challenge board as a picture: HTML placed in percent, so that it fits any width
(Streamlit lets no SVG through)."""

from html import escape

from core.base import palette
from core.base.formatting import percent
from core.base.language import _
from core.compare.challenge_ranking import Standing
from core.views.challenge_text import score_text

_GREY = palette.css_colour(palette.GREY)
_DIAMOND = "width:11px;height:11px;border:2px solid currentColor"
_MIDDLE = 16  # pixels from the top


def standing_html(standing: Standing, colour: str, marker: palette.Marker) -> str:
    """From 0 to 100 %: the score as a disc on its interval, each run as a tick, validation as an
    empty diamond. colour, marker: of the group."""
    score, colour = standing.score, palette.css_colour(colour)
    told = _(
        "Objects named right: {score}. Validation: {validation}.",
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
    number = f"{100 * share:.0f}{' %' if share == 1 else ''}"
    style = f"font-size:11px;color:{_GREY};white-space:nowrap;transform:translateX(-50%)"
    tick = _centred(share, f"width:1px;height:8px;background:{_GREY};opacity:.6")
    return tick + _positioned_div(share, style, number, top=_MIDDLE + 10)
