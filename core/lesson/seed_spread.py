"""One number over the trainings of a recipe: its mean, with the lowest and the highest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from core.base import formatting


@dataclass(frozen=True)
class SeedSpread:
    """values: one for each training, at least one."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        return fmean(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    def format_percent(self) -> str:
        """`21 % (18-23)`, for a share."""
        return formatting.mean_range_text(self.mean, self.low, self.high, len(self.values))

    def format_points(self) -> str:
        """`4 (3-6)` or `-1 (-3 … 0)`, for a change of probability in points."""
        return _format_spread(*(str(round(100 * value)) for value in self._mean_low_high()))

    def format_number(self, digits: int = 1) -> str:
        """`1.2 (1.1-1.3)`, with so many digits behind the point."""
        return _format_spread(*(f"{value:.{digits}f}" for value in self._mean_low_high()))

    def format_range(self) -> str:
        """`0.0001-0.06`, from the lowest to the highest, for a loss."""
        return f"{self.low:.1g}-{self.high:.1g}"

    def _mean_low_high(self) -> tuple[float, float, float]:
        return self.mean, self.low, self.high


def read_spread(documents: Iterable[Mapping[str, Any]], *keys: str) -> SeedSpread:
    """The number at `keys` of each file. Raises KeyError where a file lacks it."""
    found = []
    for file in documents:
        value: Any = file
        for key in keys:
            value = value[key]
        found.append(float(value))
    return SeedSpread(tuple(found))


def _format_spread(mean: str, low: str, high: str) -> str:
    """Numbers below 0 are told with a minus and kept apart from the dash of a range."""
    mean, low, high = (number.replace("-", "\u2212") for number in (mean, low, high))
    if low == high:
        return mean
    return f"{mean} ({low} … {high})" if "\u2212" in low + high else f"{mean} ({low}-{high})"
