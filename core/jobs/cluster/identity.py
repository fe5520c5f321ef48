"""What a node must have in common with the dashboard's machine for the same bits: packages, code,
weights. Free of torch and Ray."""

import hashlib
import os
import platform
import socket
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from core.base import cpu
from core.base.errors import InputError
from core.base.files import PROJECT_ROOT
from core.base.language import N_
from core.data.fingerprints import file_digest
from core.jobs import resources
from core.model.pretrained_weights import find_weights
from core.recipe.schema import Recipe

LEAST_DISK = 2_000_000_000  # bytes that a node needs for photos, features and a run


@cache
def identity() -> dict[str, str]:
    """Versions by package, `python`, and a digest of the project's `code`."""
    found = {"python": platform.python_version()}
    for name in (*cpu.PACKAGES, "ray"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = N_("missing")
    code = hashlib.sha256()
    for path in sorted((PROJECT_ROOT / "core").rglob("*.py")):
        code.update(path.relative_to(PROJECT_ROOT).as_posix().encode() + path.read_bytes())
    return found | {"code": code.hexdigest()[:12]}


def difference(mine: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """What a node has otherwise, in a line; empty where nothing."""
    return ", ".join(
        N_("{name} is {theirs}, not {mine}", name=name, theirs=theirs.get(name), mine=mine[name])
        for name in mine
        if theirs.get(name) != mine[name]
    )


def weights_digest(recipe: Recipe) -> str:
    """SHA-256 of the pretrained weights that a recipe begins with; empty where with none. Raises
    InputError where they are not on this machine."""
    path = find_weights(recipe.backbone, recipe.weights)
    return "" if path is None else file_digest(path).hex()


def node_root() -> Path:
    """Where a node keeps photos, features and the runs that it trains."""
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    named = os.environ.get("OVERFIT_LENS_NODE") or f"{cache}/overfit-lens/node"
    return Path(named).expanduser()


def describe_node() -> dict[str, Any]:
    """This node for the page Workers, and why it trains nothing, in a line, where it does not."""
    root, problem = node_root(), ""
    with suppress(OSError):
        root.mkdir(parents=True, exist_ok=True)
    if not root.is_dir() or not os.access(root, os.W_OK):
        problem = N_("cannot write to {folder}", folder=root)
    memory, disk = resources.memory(), resources.disk(root)
    if disk is not None and disk.free < LEAST_DISK:
        problem = N_(
            "only {free:.1f} GB of disk space free in {folder}", free=disk.free / 1e9, folder=root
        )
    return {
        "host": socket.gethostname(),
        "identity": identity(),
        "problem": problem,
        "load": resources.load(),
        "memory_free": memory.free if memory else None,
        "disk_free": disk.free if disk else None,
    }


def check_weights(recipe: Recipe, wanted: str) -> str:
    """Why this node cannot begin with the weights that the dashboard has, in a line; or empty."""
    try:
        return "" if weights_digest(recipe) == wanted else N_("its weights differ")
    except InputError as error:
        return str(error)
