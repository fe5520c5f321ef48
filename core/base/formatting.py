"""Numbers as people read them, the same on every page."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.base.language import N_, _, language, translate


def percent(value: float) -> str:
    """`58%`: a share of so few photos deserves no decimals."""
    return f"{100 * value:.0f}%"


def decimal(value: float) -> str:
    """`.68`, `1.00` or `-.05`: a share as statisticians write it."""
    rounded = round(value, 2) + 0.0  # no -.00
    return f"{rounded:.2f}".replace("0.", ".", 1) if abs(rounded) < 1 else f"{rounded:.2f}"


def score_text(score: Mapping[str, Any]) -> str:
    """`58% (7 of 12)`, or `58%` for a score that counts no hits."""
    text = percent(score["value"])
    if score.get("correct") is None:
        return text
    return f"{text} ({score['correct']} of {score['total']})"


def mean_range_text(mean: float, low: float, high: float, runs: int) -> str:
    """`68% (65-71)`: the mean of several runs with the lowest and the highest; `68%` for one."""
    if runs < 2:
        return percent(mean)
    return f"{percent(mean)} ({100 * low:.0f}-{100 * high:.0f})"


def lr_text(lr: float) -> str:
    """`3e-3`, or `frozen` for 0."""
    if lr == 0:
        return _("frozen")
    mantissa, exponent = f"{lr:.2e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def count_text(number: int) -> str:
    """`1.2 million`, `46 thousand` or `812`; Japanese counts by ten thousands: `120万`."""
    if language() == "ja" and number >= 10_000:
        return f"{number / 1e4:.{0 if number >= 1_000_000 else 1}f}万"
    if number >= 1_000_000:
        return f"{number / 1e6:.1f} million"
    if number >= 10_000:
        return f"{number / 1e3:.0f} thousand"
    return str(number)


def duration(seconds: float | None) -> str:
    """`8 s`, `1 min 20 s` or `2 h 5 min`; empty when unknown."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return _("{hours} h {minutes} min", hours=hours, minutes=minutes_left)
    if minutes:
        return _("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
    return _("{seconds} s", seconds=rest)


def parse_timestamp(text: str | None) -> datetime | None:
    """A time as status.json writes it, in UTC; None when there is none or it cannot be read."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None


# Of tables with a column per run.
_RESERVED_LABELS = (
    N_("photo"),
    N_("label"),
    N_("correct"),
    N_("predictions"),
    N_("photos"),
    N_("score"),
    N_("key"),
    N_("constant answer"),
    N_("frozen backbone"),
    N_("untrained weights"),
)


def run_labels(runs: Sequence[tuple[str, str, int]]) -> dict[str, str]:
    """A short, unmistakable name for each (id, name, seed), oldest first: the seed is added where
    runs of one name differ in it, and a number where even that is not enough."""
    labels: dict[str, str] = {}
    seen = dict.fromkeys(map(translate, _RESERVED_LABELS), 1)
    seeds: dict[str, set[int]] = {}
    for __, name, seed in runs:
        seeds.setdefault(name, set()).add(seed)
    for id_, name, seed in runs:
        label = _("{name}, seed {seed}", name=name, seed=seed) if len(seeds[name]) > 1 else name
        seen[label] = seen.get(label, 0) + 1
        labels[id_] = label if seen[label] == 1 else f"{label} ({seen[label]})"
    return labels


# What Streamlit puts in the place of text although its signs are escaped: icons, addresses, arrows.
_STREAMLIT_SHORTCODES = re.compile(
    r":(?=material/|streamlit:|//)"
    r"|(?<=www)(?=\.)"
    r"|@(?=[-\w])"
    r"|(?<!\S)[-<>~](?=[-=>](?!\S))",
    re.IGNORECASE,
)
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they turn the text after them around
_JOINER = "\u2060"  # nobody sees it, and no line breaks there


def without_pictures(markdown: str) -> str:
    """Markdown whose pictures, which would be fetched from anywhere, are links."""
    return re.sub(r"!+\[", "[", markdown)


def escape_markdown(text: str) -> str:
    """Text that a person typed, so that Markdown, as Streamlit draws it, shows it as it is."""
    parted = _STREAMLIT_SHORTCODES.sub(
        lambda found: found.group() + _JOINER, _BIDI_CONTROLS.sub("", text)
    )
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~:$<>&^=\"'])", r"\\\1", parted)


def join_names(names: Sequence[str], limit: int) -> str:
    """Names in a row; of more than `limit`, the first ones and how many there are besides."""
    row = _(", ").join(names[:limit])
    if len(names) <= limit:
        return row
    return _("{names} and {count} more", names=row, count=len(names) - limit)


def css_class(key: str) -> str:
    """A widget's key as Streamlit writes it into a CSS class, after `st-key-`."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", key)


def slugify(name: str) -> str:
    """A name as a file's, without its ending: letters, digits and dashes."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:80] or "overfit-lens"


def strip_weights_folder(value: str) -> str:
    """A recipe's text; of a file that it names (`weights`) without the folder."""
    return re.sub(r"^.*/(?=[^/]+\.(safetensors|pth|pt)$)", "", value)
