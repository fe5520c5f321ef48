"""The processor that work is done on, for whoever must not load torch to know it."""

import os
import platform
from functools import cache
from pathlib import Path

_VECTORS = ("sse", "avx", "amx", "fma", "f16c", "asimd", "sve", "bf16", "i8mm")


def cores() -> int:
    """How many cores this process may use; torch gets one thread for each."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
