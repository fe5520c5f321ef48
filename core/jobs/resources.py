"""What this machine has left: memory, disk, processors; and what one process uses of them.

Where the system does not tell (macOS has no /proc), the answer is None and nothing is shown.
"""

import os
import re
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC, _CGROUP = Path("/proc"), Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Capacity:
    """Bytes that are free, of how many."""

    free: int
    total: int


def memory() -> Capacity | None:
    """Of the machine, or of the container that this process is confined to, whichever has less."""
    try:
        found = re.findall(r"(\w+):\s+(\d+) kB", (_PROC / "meminfo").read_text())
        kilobytes = {name: int(count) for name, count in found}
        whole = Capacity(1024 * kilobytes["MemAvailable"], 1024 * kilobytes["MemTotal"])
    except (OSError, KeyError):
        return None
    inner = _container_memory()
    return min(whole, inner, key=lambda share: share.free) if inner else whole


def _container_memory() -> Capacity | None:
    """Of a control group (version 2) with a limit. File pages that nobody used lately can go."""
    try:
        limit = int((_CGROUP / "memory.max").read_text())
        used = int((_CGROUP / "memory.current").read_text())
        stat = dict(line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())
        return Capacity(max(0, limit - used + int(stat.get("inactive_file", 0))), limit)
    except (OSError, ValueError):  # no such group, or `max`: no limit
        return None


def disk(folder: Path) -> Capacity | None:
    """Of the disk that a folder lies on, whether or not the folder is there yet."""
    for place in (folder, *folder.absolute().parents):
        try:
            found = shutil.disk_usage(place)
        except OSError:
            continue
        return Capacity(found.free, found.total)
    return None


def load() -> float | None:
    """How many cores were busy over the last minute, on average."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


def process_memory(pid: int) -> int | None:
    """Bytes of memory that a process holds."""
    with suppress(OSError):
        if found := re.search(r"VmRSS:\s+(\d+)", (_PROC / str(pid) / "status").read_text()):
            return 1024 * int(found[1])
    return None


def uses_cpu(pid: int, seconds: float = 0.3) -> bool | None:
    """Whether a process uses the processor, looked at for so long, or stands in line for it."""
    before = _cpu_ticks(pid)
    time.sleep(seconds if before is not None else 0)
    after = _cpu_ticks(pid)
    if before is None or after is None:
        return None
    return after > before + 1 or _is_runnable(pid)  # more than a glimpse


def _is_runnable(pid: int) -> bool:
    """Whether a thread of a process runs or would, if others left it a processor."""
    with suppress(OSError):
        texts = [path.read_text() for path in (_PROC / str(pid)).glob("task/*/stat")]
        return any(text.rpartition(")")[2].split()[0] == "R" for text in texts)
    return False


def _cpu_ticks(pid: int) -> int | None:
    """Processor time of all threads of a process, in hundredths of a second."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
        fields = text.rpartition(")")[2].split()  # the name before it may hold blanks
        return int(fields[11]) + int(fields[12])
    except (OSError, ValueError, IndexError):
        return None
