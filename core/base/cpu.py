"""The processor that work is done on, for whoever must not load torch to know it."""

from __future__ import annotations

import os
import platform
import time
from functools import cache
from pathlib import Path

_VECTORS = ("sse", "avx", "amx", "fma", "f16c", "asimd", "sve", "bf16", "i8mm")


def cores() -> int:
    """How many cores this process may use; torch gets one thread for each."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cpu_load(seconds: float = 0.2) -> float:
    """Share of the machine's processors that others keep busy, 0..1, looked at for so long; 0 where
    the system does not tell."""
    before = _read_cpu_ticks()
    time.sleep(seconds)
    after = _read_cpu_ticks()
    if before is None or after is None or after[1] == before[1]:
        return 0.0
    return (after[0] - before[0]) / (after[1] - before[1])


def _read_cpu_ticks() -> tuple[int, int] | None:
    """Ticks of all processors since the start: busy ones, and all."""
    try:
        first = Path("/proc/stat").read_text().splitlines()[0].split()
    except (OSError, IndexError):
        return None
    ticks = [int(number) for number in first[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)  # without idle and waiting for the disk


@cache
def vector_instructions() -> tuple[str, ...]:
    """The processor's vector instructions by the system's names (`avx2`, `avx512_bf16`, `bf16`):
    libraries add up in another order with others. () where the system does not tell."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return ()
    return tuple(sorted({flag for flag in text.split() if flag.startswith(_VECTORS)}))


@cache
def cpu_name() -> str:
    """The processor's name as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
