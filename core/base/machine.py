"""The machine a run is computed on: threads, memory layout, versions. All of it is recorded, since
chaotic training makes even the thread count show in the numbers."""

import ctypes
import os
import platform
import subprocess
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from core.base.cpu import PACKAGES, cores, cpu_name, vector_instructions


def configure_threads(threads: int = 0) -> int:
    """Gives torch so many threads, or one per core this process may use; returns how many."""
    torch.set_num_threads(threads or cores())
    return torch.get_num_threads()


def configure_device(device: str) -> None:
    """On a GPU, chooses kernels that give the same bits each time, at full float32 precision."""
    if device == "cuda":
        # Read when CUDA first multiplies.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False


def configure_malloc() -> None:
    """Tells glibc to keep freed memory for the next batch instead of giving it back.

    By default every large tensor is mapped, zeroed by the kernel and unmapped again, which took
    half the time of a batch. Elsewhere than on glibc this does nothing."""
    mmap_threshold, top_pad, trim_threshold = -3, -2, -1  # malloc.h
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    mallopt(mmap_threshold, 1 << 30)
    mallopt(trim_threshold, 2_000_000_000)
    mallopt(top_pad, 64 << 20)


def release_memory() -> None:
    """Gives what `configure_malloc` holds but nothing uses back to the system. Between phases of a
    run, whose tensors differ in size, so that the peak is one phase's and not the sum of all."""
    with suppress(OSError, AttributeError):  # elsewhere than on glibc
        ctypes.CDLL(None).malloc_trim(0)


def describe_machine() -> dict[str, Any]:
    """What may change a run's bits, for environment.json."""
    return {
        "versions": {"python": platform.python_version(), **_versions()},
        "machine": {
            "system": platform.platform(),
            "processor": cpu_name(),
            "threads": torch.get_num_threads(),
            **_kernels(),
        },
        "commit": _commit(),
    }


def numerics_environment() -> dict[str, Any]:
    """What another machine, or this one after an upgrade, would give other last bits by; part of
    the name of whatever is computed once and kept. Threads count too: who uses them names them."""
    return {"versions": _versions(), **_kernels()}


def _kernels() -> dict[str, Any]:
    return {
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "instructions": list(vector_instructions()),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    }


@cache
def _versions() -> dict[str, str]:
    return {name: version(name) for name in PACKAGES}


@cache
def _commit() -> str | None:
    """The project's commit, None outside a git checkout."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()
