"""Features on disk, shared by runs: what one run computed, the next one reads.

An entry is one safetensors file under a name that says everything it depends on (a hash of the
photos, weights, prefix, transform, seed, settings, libraries and the kind of machine), with a
checksum inside. Entries are written beside and renamed; a lock file per entry lets one process
compute while others wait; a damaged one is computed again; the least recently used go when the
folder grows past its bound. A cache that cannot be written is done without.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.base import files
from core.base.machine import numerics_environment
from core.store.feature_folder import CACHE_FOLDER, MAX_BYTES
from core.store.visitors import shared_root_of

CACHE_VERSION = 3  # raise it when the computation of features changes


def cache_key(key_fields: dict[str, Any]) -> str:
    """The name of an entry that depends on these facts."""
    facts = {"version": CACHE_VERSION, "machine": numerics_environment(), **key_fields}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


class FeatureCache:
    """The cache in a folder of runs, at most `max_bytes` large. check: is called before what was
    computed is kept; raising from it keeps nothing."""

    def __init__(
        self,
        runs_dir: Path,
        max_bytes: int = MAX_BYTES,
        check_inputs: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder = shared_root_of(runs_dir) / CACHE_FOLDER
        self.max_bytes, self.check_inputs = max_bytes, check_inputs
        self.hits = self.misses = 0

    def get_or_compute(self, key_fields: dict[str, Any], compute: Callable[[], Tensor]) -> Tensor:
        """The entry's tensor, from disk or computed now (and kept for the next time)."""
        name = cache_key(key_fields)
        path = self.folder / f"{name}.safetensors"
        with files.locked(path.with_suffix(".lock")):
            found = _read(path)
            if found is not None:
                self.hits += 1
                with contextlib.suppress(OSError):
                    os.utime(path)  # recently used
                return found
            self.misses += 1
            found = compute()
            self.check_inputs()
            # With the strides of a tensor that is read: maps of one cell may come with others.
            tensor = found.reshape(-1).view(found.shape)
            data = tensor.view(torch.uint8).reshape(-1).numpy().data
            digest = hashlib.sha256(data).hexdigest()
            with contextlib.suppress(OSError):  # a full disk or a read-only folder
                files.write_bytes(path, save({"features": tensor}, {"sha256": digest}))
                self._shrink(keep=path)
            return tensor

    def _shrink(self, keep: Path) -> None:
        """Removes the least recently used entries until the rest fits."""
        entries = []
        for path in self.folder.glob("*.safetensors"):
            with contextlib.suppress(OSError):
                stat = path.stat()
                entries.append((stat.st_mtime_ns, stat.st_size, path))
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= self.max_bytes:
                return
            if path != keep:
                path.unlink(missing_ok=True)
                path.with_suffix(".lock").unlink(missing_ok=True)
                total -= size


def _read(path: Path) -> Tensor | None:
    """The tensor of an intact entry; None when it is missing or damaged."""
    try:
        with safe_open(path, "pt") as file:
            tensor: Tensor = file.get_tensor("features")
            wanted = (file.metadata() or {}).get("sha256")
    except (OSError, SafetensorError):
        return None
    data = tensor.view(torch.uint8).reshape(-1).numpy().data
    return tensor if hashlib.sha256(data).hexdigest() == wanted else None
