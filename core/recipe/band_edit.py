"""Editing bands as plain data, `[{from, lr}, ...]`: what the strip of layers and its keys do.

A rate may be anything while a person types; what cannot be read as one is left for the recipe to
refuse, and counts as no rate here.
"""

from collections.abc import Sequence
from typing import Any

Bands = list[dict[str, Any]]

# What a band's rate can be stepped through: about three to a power of ten.
LR_STEPS = (0.0, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
MAX_BANDS = 12  # more would not fit beneath the strip
_DEFAULT_LR = 1e-3  # where no other band trains


def toggle_band_start(bands: Sequence[dict[str, Any]], layer: int) -> Bands:
    """Starts a band at `layer`; where one starts there already, joins it to the one before.

    The new band goes on at the rate of the band it is cut from. Cut from a frozen one it trains, at
    a third of the next band that does: earlier layers are better changed more slowly."""
    ordered = _ordered(bands)
    kept = [dict(band) for band in ordered if band["from"] != layer]
    if len(kept) < len(ordered):
        return kept if layer > 0 else ordered
    before = [band for band in ordered if band["from"] < layer][-1]
    lr = before["lr"]
    if lr == 0:
        later = [_rate(band) for band in ordered if band["from"] > layer]
        lr = next((_third(rate) for rate in later if rate), _DEFAULT_LR)
    return _ordered([*kept, {"from": layer, "lr": lr}])


def step_lr(bands: Sequence[dict[str, Any]], layer: int, up: bool) -> Bands:
    """The band that holds `layer` gets the next rate above or below its own in LR_STEPS."""
    ordered = _ordered(bands)
    band = [band for band in ordered if band["from"] <= layer][-1]
    rate = _rate(band) or 0.0
    further = (
        [lr for lr in LR_STEPS if lr > rate] if up else [lr for lr in LR_STEPS[::-1] if lr < rate]
    )
    band["lr"] = further[0] if further else rate
    return ordered


def split_longest_band(bands: Sequence[dict[str, Any]], layer_count: int) -> Bands:
    """Cuts the band with the most layers in two."""
    ordered = _ordered(bands)
    firsts = [band["from"] for band in ordered]
    lengths = [end - first for first, end in zip(firsts, [*firsts[1:], layer_count], strict=True)]
    place = lengths.index(max(lengths))
    return toggle_band_start(ordered, firsts[place] + max(1, lengths[place] // 2))


def remove_band(bands: Sequence[dict[str, Any]], index: int) -> Bands:
    """All but the band at `index`; the one before it then reaches further."""
    return [dict(band) for number, band in enumerate(bands) if number != index]


def _ordered(bands: Sequence[dict[str, Any]]) -> Bands:
    return sorted((dict(band) for band in bands), key=lambda band: int(band["from"]))


def _rate(band: dict[str, Any]) -> float | None:
    lr = band["lr"]
    return float(lr) if isinstance(lr, int | float) else None


def _third(rate: float) -> float:
    return max((lr for lr in LR_STEPS if lr < rate * 0.5), default=rate)
