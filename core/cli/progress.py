"""A progress bar on stderr, with the time that is left."""

from __future__ import annotations

import sys
import time
from typing import Self

from core.base.formatting import duration

_WIDTH = 24
_TERMINAL_SECONDS, _FILE_SECONDS = 0.1, 10.0  # how often it is drawn


class Bar:
    """On a terminal a line that changes; in a file a line now and then."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next, self._drawn = 0.0, False
        self._began: tuple[float, float] | None = None  # time and share

    def show(self, share: float, words: str, eta: float | None = None) -> None:
        """share: 0..1. eta: seconds left, None if nobody knows."""
        now = time.monotonic()
        if now < self._next and share < 1:
            return
        self._next = now + (_TERMINAL_SECONDS if self._terminal else _FILE_SECONDS)
        left = f", about {duration(eta)} left" if eta and share < 1 else ""
        if self._terminal:
            full = int(share * _WIDTH)
            print(
                f"\r\x1b[K[{'#' * full}{'.' * (_WIDTH - full)}] {words}{left}",
                end="",
                file=sys.stderr,
                flush=True,
            )
            self._drawn = True
        else:
            print(f"{share:.0%}: {words}{left}", file=sys.stderr, flush=True)

    def left(self, share: float) -> float | None:
        """Seconds left at the pace since this was first asked."""
        now = time.monotonic()
        self._began = self._began or (now, share)
        done = share - self._began[1]
        return (now - self._began[0]) * (1 - share) / done if done > 0 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            print(file=sys.stderr)
