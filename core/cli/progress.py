"""A progress bar on stderr, with the time that is left."""

import sys
import time
from collections.abc import Callable
from typing import Self

from core.base.formatting import duration

_WIDTH = 24
_TERMINAL_SECONDS, _FILE_SECONDS = 0.1, 10.0  # how often it is drawn


class ProgressBar:
    """On a terminal a line that changes; in a file a line now and then."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next, self._drawn = 0.0, False
        self._start: tuple[float, float] | None = None  # time and share

    def update(self, fraction: float, text: str, eta: float | None = None) -> None:
        """fraction: 0..1. eta: seconds left, None if nobody knows."""
        now = time.monotonic()
        if now < self._next and fraction < 1:
            return
        self._next = now + (_TERMINAL_SECONDS if self._terminal else _FILE_SECONDS)
        left = f", about {duration(eta)} left" if eta and fraction < 1 else ""
        if self._terminal:
            full = int(fraction * _WIDTH)
            print(
                f"\r\x1b[K[{'#' * full}{'.' * (_WIDTH - full)}] {text}{left}",
                end="",
                file=sys.stderr,
                flush=True,
            )
            self._drawn = True
        else:
            print(f"{fraction:.0%}: {text}{left}", file=sys.stderr, flush=True)

    def count(self, noun: str) -> Callable[[int, int], None]:
        """What is called with how many are done, of how many."""
        return lambda done, total: self.update(done / total, f"{done} of {total} {noun}")

    def seconds_left(self, fraction: float) -> float | None:
        """Seconds left at the pace since this was first asked."""
        now = time.monotonic()
        self._start = self._start or (now, fraction)
        done = fraction - self._start[1]
        return (now - self._start[0]) * (1 - fraction) / done if done > 0 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            print(file=sys.stderr)
