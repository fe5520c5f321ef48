"""How fast this machine does the pieces of a training, as a short calibration found (calibrate.py).

Kept in `<runs>/.speed/<key>.json`. Free of torch, so that the dashboard can read it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from core.base import files
from core.base.cpu import cores, cpu_name
from core.recipe.schema import DenseHead, Recipe
from core.store.visitors import shared_root_of

SPEED_FOLDER = ".speed"
MAX_BUSY_SHARE = 0.4  # more other work than this makes a measurement doubtful
_VERSION = 2  # raise it when what is measured changes


@dataclass(frozen=True)
class Speed:
    """Seconds.

    Per photo and layer of the flat list, in batches: `prefix`: as part of the frozen prefix;
    `forward`: in inference mode as built; `train_forward`, `backward`: in training mode.
    `step`: the optimizer, per million weights and batch; `batch`: what a batch costs besides.
    `view`: an augmented view without any change; `changes`: what each adds where it happens.
    `decode`, `decode_megapixel`: reading a photo is the first plus the second per million pixels;
    `write`, `write_megabyte`: writing a file to the disk, the same way; `read_megabyte`: reading.
    `busy`: no seconds, but the share of the machine that other work took just before, 0..1.
    device, prefix_format, training_format: what it was measured for.
    """

    prefix: tuple[float, ...]
    forward: tuple[float, ...]
    train_forward: tuple[float, ...]
    backward: tuple[float, ...]
    step: float
    batch: float
    view: float
    changes: dict[str, float]
    decode: float
    decode_megapixel: float
    write: float
    write_megabyte: float
    read_megabyte: float
    busy: float
    device: str
    prefix_format: str
    training_format: str


def is_unreliable(speed: Speed) -> bool:
    """Whether other work made the machine slow when it was measured."""
    return speed.busy > MAX_BUSY_SHARE


def speed_key(recipe: Recipe) -> str:
    """Names what a calibration depends on: the machine, torch, and of the recipe only what decides
    how much a layer has to do."""
    facts = {
        "version": _VERSION,
        "processor": cpu_name(),
        "threads": cores(),
        "torch": _torch(),
        "backbone": recipe.backbone,
        "map_stride": recipe.map_stride,
        "head": recipe.head.width if isinstance(recipe.head, DenseHead) else recipe.head.kind,
        "image_size": recipe.image_size,
        "precision": recipe.precision,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]


@cache
def _torch() -> str:
    """Looked up once: it is read from a file, and a page asks for every recipe that it shows."""
    return version("torch")


def speed_path(runs_dir: Path, recipe: Recipe) -> Path:
    """Where the calibration for a recipe is kept."""
    return shared_root_of(runs_dir) / SPEED_FOLDER / f"{speed_key(recipe)}.json"


def read_speed(runs_dir: Path, recipe: Recipe) -> Speed | None:
    """The calibration for a recipe on this machine; None when there is none or it is damaged."""
    try:
        data = json.loads(speed_path(runs_dir, recipe).read_text("utf-8"))
        rows = ("prefix", "forward", "train_forward", "backward")
        found = Speed(**(data | {name: tuple(data[name]) for name in rows}))
        layers = {len(found.prefix), len(found.forward), len(found.backward)}
        return found if len(layers) == 1 else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_speed(runs_dir: Path, recipe: Recipe, speed: Speed) -> None:
    """Keeps a calibration; a folder that cannot be written is done without."""
    path = speed_path(runs_dir, recipe)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_json(path, asdict(speed))


def calibration_lock(runs_dir: Path) -> AbstractContextManager[None]:
    """Lets one process measure at a time, and lets no training begin meanwhile
    (core.jobs.tasks.train_run takes its calibration under this lock): each would slow the other."""
    return files.locked(shared_root_of(runs_dir) / SPEED_FOLDER / "lock")
