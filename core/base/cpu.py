"""The processor that work is done on, for whoever must not load torch to know it."""

import os
import platform
import re
from contextlib import suppress
from functools import cache
from pathlib import Path

# Of several workers side by side, how many cores each may use; a Ray task likewise.
SHARE_VARIABLE = "OVERFIT_LENS_CORES_SHARE"
# What changes a run's bits when its version does.
PACKAGES = ("torch", "torchvision", "timm", "numpy", "pillow", "pandas", "scikit-learn")
_VECTORS = ("sse", "avx", "amx", "fma", "f16c", "asimd", "sve", "bf16", "i8mm")


def cores() -> int:
    """How many cores this process may use; torch gets one thread for each."""
    share = os.environ.get(SHARE_VARIABLE, "")
    return min(machine_cores(), int(share)) if share.isdecimal() and int(share) else machine_cores()


def machine_cores() -> int:
    """How many cores this process and its neighbours may use together."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def gpu_ids() -> tuple[str, ...]:
    """The NVIDIA GPUs that this process may use, by what CUDA_VISIBLE_DEVICES calls them; as it
    began, for a worker takes one of them."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return tuple(filter(None, map(str.strip, visible.split(","))))
    found = Path("/proc/driver/nvidia/gpus").glob("*")
    return tuple(str(number) for number, _ in enumerate(found))


@cache
def vector_instructions() -> tuple[str, ...]:
    """The processor's vector instructions by the system's names (`avx2`, `avx512_bf16`, `bf16`):
    libraries add up in another order with others. () where the system does not tell."""
    return tuple(sorted({flag for flag in _cpu_info().split() if flag.startswith(_VECTORS)}))


@cache
def cpu_name() -> str:
    """The processor's name as the system tells it."""
    found = re.search(r"^model name\s*:\s*(.*?)\s*$", _cpu_info(), re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()


def _cpu_info() -> str:
    with suppress(OSError):
        return Path("/proc/cpuinfo").read_text()
    return ""
